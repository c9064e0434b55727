/** What a pair holds after an entry: transfers, views, statements, and the facts of a refusal. */
import { describe, expect, test } from 'vitest';
import { holdBody, TestBank, testTerms } from '../../testing/bank.ts';
import { hashOfKey } from '../../wire/canonical.ts';
import { type Received, statementFor } from './decide.ts';
import { type Body, type Entry, other, type Party, type Statement } from './entry.ts';
import { MAX_BACKLOG, MAX_OPEN_HOLDS, startPair } from './pair.ts';

const terms = { ...testTerms([600, 300]), recovery: [hashOfKey('r0'), hashOfKey('r1')] as const };
const keyChange = { newKey: 'k', recoveryKey: 'r0', nextRecovery: 'n', recoverySignature: 'z' };

function twoBanks(limits: readonly [number, number] = [600, 300]): [TestBank, TestBank] {
  const of = { ...terms, limits: testTerms(limits).limits };
  return [new TestBank(of, 0), new TestBank(of, 1)];
}

/** One party writes by the rules, and the other receives it. */
function say(banks: readonly [TestBank, TestBank], party: Party, body: Body): Received {
  const written = banks[party].write(body);
  if (!written.ok) throw new Error(written.refusal.code);
  return banks[other(party)].receive(written.appended.entry);
}

/** The code and the facts of a breach at the reader. */
function breachOf(reader: TestBank, entry: Entry): object | null {
  const received = reader.receive(entry);
  if (received.outcome !== 'appended') throw new Error(received.refusal.code);
  return received.breach && { code: received.breach.code, ...received.breach.facts };
}

test('a pair begins with nobody suspended and the features of the agreement', () => {
  const view = startPair({ ...terms, features: ['routing'] }, 0).views[1];
  expect(view).toMatchObject({ suspended: [false, false], features: [['routing'], ['routing']] });
});

test('a transfer is what its entries said, place by place', () => {
  const banks = twoBanks();
  say(banks, 0, { ...holdBody('t1', 60), reverses: 't0' } as Body);
  expect(banks[1].transfer(0, 't1')).toEqual({
    debtor: 0,
    id: 't1',
    minutes: 60,
    payerRef: 'p',
    payeeRef: 'q',
    detail: 'd',
    reverses: 't0',
    hold: 1,
    holdCounts: true,
    accepted: null,
    declined: null,
    declineCode: null,
    posted: null,
    postedMinutes: null,
    voided: null,
    receipted: null,
    unclaimed: false,
  });
  say(banks, 0, holdBody('t2', 1));
  expect(banks[1].transfer(0, 't2')?.reverses).toBe(null);
  say(banks, 1, { kind: 'HoldAccept', transfer: 't1' });
  say(banks, 1, { kind: 'HoldDecline', transfer: 't2', code: 'terms_unknown' });
  say(banks, 0, { kind: 'Post', transfer: 't1', minutes: 50 });
  say(banks, 1, { kind: 'Receipt', transfer: 't1', unclaimed: true });
  for (const bank of banks) {
    expect(bank.transfer(0, 't1')).toMatchObject({
      accepted: 1,
      posted: 3,
      postedMinutes: 50,
      receipted: 3,
      unclaimed: true,
    });
    expect(bank.transfer(0, 't2')).toMatchObject({ declined: 2, declineCode: 'terms_unknown' });
  }
});

describe('an Amend', () => {
  const CHANGES: [string, Body, object][] = [
    ['the limit', { kind: 'Amend', limitMinutes: 5 }, { limits: [600, 5] }],
    ['the end of a suspension', { kind: 'Amend', suspended: false }, { suspended: [false, false] }],
    ['the features', { kind: 'Amend', features: ['routing'] }, { features: [['routing'], []] }],
    [
      'the key',
      { kind: 'Amend', keyChange, recoveryVerified: true },
      { keys: ['k', 'z6MkB'], recovery: ['n', hashOfKey('r1')] },
    ],
  ];

  test.each(CHANGES)('changes %s and nothing else', (_name, body, changed) => {
    const banks = twoBanks();
    say(banks, 0, { kind: 'Amend', suspended: true });
    const before = banks[1].pair.views[1];
    expect(before.suspended).toEqual([false, true]);
    say(banks, 0, body);
    expect(banks[1].pair.views[1]).toEqual({ ...before, ...changed, cut: [2, 0] });
  });
});

describe('a statement', () => {
  test.each<[string, (said: Statement) => Statement]>([
    ['the debt', (said) => ({ ...said, debtMinutes: said.debtMinutes + 1 })],
    ['what it has open', (said) => ({ ...said, openMinutes: { ...said.openMinutes, own: 1 } })],
    ['what the other has open', (said) => ({ ...said, openMinutes: { ...said.openMinutes, peer: 0 } })],
    ['its limit', (said) => ({ ...said, limitMinutes: { ...said.limitMinutes, own: 1 } })],
    ["the other's limit", (said) => ({ ...said, limitMinutes: { ...said.limitMinutes, peer: 1 } })],
    ['its own head', (said) => ({ ...said, heads: { ...said.heads, own: said.heads.peer } })],
    ['the head of the other', (said) => ({ ...said, heads: { ...said.heads, peer: said.heads.own } })],
    ['the epoch of a head', (said) => ({ ...said, heads: { ...said.heads, own: { ...said.heads.own, epoch: 1 } } })],
    ['the place of a head', (said) => ({ ...said, heads: { ...said.heads, own: { ...said.heads.own, seq: 9 } } })],
    ['the hash of a head', (said) => ({ ...said, heads: { ...said.heads, own: { ...said.heads.own, hash: 'x' } } })],
  ])('that differs in %s alone is noticed, and new holds wait', (_name, bend) => {
    const banks = twoBanks();
    const [leith, gracia] = banks;
    say(banks, 1, { kind: 'Amend', limitMinutes: 500 });
    say(banks, 0, holdBody('t1', 60));
    say(banks, 1, { kind: 'Checkpoint', statement: statementFor(gracia.pair) });
    expect(leith.agreed).toEqual([true]);
    const statement = statementFor(gracia.pair);
    expect(leith.receive(gracia.cheat({ kind: 'Checkpoint', statement: bend(statement) })).outcome).toBe('appended');
    expect(leith.agreed).toEqual([true, false]);
    const held = leith.write(holdBody('t2', 1));
    expect(held).toMatchObject({ ok: false, refusal: { code: 'pair_reconciling', facts: { seq: 3 } } });
    say(banks, 1, { kind: 'Checkpoint', statement: statementFor(gracia.pair) });
    expect(leith.pair).not.toHaveProperty('differs');
    expect(leith.write(holdBody('t2', 1)).ok).toBe(true);
  });
});

describe('a cut', () => {
  test('does not have the Post that its writer had not seen: no Receipt for it', () => {
    const banks = twoBanks();
    const [leith, gracia] = banks;
    say(banks, 0, holdBody('t1', 60));
    say(banks, 1, { kind: 'HoldAccept', transfer: 't1' });
    const early = gracia.forge({ kind: 'Receipt', transfer: 't1', unclaimed: false });
    leith.write({ kind: 'Post', transfer: 't1', minutes: 60 });
    expect(breachOf(leith, early)).toEqual({ code: 'not_posted', transfer: 't1' });
  });

  test('has a Hold of the other bank from the ack that names it on', () => {
    const banks = twoBanks();
    const [leith, gracia] = banks;
    const before = gracia.forge({ kind: 'Void', transfer: 't1' });
    const held = leith.write(holdBody('t1', 60));
    const twin = leith.copy();
    expect(breachOf(twin, before)).toEqual({ code: 'hold_not_open', transfer: 't1' });
    if (held.ok) gracia.receive(held.appended.entry);
    expect(breachOf(leith, gracia.forge({ kind: 'Void', transfer: 't1' }))).toEqual({
      code: 'not_the_debtor',
      transfer: 't1',
    });
  });

  test('with an ended hold of this name is not about that of the other bank', () => {
    const banks = twoBanks();
    say(banks, 0, holdBody('t1', 60));
    say(banks, 1, holdBody('t1', 60));
    say(banks, 1, { kind: 'Void', transfer: 't1' });
    expect(breachOf(banks[0], banks[1].cheat({ kind: 'Void', transfer: 't1' }))).toMatchObject({
      code: 'hold_not_open',
    });
  });
});

test('a hold that ends makes room for another when as many are open as may be', () => {
  const banks = twoBanks();
  const hold = (id: number): Body => holdBody(`t${id}`, 1);
  for (let id = 1; id <= MAX_OPEN_HOLDS; id++) say(banks, 0, hold(id));
  const full = { ok: false, refusal: { code: 'too_many_open', facts: { transfer: 't900', open: MAX_OPEN_HOLDS } } };
  expect(banks[0].write(hold(900))).toMatchObject(full);
  say(banks, 0, { kind: 'Void', transfer: 't1' });
  say(banks, 1, { kind: 'HoldDecline', transfer: 't2', code: 'payee_unavailable' });
  say(banks, 0, hold(901));
  say(banks, 0, hold(902));
  expect(banks[0].write(hold(900))).toMatchObject(full);
});

test('with a thousand entries that the partner has not acknowledged only holds wait', () => {
  const [leith, gracia] = twoBanks();
  const amend: Body = { kind: 'Amend', suspended: false };
  for (let count = 1; count < MAX_BACKLOG; count++) leith.write(amend);
  const last = leith.write(holdBody('t1', 1));
  expect(last.ok).toBe(true);
  const refused = { ok: false, refusal: { code: 'backlog', facts: { waiting: MAX_BACKLOG } } };
  expect(leith.write(holdBody('t2', 1))).toMatchObject(refused);
  expect(leith.write(amend).ok).toBe(true);
  // One acknowledgement of them all, and holds go on.
  for (const entry of leith.journals[0]) gracia.receive(entry);
  const answer = gracia.write(amend);
  if (answer.ok) leith.receive(answer.appended.entry);
  expect(leith.write(holdBody('t2', 1)).ok).toBe(true);
});

test('a bank does not receive what it wrote itself, and does not begin an epoch by write', () => {
  const [leith] = twoBanks();
  expect(() => leith.receive(leith.forge({ kind: 'Resume' }))).toThrow('its own');
  expect(() => leith.write({ kind: 'Resume' })).toThrow('resume()');
});

test('a refusal says which entry, and what was expected', () => {
  const banks = twoBanks();
  const [leith, gracia] = banks;
  say(banks, 0, holdBody('t1', 60));
  const hold = holdBody('t2', 60);
  const [known] = leith.journals[0] as [Entry];
  const CASES: [Entry, object][] = [
    [known, { code: 'known_already', facts: { epoch: 0, seq: 1 } }],
    [leith.forge(hold, { seq: 1 }), { code: 'fork', facts: { epoch: 0, seq: 1, held: known.hash } }],
    [leith.forge(hold, { seq: 1, epoch: 3 }), { code: 'stale_epoch', facts: { epoch: 3, seq: 1 } }],
    [leith.forge(hold, { seq: 4 }), { code: 'gap', facts: { epoch: 0, seq: 4, expected: 2 } }],
    [
      leith.forge(hold, { prev: 'x' }),
      { code: 'chain_fault', facts: { epoch: 0, seq: 2, reason: 'prev_is_not_my_head' } },
    ],
  ];
  for (const [entry, refusal] of CASES) expect(gracia.receive(entry)).toMatchObject({ refusal });
  expect(breachOf(gracia, leith.cheat(holdBody('t3', 541)))).toEqual({
    code: 'limit_reached',
    transfer: 't3',
    limitMinutes: 600,
    roomMinutes: 540,
  });
  expect(breachOf(gracia, leith.cheat({ kind: 'Fulfil', transfer: 't1', minutes: 1, certificate: '' }))).toEqual({
    code: 'not_supported',
    feature: 'routing',
  });
});
