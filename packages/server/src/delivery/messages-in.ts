import type { ExchangeMessage, JsonObject } from '@evenhour/protocol/wire';
import { receiveStep, receiveTalk, type StepResult } from '../exchange/across-in.ts';
import { exchangesSince, stepsOf } from '../exchange/across-log.ts';
import type { NodeContext } from '../node/env.ts';
import { Refused } from '../node/refused.ts';
import {
  type IncomingMessage,
  isGift,
  isOffer,
  isStep,
  isTalk,
  knownOf,
  receiveAnswers,
  receiveOffers,
} from '../transfer/gifts.ts';
import { answersTo } from '../transfer/transfer-store.ts';
import { afterWork } from './after.ts';
import { mustBeOpen, mustRead, openFor, readPage } from './taking.ts';
import { verifyMessage } from './verified.ts';
import type { Incoming } from './way-in.ts';

/** Takes a page of messages: gifts, steps and words. */
export async function receiveMessages(incoming: Incoming, node: Pick<NodeContext, 'signals'>): Promise<Response> {
  const { bank, partner } = incoming;
  const page = readPage(incoming);
  if (!page.ok) return incoming.refuse(page.refusal);
  const refusedItems: { id: string; applied: false; code: string }[] = [];
  const good: IncomingMessage<ExchangeMessage>[] = [];
  const checked = await Promise.all(page.items.map((item) => verifyMessage(partner, item)));
  for (const [index, result] of checked.entries()) {
    const item = page.items[index] as JsonObject;
    if (result.ok) good.push(result.incoming);
    else refusedItems.push({ id: String(item['id'] ?? ''), applied: false, code: result.refusal.code });
  }
  const gifts = good.filter(isGift);
  const offers = gifts.filter(isOffer);
  const others = gifts.filter((item) => !isOffer(item));
  const [steps, talk] = [good.filter(isStep), good.filter(isTalk)];
  const { results, answers } = await node.signals.commit(async (tx, after) => {
    const results: StepResult[] = [];
    const answers: string[] = [];
    await mustBeOpen(tx, incoming);
    if (others.length > 0) {
      const [work, known] = await Promise.all([openFor(tx, incoming), knownOf(tx, bank.id, partner.pairId, others)]);
      const applied = await receiveAnswers(work, others, known);
      work.changes = { ...work.changes, lastSeenAt: new Date() };
      await work.save();
      await afterWork(work, [], applied.ended, after);
      results.push(...applied.results);
    }
    if (offers.length > 0) {
      const pair = { id: partner.pairId, core: partner.core, me: partner.me };
      const peerHost = new URL(partner.core.parties[partner.party].bank).host;
      const taken = await receiveOffers({ tx, bank, pair, peerHost }, offers);
      results.push(...taken.results);
      answers.push(...taken.answers.map((answer) => answer.document));
      // An offer that came before is answered with the same message as then.
      const answered = new Set(taken.answers.map((answer) => answer.exchangeId));
      const again = offers.map(({ message }) => message.exchange).filter((exchange) => !answered.has(exchange));
      answers.push(...(await answersTo(tx, bank.id, partner.pairId, again)));
    }
    // The pair is locked before any exchange, as everywhere.
    if (steps.length + talk.length > 0) await openFor(tx, incoming);
    for (const step of steps) results.push(await receiveStep(tx, bank, partner.pairId, step, after));
    for (const words of talk) results.push(await receiveTalk(tx, bank, partner.pairId, words));
    return { results, answers };
  });
  const all = [...results, ...refusedItems].map((result) => JSON.parse(JSON.stringify(result)) as JsonObject);
  return incoming.answer(200, {
    pair: partner.pairId,
    results: all,
    messages: answers.map((document) => JSON.parse(document) as JsonObject),
  });
}

/** The exchanges that the partner may have to compare with its own. */
export async function listExchanges(
  incoming: Incoming,
  node: Pick<NodeContext, 'database'>,
  name: string,
  { since = '', after = '' }: Record<string, string | undefined>,
): Promise<Response> {
  const { row } = await mustRead(incoming, node, name);
  const from = new Date(since);
  if (Number.isNaN(from.getTime())) throw new Refused('invalid_request', { since });
  const { exchanges, more } = await exchangesSince(node.database.db, row.bankId, row.id, from, after);
  return incoming.answer(200, { pair: row.id, exchanges, ...(more && { more }) });
}

/** The steps of one side of an exchange. */
export async function giveLog(
  incoming: Incoming,
  node: Pick<NodeContext, 'database'>,
  name: string,
  { exchange = '', side = '', after = '0' }: Record<string, string | undefined>,
): Promise<Response> {
  const { row } = await mustRead(incoming, node, name);
  const place = Number(after);
  if ((side !== 'giver' && side !== 'receiver') || !Number.isSafeInteger(place) || place < 0)
    throw new Refused('invalid_request', { side, after });
  const messages = await stepsOf(node.database.db, row.bankId, row.id, exchange, side, place);
  if (messages === null) throw new Refused('not_found');
  return incoming.answer(200, { pair: row.id, exchange, messages });
}
