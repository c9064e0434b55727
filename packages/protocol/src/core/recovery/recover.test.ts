import { describe, expect, test } from 'vitest';
import { holdBody, TestBank, testTerms } from '../../testing/bank.ts';
import { statementFor } from '../journal/decide.ts';
import { type Body, type Entry, other, type Party, type VerifiedEntry } from '../journal/entry.ts';
import { isRecovering, owesAnswer, startPair } from '../journal/pair.ts';
import { recover } from './recover.ts';
import { replay } from './replay.ts';

const terms = testTerms([600, 600]);
const accept = (transfer: string): Body => ({ kind: 'HoldAccept', transfer });
const post = (transfer: string): Body => ({ kind: 'Post', transfer, minutes: 60 });

/** Leith (0) holds t1, Gràcia (1) accepts, Leith posts: three entries that both have. */
function twoBanks(): [TestBank, TestBank] {
  const banks: [TestBank, TestBank] = [new TestBank(terms, 0), new TestBank(terms, 1)];
  say(banks, 0, holdBody('t1', 60));
  say(banks, 1, accept('t1'));
  say(banks, 0, post('t1'));
  return banks;
}

function oneHold(): TestBank {
  const bank = new TestBank(terms, 0);
  bank.write(holdBody('t1', 60));
  return bank;
}

function say(banks: readonly [TestBank, TestBank], party: Party, body: Body, arrives = true): Entry {
  const written = banks[party].write(body);
  if (!written.ok) throw new Error(written.refusal.code);
  if (arrives) expect(banks[other(party)].receive(written.appended.entry).outcome).toBe('appended');
  return written.appended.entry;
}

const hashes = (bank: TestBank): string[][] => bank.journals.map((journal) => journal.map((entry) => entry.hash));

describe('what the partner holds comes back', () => {
  test.each([0, 1, 2, 3])('from a backup of %i entries', (kept) => {
    const banks = twoBanks();
    const [leith, gracia] = banks;
    const backup = new TestBank(terms, 0);
    const order = [leith.journals[0][0], leith.journals[1][0], leith.journals[0][1]] as Entry[];
    for (const entry of order.slice(0, kept)) {
      if (entry.author === 1) backup.receive(entry);
      else backup.write(entry.body);
    }
    const recovered = backup.recover(gracia);
    expect(recovered.ok && recovered.reapplied.map(({ appended }) => appended.entry.hash)).toEqual(
      order.slice(kept).map((entry) => entry.hash),
    );
    expect(recovered.ok && recovered.dropped).toEqual([[], []]);
    expect(backup.pair).toEqual(leith.pair);
    expect([...backup.book]).toEqual([...leith.book]);
  });

  test('what only the backup holds stays', () => {
    const banks = twoBanks();
    say(banks, 0, holdBody('t2', 30), false);
    const { pair } = banks[0];
    const before = hashes(banks[0]);
    const recovered = banks[0].recover(banks[1]);
    expect(recovered.ok && recovered.reapplied).toEqual([]);
    expect(hashes(banks[0])).toEqual(before);
    expect(banks[0].pair).toEqual(pair);
  });

  test('a breach is a breach again', () => {
    const [leith, gracia] = twoBanks();
    gracia.receive(leith.cheat(holdBody('t9', 9999)));
    const backup = new TestBank(terms, 0);
    const recovered = backup.recover(gracia);
    expect(recovered.ok && recovered.reapplied.map(({ breach }) => breach?.code ?? null)).toEqual([
      null,
      null,
      null,
      'limit_reached',
    ]);
    expect(backup.pair.views).toEqual(leith.pair.views);
  });
});

describe('what does not stand any more is named', () => {
  test('a stale Resume, once the partner holds another entry at its place', () => {
    const banks = twoBanks();
    const [leith, gracia] = banks;
    const backup = leith.copy();
    say(banks, 0, holdBody('t2', 30));
    const stale = backup.resume(5);
    expect(gracia.receive(stale)).toMatchObject({ outcome: 'not_next', refusal: { code: 'stale_epoch' } });
    const recovered = backup.recover(gracia);
    expect(recovered.ok && recovered.dropped.map((list) => list.map((entry) => entry.hash))).toEqual([
      [stale.hash],
      [],
    ]);
    const fresh = backup.resume(8);
    expect(fresh.seq).toBe(stale.seq + 1);
    expect(gracia.receive(fresh).outcome).toBe('appended');
  });

  test('a branch of an earlier life that was given up: the partner went on with a Resume', () => {
    const banks = twoBanks();
    const [leith, gracia] = banks;
    const oldest = leith.copy();
    const lost = ['t2', 't3'].map((id) => say(banks, 0, holdBody(id, 30), false));
    gracia.receive(oldest.resume(3));
    // A backup of the life before comes back.
    const recovered = leith.recover(gracia);
    expect(recovered.ok && recovered.dropped).toEqual([lost, []]);
    expect(leith.transfer(0, 't2')).toBe(undefined);
    expect(hashes(leith)).toEqual(hashes(gracia));
  });

  test("the partner's branch that I once took, when my own journal acknowledges the other", () => {
    const banks = twoBanks();
    const [leith, gracia] = banks;
    const [truth, witness] = [leith.copy(), gracia.copy()];
    const late = say(banks, 0, holdBody('t2', 30));
    witness.receive(truth.resume(3));
    say([truth, witness], 1, { kind: 'Receipt', transfer: 't1', unclaimed: false });
    // A backup that holds the late entry comes back.
    const recovered = gracia.recover(truth);
    expect(recovered.ok && recovered.dropped).toEqual([[late], []]);
    expect(hashes(gracia)).toEqual(hashes(truth));
    expect(gracia.transfer(0, 't2')).toBe(undefined);
  });

  test('what I took stays, when nothing of mine acknowledges the other branch', () => {
    const banks = twoBanks();
    const [leith, gracia] = banks;
    const other = leith.copy();
    const taken = say(banks, 0, holdBody('t2', 30));
    other.resume(3);
    const recovered = gracia.recover(other);
    expect(recovered.ok && recovered.dropped).toEqual([[], []]);
    expect(gracia.journals[0].at(-1)).toEqual(taken);
  });
});

describe('what cannot come from two honest banks is refused', () => {
  test('an entry of mine at a place where the backup has another of the same epoch', () => {
    const banks = twoBanks();
    const [leith, gracia] = banks;
    const twin = leith.copy();
    const one = say(banks, 0, holdBody('t2', 30));
    const two = say([twin, gracia], 0, holdBody('t3', 30), false);
    expect(twin.recover(gracia)).toMatchObject({
      ok: false,
      next: 'halt',
      refusal: { code: 'fork' },
      fork: [two, one],
    });
  });

  test('another entry of the partner at a place that I hold', () => {
    const banks = twoBanks();
    const [leith, gracia] = banks;
    const twin = gracia.copy();
    leith.receive(gracia.forge({ kind: 'Receipt', transfer: 't1', unclaimed: false }));
    const held = leith.journals[1].at(-1) as Entry;
    const shown = say([leith, twin], 1, holdBody('u1', 5), false);
    expect(leith.recover(twin)).toMatchObject({ ok: false, refusal: { code: 'fork' }, fork: [held, shown] });
  });

  test('an ack of an entry of mine that the partner does not present', () => {
    const [leith, gracia] = twoBanks();
    const liar = gracia.copy();
    liar.write({ kind: 'Receipt', transfer: 't1', unclaimed: false });
    liar.journals[0].pop();
    const backup = new TestBank(terms, 0);
    expect(backup.recover(liar)).toMatchObject({
      ok: false,
      next: 'halt',
      refusal: { code: 'chain_fault', facts: { reason: 'ack_unknown' } },
    });
    expect(leith.journals[0]).toHaveLength(2);
  });

  test('my entries without the entries of the partner that they acknowledge', () => {
    const [, gracia] = twoBanks();
    const liar = gracia.copy();
    liar.journals[1].pop();
    expect(new TestBank(terms, 0).recover(liar)).toMatchObject({
      ok: false,
      next: 'halt',
      refusal: { facts: { reason: 'acknowledges_what_is_missing' } },
    });
  });

  test('a hole in a journal', () => {
    const banks = twoBanks();
    say(banks, 0, holdBody('t2', 30));
    const liar = banks[1].copy();
    liar.journals[0].splice(1, 1);
    expect(new TestBank(terms, 0).recover(liar)).toMatchObject({
      ok: false,
      next: 'halt',
      refusal: { facts: { reason: 'not_my_next' } },
    });
  });
});

test.each<[string, string, TestBank]>([
  ['the fold of a backup', 'from_the_beginning', twoBanks()[0]],
  ['the fold of a backup that has one journal only', 'from_the_beginning', oneHold()],
  ['an empty pair', 'halt', new TestBank(terms, 0)],
])('what does not fit %s: %s', (_name, next, backup) => {
  const stray = backup.forge(holdBody('t9', 1), { author: 1, seq: 7 }) as VerifiedEntry;
  const { pair, book: transfers } = backup;
  const recovered = recover({ pair, transfers, backup: [[], []], partner: [[], [stray]] });
  expect(recovered).toMatchObject({ ok: false, next, fork: null });
});

describe('a partner that took an entry and shows another at its place', () => {
  test.each([
    ['and shows its own ack of the first', true],
    ['and hides it, when the backup holds it', false],
  ])('%s', (_name, shows) => {
    const banks = twoBanks();
    const [leith, gracia] = banks;
    const fresh = leith.copy().resume(3);
    say(banks, 0, holdBody('t2', 30));
    say(banks, 1, accept('t2'));
    const liar = gracia.copy();
    liar.journals[0][2] = fresh;
    if (!shows) liar.journals[1].pop();
    const backup = leith.copy();
    if (shows) backup.journals[1].pop();
    expect(backup.recover(liar)).toMatchObject({
      ok: false,
      next: 'halt',
      refusal: { code: 'chain_fault', facts: { reason: 'partner_withholds' } },
    });
  });
});

describe('an entry of mine that does not continue my journal ends the replay', () => {
  const ack = { epoch: 0, seq: 0, hash: terms.genesis };
  test.each<[string, Partial<Entry>, string | null]>([
    ['the next one', {}, null],
    ['another past', { prev: 'elsewhere' }, 'not_my_next'],
    ['another number', { seq: 3 }, 'not_my_next'],
    ['another writer', { author: 1 }, 'not_my_next'],
    ['an epoch that rises', { epoch: 5 }, 'epoch'],
    ['a Resume that raises none', { body: { kind: 'Resume' } }, 'epoch'],
    ['a Resume', { epoch: 5, body: { kind: 'Resume' } }, null],
    ['an ack with another hash', { ack: { ...ack, hash: 'another' } }, 'ack'],
    ['an ack of another epoch', { ack: { ...ack, epoch: 3 } }, 'ack'],
    ['an ack of what is not there', { ack: { ...ack, seq: 7 } }, 'acknowledges_what_is_missing'],
  ])('%s', (_name, change, reason) => {
    const entry = new TestBank(terms, 0).forge(holdBody('t1', 1), change);
    const replayed = replay(startPair(terms, 0), new Map(), [[entry], []]);
    expect(replayed.fault?.['reason'] ?? null).toBe(reason);
    expect(replayed.steps).toHaveLength(reason === null ? 1 : 0);
  });

  test('an older epoch after a Resume', () => {
    const bank = new TestBank(terms, 0);
    bank.resume(2);
    const late = bank.forge(holdBody('t1', 1), { epoch: 0 });
    expect(replay(bank.pair, new Map(), [[late], []]).fault).toMatchObject({ reason: 'epoch' });
  });
});

describe('the barrier after a Resume', () => {
  function restored(): [TestBank, TestBank] {
    const [leith, gracia] = twoBanks();
    const backup = leith.copy();
    gracia.receive(backup.resume(1));
    return [backup, gracia];
  }

  test('ends with an ack of its number and hash, and of nothing less', () => {
    const [leith, gracia] = restored();
    const before = gracia.copy();
    const earlier = before.forge({ kind: 'Receipt', transfer: 't1', unclaimed: false }, { ack: leith.pair.acks[1] });
    expect(isRecovering(leith.pair)).toBe(true);
    expect(leith.receive(earlier).outcome).toBe('appended');
    expect(isRecovering(leith.pair)).toBe(true);
    const wrong = before.forge(accept('x'), {
      seq: 3,
      prev: earlier.hash,
      ack: { ...gracia.pair.heads[0], hash: 'another' },
    });
    expect(leith.receive(wrong)).toMatchObject({ outcome: 'fault', refusal: { facts: { reason: 'ack_unknown' } } });
    expect(isRecovering(leith.pair)).toBe(true);
  });

  test('a Resume is owed one answer', () => {
    const [leith, gracia] = restored();
    expect(owesAnswer(gracia.pair)).toBe(true);
    say([leith, gracia], 1, { kind: 'Receipt', transfer: 't1', unclaimed: false });
    expect(owesAnswer(gracia.pair)).toBe(false);
    expect(isRecovering(leith.pair)).toBe(false);
  });

  test('two Resumes that cross are answered by two Checkpoints, and by nothing else', () => {
    const [leith, gracia] = twoBanks();
    const [mine, theirs] = [leith.resume(1), gracia.resume(2)];
    expect(leith.write({ kind: 'Checkpoint', statement: statementFor(leith.pair) }).ok).toBe(false);
    leith.receive(theirs);
    gracia.receive(mine);
    const answers = [leith, gracia].map((bank) => {
      const other: Body = { kind: 'Amend', limitMinutes: 1 };
      expect(bank.write(other)).toMatchObject({ ok: false, refusal: { code: 'pair_recovering' } });
      return say([leith, gracia], bank.party, { kind: 'Checkpoint', statement: statementFor(bank.pair) }, false);
    });
    expect([isRecovering(leith.pair), isRecovering(gracia.pair)]).toEqual([true, true]);
    gracia.receive(answers[0] as Entry);
    leith.receive(answers[1] as Entry);
    expect([isRecovering(leith.pair), isRecovering(gracia.pair)]).toEqual([false, false]);
    expect([...leith.agreed, ...gracia.agreed]).toEqual([true, true]);
  });

  test('the epoch rises by one and the random part', () => {
    const [leith] = twoBanks();
    expect(leith.copy().resume(0).epoch).toBe(1);
    expect(leith.copy().resume(2 ** 32 - 1).epoch).toBe(2 ** 32);
    for (const chance of [-1, 0.5, 2 ** 32]) expect(() => leith.copy().resume(chance)).toThrow(RangeError);
    expect(() => leith.write({ kind: 'Resume' })).toThrow('resume()');
  });
});
