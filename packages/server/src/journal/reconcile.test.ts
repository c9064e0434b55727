/** A partner that states another figure: the entry that the two banks count differently is found, once. */
import type { Statement } from '@evenhour/protocol';
import type { JsonObject } from '@evenhour/protocol/wire';
import { and, eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { evidence, pair as pairTable, standingEntry } from '../db/schema.ts';
import { examine } from '../node/doctor.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import type { Reply, Seen } from '../testing/fake-server.ts';
import { until } from '../testing/town.ts';
import { pay, type Stage, said, setStage, strangeHold } from '../testing/watch.ts';
import { statementInFront } from './earlier.ts';
import { readPair } from './pair-store.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage(7);
});
afterAll(() => stage?.stop());
afterEach(() => {
  vi.restoreAllMocks();
  for (const { replies } of stage.partners) for (const route of Object.keys(replies)) delete replies[route as 'open'];
});

const db = () => stage.town.database.db;
const api = (path: string) => stage.town.call('GET', path);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A partner whose journal has a dozen entries: hours, a limit, holds that were declined, a statement of ours. */
async function busy(index: number): Promise<FakePartner> {
  const partner = await (stage.partners[index] as FakePartner).agree(stage.town);
  for (const minutes of [30, 60, 45]) await pay(partner, 'moira', minutes);
  await partner.run([await partner.write(strangeHold(partner))]);
  await stage.town.call('POST', `/api/agreements/${partner.agreementId}/statement`);
  await partner.quiet();
  await partner.run([await partner.write({ kind: 'Amend', limitMinutes: 540 })]);
  await partner.run([await partner.write(strangeHold(partner))]);
  for (const minutes of [5, 10]) await pay(partner, 'moira', minutes);
  await partner.quiet();
  return partner;
}

/** Asks the town what it computes in front of an entry. */
function ask(partner: FakePartner, seq: number | string, author = partner.actor, more: object = {}) {
  const path = `/ap/journals/${partner.tail}/statement?author=${encodeURIComponent(author)}&seq=${seq}`;
  return partner.send(path, '', { method: 'GET', ...more });
}

/** Says in a Checkpoint that one entry from `broken` on was counted as a minute more. */
async function dispute(partner: FakePartner, minutes = 1): Promise<void> {
  const loaded = await readPair(db(), stage.town.bank.id, partner.pair);
  if (loaded === null) throw new Error('no pair');
  const { views, heads } = loaded.pair;
  const theirs = views[partner.me];
  const debt = partner.me === 0 ? theirs.debt : -theirs.debt;
  const [own, peer] = [partner.me, partner.me === 0 ? 1 : 0] as const;
  const statement: Statement = {
    heads: { own: heads[own], peer: partner.townHead },
    debtMinutes: debt + minutes,
    openMinutes: { own: theirs.openMinutes[own], peer: theirs.openMinutes[peer] },
    limitMinutes: { own: theirs.limits[own], peer: theirs.limits[peer] },
  };
  await partner.run([await partner.write({ kind: 'Checkpoint', statement })]);
}

/** Answers the questions of the town as a bank would that counts the entry `broken` as a minute more. */
function countsDifferently(partner: FakePartner, broken: number): { readonly asked: number[] } {
  const asked: number[] = [];
  partner.replies.other = async (seen: Seen): Promise<Reply> => {
    const { searchParams } = new URL(seen.path, partner.origin);
    const seq = Number(searchParams.get('seq'));
    asked.push(seq);
    const right = (await ask(partner, seq)).body.statement as Statement;
    const debtMinutes = right.debtMinutes + (seq > broken ? 1 : 0);
    return { body: { pair: partner.pair, seq, statement: { ...right, debtMinutes } as unknown as JsonObject } };
  };
  return { asked };
}

const found = async (partner: FakePartner) =>
  (
    await db()
      .select({ document: evidence.document })
      .from(evidence)
      .where(and(eq(evidence.pairId, partner.pair), eq(evidence.code, 'reconciliation')))
  ).map(({ document }) => JSON.parse(document) as JsonObject);

describe('what a bank computes in front of an earlier entry', () => {
  let partner: FakePartner;
  beforeAll(async () => {
    partner = await busy(0);
  });

  test('is what it would state there, whether or not a statement of ours stands before it', async () => {
    const loaded = await readPair(db(), stage.town.bank.id, partner.pair);
    if (loaded === null) throw new Error('no pair');
    let debt = 0;
    const entries = await db()
      .select({ seq: standingEntry.seq, kind: standingEntry.kind, minutes: standingEntry.minutes })
      .from(standingEntry)
      .where(and(eq(standingEntry.pairId, partner.pair), eq(standingEntry.author, partner.me)))
      .orderBy(standingEntry.seq);
    for (const { seq, kind, minutes } of entries) {
      const statement = await statementInFront(db(), loaded, partner.me, seq);
      expect(statement).toMatchObject({ heads: { own: { seq: seq - 1 } }, debtMinutes: debt });
      if (kind === 'Post') debt += minutes ?? 0;
    }
    expect(debt).toBe(150);
    const amended = entries.findIndex(({ kind }) => kind === 'Amend');
    const limit = async (seq: number) => (await statementInFront(db(), loaded, partner.me, seq))?.limitMinutes.peer;
    expect([await limit(amended + 1), await limit(amended + 2)]).toEqual([600, 540]);
    const [own] = [loaded.pair.heads[loaded.pair.me].seq];
    const ours = await statementInFront(db(), loaded, loaded.pair.me, own);
    expect(ours).toMatchObject({ heads: { own: { seq: own - 1 } }, limitMinutes: { own: 540, peer: 600 } });
  });

  test('is told to the partner of the pair, under no session or the present one', async () => {
    const answer = await ask(partner, 3);
    expect([answer.status, answer.signed]).toEqual([200, true]);
    expect(answer.body).toMatchObject({ pair: partner.pair, seq: 3, statement: { debtMinutes: 30 } });
    expect(said(await ask(partner, 3, partner.actor, { session: '-' }))).toBe('200 ok');
    expect(said(await ask(partner, 3, partner.actor, { session: 'older' }))).toBe('409 stale_session');
    expect(said(await ask(partner, 1, stage.town.bank.actor))).toBe('200 ok');
  });

  test('is not told of what there is not', async () => {
    for (const seq of ['0', '-1', '1.5', 'all', '', '01'])
      expect(said(await ask(partner, seq))).toMatch(/invalid_request/);
    expect(said(await ask(partner, partner.head.seq + 1))).toMatch(/not_found/);
    expect(said(await ask(partner, 1, `${stage.town.origin}/ap/other`))).toMatch(/invalid_request/);
    const other = `/ap/journals/${'A'.repeat(43)}/statement?author=${encodeURIComponent(partner.actor)}&seq=1`;
    expect(said(await partner.send(other, '', { method: 'GET' }))).toMatch(/foreign_pair/);
  });

  test('is not computed without end', async () => {
    const { statementRate } = stage.town.node.context;
    for (let n = 0; n < 60; n++) statementRate.take(`${stage.town.bank.id} ${partner.pair}`);
    expect(said(await ask(partner, 1))).toMatch(/429 too_many_requests/);
  });
});

describe('a partner that states another figure', () => {
  test('is asked where it parts from us; the entry is kept once, and people are told', async () => {
    const partner = await busy(1);
    const { asked } = countsDifferently(partner, 6);
    await dispute(partner);
    const [entry] = await until(async () => {
      const list = await found(partner);
      return list.length > 0 ? list : null;
    });
    expect(entry).toMatchObject({ actor: partner.actor, seq: 6 });
    expect(asked.length).toBeLessThanOrEqual(Math.ceil(Math.log2(partner.head.seq)));
    const { body } = await api(`/api/agreements/${partner.agreementId}`);
    expect(body.statement).toMatchObject({ agrees: false, partsAtSeq: 6 });
    const checks = await examine(stage.town.node.context, stage.town.bank);
    const says = checks.find(({ id, ok }) => id.startsWith('statement:') && !ok)?.says;
    expect(says).toContain("The two towns count entry 6 of Fakeham's journal differently.");

    // The same disagreement, stated again and again: it is looked for once more, and not at once.
    const before = asked.length;
    for (let n = 0; n < 3; n++) await dispute(partner);
    await partner.quiet();
    await pause(200);
    expect(asked.length).toBe(before);
    const now = Date.now;
    vi.spyOn(Date, 'now').mockImplementation(() => now() + 61_000);
    await dispute(partner);
    await until(async () => asked.length > before);
    await pause(200);
    const after = asked.length;
    await dispute(partner);
    await partner.quiet();
    await pause(200);
    expect(asked.length).toBe(after);
    expect(await found(partner)).toHaveLength(1);

    await dispute(partner, 0);
    expect((await api(`/api/agreements/${partner.agreementId}`)).body.statement).toMatchObject({
      agrees: true,
      partsAtSeq: null,
    });
  });

  test.each<[string, number, Reply | 'elsewhere']>([
    ['nonsense', 2, { body: { statement: [] } }],
    ['a statement of another place', 3, 'elsewhere'],
    ['nothing', 4, { drop: true }],
    ['that it does not know the question', 5, { status: 404, unsigned: true }],
    ['that it does not count so much', 6, { status: 413, body: { code: 'too_large', title: 'Ask for less.' } }],
  ])('and answers with %s keeps nothing waiting, and nothing is kept', async (_name, index, reply) => {
    const partner = await busy(index);
    let asked = 0;
    partner.replies.other = async ({ path }) => {
      asked += 1;
      if (reply !== 'elsewhere') return reply;
      const seq = Number(new URL(path, partner.origin).searchParams.get('seq'));
      return { body: { pair: partner.pair, seq, statement: (await ask(partner, seq - 1)).body.statement } };
    };
    await dispute(partner);
    await until(async () => asked === 1);
    await pay(partner, 'moira', 3);
    await partner.quiet();
    const [row] = await db().select().from(pairTable).where(eq(pairTable.id, partner.pair));
    expect(row).toMatchObject({ mode: 'open', attempts: 0, lastError: null, statementAgrees: false });
    expect(await found(partner)).toEqual([]);
    // Not again at once.
    expect(asked).toBe(1);
  });
});
