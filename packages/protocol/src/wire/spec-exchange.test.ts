/**
 * Page 6 of the specification against the code, and the steps of page 3 as one exchange that two banks tell alike.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { AgreementCore } from '../core/agreement/agreement.ts';
import { CROSSING, foldExchange, type Logs, type Side, type Step } from '../core/exchange/exchange.ts';
import { type StepMessage, takeStep } from '../core/exchange/log.ts';
import { exchangeDiagram, exchangeTable } from '../testing/exchange-table.ts';
import { canonical, hashOf } from './canonical.ts';
import { pairOf } from './entry.ts';
import { decodeExchangeMessage } from './messages.ts';
import { detailOfHold, type HoldDetails, STEP_TYPES } from './steps.ts';
import type { JsonObject } from './strict-json.ts';

const page = (name: string): string => readFileSync(new URL(`../../../../docs/spec/${name}`, import.meta.url), 'utf8');
const exchangePage = page('06-exchange.md');

function rows(head: string): string[][] {
  const [, after = ''] = exchangePage.split(`${head}\n`);
  const lines = after.split('\n').slice(1);
  return lines.slice(0, lines.indexOf('')).map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.replaceAll('`', '')),
  );
}

test('the table, the diagram and the order are those of the code', () => {
  expect(rows('| state | act | by | leads to |')).toEqual(exchangeTable());
  expect(exchangePage).toContain(`\`\`\`mermaid\n${exchangeDiagram()}\n\`\`\``);
  expect(exchangePage).toContain(`\`\`\`text\n${CROSSING.join(', ')}\n\`\`\``);
});

test('the types of each act are those of the code', () => {
  expect(rows('| act | types | says |').map(([act, types]) => [act, types])).toEqual(
    Object.entries(STEP_TYPES).map(([act, types]) => [act, types.join(', ')]),
  );
});

const documents = [...page('03-messages.md').matchAll(/^```json\n([\s\S]*?)\n```$/gm)].map(
  (found) => JSON.parse(found[1] as string) as JsonObject,
);
const only = (kind: string): JsonObject =>
  documents.find((each) => Array.isArray(each['type']) && each['type'][1] === kind) as JsonObject;
const core = only('HonourOffer')['core'] as unknown as AgreementCore;

function read(kind: string): { message: StepMessage; side: Side; hash: string } {
  const decoded = decodeExchangeMessage(core, pairOf(core).pair, only(kind));
  if (!decoded.ok || decoded.message.kind !== 'Step') throw new Error(`${kind} is no step`);
  return { message: decoded.message, side: decoded.author === 1 ? 'receiver' : 'giver', hash: hashOf(only(kind)) };
}

const LIFE = ['ExchangeOffer', 'ExchangeCounter', 'ExchangeAccept', 'Claim', 'ClaimUpdate', 'ClaimAccept'];

test.each([
  ['is confirmed', LIFE, 'confirmed'],
  ['is declined instead', ['ExchangeOffer', 'ExchangeReject'], 'declined'],
  ['is taken back instead', ['ExchangeOffer', 'ExchangeWithdraw'], 'cancelled'],
  ['is called off instead', [...LIFE.slice(0, 3), 'ExchangeCancel'], 'cancelled'],
  ['is contested instead', [...LIFE.slice(0, 4), 'ClaimReject'], 'disputed'],
])('the exchange of page 3 %s', (_name, kinds, status) => {
  const logs: Record<Side, (Step & { readonly hash: string })[]> = { giver: [], receiver: [] };
  for (const { message, side, hash } of kinds.map(read)) {
    const own = logs[side];
    const held = {
      hashes: own.map((step) => step.hash),
      seen: own.at(-1)?.seen ?? 0,
      written: logs[side === 'giver' ? 'receiver' : 'giver'].length,
    };
    expect(takeStep(held, message, hash)).toEqual({ take: 'append' });
    own.push({ n: message.n, seen: message.seen, act: message.act, hash });
  }
  expect(foldExchange(logs as Logs).status).toBe(status);
});

test('the detail of page 6 is that of the hold for the exchange of page 3', () => {
  const [asked, said] = [read('ExchangeOffer').message, read('ExchangeCounter').message];
  if (said.act.kind !== 'Counter' || asked.beginning === null) throw new Error('not as shown');
  const details: HoldDetails = {
    exchange: asked.exchange,
    part: 1,
    minutes: said.act.terms.minutes,
    payerRef: asked.member?.ref ?? '',
    payeeRef: said.member?.ref ?? '',
    agreed: { side: 'giver', n: 1, terms: said.act.terms },
  };
  expect(exchangePage).toContain(`\`\`\`text\n${canonical(details as unknown as JsonObject)}\n\`\`\``);
  expect(exchangePage).toContain(`the detail is \`${detailOfHold(asked.beginning.salt, details)}\``);
});
