/**
 * A pair that a restored bank does not know: its partner presents it, and it is made again.
 *
 * Promises: the partner's keys count because this bank's own signature stands under the agreement that names
 * them; nothing is fetched and no row is written before all of it was checked. The journals follow by recovery.
 * Spec: a pair that the backup does not know.
 *
 * @module
 */
import { other, type Party, refusal } from '@evenhour/protocol';
import { importVerifyingKey, verifyPresentation, verifyRequest } from '@evenhour/protocol/proof';
import { type JsonObject, makePresentation } from '@evenhour/protocol/wire';
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from 'hono';
import { useInvitation } from '../agreement/invitations.ts';
import { insertPair } from '../agreement/service.ts';
import { bankKey, pair as pairTable, standingEntry } from '../db/schema.ts';
import { type Line, whereIs } from '../delivery/line.ts';
import { askPartner, PartnerError, seconds } from '../delivery/partner-client.ts';
import { boundTo, orRefuse, parseObject, readBody, signedAnswer } from '../delivery/way-in.ts';
import { pairLine } from '../journal/pair-store.ts';
import type { NodeEnv } from '../node/env.ts';
import { problemResponse } from '../node/problem.ts';

const MAX_BYTES = 512 * 1024;

/**
 * Shows the pair to the partner, and before it the one that it follows: its position begins with what that one left.
 * `false` when there is nothing to show yet: the agreement lacks a yes.
 */
export async function present(line: Line): Promise<boolean> {
  const { context, bank, partner, row } = line;
  const { db } = context.database;
  const earlier = context.partners.byPair(bank.id, partner.core.predecessor ?? '');
  if (earlier !== undefined) {
    const [before] = await db
      .select(pairLine)
      .from(pairTable)
      .where(whereIs({ bankId: bank.id, id: earlier.pairId }));
    try {
      if (before !== undefined) await present({ ...line, row: before, partner: earlier });
    } catch (error) {
      // It is shown again with the next try; this one may stand without it.
      if (!(error instanceof PartnerError)) throw error;
      line.log.info('The earlier pair could not be presented.', { message: error.message });
    }
  }
  const [yeses] = await db
    .select({ offer: pairTable.offer, accept: pairTable.accept })
    .from(pairTable)
    .where(whereIs(row));
  if (yeses === undefined || yeses.offer === null || yeses.accept === null) return false;
  const all = await db
    .select({
      document: standingEntry.document,
      author: standingEntry.author,
      seq: standingEntry.seq,
      key: sql<string>`${standingEntry.change}->>'key'`,
    })
    .from(standingEntry)
    .where(
      and(
        eq(standingEntry.bankId, bank.id),
        eq(standingEntry.pairId, row.id),
        sql`${standingEntry.kind} = 'Amend' and ${standingEntry.breach} is null and ${standingEntry.change}->>'key' is not null`,
      ),
    )
    .orderBy(standingEntry.seq);
  // Of our own changes, those up to the key that we speak to the partner under, and those that it has said to have.
  const spoken = bank.keyFor(row.id).publicMultikey;
  const upTo = Math.max(row.deliveredSeq, all.find(({ author, key }) => author === row.me && key === spoken)?.seq ?? 0);
  const changes = all.filter(({ author, seq }) => author !== row.me || seq <= upTo);
  const parse = (document: string): JsonObject => JSON.parse(document) as JsonObject;
  const document = makePresentation(
    row.id,
    parse(yeses.offer),
    parse(yeses.accept),
    changes.map((change) => parse(change.document)),
  );
  const url = `${partner.core.parties[partner.party].journal}/present`;
  const newest = changes.findLast(({ author }) => author === row.me)?.key;
  const key = await bank.signingKey(db, newest ?? partner.core.parties[partner.me].key.publicKeyMultibase);
  await askPartner(context.outgoing, bank, partner, 'POST', url, JSON.stringify(document), '-', key);
  return true;
}

/**
 * Takes a presentation. Its sender may be nobody's partner here, so its request is checked with the newest key
 * that the presentation itself shows, once that one stands.
 */
export async function receivePresentation(c: Context<NodeEnv>): Promise<Response> {
  const { node, bank, source } = c.var;
  if (!node.openRate.take(source)) return problemResponse(refusal('too_many_requests'));
  const body = await readBody(c.req.raw, MAX_BYTES);
  if (body === null) return problemResponse(refusal('too_large', { maxBytes: MAX_BYTES }));
  const parsed = parseObject(body, MAX_BYTES);
  if (!parsed.ok) return problemResponse(parsed.refusal);
  const keys = await node.database.db
    .select({ publicKey: bankKey.publicKey })
    .from(bankKey)
    .where(and(eq(bankKey.bankId, bank.id), eq(bankKey.purpose, 'ed25519')));
  const checked = await verifyPresentation(
    parsed.value,
    bank.actor,
    keys.map(({ publicKey }) => publicKey),
  );
  if (!checked.ok) return problemResponse(checked.refusal);
  const { core, pair, me, keys: schedules } = checked.presented;
  const peer: Party = other(me);
  const newest = await importVerifyingKey(schedules[peer].at(-1)?.key ?? '', core.parties[peer].key.id);
  if (!newest.ok) return problemResponse(newest.refusal);
  const headers = Object.fromEntries(c.req.raw.headers);
  const url = `${bank.origin}${new URL(c.req.url).pathname}`;
  const verified = await verifyRequest(
    { method: 'POST', url, headers, body },
    (keyid) => (keyid === newest.key.verificationMethod ? newest.key : undefined),
    seconds(),
  );
  if (!verified.ok) return problemResponse(verified.refusal);

  const presented = schedules[peer];
  const own = schedules[me].map(({ key }) => key);
  const ownKey = own.at(-1) ?? null;
  const offer = parsed.value['offer'] as JsonObject;
  const accept = parsed.value['accept'] as JsonObject;
  const keep = async (): Promise<Response> => {
    await node.signals.commit(async (tx, after) => {
      const where = and(eq(pairTable.bankId, bank.id), eq(pairTable.id, pair));
      const [known] = await tx
        .select({ status: pairTable.status, presented: pairTable.presented, ownKey: pairTable.ownKey })
        .from(pairTable)
        .where(where)
        .for('no key update');
      if (known !== undefined) {
        // A key that was shown once is not taken back.
        const longer = (known.presented?.length ?? 0) <= presented.length;
        const newer = known.ownKey === null || own.includes(known.ownKey);
        await tx
          .update(pairTable)
          .set({
            presented: longer ? presented : known.presented,
            ownKey: newer ? ownKey : known.ownKey,
            // The backup was made between the two yeses.
            ...(known.status === 'offered' && {
              status: 'active' as const,
              accept: JSON.stringify(accept),
              honourPending: null,
              attempts: 0,
              nextAttemptAt: new Date(),
            }),
          })
          .where(where);
      } else
        await insertPair(tx, bank, core, me, {
          status: 'active',
          offer: JSON.stringify(offer),
          accept: JSON.stringify(accept),
          honourPending: null,
          // The bank that made the invitation is the one that said the second yes.
          invitationId:
            offer['actor'] === bank.actor ? null : await useInvitation(tx, bank, String(offer['invitation'])),
          presented,
          ownKey,
        });
      after.push({ kind: 'partners' }, { kind: 'banks' }, { kind: 'pair', bankId: bank.id, pairId: pair });
    });
    await node.banks.reload();
    const now = node.banks.byId(bank.id) ?? bank;
    return signedAnswer(now.keyFor(pair), boundTo(headers), 200, { pair });
  };
  return orRefuse(keep, problemResponse);
}
