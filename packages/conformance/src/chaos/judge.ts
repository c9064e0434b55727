/**
 * Replays what the clients were told against what the books say.
 *
 * Promises: it is a plain function of both. What each bank owes comes from the signed journals by the auditor
 * alone, and never from a figure that a node computed. Every count stands for findings, which are told in words.
 *
 * The model: an operation that a bank said it took is in its books once, and one that it refused is nowhere. A
 * gift inside moves its minutes once. A gift across moves them at both banks, or, where it was declined or
 * returned, at none. Nothing else moves a member's minutes. Of what a restored bank has forgotten only the signed
 * journals know: a gift across moved its minutes if they hold its Post, and then at both banks.
 *
 * @module
 */
import { type Audit, AuditError, audit, type Document, hashOf } from '../auditor/audit.ts';
import type { Books, Exchange, PairBooks } from './books.ts';
import { contentOf, type Operation } from './clients.ts';

export interface Verdict {
  /** Operations that no bank has answered in the end. */
  unresolved: number;
  /** Operations that a bank took, or hours that it called settled, and that are not in its books. */
  lostAcknowledged: number;
  appliedTwice: number;
  /** Holds above the limit at their own cut, and members below their floor. */
  limitBroken: number;
  /** Pairs whose two sides do not agree with each other, with the journals, or with their own ledger. */
  mirrorUnequal: number;
  readonly says: string[];
}

type Finding = Exclude<keyof Verdict, 'says'>;

/** @param restored origins of banks that were restored; there re-applied gifts may pass a member's floor */
export function judge(
  operations: readonly Operation[],
  books: readonly Books[],
  restored: readonly string[] = [],
): Verdict {
  return new Judge(books, restored).judge(operations);
}

interface Held {
  readonly books: Books;
  readonly exchange: Exchange;
}

class Judge {
  readonly #verdict: Verdict = {
    ...{ unresolved: 0, lostAcknowledged: 0, appliedTwice: 0, limitBroken: 0, mirrorUnequal: 0 },
    says: [],
  };
  readonly #books: readonly Books[];
  readonly #restored: readonly string[];
  readonly #byContent = new Map<string, Held[]>();
  /** What members should have, by bank and handle. */
  readonly #expected = new Map<string, number>();
  /** Entries with effect, by kind and transfer. */
  readonly #entries = new Map<string, number>();

  constructor(books: readonly Books[], restored: readonly string[]) {
    this.#books = books;
    this.#restored = restored;
    for (const each of books)
      for (const exchange of each.exchanges) {
        const held = this.#byContent.get(exchange.content) ?? [];
        this.#byContent.set(exchange.content, [...held, { books: each, exchange }]);
      }
  }

  judge(operations: readonly Operation[]): Verdict {
    this.#pairs();
    for (const operation of operations) this.#operation(operation);
    this.#accounts();
    return this.#verdict;
  }

  #find(finding: Finding | null, says: string): void {
    if (finding !== null) this.#verdict[finding] += 1;
    this.#verdict.says.push(finding === null ? says : `${finding}: ${says}`);
  }

  /** The journals, by the auditor; then both sides against them. */
  #pairs(): void {
    const seen = new Map<string, Books>();
    for (const books of this.#books) {
      if (books.evidence.length > 0) this.#find(null, `${books.name} kept evidence: ${books.evidence.join(', ')}`);
      for (const pair of books.pairs) {
        if (pair.mode !== 'open') this.#find(null, `${books.name} has a pair that is ${pair.mode}`);
        const audited = this.#audit(books, pair);
        if (audited !== null) this.#side(books, pair, audited);
        const first = seen.get(pair.id);
        seen.set(pair.id, books);
        const other = first?.pairs.find(({ id }) => id === pair.id);
        if (first === undefined || other === undefined) continue;
        for (const bank of Object.keys(pair.journals))
          if (hashes(pair.journals[bank]) !== hashes(other.journals[bank]))
            this.#find('mirrorUnequal', `${first.name} and ${books.name} hold different entries of ${bank}`);
        if (other.mirrorMinutes + pair.mirrorMinutes !== 0)
          this.#find('mirrorUnequal', `${first.name} and ${books.name}: ${other.mirrorMinutes}, ${pair.mirrorMinutes}`);
        if (audited !== null) this.#count(pair, audited);
      }
    }
  }

  #audit(books: Books, pair: PairBooks): Audit | null {
    try {
      return audit(pair.core, pair.journals);
    } catch (error) {
      if (!(error instanceof AuditError)) throw error;
      this.#find(null, `the journals at ${books.name} do not hold: ${error.message}`);
      return null;
    }
  }

  #side(books: Books, pair: PairBooks, audited: Audit): void {
    const owes = audited.owesMinutes[books.bank];
    if (owes !== pair.mirrorMinutes || owes !== pair.debtMinutes)
      this.#find(
        'mirrorUnequal',
        `${books.name} owes ${owes} by the journals, ${pair.debtMinutes} by its fold, ${pair.mirrorMinutes} by its ledger`,
      );
    const open = audited.openMinutes[books.bank];
    if (open !== 0 || pair.openMinutes !== 0)
      this.#find(null, `${books.name} has holds open: ${open} by the journals, ${pair.openMinutes} by its fold`);
    let idle = 0;
    for (const [bank, effect] of Object.entries(audited.effect))
      for (const [at, counts] of effect.entries()) {
        if (counts) continue;
        idle += 1;
        const kind = kindOf(pair.journals[bank]?.[at]);
        this.#find(
          kind === 'Hold' ? 'limitBroken' : null,
          `at ${books.name} the ${kind} ${at + 1} of ${bank} has no effect`,
        );
      }
    if (idle !== pair.breaches)
      this.#find(null, `${books.name} holds ${pair.breaches} entries without effect, and the auditor says ${idle}`);
  }

  /** What has effect, once a pair. */
  #count(pair: PairBooks, audited: Audit): void {
    for (const [bank, entries] of Object.entries(pair.journals))
      for (const [at, entry] of entries.entries()) {
        if (audited.effect[bank]?.[at] !== true) continue;
        const about =
          entry['transfer'] ?? (entry['limitMinutes'] === undefined ? null : `limit ${entry['limitMinutes']}`);
        if (typeof about !== 'string') continue;
        const key = `${kindOf(entry)} ${about}`;
        this.#entries.set(key, (this.#entries.get(key) ?? 0) + 1);
      }
  }

  #operation(operation: Operation): void {
    const what = `operation ${operation.number} (${operation.kind})`;
    if (operation.outcome === 'unknown') {
      this.#find('unresolved', what);
      return;
    }
    if (operation.outcome === 'forgotten') {
      this.#forgotten(operation, what);
      return;
    }
    // One statement is like another: none can be told from the next.
    if (operation.kind === 'statement') return;
    if (operation.kind === 'limit') {
      const times = this.#entries.get(`Amend limit ${operation.body['grantsMinutes']}`) ?? 0;
      this.#times(operation, what, times);
      return;
    }
    const held = this.#byContent.get(contentOf(operation.number)) ?? [];
    const given = held.filter(({ books, exchange }) => books.origin === operation.bank && exchange.direction !== 'in');
    this.#times(operation, what, given.length);
    const gift = given[0]?.exchange;
    if (gift === undefined) return;
    if (operation.kind === 'inside') {
      if (gift.moves !== 1)
        this.#find(gift.moves === 0 ? 'lostAcknowledged' : 'appliedTwice', `${what} moved ${gift.moves} times`);
      this.#move(operation, operation.bank, operation.bank);
      return;
    }
    this.#crossing(operation, what, gift, held);
  }

  /** What a restored bank cannot be asked about. */
  #forgotten(operation: Operation, what: string): void {
    const held = this.#byContent.get(contentOf(operation.number)) ?? [];
    if (operation.kind === 'inside') {
      const moves = held.reduce((sum, { exchange }) => sum + exchange.moves, 0);
      if (moves > 1) this.#find('appliedTwice', `${what} moved ${moves} times`);
      if (moves > 0) this.#move(operation, operation.bank, operation.bank);
      return;
    }
    if (operation.kind !== 'across') return;
    const transfer = operation.transfer ?? held[0]?.exchange.transfer ?? null;
    const posts = this.#entries.get(`Post ${transfer}`) ?? 0;
    const receipts = this.#entries.get(`Receipt ${transfer}`) ?? 0;
    if (posts > 1 || receipts > 1) this.#find('appliedTwice', `${what} has ${posts} posts and ${receipts} receipts`);
    if (posts !== receipts) this.#find('mirrorUnequal', `${what} has ${posts} posts and ${receipts} receipts`);
    if (operation.sawSettled && posts === 0) this.#find('lostAcknowledged', `${what} was settled and has no post`);
    if (posts > 0) this.#move(operation, operation.bank, operation.other);
  }

  /** Taken is once in the books, refused is never there. */
  #times({ outcome, code }: Operation, what: string, times: number): void {
    if (outcome === 'failed') {
      if (times > 0) this.#find(null, `${what} was refused with ${code} and is there`);
    } else if (times === 0) this.#find('lostAcknowledged', `${what} was taken and is not there`);
    else if (times > 1) this.#find('appliedTwice', `${what} is there ${times} times`);
  }

  #crossing(operation: Operation, what: string, gift: Exchange, held: readonly Held[]): void {
    const arrived = held.filter(
      ({ books, exchange }) => books.origin === operation.other && exchange.direction === 'in',
    );
    if (arrived.length > 1) this.#find('appliedTwice', `${what} arrived ${arrived.length} times`);
    const there = arrived[0]?.exchange;
    const posts = this.#entries.get(`Post ${gift.transfer}`) ?? 0;
    const receipts = this.#entries.get(`Receipt ${gift.transfer}`) ?? 0;
    if (posts > 1 || receipts > 1) this.#find('appliedTwice', `${what} has ${posts} posts and ${receipts} receipts`);
    const settled = gift.status === 'settled';
    if (operation.sawSettled && !settled) this.#find('lostAcknowledged', `${what} was settled and is ${gift.status}`);
    const moved = settled ? 1 : 0;
    const says = `${what} is ${gift.status} and moved ${gift.moves} times here, ${there?.moves ?? 0} there, ${posts} posts, ${receipts} receipts`;
    if (posts !== moved || receipts !== moved) this.#find('mirrorUnequal', says);
    else if (gift.moves < moved || (there?.moves ?? 0) < moved) this.#find('lostAcknowledged', says);
    else if (gift.moves > moved || (there?.moves ?? 0) > moved) this.#find('appliedTwice', says);
    if (settled) this.#move(operation, operation.bank, operation.other);
  }

  #move({ body }: Operation, from: string, to: string): void {
    const add = (bank: string, handle: string, minutes: number): void => {
      const key = `${bank} ${handle}`;
      this.#expected.set(key, (this.#expected.get(key) ?? 0) + minutes);
    };
    add(from, String(body['from']), -Number(body['minutes']));
    add(to, String(body['to']).split('@')[0] ?? '', Number(body['minutes']));
  }

  #accounts(): void {
    for (const { name, origin, accounts } of this.#books) {
      const sum = accounts.reduce((total, { balance }) => total + balance, 0);
      if (sum !== 0) this.#find('mirrorUnequal', `the balances at ${name} sum to ${sum}`);
      for (const { handle, kind, balance, held, floor } of accounts) {
        if (held !== 0) this.#find(null, `${held} minutes are held at ${name} by ${handle ?? kind}`);
        if (floor !== null && balance < floor && !this.#restored.includes(origin))
          this.#find('limitBroken', `${handle} at ${name} has ${balance}, below ${floor}`);
        const expected = this.#expected.get(`${origin} ${handle}`) ?? 0;
        if (handle !== null && balance !== expected)
          this.#find(
            null,
            `${handle} at ${name} has ${balance} minutes, and ${expected} by what the clients were told`,
          );
      }
    }
  }
}

function kindOf(entry: Document | undefined): string {
  return String((entry?.['type'] as string[] | undefined)?.[1]);
}

function hashes(entries: readonly Document[] | undefined): string {
  return (entries ?? []).map(hashOf).join(' ');
}
