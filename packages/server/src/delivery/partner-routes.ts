/**
 * The endpoints that partner banks write to: journals, greetings and exchange messages.
 *
 * Promises: a run is applied up to its first entry that is not one; the answer names the head that
 * is applied after the commit and carries our own answering run; the same request again changes
 * nothing and gets the same kind of answer. Spec: delivery and repair, open.
 *
 * @module
 */
import { type Head, type Party, type Refusal, refusal } from '@evenhour/protocol';
import { verifyEntry, verifyExchangeMessage, verifyRequest } from '@evenhour/protocol/proof';
import { type JsonObject, openSchema, runSchema } from '@evenhour/protocol/wire';
import { and, eq, sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import { checkOffer, checkPublishedKey, receiveAnswer, receiveOffer } from '../agreement/service.ts';
import { exchangeMessage, pair as pairTable, requestNonce } from '../db/schema.ts';
import { applyMessages, type IncomingMessage } from '../exchange/gifts.ts';
import { readEntries, readPair } from '../journal/pair-store.ts';
import { PairWork } from '../journal/pair-work.ts';
import { applyRun, type IncomingEntry } from '../journal/settle.ts';
import type { NodeEnv } from '../node/env.ts';
import { problemResponse } from '../node/problem.ts';
import { Refused, refusalOf } from '../node/refused.ts';
import { afterWork } from './after.ts';
import { seconds } from './partner-client.ts';
import { isLive, RUN_ENTRIES, tail } from './sender.ts';
import { type Incoming, MAX_RUN_BYTES, parseObject, readBody, signedAnswer, wayIn } from './way-in.ts';

const PAIR = 'urn:evenhour:pair:';
const MAX_ENTRY_BYTES = 64 * 1024;

export function partnerRoutes(): Hono<NodeEnv> {
  const app = new Hono<NodeEnv>();

  const guarded =
    (handle: (incoming: Incoming, c: Context<NodeEnv>) => Promise<Response>) =>
    async (c: Context<NodeEnv>): Promise<Response> => {
      const node = c.var.node;
      const way = await wayIn(c.req.raw, c.var.bank, node.partners, node.refusedRate, c.var.source);
      if (!way.ok) return way.response;
      try {
        return await handle(way.incoming, c);
      } catch (error) {
        const refused = refusalOf(error);
        if (refused === null) throw error;
        return way.incoming.refuse(refused);
      }
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
    guarded(async (incoming, c) =>
      giveJournal(incoming, c.var.node, c.req.param('tail') ?? '', c.req.query('after'), 'own'),
    ),
  );
  app.get(
    '/ap/journals/:tail/peer',
    guarded(async (incoming, c) =>
      giveJournal(incoming, c.var.node, c.req.param('tail') ?? '', c.req.query('after'), 'peer'),
    ),
  );
  app.post(
    '/ap/exchanges',
    guarded(async (incoming, c) => receiveMessages(incoming, c.var.node)),
  );
  app.post('/ap/agreements', receiveHonourOffer);
  app.post(
    '/ap/agreements/:tail',
    guarded(async (incoming, c) => receiveHonourAnswer(incoming, c.var.node, c.req.param('tail') ?? '')),
  );
  return app;
}

type Node = NodeEnv['Variables']['node'];

/** The items of a posted page, each parsed and small enough by itself. */
function readPage(incoming: Incoming): { ok: true; items: JsonObject[] } | { ok: false; refusal: Refusal } {
  const parsed = parseObject(incoming.body, MAX_RUN_BYTES);
  if (!parsed.ok) return parsed;
  const page = runSchema.safeParse(parsed.value);
  if (!page.success)
    return { ok: false, refusal: refusal('schema_mismatch', { path: page.error.issues[0]?.path.join('.') ?? '' }) };
  const { partner } = incoming;
  if (page.data.partOf !== `${partner.core.parties[partner.party].journal}/${tail(partner.pairId)}`)
    return { ok: false, refusal: refusal('foreign_pair', { partOf: page.data.partOf }) };
  // The parsed values keep the order and the members of what was signed.
  return { ok: true, items: (parsed.value['orderedItems'] as readonly JsonObject[]).slice() };
}

async function receiveRun(incoming: Incoming, node: Node): Promise<Response> {
  const { bank, partner } = incoming;
  const page = readPage(incoming);
  if (!page.ok) return incoming.refuse(page.refusal);
  const { entries, bad } = await verifyItems(incoming, page.items);

  const result = await node.signals.commit(async (tx, after) => {
    const work = await openFor(tx, incoming);
    const run = await applyRun(work, entries);
    work.changes = { ...work.changes, lastSeenAt: new Date() };
    await work.save();
    await afterWork(work, run.settled, run.ended, after);
    const me = work.pair.me;
    const has = Math.max(work.pair.acks[partner.party].seq, work.row.deliveredSeq);
    const own = await readEntries(tx, bank.id, work.row.id, me, has, RUN_ENTRIES);
    return { run, head: work.pair.heads[partner.party], own };
  });
  const last = result.own.at(-1);
  if (last !== undefined) node.senders.get(bank.id, partner.pairId)?.gaveInline(last.seq);
  const refused = result.run.refused ?? bad;
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

/** Verifies the items in parallel. What follows the first bad one is left out. */
async function verifyItems(
  incoming: Incoming,
  items: readonly JsonObject[],
): Promise<{ entries: IncomingEntry[]; bad: { seq: number; refusal: Refusal } | null }> {
  const { partner } = incoming;
  const checked = await Promise.all(
    items.map(async (item) => {
      const document = JSON.stringify(item);
      if (document.length > MAX_ENTRY_BYTES)
        return { ok: false as const, refusal: refusal('too_large', { maxBytes: MAX_ENTRY_BYTES }) };
      const verified = await verifyEntry(partner.core, partner.pairId, partner.party, item, partner.key);
      return verified.ok ? { ok: true as const, entry: { entry: verified.entry, document } } : verified;
    }),
  );
  const entries: IncomingEntry[] = [];
  for (const [index, item] of checked.entries()) {
    if (!item.ok) {
      const seq = items[index]?.['seq'];
      return { entries, bad: { seq: typeof seq === 'number' ? seq : 0, refusal: item.refusal } };
    }
    entries.push(item.entry);
  }
  return { entries, bad: null };
}

/** Locks the pair for a partner's request in its present session. */
async function openFor(tx: Parameters<typeof readPair>[0], incoming: Incoming): Promise<PairWork> {
  const work = await PairWork.open(tx, incoming.bank, incoming.partner.pairId);
  if (work === null || !isLive(work.row.status)) throw new Refused('agreement_not_active');
  if (work.row.mode === 'halted') throw new Refused('pair_halted');
  if (work.row.mode === 'waiting') throw new Refused('pair_waiting');
  if (work.row.peerSession === '' || work.row.peerSession !== incoming.session) throw new Refused('stale_session');
  return work;
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
  if (open.data.session !== incoming.session) return incoming.refuse(refusal('stale_session'));
  const head = await node.signals.commit(async (tx, after): Promise<Head> => {
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
    if (fresh.length === 0) throw new Refused('known_already');
    await tx.delete(requestNonce).where(and(eq(requestNonce.bankId, bank.id), sql`${requestNonce.expiresAt} < now()`));
    const work = await PairWork.open(tx, bank, partner.pairId);
    if (work === null || !isLive(work.row.status)) throw new Refused('agreement_not_active');
    await tx
      .update(pairTable)
      .set({ peerSession: open.data.session, lastSeenAt: new Date(), attempts: 0, nextAttemptAt: new Date() })
      .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, partner.pairId)));
    // A partner that is back is worth trying at once.
    after.push({ kind: 'pair', bankId: bank.id, pairId: partner.pairId });
    return work.pair.heads[partner.party];
  });
  return incoming.answer(200, { pair: partner.pairId, head, nonce: open.data.nonce });
}

/** Our own entries, or the asker's own as they are held here. */
async function giveJournal(
  incoming: Incoming,
  node: Node,
  name: string,
  after: string | undefined,
  whose: 'own' | 'peer',
): Promise<Response> {
  const { bank, partner } = incoming;
  if (`${PAIR}${name}` !== partner.pairId) return incoming.refuse(refusal('foreign_pair'));
  const loaded = await readPair(node.database.db, bank.id, partner.pairId);
  if (loaded === null) return incoming.refuse(refusal('not_found'));
  const author: Party = whose === 'own' ? partner.me : partner.party;
  const head = loaded.pair.heads[author];
  const from = after === undefined ? 0 : Number(after);
  if (!Number.isSafeInteger(from) || from < 0)
    return incoming.refuse(refusal('invalid_request', { after: after ?? '' }));
  if (from > head.seq) return incoming.answer(409, { pair: partner.pairId, head });
  const entries = await readEntries(node.database.db, bank.id, partner.pairId, author, from, RUN_ENTRIES);
  return incoming.answer(200, {
    pair: partner.pairId,
    head,
    entries: entries.map((entry) => JSON.parse(entry.document) as JsonObject),
  });
}

async function receiveMessages(incoming: Incoming, node: Node): Promise<Response> {
  const { bank, partner } = incoming;
  const page = readPage(incoming);
  if (!page.ok) return incoming.refuse(page.refusal);
  const refusedItems: { id: string; applied: false; code: string }[] = [];
  const good: IncomingMessage[] = [];
  const checked = await Promise.all(
    page.items.map((item) => verifyExchangeMessage(partner.core, partner.pairId, partner.party, item, partner.key)),
  );
  for (const [index, result] of checked.entries()) {
    const item = page.items[index] as JsonObject;
    if (result.ok) good.push({ message: result.message, hash: result.hash, document: JSON.stringify(item) });
    else refusedItems.push({ id: String(item['id'] ?? ''), applied: false, code: result.refusal.code });
  }
  const { results, answers } = await node.signals.commit(async (tx, after) => {
    const work = await openFor(tx, incoming);
    const applied = await applyMessages(work, good);
    work.changes = { ...work.changes, lastSeenAt: new Date() };
    await work.save();
    await afterWork(work, [], applied.ended, after);
    // An offer that came before is answered with the same message as then.
    const asked = good.map(({ message }) => message.exchange);
    const stored = await tx
      .select({ document: exchangeMessage.document })
      .from(exchangeMessage)
      .where(
        and(
          eq(exchangeMessage.bankId, bank.id),
          eq(exchangeMessage.pairId, partner.pairId),
          eq(exchangeMessage.direction, 'out'),
          sql`${exchangeMessage.exchangeId} in (select jsonb_array_elements_text(${JSON.stringify(asked)}::jsonb))`,
        ),
      );
    return { results: applied.results, answers: stored };
  });
  return incoming.answer(200, {
    pair: partner.pairId,
    results: [...results, ...refusedItems],
    messages: answers.map((row) => JSON.parse(row.document) as JsonObject),
  });
}

/**
 * The first yes of a bank that opened our invitation. It is no partner yet, so its request is
 * checked with the key that the offer itself carries, once the offer's proof and the invitation
 * stand; that key must be the one which the bank's own actor publishes.
 */
async function receiveHonourOffer(c: Context<NodeEnv>): Promise<Response> {
  const { node, bank, source } = c.var;
  if (!node.openRate.take(source)) return problemResponse(refusal('too_many_requests'));
  const body = await readBody(c.req.raw, MAX_ENTRY_BYTES);
  if (body === null) return problemResponse(refusal('too_large', { maxBytes: MAX_ENTRY_BYTES }));
  const parsed = parseObject(body, MAX_ENTRY_BYTES);
  if (!parsed.ok) return problemResponse(parsed.refusal);
  try {
    const offer = await checkOffer(node.database.db, bank, parsed.value);
    const headers = Object.fromEntries(c.req.raw.headers);
    const url = `${bank.origin}${new URL(c.req.url).pathname}`;
    const verified = await verifyRequest(
      { method: 'POST', url, headers, body },
      (keyid) => (keyid === offer.key.verificationMethod ? offer.key : undefined),
      seconds(),
    );
    if (!verified.ok) return problemResponse(verified.refusal);
    await checkPublishedKey(node.outgoing, offer.peer);
    await node.signals.commit((tx, after) => receiveOffer(tx, bank, offer, JSON.stringify(parsed.value), after));
    const bound = { signatureInput: headers['signature-input'] ?? '', signature: headers['signature'] ?? '' };
    return await signedAnswer(bank, bound, 200, { pair: offer.pair });
  } catch (error) {
    const refused = refusalOf(error);
    if (refused === null) throw error;
    return problemResponse(refused);
  }
}

async function receiveHonourAnswer(incoming: Incoming, node: Node, name: string): Promise<Response> {
  const parsed = parseObject(incoming.body, MAX_ENTRY_BYTES);
  if (!parsed.ok) return incoming.refuse(parsed.refusal);
  if (`${PAIR}${name}` !== incoming.partner.pairId) return incoming.refuse(refusal('foreign_pair'));
  await node.signals.commit((tx, after) =>
    receiveAnswer(tx, incoming.bank, incoming.partner.pairId, parsed.value, after),
  );
  return incoming.answer(200, { pair: incoming.partner.pairId });
}
