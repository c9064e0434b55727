/** Good signatures, bad places: what comes twice or too early, what breaks the chain, and runs of all kinds. */
import type { Head } from '@evenhour/protocol';
import { verifyFork } from '@evenhour/protocol/proof';
import { hashOf, type JsonObject } from '@evenhour/protocol/wire';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowsOf } from '../ledger/ledger.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { evidenceOf, snapshot } from '../testing/town.ts';
import { pay, promised, type Stage, said, setStage, strangeHold, unchanged } from '../testing/watch.ts';

const FAULTS: Record<string, [(partner: FakePartner) => Promise<JsonObject[]>, string, string?]> = {
  'prev names another entry': [(p) => one(p, { prev: anyHash('prev') }), 'chain_fault', 'prev_is_not_my_head'],
  'prev names the agreement again': [(p) => one(p, { prev: genesisOf(p) }), 'chain_fault', 'prev_is_not_my_head'],
  'ack names what was never written': [(p) => one(p, { ack: ack(p, { seq: 99 }) }), 'chain_fault', 'ack_unknown'],
  'ack has the right place and another hash': [
    (p) => one(p, { ack: ack(p, { hash: anyHash('ack') }) }),
    'chain_fault',
    'ack_unknown',
  ],
  'ack is of another epoch': [(p) => one(p, { ack: ack(p, { epoch: 1 }) }), 'chain_fault', 'ack_unknown'],
  'ack goes back': [(p) => one(p, { ack: { epoch: 0, seq: 0, hash: genesisOf(p) } }), 'chain_fault', 'ack_goes_back'],
  'the epoch rises': [(p) => one(p, { epoch: 1 }), 'chain_fault', 'epoch_rises'],
  'a Resume that begins no epoch': [
    async (p) => [await p.write({ kind: 'Resume' })],
    'chain_fault',
    'epoch_does_not_rise',
  ],
  'a second entry at the same place': [(p) => one(p, { seq: p.head.seq }), 'fork'],
  'two entries at one place in one run': [
    async (p) => [await p.sign(p.draftEntry(strangeHold(p))), await p.sign(p.draftEntry(strangeHold(p)))],
    'fork',
  ],
};

let stage: Stage;
let partner: FakePartner;
const breakers = new Map<string, FakePartner>();

beforeAll(async () => {
  const names = Object.keys(FAULTS);
  stage = await setStage(names.length + 1);
  partner = await (stage.partners[0] as FakePartner).agree(stage.town);
  for (const [index, name] of names.entries()) {
    const breaker = await (stage.partners[index + 1] as FakePartner).agree(stage.town);
    // An entry of each side, and ours acknowledges theirs.
    await breaker.run([await breaker.write(strangeHold(breaker))]);
    await breaker.run([await breaker.write(strangeHold(breaker))]);
    breakers.set(name, breaker);
  }
});
afterAll(() => stage?.stop());

function anyHash(of: string): string {
  return hashOf({ of });
}

function genesisOf(p: FakePartner): string {
  return hashOf(p.core as unknown as JsonObject);
}

function ack(p: FakePartner, changes: Partial<Head>): Head {
  return { ...p.townHead, ...changes };
}

async function one(p: FakePartner, place: Parameters<FakePartner['draftEntry']>[1]): Promise<JsonObject[]> {
  return [await p.sign(p.draftEntry(strangeHold(p), place))];
}

const api = (path: string) => stage.town.call('GET', path);
const agreementOf = async (p: FakePartner) => (await api(`/api/agreements/${p.agreementId}`)).body;

describe('what is not next changes nothing and leaves no trace', () => {
  test('an entry that is known is counted as known', async () => {
    const entry = await partner.write(strangeHold(partner));
    expect((await partner.run([entry])).body).toMatchObject({ known: 0, applied: 1 });
    await partner.quiet();
    const again = await unchanged(stage.town, () => partner.run([entry, entry, entry]));
    expect(again.body).toMatchObject({ known: 3, applied: 0, head: partner.head });
    expect(again.body.refused).toBeUndefined();
  });

  test('a known entry under a second proof is the same entry', async () => {
    const draft = partner.draftEntry(strangeHold(partner));
    partner.head = { epoch: 0, seq: draft['seq'] as number, hash: hashOf(draft) };
    await partner.run([await partner.sign(draft)]);
    await partner.quiet();
    const { proof, ...content } = await partner.sign(draft);
    const later = { ...content, proof: { ...(proof as JsonObject), created: '2027-01-01T00:00:00Z' } };
    expect(said(await unchanged(stage.town, () => partner.run([later])))).toBe('200 proof_mismatch');
  });

  const CASES: Record<string, [() => Parameters<FakePartner['draftEntry']>[1], string]> = {
    'one place is left out': [() => ({ seq: partner.head.seq + 2 }), '200 gap'],
    'many places are left out': [() => ({ seq: 1_000_000 }), '200 gap'],
    'a Resume far behind the end': [() => ({ seq: 1, epoch: 7 }), '200 ok'],
    'a newer epoch at a known place': [() => ({ seq: partner.head.seq, epoch: 1 }), '200 ok'],
  };
  test.each(Object.entries(CASES))('%s', async (_name, [place, expected]) => {
    const entries = await one(partner, place());
    const answer = await unchanged(stage.town, () => partner.run(entries));
    expect(said(answer)).toBe(expected);
    expect(answer.body).toMatchObject({ applied: 0, head: partner.head });
  });
});

describe('a fault in the chain halts the pair and is kept', () => {
  test.each(Object.entries(FAULTS))('%s', async (name, [make, code, reason]) => {
    const breaker = breakers.get(name) as FakePartner;
    await breaker.quiet();
    const entries = await make(breaker);
    if (reason === 'ack_unknown') {
      // It may name what we lost. The first time both banks greet, and nothing is kept.
      const doubted = await breaker.run(entries);
      expect(doubted.body.refused).toMatchObject({ code: 'pair_waiting', facts: { reason } });
      await breaker.quiet();
      expect(said(await breaker.run(entries))).toBe('409 stale_session');
      await breaker.greet();
      await breaker.quiet();
    }
    const [rows, kept] = [await snapshot(stage.town.database), await evidenceOf(stage.town.database)];
    const answer = await breaker.run(entries);
    expect(answer.body.refused).toMatchObject({ code, ...(reason !== undefined && { facts: { reason } }) });
    // Of two in one run the first is good and is answered.
    if (entries.length === 1) {
      const after = await snapshot(stage.town.database);
      expect({ ...after, pair: null }).toEqual({ ...rows, pair: null });
    }
    const evidence = await stage.town.database.db.execute(sql`select code, document from evidence order by id`);
    const last = rowsOf<{ code: string; document: string }>(evidence).slice(kept.length);
    if (code === 'fork') {
      const kept = (await api(`/api/agreements/${breaker.agreementId}/evidence`)).body.items;
      expect(kept).toMatchObject([{ code, document: JSON.parse(last[0]?.document ?? '') }]);
      const proven = await verifyFork(kept[0].document as JsonObject);
      expect(proven).toMatchObject({ ok: true, fork: { bank: breaker.actor, seq: entries.at(-1)?.['seq'] } });
      expect(last).toHaveLength(1);
    } else expect(last).toEqual([{ code, document: JSON.stringify(entries.at(-1)) }]);

    const agreement = await agreementOf(breaker);
    expect(agreement).toMatchObject({ mode: 'halted', haltedBecause: expect.stringContaining(`"${code}"`) });
  });

  test('a halted pair takes no entry and no message, but says where it stands', async () => {
    const breaker = breakers.get('the epoch rises') as FakePartner;
    const entry = await breaker.sign(breaker.draftEntry(strangeHold(breaker)));
    const gift = await breaker.gift('moira', 60);
    for (const send of [() => breaker.run([entry]), () => breaker.messages([gift.document])]) {
      const answer = await unchanged(stage.town, send);
      expect([said(answer), answer.signed]).toEqual(['409 pair_halted', true]);
    }
    for (const [path, head] of [
      [`/ap/journals/${breaker.tail}`, breaker.townHead],
      [`/ap/journals/${breaker.tail}/peer?after=1`, breaker.head],
    ] as const) {
      const answer = await unchanged(stage.town, () => breaker.send(path, '', { method: 'GET' }));
      expect([said(answer), answer.signed, answer.body.head]).toEqual(['200 ok', true, head]);
    }
    const greeted = await breaker.greet();
    expect([said(greeted), greeted.signed, greeted.body.head]).toEqual(['200 ok', true, breaker.head]);
    expect(await agreementOf(breaker)).toMatchObject({ mode: 'halted' });
  });

  test('no hour is given into a halted pair', async () => {
    const { host } = breakers.get('the epoch rises') as FakePartner;
    const given = { from: 'moira', to: `loki@${host}`, minutes: 60 };
    const answer = await unchanged(stage.town, () => stage.town.call('POST', '/api/transfers', given));
    expect([answer.status, answer.body.code]).toEqual([409, 'pair_halted']);
  });

  test('the other pairs go on', async () => {
    await pay(partner, 'moira', 1);
  });
});

describe('runs', () => {
  test('the part before a bad entry is applied, and the answer says which was refused', async () => {
    const good = await partner.write(strangeHold(partner, 1));
    const applied = partner.head;
    const next = await partner.write(strangeHold(partner, 1));
    const third = await partner.write(strangeHold(partner, 1));
    const answer = await partner.run([good, { ...next, minutes: 2 }, third]);
    expect(answer.body).toMatchObject({ applied: 1, known: 0, head: applied });
    expect(answer.body.refused).toMatchObject({ seq: next['seq'], code: 'proof_mismatch' });
    const again = await partner.run([good, next, third]);
    expect(again.body).toMatchObject({ applied: 2, known: 1, head: partner.head });
  });

  test('a run that begins too far ahead waits for what is missing', async () => {
    const first = await partner.write(strangeHold(partner, 1));
    const before = { epoch: 0, seq: partner.head.seq - 1, hash: String(first['prev']) };
    const second = await partner.write(strangeHold(partner, 1));
    await partner.quiet();
    const answer = await unchanged(stage.town, () => partner.run([second, first]));
    expect(answer.body).toMatchObject({ applied: 0, head: before, refused: { code: 'gap', seq: second['seq'] } });
    expect((await partner.run([first, second])).body).toMatchObject({ applied: 2 });
  });

  test('the same run ten times at once is applied once', async () => {
    const hold = await promised(partner, 'moira', 7);
    await partner.run([await partner.write(hold)]);
    const post = await partner.write({ kind: 'Post', transfer: hold.transfer, minutes: 7 });
    const before = (await api('/api/members/moira')).body.balance.balanceMinutes;
    const answers = await Promise.all(Array.from({ length: 10 }, () => partner.run([post])));
    expect(answers.map(({ body }) => `${body.applied} ${body.known}`).sort()).toEqual([...Array(9).fill('0 1'), '1 0']);
    expect((await api('/api/members/moira')).body.balance.balanceMinutes).toBe(before + 7);
  });

  test('of two holds for one gift in one run, the second is declined', async () => {
    const hold = await promised(partner, 'moira', 9);
    const twin = { ...hold, transfer: `${hold.transfer}-twin` };
    const answer = await partner.run([await partner.write(hold), await partner.write(twin)]);
    const answers = answer.body.entries
      .slice(-2)
      .map(({ type, transfer }: JsonObject) => [(type as string[])[1], transfer]);
    expect(answers).toEqual([
      ['HoldAccept', hold.transfer],
      ['HoldDecline', twin.transfer],
    ]);
    await partner.run([await partner.write({ kind: 'Post', transfer: hold.transfer, minutes: 9 })]);
  });
});
