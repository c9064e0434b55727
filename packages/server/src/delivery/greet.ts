/**
 * The greeting: a new session, and what the partner holds of our journal.
 *
 * Promises: nothing is sent or written before the partner has signed how far it holds our journal; a bank that its
 * partner knows better than it does itself recovers first; one that hears that the pair is over reads both journals
 * before it takes that; a partner that knows a newer key of ours than our journal names is spoken to under that one
 * from then on. Spec: start and greeting, keys, the end of a pair.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { afterGreeting, refusal } from '@evenhour/protocol';
import type { SigningKey } from '@evenhour/protocol/proof';
import type { JsonObject } from '@evenhour/protocol/wire';
import { type Closes, readCloses } from '../agreement/ending.ts';
import { carryOver } from '../agreement/successor.ts';
import { KEY_IS_OLDER } from '../bank/keys.ts';
import { pair as pairTable } from '../db/schema.ts';
import { compareLogs } from '../exchange/across-log.ts';
import { heldHash } from '../journal/pair-store.ts';
import { PairWork } from '../journal/pair-work.ts';
import { recoverPair } from '../recovery/recovery.ts';
import { afterWork, greeted } from './after.ts';
import { delivered, isForged, isLive, type Line, readHead, readObjects, whereIs } from './line.ts';
import { askPartner, PartnerError } from './partner-client.ts';

export async function greet(line: Line): Promise<void> {
  const { context, bank, partner, row, log } = line;
  const session = randomBytes(32).toString('base64url');
  const nonce = randomBytes(32).toString('base64url');
  const url = `${partner.core.parties[partner.party].journal}/open`;
  const body = JSON.stringify({ pair: row.id, session, nonce });
  const answer = await underKnown(line, (key) =>
    askPartner(context.outgoing, bank, partner, 'POST', url, body, session, key),
  );
  if (answer['pair'] !== row.id || answer['nonce'] !== nonce)
    throw new PartnerError('bad_answer', 'the greeting was answered for something else');
  const answered = readHead(answer['head']);
  const said = readObjects(answer['closes']).slice(0, 2);
  const recovers =
    afterGreeting(answered, await heldHash(context.database.db, row, answered)).next === 'recover' || said.length > 0;
  // Before anything is written: what we lost of the exchanges. A recovery does so itself.
  if (!recovers && isLive(row.status)) await compareLogs(asKnown(line, session));
  const outcome = await context.signals.commit(async (tx, after): Promise<'open' | Closes | null> => {
    const work = await PairWork.open(tx, bank, row.id);
    if (work === null || work.row.mode !== 'waiting') return null;
    const { next } = afterGreeting(answered, await heldHash(tx, work.row, answered));
    const heard = { mySession: session, lastSeenAt: new Date() };
    if (next === 'recover') {
      // Not yet counted as a success: what the partner names it has still to present.
      work.changes = { ...heard, mode: 'recovering' };
      await work.save();
      after.push({ kind: 'pair', bankId: bank.id, pairId: row.id });
      return null;
    }
    const knows = { ...heard, ...delivered(work.row, context.bank(bank.id) ?? bank, answered) };
    if (said.length > 0) {
      // We wait until both journals were read: how far our own is held does not tell what we lost of the partner's.
      const closes = await readCloses(bank, context.partners.byPair(bank.id, row.id) ?? partner, said);
      work.changes = knows;
      await work.save();
      return closes;
    }
    work.changes = { ...knows, attempts: 0, lastError: null, mode: 'open' };
    await work.save();
    await carryOver(tx, bank, work.row, work.core);
    await greeted(tx, bank, work.row, after);
    await afterWork(work, [], [], after);
    return 'open';
  });
  if (outcome === 'open') log.info('Greeted the partner; the pair is open.');
  else if (outcome !== null) await recoverPair({ ...line, row: { ...row, mySession: session } }, outcome);
}

/** The line under the session and the key that were just found good. */
function asKnown(line: Line, mySession: string): Line {
  const { context, bank, partner, row } = line;
  const now = { bank: context.bank(bank.id) ?? bank, partner: context.partners.byPair(bank.id, row.id) ?? partner };
  return { ...line, ...now, row: { ...row, mySession } };
}

/**
 * Asks under the key that the partner is known to know, and under one newer key after the other while the signature is
 * refused: a database that was restored may have forgotten a change that the partner has taken. Only its own signed
 * answer says so. Throws a {@link PartnerError} that tells the operator to bring a key when none that is held is good.
 */
async function underKnown(line: Line, work: (key: SigningKey) => Promise<JsonObject>): Promise<JsonObject> {
  const { bank, row, context } = line;
  const known = bank.keyFor(row.id);
  try {
    return await work(known);
  } catch (error) {
    if (!isForged(error)) throw error;
  }
  // A newer one may have been brought a moment ago.
  await context.reloadBanks();
  for (const key of context.bank(bank.id)?.keysFor(row.id) ?? []) {
    if (key.publicMultikey === known.publicMultikey) continue;
    try {
      const answer = await work(key);
      await note(line, key);
      return answer;
    } catch (error) {
      if (isForged(error)) continue;
      // It refuses something else, with its signature: the key is good.
      if (error instanceof PartnerError && error.code === 'refused') await note(line, key);
      throw error;
    }
  }
  const says = `${KEY_IS_OLDER} ${new URL(row.peerOrigin).host} knows a newer one: bring it from its key file with evenhour bank rotate-key.`;
  throw new PartnerError('bad_answer', says, { refusal: refusal('signature_mismatch') });
}

/** From now on the partner is spoken to under this key, also by the node's other processes. */
async function note({ context, bank, row, log }: Line, { publicMultikey }: SigningKey): Promise<void> {
  await context.signals.commit(async (tx, after) => {
    await tx.update(pairTable).set({ ownKey: publicMultikey }).where(whereIs(row));
    after.push({ kind: 'banks' });
  });
  await context.reloadBanks();
  log.warning('The partner knows a newer key of this bank than this database did.', { pair: row.id, bank: bank.id });
}
