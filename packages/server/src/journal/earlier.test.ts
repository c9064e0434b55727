/** What a bank computes in front of an entry of a partner that acknowledges nothing: page by page, with an end. */
import { type Head, minutes, ZERO } from '@evenhour/protocol';
import { configureSync } from '@logtape/logtape';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evidence, pair as pairTable } from '../db/schema.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { until } from '../testing/town.ts';
import { type Stage, said, setStage } from '../testing/watch.ts';
import { MAX_FOLDED, PAGE } from './earlier.ts';

let stage: Stage;
let partner: FakePartner;
/** The town's head that the partner goes on to acknowledge, whatever the town writes. */
let ack: Head;

const limitAt = (seq: number) => 100 + (seq % 400);

/** Writes changes of the limit, each to another one, up to a place. */
async function writeUpTo(last: number): Promise<void> {
  while (partner.head.seq < last) {
    const run = [];
    while (run.length < 250 && partner.head.seq < last) {
      const limitMinutes = limitAt(partner.head.seq + 1);
      run.push(await partner.write({ kind: 'Amend', limitMinutes }, { ack }));
    }
    const answer = await partner.run(run);
    expect(said(answer)).toBe('200 ok');
  }
}

function ask(seq: number) {
  const path = `/ap/journals/${partner.tail}/statement?author=${encodeURIComponent(partner.actor)}&seq=${seq}`;
  return partner.send(path, '', { method: 'GET', session: '-' });
}

beforeAll(async () => {
  stage = await setStage(1);
  partner = await (stage.partners[0] as FakePartner).agree(stage.town);
  ack = partner.townHead;
});
afterAll(() => stage?.stop());

test('is the same at the end of a page, on the next one and after it', async () => {
  await writeUpTo(PAGE + 3);
  for (const seq of [2, PAGE, PAGE + 1, PAGE + 2, PAGE + 3]) {
    const { body } = await ask(seq);
    expect([seq, body.statement.limitMinutes.own]).toEqual([seq, 600]);
    expect([seq, body.statement.limitMinutes.peer]).toEqual([seq, limitAt(seq - 1)]);
  }
});

test('is refused where it would be counted without end', async () => {
  await writeUpTo(MAX_FOLDED + 2);
  expect(said(await ask(MAX_FOLDED + 1))).toBe('200 ok');
  const refused = await ask(MAX_FOLDED + 2);
  expect([refused.signed, said(refused)]).toEqual([true, '413 too_large']);
});

test('ends our own search in plain words, and nobody is asked', async () => {
  await writeUpTo(2 * MAX_FOLDED + 4);
  const said: string[] = [];
  configureSync({
    reset: true,
    sinks: { said: ({ level, properties }) => said.push(`${level} ${String(properties['message'])}`) },
    loggers: [
      { category: 'evenhour', lowestLevel: 'info', sinks: ['said'] },
      { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: [] },
    ],
  });
  let asked = 0;
  partner.replies.other = () => {
    asked += 1;
    return { status: 404, body: { code: 'not_found', title: 'Nothing.' } };
  };
  const figures = { openMinutes: { own: ZERO, peer: ZERO }, limitMinutes: { own: minutes(600), peer: minutes(600) } };
  const statement = { heads: { own: partner.head, peer: ack }, debtMinutes: 5, ...figures };
  await partner.run([await partner.write({ kind: 'Checkpoint', statement }, { ack })]);
  await until(async () => said.some((line) => /^info the partner acknowledges too little of our journal/.test(line)));
  expect(said.filter((line) => line.startsWith('error'))).toEqual([]);
  expect(asked).toBe(0);
  const db = stage.town.database.db;
  expect(await db.select().from(evidence)).toEqual([]);
  expect((await db.select().from(pairTable))[0]).toMatchObject({ mode: 'open', statementAgrees: false });
});
