import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdBody, TestBank, testTerms } from '../../testing/bank.ts';
import {
  afterFault,
  afterGreeting,
  checkSession,
  type PairMode,
  refusedIn,
  takeGreeting,
} from '../delivery/greeting.ts';
import { afterRun, type RunAnswer, type Sessions } from '../delivery/run.ts';
import { headOf, statementFor } from '../journal/decide.ts';
import { type Body, type Entry, type Head, other, type Party } from '../journal/entry.ts';
import { debtOf, isRecovering, owesAnswer } from '../journal/pair.ts';

const RUNS = Number(process.env['EVENHOUR_LAW_RUNS'] ?? 400);

/** A bank as a node runs it: what is durable, and what a restore takes back with it. */
interface Site {
  bank: TestBank;
  mode: PairMode;
  session: string;
  /** The partner's session that counts here. */
  accepted: string;
  sendAfter: number;
  doubted: boolean;
  members: number;
}

interface Packet {
  readonly from: Party;
  readonly entries: readonly Entry[];
  /** Of the entries that an answer carries: the sessions of the asker when it asked. */
  readonly asked: Sessions | null;
  /** Of a run: the same. */
  readonly sessions: Sessions;
}

class World {
  readonly sites: [Site, Site];
  readonly net: Packet[] = [];
  readonly faults: string[] = [];
  readonly backups: [Site | null, Site | null] = [null, null];
  readonly seen = { recovered: 0, dropped: 0, both: 0, stale: 0 };
  #sessions = 0;
  #transfers = 0;

  constructor() {
    const terms = testTerms([300, 300]);
    const site = (party: Party): Site => ({
      bank: new TestBank(terms, party),
      mode: 'waiting',
      session: '',
      accepted: '',
      sendAfter: 0,
      doubted: false,
      members: 0,
    });
    this.sites = [site(0), site(1)];
  }

  book(site: Site, entry: Entry, effect: boolean, sign = 1): void {
    if (!effect || entry.body.kind !== 'Post') return;
    site.members += sign * (entry.author === site.bank.party ? -1 : 1) * entry.body.minutes;
  }

  write(party: Party, body: Body, cheat = false): void {
    const site = this.sites[party];
    if (refusedIn(site.mode, 'write') !== null) return;
    if (cheat && !isRecovering(site.bank.pair)) {
      const entry = site.bank.cheat(body);
      this.book(site, entry, site.bank.verdicts[party].at(-1) === null);
      return;
    }
    const written = site.bank.write(body);
    if (written.ok) this.book(site, written.appended.entry, true);
  }

  act(party: Party, verb: number, pick: number, minutes: number): void {
    const { bank } = this.sites[party];
    const all = [...bank.book.values()];
    const mine = all.filter((t) => t.debtor === party);
    const theirs = all.filter((t) => t.debtor !== party);
    const id = (list: typeof all): string => list[pick % Math.max(1, list.length)]?.id ?? 'none';
    // A restored bank does not know which ids it used: ids are random, here a count for the whole world.
    if (verb < 40) this.write(party, holdBody(`t${party}/${++this.#transfers}`, minutes), verb < 2);
    else if (verb < 60) this.write(party, { kind: 'HoldAccept', transfer: id(theirs) });
    else if (verb < 80) this.write(party, { kind: 'Post', transfer: id(mine), minutes }, verb < 61);
    else if (verb < 86) this.write(party, { kind: 'Void', transfer: id(mine) });
    else if (verb < 92) this.write(party, { kind: 'Receipt', transfer: id(theirs), unclaimed: false });
    else this.write(party, { kind: 'Checkpoint', statement: statementFor(bank.pair) });
  }

  send(party: Party): void {
    const site = this.sites[party];
    if (refusedIn(site.mode, 'send') !== null) return;
    const entries = site.bank.journals[party].slice(site.sendAfter);
    if (entries.length > 0) this.net.push({ from: party, entries, asked: null, sessions: sessionsOf(site) });
  }

  greet(party: Party, answerLost: boolean): void {
    const site = this.sites[party];
    const peer = this.sites[other(party)];
    if (refusedIn(site.mode, 'greet') !== null) return;
    const session = `s${++this.#sessions}`;
    const taken = takeGreeting(peer.bank.pair, peer.mode, { session, nonce: session }, session, false);
    if (!taken.ok) return;
    peer.accepted = taken.welcome.session;
    peer.sendAfter = taken.welcome.sendAfter.seq;
    if (answerLost) return;
    const head = taken.welcome.head;
    const next = afterGreeting(head, hashAt(site.bank, party, head));
    site.session = session;
    site.mode = next.next === 'open' ? 'open' : 'recovering';
    if (next.next === 'open') site.sendAfter = next.sendAfter.seq;
  }

  fetch(party: Party, chance: number): void {
    const site = this.sites[party];
    if (site.mode !== 'recovering') return;
    const verdicts = site.bank.verdicts.map((list) => [...list]);
    const result = site.bank.recover(this.sites[other(party)].bank);
    if (!result.ok) {
      this.faults.push(`recovery: ${result.refusal.code} ${JSON.stringify(result.refusal.facts)}`);
      site.mode = 'halted';
      return;
    }
    for (const p of [0, 1] as const)
      for (const [index, entry] of result.dropped[p].entries()) {
        const at = (verdicts[p]?.length ?? 0) - result.dropped[p].length + index;
        this.book(site, entry, verdicts[p]?.[at] === null, -1);
        this.seen.dropped += 1;
      }
    for (const { appended, breach } of result.reapplied) this.book(site, appended.entry, breach === null);
    site.bank.resume(chance);
    site.sendAfter = 0;
    site.mode = 'open';
    this.seen.recovered += 1;
  }

  take(to: Party, entries: readonly Entry[]): void {
    const site = this.sites[to];
    for (const entry of entries) {
      const result = site.bank.receive(entry);
      if (result.outcome === 'fault') {
        if (afterFault(result.refusal, site.doubted) === 'halt') {
          this.faults.push(`${result.refusal.code} ${JSON.stringify(result.refusal.facts)}`);
          site.mode = 'halted';
        } else Object.assign(site, { mode: 'waiting', accepted: '', doubted: true });
      }
      if (
        result.outcome === 'not_next' &&
        (result.refusal.code === 'known_already' || result.refusal.code === 'stale_epoch')
      )
        continue;
      if (result.outcome !== 'appended') break;
      site.doubted = false;
      this.book(site, entry, result.breach === null);
      if (owesAnswer(site.bank.pair)) this.write(to, { kind: 'Checkpoint', statement: statementFor(site.bank.pair) });
    }
  }

  /** Delivers a run and sends its answer back as a packet, or takes what an answer carries. */
  deliver(packet: Packet): void {
    const to = other(packet.from);
    const site = this.sites[to];
    if (packet.asked !== null) {
      const now = sessionsOf(site);
      const same = packet.asked.mine === now.mine && packet.asked.partner === now.partner;
      if (same && refusedIn(site.mode, 'apply') === null) this.take(to, packet.entries);
      return;
    }
    const refused = refusedIn(site.mode, 'apply') ?? checkSession(site.accepted, packet.sessions.mine);
    if (refused === null) this.take(to, packet.entries);
    const head = site.bank.pair.heads[packet.from];
    const answer: RunAnswer =
      refused === null ? { head, refused: null } : { head: null, refused: { refusal: refused } };
    const sender = this.sites[packet.from];
    // A packet of a session that is over has nobody who waits for its answer.
    if (sender.session === packet.sessions.mine && sender.mode === 'open') {
      const last = headOf(packet.entries.at(-1) as Entry);
      const after: Head = { epoch: 0, seq: last.seq - packet.entries.length, hash: '' };
      const next = afterRun(
        { after, last, sessions: packet.sessions },
        answer,
        sessionsOf(sender),
        hashAt(sender.bank, packet.from, head),
      );
      if (next.next === 'go_on' || next.next === 'rewind') sender.sendAfter = next.sendAfter.seq;
      if (next.next === 'greet') {
        sender.mode = 'waiting';
        this.seen.stale += 1;
      }
    }
    if (refused !== null) return;
    const acknowledged = site.bank.pair.acks[packet.from].seq;
    const own = site.bank.journals[to].slice(acknowledged);
    if (own.length > 0) this.net.push({ from: to, entries: own, asked: packet.sessions, sessions: sessionsOf(site) });
  }

  restart(party: Party): void {
    const site = this.sites[party];
    if (site.mode !== 'halted') this.sites[party] = { ...site, mode: 'waiting', session: '', accepted: '' };
  }

  backup(party: Party): void {
    const site = this.sites[party];
    this.backups[party] = { ...site, bank: site.bank.copy() };
  }

  restore(party: Party): void {
    const backup = this.backups[party];
    if (backup === null) return;
    this.sites[party] = { ...backup, bank: backup.bank.copy(), mode: 'waiting', session: '', accepted: '' };
  }

  heal(): void {
    for (let round = 0; round < 40; round++) {
      for (const p of [0, 1] as const) {
        this.greet(p, false);
        this.fetch(p, round);
        this.send(p);
      }
      for (const packet of this.net.splice(0)) this.deliver(packet);
    }
  }
}

function sessionsOf(site: Site): Sessions {
  return { mine: site.session, partner: site.accepted };
}

function hashAt(bank: TestBank, author: Party, head: Head): string | undefined {
  if (head.seq === 0) return bank.pair.terms.genesis;
  const entry = bank.journals[author][head.seq - 1];
  return entry?.epoch === head.epoch ? entry.hash : undefined;
}

const party = fc.constantFrom<Party>(0, 1);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('act' as const),
      party,
      verb: fc.nat(99),
      pick: fc.nat(99),
      minutes: fc.integer({ min: 1, max: 60 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('send' as const), party }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('deliver' as const), pick: fc.nat(999), keep: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('greet' as const), party, lost: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('fetch' as const), party, chance: fc.nat(99) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), party }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('backup' as const), party }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const), party }) },
);

function run(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[], restores: boolean): World {
  const world = new World();
  for (const p of [0, 1] as const) world.greet(p, false);
  for (const s of steps) {
    if (s.do === 'act') world.act(s.party, s.verb, s.pick, s.minutes);
    else if (s.do === 'send') world.send(s.party);
    else if (s.do === 'greet') world.greet(s.party, s.lost);
    else if (s.do === 'fetch') world.fetch(s.party, s.chance);
    else if (s.do === 'restart') world.restart(s.party);
    else if (s.do === 'backup') world.backup(s.party);
    else if (s.do === 'restore') {
      if (restores) world.restore(s.party);
    } else if (world.net.length > 0) {
      const index = s.pick % world.net.length;
      const packet = world.net[index];
      if (!s.keep) world.net.splice(index, 1);
      if (packet !== undefined) world.deliver(packet);
    }
  }
  world.heal();
  return world;
}

const totals = { recovered: 0, dropped: 0, stale: 0 };

describe('under loss, repetition, reordering, lost answers, restarts and restores of both banks', () => {
  test('no honest bank is ever called a fork or a fault, no pair hangs, and both hold the same', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 40, maxLength: 300, size: 'max' }), (steps) => {
        const world = run(steps, true);
        const [a, b] = world.sites;
        expect(world.faults).toEqual([]);
        expect([a.mode, b.mode]).toEqual(['open', 'open']);
        expect([isRecovering(a.bank.pair), isRecovering(b.bank.pair)]).toEqual([false, false]);
        expect(a.bank.journals.map((j) => j.map((e) => e.hash))).toEqual(
          b.bank.journals.map((j) => j.map((e) => e.hash)),
        );
        expect(a.bank.verdicts).toEqual(b.bank.verdicts);
        expect(a.bank.pair.views[0]).toEqual(b.bank.pair.views[1]);
        expect([...a.bank.book].sort()).toEqual([...b.bank.book].sort());
        for (const p of [0, 1] as const)
          expect(world.sites[p].members).toBe(-debtOf(world.sites[p].bank.pair.views[p], p) + 0);
        totals.recovered += world.seen.recovered;
        totals.dropped += world.seen.dropped;
        totals.stale += world.seen.stale;
      }),
      { numRuns: RUNS },
    );
    console.log(`recovery: ${JSON.stringify(totals)}`);
    expect(totals.recovered).toBeGreaterThan(RUNS / 20);
  });

  test('without a restore nobody recovers', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 40, maxLength: 200, size: 'max' }), (steps) => {
        const world = run(steps, false);
        expect(world.faults).toEqual([]);
        expect(world.seen.recovered).toBe(0);
      }),
      { numRuns: RUNS / 4 },
    );
  });
});
