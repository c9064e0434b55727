import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdBody, TestBank, testTerms } from '../../testing/bank.ts';
import { naiveFold } from '../../testing/naive.ts';
import { statementFor } from './decide.ts';
import type { Body, Entry, Party } from './entry.ts';
import { other } from './entry.ts';
import { debtOf, exposureOf } from './pair.ts';

const RUNS = Number(process.env['EVENHOUR_LAW_RUNS'] ?? 400);

/** One step of a random schedule: an act of a bank, or what the network does. */
type Step =
  | { do: 'act'; party: Party; verb: number; pick: number; minutes: number; cheat: boolean }
  | { do: 'send'; party: Party; from: number }
  | { do: 'deliver'; pick: number; keep: boolean };

const party = fc.constantFrom<Party>(0, 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('act' as const),
      party,
      verb: fc.nat(99),
      pick: fc.nat(999),
      minutes: fc.integer({ min: 1, max: 70 }),
      cheat: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('send' as const), party, from: fc.nat(5) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const), pick: fc.nat(999), keep: fc.boolean() }) },
);
const schedule = fc.record({
  limits: fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 200 })),
  opening: fc.integer({ min: -100, max: 100 }),
  cheats: fc.boolean(),
  steps: fc.array(step, { minLength: 20, maxLength: 220 }),
});

function nextCount(counts: number[], me: Party): number {
  counts[me] = (counts[me] ?? 0) + 1;
  return counts[me];
}

interface World {
  banks: [TestBank, TestBank];
  /** Minutes of the members of each bank, and what each bank's mirror account says. */
  members: [number, number];
  mirror: [number, number];
  credited: Map<string, number>;
}

/**
 * Runs a schedule with loss (a packet that is never picked), duplication (`keep`), reordering
 * (`pick`) and rule-breaking entries. Then heals: everything is delivered in order until quiet.
 */
function run(
  input: { limits: [number, number]; opening: number; cheats: boolean; steps: Step[] },
  check: (world: World) => void,
): World {
  const terms = testTerms(input.limits, input.opening);
  const world: World = {
    banks: [new TestBank(terms, 0), new TestBank(terms, 1)],
    members: [-input.opening, input.opening],
    mirror: [input.opening, -input.opening],
    credited: new Map(),
  };
  const net: { to: Party; entry: Entry }[] = [];
  const counts = [0, 0];

  const book = (at: Party, entry: Entry, effect: boolean): void => {
    if (!effect || entry.body.kind !== 'Post') return;
    // The debtor debits its payer, the creditor credits its payee; each against its mirror account.
    const sign = entry.author === at ? -1 : 1;
    world.members[at] += sign * entry.body.minutes;
    world.mirror[at] -= sign * entry.body.minutes;
    if (entry.author !== at) {
      const key = `${entry.author} ${entry.body.transfer}`;
      world.credited.set(key, (world.credited.get(key) ?? 0) + 1);
    }
  };
  const act = (step: Extract<Step, { do: 'act' }>): void => {
    const bank = world.banks[step.party];
    const body = choose(bank, step, counts);
    if (input.cheats && step.cheat) {
      const entry = bank.cheat(body);
      book(step.party, entry, bank.verdicts[step.party].at(-1) === null);
    } else {
      const before = JSON.stringify(bank.pair);
      const written = bank.write(body);
      if (written.ok) book(step.party, written.appended.entry, true);
      else expect(JSON.stringify(bank.pair)).toBe(before);
    }
  };
  const hand = (to: Party, entry: Entry): string => {
    const bank = world.banks[to];
    const before = JSON.stringify(bank.pair);
    const result = bank.receive(entry);
    if (result.outcome === 'appended') book(to, entry, result.breach === null);
    else expect(JSON.stringify(bank.pair)).toBe(before);
    if (result.outcome === 'fault') throw new Error(`an honest chain was called a fault: ${result.refusal.code}`);
    return result.outcome;
  };

  for (const s of input.steps) {
    if (s.do === 'act') act(s);
    else if (s.do === 'send') {
      const journal = world.banks[s.party].journals[s.party];
      for (const entry of journal.slice(-1 - s.from)) net.push({ to: other(s.party), entry });
    } else if (net.length > 0) {
      const index = s.pick % net.length;
      const packet = net[index];
      if (!s.keep) net.splice(index, 1);
      if (packet !== undefined) hand(packet.to, packet.entry);
    }
    check(world);
  }
  for (const from of [0, 1] as const) {
    const to = other(from);
    const known = world.banks[to].journals[from].length;
    for (const entry of world.banks[from].journals[from].slice(known)) expect(hand(to, entry)).toBe('appended');
  }
  check(world);
  return world;
}

function choose(bank: TestBank, step: Extract<Step, { do: 'act' }>, counts: number[]): Body {
  const me = bank.party;
  const mine = [...bank.book.values()].filter((t) => t.debtor === me);
  const theirs = [...bank.book.values()].filter((t) => t.debtor !== me);
  const any = <T>(list: T[]): T | undefined => list[step.pick % Math.max(1, list.length)];
  const id = `https://x/${me}/`;
  if (step.verb < 30)
    return holdBody(step.cheat && step.pick % 3 === 0 ? `${id}1` : `${id}${nextCount(counts, me)}`, step.minutes);
  if (step.verb < 45) return { kind: 'HoldAccept', transfer: any(theirs)?.id ?? `${id}none` };
  if (step.verb < 50)
    return { kind: 'HoldDecline', transfer: any(theirs)?.id ?? `${id}none`, code: 'payee_unavailable' };
  if (step.verb < 70) return { kind: 'Post', transfer: any(mine)?.id ?? `${id}none`, minutes: step.minutes };
  if (step.verb < 75) return { kind: 'Void', transfer: any(mine)?.id ?? `${id}none` };
  if (step.verb < 85) return { kind: 'Receipt', transfer: any(theirs)?.id ?? `${id}none`, unclaimed: false };
  if (step.verb < 90) return { kind: 'Amend', limitMinutes: step.minutes * 3 };
  if (step.verb < 93) return { kind: 'Amend', suspended: step.pick % 2 === 0 };
  if (step.verb < 95) return { kind: 'Release', transfer: any(theirs)?.id ?? `${id}none` };
  return { kind: 'Checkpoint', statement: statementFor(bank.pair) };
}

function law(
  name: string,
  check: (world: World) => void,
  after: (world: World, limits: [number, number], opening: number, cheats: boolean) => void = () => {},
): void {
  test(name, () => {
    fc.assert(
      fc.property(schedule, (input) => {
        const world = run(input as never, check);
        after(world, input.limits, input.opening, input.cheats);
      }),
      { numRuns: RUNS },
    );
  });
}

describe('under loss, duplication, reordering and broken rules', () => {
  law(
    'law 1, conservation: no schedule makes or loses a minute inside a bank',
    (world) => {
      for (const p of [0, 1] as const) expect(world.members[p] + world.mirror[p]).toBe(0);
    },
    (world) => {
      expect(world.mirror[0] + world.mirror[1]).toBe(0);
    },
  );

  law(
    'law 2, mirror: the same two journals give the same state and the same verdicts',
    () => {},
    (world) => {
      const [a, b] = world.banks;
      expect(a.verdicts).toEqual(b.verdicts);
      expect(a.journals.map((j) => j.map((e) => e.hash))).toEqual(b.journals.map((j) => j.map((e) => e.hash)));
      expect(debtOf(a.pair.views[0], 0) + debtOf(b.pair.views[1], 1)).toBe(0);
      // A bank's own view is kept at the present, so after quiet both are at the same cut.
      expect({ ...a.pair.views[0] }).toEqual({ ...b.pair.views[1] });
      expect([...a.book].sort()).toEqual([...b.book].sort());
      expect(world.mirror[0]).toBe(debtOf(a.pair.views[0], 0));
    },
  );

  law('law 3, once: no transfer is credited twice', (world) => {
    for (const times of world.credited.values()) expect(times).toBe(1);
  });

  law(
    'law 4, limit: no hold with effect passes the limit at its own cut',
    () => {},
    (world, limits, opening) => {
      const naive = naiveFold(world.banks[0].journals, limits, opening);
      for (const p of [0, 1] as const)
        expect(world.banks[0].verdicts[p].map((v) => v === null)).toEqual(naive.effect[p]);
    },
  );

  law(
    'the fold kept up entry by entry equals the formulas computed from the journals alone',
    () => {},
    (world, limits, opening) => {
      const naive = naiveFold(world.banks[1].journals, limits, opening);
      for (const p of [0, 1] as const) {
        const view = world.banks[1].pair.views[1];
        expect(debtOf(view, p)).toBe(naive.debt(p));
        expect(exposureOf(view, p)).toBe(naive.exposure(p));
        expect(view.limits[p]).toBe(naive.limit(p));
      }
    },
  );

  law("law 6, nobody else's hours: what a bank may lose stays within the highest limit that it granted", (world) => {
    for (const p of [0, 1] as const) {
      const creditor = world.banks[p];
      const debtor = other(p);
      const granted = [
        creditor.pair.terms.limits[debtor],
        ...creditor.journals[p].flatMap((e) =>
          e.body.kind === 'Amend' && e.body.limitMinutes !== undefined ? [e.body.limitMinutes] : [],
        ),
      ];
      const opening = debtor === 0 ? creditor.pair.terms.opening : -creditor.pair.terms.opening;
      expect(debtOf(creditor.pair.views[p], debtor)).toBeLessThanOrEqual(Math.max(opening, ...granted));
    }
  });

  law('law 7, nothing is edited: a journal only grows, and each entry names the one before', (world) => {
    for (const bank of world.banks)
      for (const journal of bank.journals) {
        let prev = 'genesis';
        for (const [index, entry] of journal.entries()) {
          if (entry.prev !== prev || entry.seq !== index + 1) throw new Error('the chain is broken');
          prev = entry.hash;
        }
      }
  });

  law(
    'an honest pair of banks never has an entry without effect',
    () => {},
    (world, _limits, _opening, cheats) => {
      if (cheats) return;
      for (const bank of world.banks)
        for (const list of bank.verdicts) expect(list.every((v) => v === null)).toBe(true);
    },
  );

  law(
    'statements that both banks write agree',
    () => {},
    (world) => {
      for (const bank of world.banks) expect(bank.agreed.every(Boolean)).toBe(true);
    },
  );
});

describe('entries that do not continue the journal', () => {
  const twoBanks = (): [TestBank, TestBank] => {
    const terms = testTerms([600, 600]);
    return [new TestBank(terms, 0), new TestBank(terms, 1)];
  };
  const faults: Record<string, [(a: TestBank) => Entry, string, string]> = {
    'a gap is not next': [(a) => a.forge(holdBody('t9', 1), { seq: 9 }), 'not_next', 'gap'],
    'an older number with no entry of that epoch': [
      (a) => a.forge(holdBody('t9', 1), { seq: 1, epoch: 7 }),
      'not_next',
      'stale_epoch',
    ],
    'another entry at the same place is a fork': [
      (a) => a.forge(holdBody('t9', 1), { seq: 1, prev: 'genesis' }),
      'fault',
      'fork',
    ],
    'another past': [(a) => a.forge(holdBody('t9', 1), { prev: 'elsewhere' }), 'fault', 'chain_fault'],
    'an epoch that rises without a resume': [(a) => a.forge(holdBody('t9', 1), { epoch: 1 }), 'fault', 'chain_fault'],
    'an ack of what was never written': [
      (a) => a.forge(holdBody('t9', 1), { ack: { epoch: 0, seq: 5, hash: 'x' } }),
      'fault',
      'chain_fault',
    ],
    'an ack with another hash': [
      (a) => a.forge(holdBody('t9', 1), { ack: { epoch: 0, seq: 1, hash: 'x' } }),
      'fault',
      'chain_fault',
    ],
    'an ack that goes back': [
      (a) => a.forge(holdBody('t9', 1), { ack: { epoch: 0, seq: 0, hash: 'genesis' } }),
      'fault',
      'chain_fault',
    ],
    'an ack of another epoch': [
      (a) => a.forge(holdBody('t9', 1), { ack: { ...a.pair.heads[1], epoch: 3 } }),
      'fault',
      'chain_fault',
    ],
    'a resume that begins no epoch': [(a) => a.forge({ kind: 'Resume' }), 'fault', 'chain_fault'],
    'a resume with another past': [
      (a) => a.forge({ kind: 'Resume' }, { epoch: 4, prev: 'elsewhere' }),
      'fault',
      'chain_fault',
    ],
    'a resume whose ack goes back': [
      (a) => a.forge({ kind: 'Resume' }, { epoch: 4, ack: { epoch: 0, seq: 0, hash: 'genesis' } }),
      'fault',
      'chain_fault',
    ],
    'a resume at a number that is taken': [
      (a) => a.forge({ kind: 'Resume' }, { epoch: 4, seq: 2, prev: a.pair.heads[0].hash }),
      'not_next',
      'stale_epoch',
    ],
    'a resume after a gap': [(a) => a.forge({ kind: 'Resume' }, { epoch: 4, seq: 9 }), 'not_next', 'gap'],
  };
  for (const [name, [make, outcome, code]] of Object.entries(faults)) {
    test(name, () => {
      const [a, b] = twoBanks();
      const first = a.write(holdBody('t1', 60));
      if (!first.ok) throw new Error('cannot begin');
      b.receive(first.appended.entry);
      const answer = b.write({ kind: 'HoldAccept', transfer: 't1' });
      if (!answer.ok) throw new Error('cannot answer');
      a.receive(answer.appended.entry);
      const second = a.write({ kind: 'Post', transfer: 't1', minutes: 60 });
      if (!second.ok) throw new Error('cannot post');
      b.receive(second.appended.entry);
      const before = JSON.stringify(b.pair);
      const result = b.receive(make(a));
      expect(result.outcome).toBe(outcome);
      expect(result.outcome !== 'appended' && result.refusal.code).toBe(code);
      expect(JSON.stringify(b.pair)).toBe(before);
    });
  }

  test('the 257th open hold is refused by its writer and has no effect at its partner', () => {
    const terms = testTerms([10_000, 0]);
    const [a, b] = [new TestBank(terms, 0), new TestBank(terms, 1)];
    for (let i = 1; i <= 256; i++) {
      const written = a.write(holdBody(`t${i}`, 1));
      if (!written.ok) throw new Error(written.refusal.code);
      b.receive(written.appended.entry);
    }
    const refused = a.write(holdBody('t257', 1));
    expect(!refused.ok && refused.refusal.code).toBe('too_many_open');
    const received = b.receive(a.cheat(holdBody('t257', 1)));
    expect(received.outcome === 'appended' && received.breach?.code).toBe('too_many_open');
  });
});
