/**
 * Looks at every commit of every bank, and at all of them in the end.
 *
 * Promises: what it says comes from the rows of the banks, from the signed entries as the auditor
 * reads them, and from what it noted itself on the way; it asks no bank what it thinks is right.
 * Every comparison is counted.
 *
 * @module
 */
import { debtOf, exposureOf, other, type Party, type Transfer } from '@evenhour/protocol';
import type { JsonObject } from '@evenhour/protocol/wire';
import { type Audit, AuditError, audit, type Document, type Reader } from '../auditor/audit.ts';
import type { Agreement } from './agreement.ts';
import type { Bank, Link } from './bank.ts';
import type { Node } from './delivery.ts';
import { endOf, SUCCESSOR } from './ending.ts';
import { parted, writtenEarly } from './journals.ts';
import { halts, isRefusedAtOnce, type Lie } from './lies.ts';
import { readerOf } from './reader.ts';
import type { Sealer } from './seal.ts';
import type { Changes } from './store.ts';
import type { Answer } from './wire.ts';
import { type AccountRow, type EntryRow, keys, LOSS, mirrorOf, type PairRow, type PostingRow, payee } from './work.ts';

/** An entry that a bank said it holds. */
interface Promised {
  readonly bank: number;
  readonly link: Link;
  readonly author: Party;
  readonly seq: number;
  readonly hash: string;
}

const OWN_ACCOUNTS = ['m0', 'm1', 'm2', 'm3', 'unclaimed', LOSS];

export class Judge {
  readonly failures: string[] = [];
  checks = 0;
  /** Holds that were committed on behalf of a member. */
  started = 0;
  readonly #banks: readonly Bank[];
  /** The names of all accounts of each bank. */
  readonly #accounts: readonly (readonly string[])[];
  readonly #liar: number | null;
  readonly #sealer: Sealer;
  readonly #reader: Reader;
  readonly #audits = new Map<string, Audit>();
  /** Both journals of a pair, as a bank holds them with this row. */
  readonly #journals = new WeakMap<PairRow, [readonly EntryRow[] | undefined, readonly EntryRow[] | undefined]>();
  readonly #promises = new Map<string, Promised>();
  readonly #provoked = new Set<number>();
  readonly #lies = new Map<number, Lie>();
  readonly #shown = new Map<string, Lie>();
  readonly #restored = new Set<number>();

  constructor(banks: readonly Bank[], liar: number | null, sealer: Sealer) {
    this.#banks = banks;
    this.#accounts = banks.map(({ links }) => [
      ...OWN_ACCOUNTS,
      ...links.flatMap(({ number }) => [mirrorOf(number), mirrorOf(number + SUCCESSOR)]),
    ]);
    this.#liar = liar;
    this.#sealer = sealer;
    this.#reader = readerOf(sealer);
  }

  /** The liar shows entries that must not stand in its partner's copy of its journal. */
  lied(link: Link, request: number, lie: Lie, shown: readonly JsonObject[]): void {
    if (halts(lie)) this.#provoked.add(link.number);
    if (isRefusedAtOnce(lie)) this.#lies.set(request, lie);
    for (const document of shown) this.#shown.set(`${link.number} ${this.#sealer.hashOf(document)}`, lie);
  }

  /** An honest bank answers a run. */
  answers(bank: number, { inReplyTo, reply }: Answer): void {
    const lie = this.#lies.get(inReplyTo);
    if (lie === undefined || this.#restored.has(bank)) return;
    const taken = reply.kind === 'ran' && reply.refused === null;
    this.#true(!taken, `bank ${bank} took a lie: ${lie}`);
  }

  promised(bank: Bank, link: Link, author: Party, seq: number, hash: string): void {
    if (author === link.me) this.started += 1;
    const promise = { bank: bank.index, link, author, seq, hash };
    this.#promises.set(`${bank.index} ${link.number} ${hash}`, promise);
    this.#true(
      this.#holds(bank.index, promise),
      `bank ${bank.index} says that it holds entry ${seq} of ${author} in pair ${link.number}, and has not committed it`,
    );
  }

  /** After each commit: the bank's own books. */
  committed(bank: Bank, changes: Changes): void {
    if (bank.index === this.#liar) return;
    let moved = false;
    for (const [key, row] of changes) {
      if (key.startsWith('account ')) moved = true;
      else if (row !== null && key.startsWith('pair ')) this.#pair(bank, row as PairRow, Number(key.slice(5)), changes);
    }
    if (moved) {
      let sum = 0;
      for (const name of this.#accounts[bank.index] ?? []) sum += balance(bank, name);
      this.#same(sum, 0, `bank ${bank.index}: all accounts together`);
    }
  }

  #pair(bank: Bank, row: PairRow, number: number, changes: Changes): void {
    const { pair } = row;
    const view = pair.views[pair.me];
    const settled = endOf(bank, { number })?.settled ?? null;
    const carried = bank.store.rows.has(keys.agreement(number + SUCCESSOR));
    this.#same(
      balance(bank, mirrorOf(number)),
      settled === null ? debtOf(view, pair.me) : carried ? 0 : settled.owes,
      `bank ${bank.index}: the mirror account of pair ${number} and the debt`,
    );
    const head = changes.get(keys.entry(number, pair.me, pair.heads[pair.me].seq)) as EntryRow | undefined;
    if (head?.entry.body.kind === 'Hold')
      this.#true(
        exposureOf(view, pair.me) <= view.limits[pair.me],
        `bank ${bank.index} wrote a hold above the limit of pair ${number}`,
      );
  }

  /** In the middle of things: one bank's own copies of its journals, or those of every bank. */
  look(only?: Bank): undefined {
    for (const bank of only === undefined ? this.#banks : [only])
      if (bank.index !== this.#liar) for (const link of bank.links) this.audit(bank, link);
  }

  /** What a restored bank lost is forgiven if its partner has lost it too. */
  restored(bank: Bank): void {
    this.#restored.add(bank.index);
    for (const [key, promise] of this.#promises) {
      if (!bank.links.some(({ number }) => number === promise.link.number)) continue;
      const { link } = promise;
      const [one, two] = [promise.bank, link.peer];
      if (!this.#holds(one, promise) && !this.#holds(two, promise)) this.#promises.delete(key);
    }
  }

  #holds(bank: number, { link, author, seq, hash }: Promised): boolean {
    const row = this.#banks[bank]?.store.rows.get(keys.entry(link.number, author, seq)) as EntryRow | undefined;
    return row?.entry.hash === hash;
  }

  /** What must be true once all is quiet. */
  final(nodes: readonly Node[]): void {
    for (const node of nodes) {
      const { bank } = node;
      if (bank.index === this.#liar) continue;
      for (const link of bank.links) this.#finalPair(node, link);
      this.#postings(bank);
      if (this.failures.length === 0) this.#balances(bank);
    }
    for (const promise of this.#promises.values()) {
      if (promise.bank === this.#liar) continue;
      const { bank, link, author, seq } = promise;
      this.#true(
        this.#holds(bank, promise) || this.#hasLiar(link) || this.#isOutside(promise),
        `bank ${bank} said that it holds entry ${seq} of ${author} in pair ${link.number}, and has lost it`,
      );
    }
  }

  /** Whether the pair ended before a restored bank was given the entry once more: it is not in the position. */
  #isOutside({ bank, link, author, seq }: Promised): boolean {
    const { settled } = endOf(this.#banks[bank] as Bank, link) ?? {};
    return settled != null && seq > settled.cut[author] && this.#restored.has(bank);
  }

  #hasLiar(link: Link): boolean {
    return link.peer === this.#liar;
  }

  #finalPair(node: Node, link: Link): void {
    const { bank } = node;
    const row = bank.row(link);
    const where = `pair ${link.number} at bank ${bank.index}`;
    const peer = this.#banks[link.peer] as Bank;
    const theirs = peer.row(link) as PairRow | undefined;
    if (!this.audit(bank, link)) return;
    if (this.#hasLiar(link))
      for (const { entry } of this.#journal(bank, link, other(link.me)))
        this.#same(
          this.#shown.get(`${link.number} ${entry.hash}`),
          undefined,
          `${where}: entry ${entry.hash} is a lie`,
        );
    if (row.mode === 'closed' && (theirs?.mode === 'closed' || !this.#hasLiar(link))) {
      this.#ended(node, link, where);
      return;
    }
    if (row.mode === 'halted') {
      this.#true(
        this.#hasLiar(link) && this.#provoked.has(link.number),
        `${where} is halted without a lie: ${row.halted?.code} ${JSON.stringify(row.halted?.facts)}`,
      );
      return;
    }
    this.#true(theirs !== undefined, `${where} is not known to its partner`);
    if (theirs === undefined || (theirs.mode === 'halted' && this.#hasLiar(link))) return;
    this.#same(row.mode, 'open', where);
    this.#true(node.isQuiet(link), `${where} did not come to rest: ${JSON.stringify(row.sent)}`);
    for (const author of [0, 1] as const)
      this.#same(
        parted(this.#journal(bank, link, author), this.#journal(peer, link, author)),
        null,
        `${where}: the first place where the journal of ${author} and its copy differ`,
      );
    this.#same(
      debtOf(row.pair.views[link.me], link.me),
      -debtOf(theirs.pair.views[other(link.me)], other(link.me)),
      `${where}: both positions`,
    );
    for (const transfer of bank.begin().under<Transfer>(keys.transfers(link.number)).values()) {
      const ended =
        !transfer.holdCounts ||
        transfer.declined !== null ||
        transfer.voided !== null ||
        (transfer.posted !== null && transfer.receipted !== null);
      this.#true(ended || this.#hasLiar(link), `${where}: transfer ${transfer.id} has not ended`);
    }
    const early = writtenEarly(this.#journal(bank, link, link.me), this.#journal(bank, link, other(link.me)));
    this.#same(early, null, `${where}: the first entry that is written before a Resume is acknowledged`);
    if (!this.#hasLiar(link)) this.#same(row.pair.differs, undefined, `${where}: a statement that differs`);
  }

  /** A pair that is over: one position at both banks, not below what was signed, and the next pair begins with it. */
  #ended(node: Node, link: Link, where: string): void {
    const { bank } = node;
    const peer = this.#banks[link.peer] as Bank;
    this.#true(node.isQuiet(link), `${where} is over and not settled, or nothing follows`);
    const [mine, theirs] = [endOf(bank, link)?.settled, endOf(peer, link)?.settled];
    if (mine == null || theirs == null) {
      this.#true(false, `${where} is not settled at both banks`);
      return;
    }
    this.#same(mine.cut.join(), theirs.cut.join(), `${where}: how much of each journal the position counts`);
    this.#same(mine.owes, -theirs.owes + 0, `${where}: both positions`);
    const { heads, acks } = bank.row(link).pair;
    const other = bank.peerOf(link);
    this.#true(
      mine.cut[other] === heads[other].seq && mine.cut[link.me] >= acks[other].seq,
      `${where}: settled at ${mine.cut}, and the partner signed ${heads[other].seq} and acknowledged ${acks[other].seq}`,
    );
    const rows = ([0, 1] as const).map((author) => this.#journal(bank, link, author).slice(0, mine.cut[author]));
    for (const author of [0, 1] as const)
      this.#same(
        parted(rows[author] ?? [], this.#journal(peer, link, author).slice(0, mine.cut[author])),
        null,
        `${where}: the first place where the journal of ${author} and its copy differ`,
      );
    const { core } = link.agreement;
    const owes = this.#audited(link, rows, where)?.owesMinutes[core.parties[link.me].bank];
    this.#same(mine.owes, owes, `${where}: the position, and what the auditor says`);
    const next = bank.store.rows.get(keys.agreement(link.number + SUCCESSOR)) as Agreement | undefined;
    const { opening } = next?.core ?? {};
    const sign = opening?.debtor === core.parties[link.me].bank ? 1 : -1;
    this.#same(
      (opening?.minutes ?? 0) * sign + 0,
      mine.owes,
      `${where}: the position, and what the next pair begins with`,
    );
  }

  #journal(bank: Bank, link: Link, author: Party): readonly EntryRow[] {
    const row = bank.row(link);
    const known = this.#journals.get(row) ?? [undefined, undefined];
    this.#journals.set(row, known);
    if (known[author] !== undefined) return known[author];
    const rows: EntryRow[] = [];
    const { rows: stored } = bank.store;
    for (let seq = 1; seq <= row.pair.heads[author].seq; seq++)
      rows.push(stored.get(keys.entry(link.number, author, seq)) as EntryRow);
    known[author] = rows;
    return rows;
  }

  /** What the auditor reads from the signed entries, compared with what the bank believes. */
  audit(bank: Bank, link: Link): boolean {
    const where = `pair ${link.number} at bank ${bank.index}`;
    const { core } = link.agreement;
    const rows = [this.#journal(bank, link, 0), this.#journal(bank, link, 1)] as const;
    const result = this.#audited(link, rows, where);
    if (result === null) return false;
    const view = bank.row(link).pair.views[link.me];
    for (const party of [0, 1] as const) {
      const name = core.parties[party].bank;
      this.#same(result.owesMinutes[name], debtOf(view, party), `${where}: what the auditor says that ${party} owes`);
      this.#same(
        result.openMinutes[name],
        view.openMinutes[party],
        `${where}: what the auditor says is open of ${party}`,
      );
      this.#same(
        result.limitMinutes[name],
        view.limits[party],
        `${where}: what the auditor says is the limit of ${party}`,
      );
      this.#same(result.key[name], view.keys[party], `${where}: what the auditor says is the key of ${party}`);
      const said = result.effect[name] ?? [];
      const other = rows[party].findIndex(({ breach }, at) => said[at] !== (breach === null));
      this.#same(
        other,
        -1,
        `${where}: the first entry of ${party} that has effect for the auditor or for the bank only`,
      );
    }
    return true;
  }

  /** The auditor's result. The same two journals, as both banks hold them after quiet, are audited once. */
  #audited(link: Link, rows: readonly (readonly EntryRow[])[], where: string): Audit | null {
    const name = rows.map((list) => `${link.number} ${list.length} ${list.at(-1)?.entry.hash}`).join();
    const known = this.#audits.get(name);
    if (known !== undefined) return known;
    const { core } = link.agreement;
    const documents = (list: readonly EntryRow[]): Document[] =>
      list.map(({ document }) => document as unknown as Document);
    const journals = {
      [core.parties[0].bank]: documents(rows[0] ?? []),
      [core.parties[1].bank]: documents(rows[1] ?? []),
    };
    try {
      const result = audit(core as unknown as Document, journals, this.#reader);
      this.#audits.set(name, result);
      return result;
    } catch (error) {
      if (!(error instanceof AuditError)) throw error;
      this.failures.push(`${where}: the auditor says: ${error.message}`);
      return null;
    }
  }

  /** Nothing is applied twice: an entry moves minutes once, unless a restore took it back between. */
  #postings(bank: Bank): void {
    const times = new Map<string, number>();
    for (const posting of bank.begin().under<PostingRow>('posting ').values())
      times.set(posting.cause, (times.get(posting.cause) ?? 0) + (posting.undoes ? -1 : 1));
    for (const [cause, count] of times)
      this.#true(
        count === 1 || (count === 0 && this.#restored.has(bank.index)),
        `bank ${bank.index} moved ${cause} ${count} times`,
      );
  }

  /** Every account, from the entries and the local postings alone. */
  #balances(bank: Bank): void {
    const should = new Map((this.#accounts[bank.index] ?? []).map((name) => [name, 0]));
    const move = (debit: string, credit: string, minutes: number): void => {
      should.set(debit, (should.get(debit) ?? 0) - minutes);
      should.set(credit, (should.get(credit) ?? 0) + minutes);
    };
    for (const posting of bank.begin().under<PostingRow>('posting ').values())
      if (posting.cause.startsWith('local ')) move(posting.debit, posting.credit, posting.minutes);
    for (const link of bank.links) {
      const settled = endOf(bank, link)?.settled ?? null;
      const holds = new Map<string, { payerRef: string; payeeRef: string }>();
      for (const author of [0, 1] as const)
        for (const { entry, breach } of this.#journal(bank, link, author)) {
          const { body } = entry;
          if (breach !== null) continue;
          if (body.kind === 'Hold') holds.set(`${author} ${body.transfer}`, body);
          if (body.kind !== 'Post') continue;
          const hold = holds.get(`${author} ${body.transfer}`);
          if (hold === undefined) throw new Error('a Post with effect has no Hold');
          const mirror = mirrorOf(link.number);
          const counts = settled === null || entry.seq <= settled.cut[author];
          // What is not in the position goes back to the payer, or was lost by the payee's bank.
          if (author !== link.me) move(counts ? mirror : LOSS, payee(hold), body.minutes);
          else if (counts) move(hold.payerRef, mirror, body.minutes);
        }
      if (settled !== null && bank.store.rows.has(keys.agreement(link.number + SUCCESSOR)))
        move(mirrorOf(link.number), mirrorOf(link.number + SUCCESSOR), settled.owes);
    }
    for (const [name, minutes] of should)
      this.#same(balance(bank, name), minutes, `bank ${bank.index}: account ${name}`);
  }

  #same(is: unknown, should: unknown, what: string): void {
    this.#true(is === should, `${what}: ${String(is)} and ${String(should)}`);
  }

  #true(holds: boolean, what: string): void {
    this.checks += 1;
    if (!holds) this.failures.push(what);
  }
}

function balance(bank: Bank, account: string): number {
  return (bank.store.rows.get(keys.account(account)) as AccountRow | undefined)?.balance ?? 0;
}
