/**
 * The endpoints that partner banks write to: journals, greetings and exchange messages.
 *
 * Promises: a run is applied up to its first entry that is not one; the answer names the head that
 * is applied after the commit and carries our own answering run; the same request again changes
 * nothing and gets the same kind of answer. Spec: delivery and repair, open.
 *
 * @module
 */
import { type Head, type Party, refusal, refusedIn, takeGreeting } from '@evenhour/protocol';
import { type JsonObject, openSchema } from '@evenhour/protocol/wire';
import { and, eq, sql } from 'drizzle-orm';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { endOf, headWithin, receiveClose } from '../agreement/ending.ts';
import { receiveAnswer } from '../agreement/service.ts';
import { greetOnWhatFollowed } from '../agreement/silence.ts';
import { requestNonce } from '../db/schema.ts';
import { statementInFront } from '../journal/earlier.ts';
import { headAt, readEntries, thatFit } from '../journal/pair-store.ts';
import { PairWork } from '../journal/pair-work.ts';
import { applyRun, openRun, type RunWork } from '../journal/settle.ts';
import type { NodeEnv } from '../node/env.ts';
import { problemResponse } from '../node/problem.ts';
import { Refused } from '../node/refused.ts';
import { receivePresentation } from '../recovery/present.ts';
import { repeatYeses } from '../transfer/results.ts';
import { afterWork } from './after.ts';
import { isLive } from './line.ts';
import { giveLog, listExchanges, receiveMessages } from './messages-in.ts';
import { receiveHonourOffer } from './offer-in.ts';
import { giveOffers } from './offers-out.ts';
import { RUN_ENTRIES } from './sending.ts';
import { mustRead, mustTake, readPage } from './taking.ts';
import { keyHolds, MAX_ENTRY_BYTES, verifyItems } from './verified.ts';
import { type Incoming, orRefuse, PAIR, parseObject, wayIn } from './way-in.ts';

export function partnerRoutes(): Hono<NodeEnv> {
  const app = new Hono<NodeEnv>();

  // A copy of a bank's database must not speak for it, not even to refuse.
  const proved: MiddlewareHandler<NodeEnv> = async (c, next) =>
    c.var.node.presence.proved(c.var.bank.id) ? next() : problemResponse(refusal('pair_waiting'));
  for (const path of ['/ap/journals/*', '/ap/exchanges', '/ap/exchanges/*', '/ap/agreements/*', '/ap/offers/*'])
    app.use(path, proved);

  const guarded =
    (handle: (incoming: Incoming, c: Context<NodeEnv>) => Promise<Response>) =>
    async (c: Context<NodeEnv>): Promise<Response> => {
      const node = c.var.node;
      const way = await wayIn(c.req.raw, c.var.bank, node.partners, node.refused, c.var.source);
      if (!way.ok) return way.response;
      const { incoming } = way;
      return orRefuse(() => handle(incoming, c), incoming.refuse);
    };

  app.post(
    '/ap/journals',
    guarded(async (incoming, c) => receiveRun(incoming, c.var.node)),
  );
  app.post(
    '/ap/journals/open',
    guarded(async (incoming, c) => receiveOpen(incoming, c.var.node)),
  );
  app.get(
    '/ap/journals/:tail',
    guarded(async (incoming, c) => giveJournal(incoming, c.var.node, c.req.param('tail') ?? '', c.req.query(), 'own')),
  );
  app.get(
    '/ap/journals/:tail/peer',
    guarded(async (incoming, c) => giveJournal(incoming, c.var.node, c.req.param('tail') ?? '', c.req.query(), 'peer')),
  );
  app.get(
    '/ap/journals/:tail/statement',
    guarded(async (incoming, c) => giveStatement(incoming, c.var.node, c.req.param('tail') ?? '', c.req.query())),
  );
  app.post(
    '/ap/exchanges',
    guarded(async (incoming, c) => receiveMessages(incoming, c.var.node)),
  );
  app.get(
    '/ap/offers/:tail',
    guarded(async (incoming, c) => giveOffers(incoming, c.var.node, c.req.param('tail') ?? '', c.req.query('after'))),
  );
  app.get(
    '/ap/exchanges/:tail',
    guarded(async (incoming, c) => listExchanges(incoming, c.var.node, c.req.param('tail') ?? '', c.req.query())),
  );
  app.get(
    '/ap/exchanges/:tail/log',
    guarded(async (incoming, c) => giveLog(incoming, c.var.node, c.req.param('tail') ?? '', c.req.query())),
  );
  app.post('/ap/journals/present', receivePresentation);
  app.post('/ap/agreements', receiveHonourOffer);
  app.post(
    '/ap/agreements/:tail',
    guarded(async (incoming, c) => receiveHonourAnswer(incoming, c.var.node, c.req.param('tail') ?? '')),
  );
  return app;
}

type Node = NodeEnv['Variables']['node'];

async function receiveRun(incoming: Incoming, node: Node): Promise<Response> {
  const { bank, partner } = incoming;
  const page = readPage(incoming);
  if (!page.ok) return incoming.refuse(page.refusal);
  const { entries, bad } = await verifyItems(partner, page.items);

  const result = await node.signals.commit(async (tx, after) => {
    const opened = await openRun(tx, bank, partner.pairId, entries);
    mustTake(opened?.work.row, incoming);
    const { work } = opened as RunWork;
    if (!keyHolds(work, partner)) throw new Refused('pair_waiting');
    const run = await applyRun(opened as RunWork, entries);
    // What the partner acknowledges need not be sent to it again.
    const acked = work.pair.acks[partner.party].seq;
    const has = Math.max(acked, work.row.sendAfterSeq);
    const deliveredSeq = Math.max(acked, work.row.deliveredSeq);
    work.changes = { ...work.changes, deliveredSeq, sendAfterSeq: has, lastSeenAt: new Date() };
    const written = await work.save();
    await afterWork(work, run.settled, run.ended, after);
    const me = work.pair.me;
    // Mostly the partner lacks nothing but what was just written.
    const own =
      has >= work.asLoaded.heads[me].seq && work.exchanges.size === 0
        ? thatFit(written.map(({ judged: { epoch, seq, hash }, document }) => ({ epoch, seq, hash, document })))
        : await readEntries(tx, bank.id, work.row.id, me, has, RUN_ENTRIES);
    return { run, head: work.pair.heads[partner.party], own };
  });
  await node.partners.ready();
  const last = result.own.at(-1);
  if (last !== undefined) node.senders.get(bank.id, partner.pairId)?.gaveInline(last.seq);
  const refused = result.run.refused ?? bad;
  if (refused !== null && !refused.refusal.retryable) node.refused.byPartner.take(`${bank.id} ${partner.pairId}`);
  return incoming.answer(200, {
    pair: partner.pairId,
    head: result.head,
    known: result.run.known,
    applied: result.run.applied,
    ...(refused !== null && {
      refused: { seq: refused.seq, code: refused.refusal.code, facts: refused.refusal.facts },
    }),
    ...(result.own.length > 0 && { entries: result.own.map((entry) => JSON.parse(entry.document) as JsonObject) }),
  });
}

/**
 * A partner starts: its new session counts from now on, and it hears how far we have its journal.
 * The session is stored before the answer leaves, so that nothing of an older one can come between.
 */
async function receiveOpen(incoming: Incoming, node: Node): Promise<Response> {
  const { bank, partner } = incoming;
  const parsed = parseObject(incoming.body, MAX_ENTRY_BYTES);
  if (!parsed.ok) return incoming.refuse(parsed.refusal);
  const open = openSchema.safeParse(parsed.value);
  if (!open.success)
    return incoming.refuse(refusal('schema_mismatch', { path: open.error.issues[0]?.path.join('.') ?? '' }));
  if (open.data.pair !== partner.pairId) return incoming.refuse(refusal('foreign_pair'));
  const welcome = await node.signals.commit(
    async (tx, after): Promise<{ head: Head; closes: readonly JsonObject[] }> => {
      // A captured greeting that comes again would bring an old session back.
      const fresh = await tx
        .insert(requestNonce)
        .values({
          bankId: bank.id,
          nonce: `${partner.pairId} ${incoming.nonce}`,
          expiresAt: new Date(Date.now() + 15 * 60_000),
        })
        .onConflictDoNothing()
        .returning({ nonce: requestNonce.nonce });
      await tx
        .delete(requestNonce)
        .where(and(eq(requestNonce.bankId, bank.id), sql`${requestNonce.expiresAt} < now()`));
      const work = await PairWork.open(tx, bank, partner.pairId);
      const closed = work?.row.status === 'closed';
      if (work === null || !(closed || isLive(work.row.status))) throw new Refused('agreement_not_active');
      const taken = takeGreeting(work.pair, work.row.mode, open.data, incoming.session, fresh.length === 0);
      if (!taken.ok) throw new Refused(taken.refusal);
      const { session, sendAfter } = taken.welcome;
      const end = closed ? await endOf(tx, work) : null;
      const head = await headWithin(tx, work, partner.party, end);
      const now = new Date();
      work.changes = {
        peerSession: session,
        sendAfterSeq: sendAfter.seq,
        lastSeenAt: now,
        attempts: 0,
        nextAttemptAt: now,
      };
      await work.save();
      await repeatYeses(tx, bank.id, partner.pairId);
      if (closed) await greetOnWhatFollowed(tx, node, incoming, after);
      // A partner that is back is worth trying at once.
      after.push({ kind: 'pair', bankId: bank.id, pairId: partner.pairId });
      return { head, closes: end?.closes ?? [] };
    },
  );
  const { head, closes } = welcome;
  // A bank that was restored to before the end hears of it, and may have to fetch what it lost before.
  const ended = closes.length > 0 && { closes };
  return incoming.answer(200, { pair: partner.pairId, head, nonce: open.data.nonce, ...ended });
}

/** What we compute in front of an entry of either journal, for a partner that looks where the two banks part. */
async function giveStatement(
  incoming: Incoming,
  node: Node,
  name: string,
  { author: bank = '', seq = '' }: Record<string, string | undefined>,
): Promise<Response> {
  const { partner } = incoming;
  const loaded = await mustRead(incoming, node, name);
  const author = partner.core.parties.findIndex((party) => party.bank === bank);
  if (author === -1) throw new Refused('invalid_request', { author: bank });
  if (!/^[1-9][0-9]{0,15}$/.test(seq)) throw new Refused('invalid_request', { seq });
  if (!node.statementRate.take(`${loaded.row.bankId} ${partner.pairId}`)) throw new Refused('too_many_requests');
  const statement = await statementInFront(node.database.db, loaded, author as Party, Number(seq));
  if (statement === null) throw new Refused('not_found');
  return incoming.answer(200, { pair: partner.pairId, seq: Number(seq), statement });
}

/** Our own entries, or the asker's own as they are held here. */
async function giveJournal(
  incoming: Incoming,
  node: Node,
  name: string,
  { after = '0', hash }: Record<string, string | undefined>,
  whose: 'own' | 'peer',
): Promise<Response> {
  const { bank, partner } = incoming;
  const loaded = await mustRead(incoming, node, name);
  // Who reads under no session settles by it, and we may hold more in a moment.
  const early = incoming.session === '-' ? refusedIn(loaded.row.mode, 'close') : null;
  if (early !== null) throw new Refused(early);
  const author: Party = whose === 'own' ? partner.me : partner.party;
  const head = await headWithin(node.database.db, loaded, author, await endOf(node.database.db, loaded));
  if (!/^(0|[1-9][0-9]{0,15})$/.test(after)) return incoming.refuse(refusal('invalid_request', { after }));
  const from = Number(after);
  const place = await headAt(node.database.db, loaded.row, author, from);
  if (place === null || from > head.seq || (hash !== undefined && hash !== place.hash))
    return incoming.answer(409, { pair: partner.pairId, head });
  const entries = await readEntries(node.database.db, bank.id, partner.pairId, author, from, RUN_ENTRIES);
  return incoming.answer(200, {
    pair: partner.pairId,
    head,
    entries: entries.filter(({ seq }) => seq <= head.seq + 1).map((entry) => JSON.parse(entry.document) as JsonObject),
  });
}

async function receiveHonourAnswer(incoming: Incoming, node: Node, name: string): Promise<Response> {
  const parsed = parseObject(incoming.body, MAX_ENTRY_BYTES);
  if (!parsed.ok) return incoming.refuse(parsed.refusal);
  if (`${PAIR}${name}` !== incoming.partner.pairId) return incoming.refuse(refusal('foreign_pair'));
  const type = parsed.value['type'];
  const { bank, partner } = incoming;
  await node.signals.commit((tx, after) =>
    Array.isArray(type) && type[1] === 'Close'
      ? receiveClose(tx, bank, partner, parsed.value, after)
      : receiveAnswer(tx, bank, partner.pairId, parsed.value, after),
  );
  return incoming.answer(200, { pair: incoming.partner.pairId });
}
