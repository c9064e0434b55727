/**
 * Two banks of one pair in memory, for tests: the real core, no keys and no network.
 *
 * Promises: every entry goes through `write` and `receive` exactly as at a node; nothing is
 * delivered until the test says so.
 *
 * @module
 */
import { appendOwn, type Draft, type Received, receive, resume, type Written, write } from '../core/journal/decide.ts';
import { type Body, type Entry, other, type Party, type VerifiedEntry } from '../core/journal/entry.ts';
import { judge } from '../core/journal/judge.ts';
import { type Pair, type PairTerms, startPair, type Transfer, transferKey } from '../core/journal/pair.ts';
import { minutes, ZERO } from '../core/minutes.ts';
import { type Recovered, recover } from '../core/recovery/recover.ts';

export const GENESIS = 'genesis';

/** Terms with the limits given in minutes: what party 0 and party 1 may owe. */
export function testTerms(limits: readonly [number, number], opening = 0): PairTerms {
  return {
    pair: 'urn:evenhour:pair:test',
    genesis: GENESIS,
    banks: ['https://leith.example/ap/bank', 'https://gracia.example/ap/bank'],
    limits: [minutes(limits[0]), minutes(limits[1])],
    features: [],
    keys: ['z6MkA', 'z6MkB'],
    recovery: ['uA', 'uB'],
    opening: opening === 0 ? ZERO : minutes(opening),
  };
}

/** A readable stand-in for a hash: equal exactly when the drafts are equal and follow the same past. */
export function plainHash(draft: Draft): string {
  return JSON.stringify([
    draft.author,
    draft.epoch,
    draft.seq,
    shorten(draft.prev),
    draft.ack.epoch,
    draft.ack.seq,
    shorten(draft.ack.hash),
    draft.body,
  ]);
}

/** Keeps stand-in hashes from growing with the journal: a 32-bit FNV-1a twice over. */
function shorten(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x1234567;
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(i), 0x01000193) ^ i;
  }
  return `${(a >>> 0).toString(36)}.${(b >>> 0).toString(36)}`;
}

export class TestBank {
  readonly party: Party;
  pair: Pair;
  /** Both journals as they are appended here. */
  readonly journals: [Entry[], Entry[]] = [[], []];
  readonly verdicts: [(string | null)[], (string | null)[]] = [[], []];
  readonly book = new Map<string, Transfer>();
  /** Statements of the partner that were received, and whether ours agreed. */
  readonly agreed: boolean[] = [];

  constructor(terms: PairTerms, party: Party) {
    this.party = party;
    this.pair = startPair(terms, party);
  }

  write(body: Body): Written {
    const result = write(this.pair, this.book, body, plainHash);
    if (result.ok) this.keep(result.pair, result.appended.entry, null, result.appended.transfer);
    return result;
  }

  /** Appends without asking the rules, as a dishonest bank does; its partner has to cope. */
  cheat(body: Body): Entry {
    const entry = this.forge(body);
    const breach = judge(this.pair.views[this.party], this.book, this.party, body);
    const { pair, appended } = appendOwn(this.pair, this.book, entry, breach);
    this.keep(pair, entry, breach?.code ?? null, appended.transfer);
    return entry;
  }

  /** An entry that is signed and not kept: what an attacker with the key would send. */
  forge(body: Body, change: Partial<Draft> = {}): Entry {
    const head = this.pair.heads[this.party];
    const draft: Draft = {
      author: this.party,
      epoch: head.epoch,
      seq: head.seq + 1,
      prev: head.hash,
      ack: this.pair.heads[other(this.party)],
      body,
      ...change,
    };
    return { ...draft, hash: plainHash(draft) };
  }

  receive(entry: Entry): Received {
    const held = this.journals[entry.author][entry.seq - 1];
    const result = receive(
      this.pair,
      this.book,
      entry as VerifiedEntry,
      held !== undefined && held.epoch === entry.epoch ? held.hash : undefined,
    );
    if (result.outcome === 'appended') {
      this.keep(result.pair, entry, result.breach?.code ?? null, result.appended.transfer);
      if (result.appended.compared !== null) this.agreed.push(result.appended.compared.agrees);
    }
    return result;
  }

  /** Begins an epoch. */
  resume(chance: number): Entry {
    const { pair, appended } = resume(this.pair, this.book, chance, plainHash);
    this.keep(pair, appended.entry, null, null);
    return appended.entry;
  }

  /**
   * Recovers from what `partner` holds, as a node does: from its own fold if the partner holds both of
   * its heads and what follows fits, else from the beginning.
   */
  recover(partner: TestBank): Recovered {
    const after = (party: Party, heads: readonly [number, number]): VerifiedEntry[] =>
      partner.journals[party].slice(heads[party]) as VerifiedEntry[];
    const heads = [this.pair.heads[0].seq, this.pair.heads[1].seq] as const;
    const holds = (p: Party): boolean =>
      heads[p] === 0 || partner.journals[p][heads[p] - 1]?.hash === this.pair.heads[p].hash;
    let recovered: Recovered | null = null;
    if (holds(0) && holds(1))
      recovered = recover({
        pair: this.pair,
        transfers: this.book,
        backup: [[], []],
        partner: [after(0, heads), after(1, heads)],
      });
    if (recovered === null || (!recovered.ok && recovered.next === 'from_the_beginning'))
      recovered = recover({
        pair: startPair(this.pair.terms, this.party),
        transfers: new Map(),
        backup: this.journals,
        partner: [after(0, [0, 0]), after(1, [0, 0])],
      });
    if (!recovered.ok) return recovered;
    for (const p of [0, 1] as const) {
      const stands = this.journals[p].length - recovered.dropped[p].length;
      this.journals[p].length = stands;
      this.verdicts[p].length = stands;
    }
    this.book.clear();
    for (const [key, transfer] of recovered.transfers) this.book.set(key, transfer);
    for (const { appended, breach } of recovered.reapplied)
      this.keep(recovered.pair, appended.entry, breach?.code ?? null, null);
    this.pair = recovered.pair;
    return recovered;
  }

  /** A copy that goes its own way: what a backup holds. */
  copy(): TestBank {
    const twin = new TestBank(this.pair.terms, this.party);
    twin.pair = this.pair;
    for (const p of [0, 1] as const) {
      twin.journals[p].push(...this.journals[p]);
      twin.verdicts[p].push(...this.verdicts[p]);
    }
    for (const [id, transfer] of this.book) twin.book.set(id, transfer);
    return twin;
  }

  private keep(pair: Pair, entry: Entry, breach: string | null, transfer: Transfer | null): void {
    this.pair = pair;
    this.journals[entry.author].push(entry);
    this.verdicts[entry.author].push(breach);
    if (transfer !== null) this.book.set(transferKey(transfer.debtor, transfer.id), transfer);
  }

  transfer(debtor: Party, id: string): Transfer | undefined {
    return this.book.get(transferKey(debtor, id));
  }
}

export function holdBody(transfer: string, amount: number): Body {
  return { kind: 'Hold', transfer, minutes: amount, payerRef: 'p', payeeRef: 'q', detail: 'd' };
}
