/**
 * The greeting: a new session, and what the partner holds of our journal.
 *
 * Promises: nothing is sent or written before the partner has signed how far it holds our journal; a
 * bank that its partner knows better than it does itself recovers first. Spec: start and greeting.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { afterGreeting } from '@evenhour/protocol';
import { carryOver } from '../agreement/successor.ts';
import { heldHash } from '../journal/pair-store.ts';
import { PairWork } from '../journal/pair-work.ts';
import { afterWork, greeted } from './after.ts';
import { type Line, readHead } from './line.ts';
import { askPartner, PartnerError } from './partner-client.ts';

export async function greet({ context, bank, partner, row, log }: Line): Promise<void> {
  const session = randomBytes(32).toString('base64url');
  const nonce = randomBytes(32).toString('base64url');
  const url = `${partner.core.parties[partner.party].journal}/open`;
  const body = JSON.stringify({ pair: row.id, session, nonce });
  const answer = await askPartner(context.outgoing, bank, partner, 'POST', url, body, session);
  if (answer['pair'] !== row.id || answer['nonce'] !== nonce)
    throw new PartnerError('bad_answer', 'the greeting was answered for something else');
  const answered = readHead(answer['head']);
  const opened = await context.signals.commit(async (tx, after) => {
    const work = await PairWork.open(tx, bank, row.id);
    if (work === null || work.row.mode !== 'waiting') return false;
    const { next } = afterGreeting(answered, await heldHash(tx, work.row, answered));
    const heard = { mySession: session, attempts: 0, lastError: null, lastSeenAt: new Date() };
    if (next === 'recover') {
      work.changes = { ...heard, mode: 'recovering' };
      await work.save();
      after.push({ kind: 'pair', bankId: bank.id, pairId: row.id });
      return false;
    }
    work.changes = { ...heard, mode: 'open', deliveredSeq: answered.seq, sendAfterSeq: answered.seq };
    await work.save();
    await carryOver(tx, bank, work.row, work.core);
    await greeted(tx, bank, work.row, after);
    await afterWork(work, [], [], after);
    return true;
  });
  if (opened) log.info('Greeted the partner; the pair is open.');
}
