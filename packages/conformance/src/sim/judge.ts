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
import { type Audit, AuditError, audit, type Document, hashOf, isSigned, type Seals } from '../auditor/audit.ts';
import type { Bank, Link } from './bank.ts';
import type { Node } from './delivery.ts';
import { halts, isRefusedAtOnce, type Lie } from './lies.ts';
import type { Sealer } from './seal.ts';
import type { Changes } from './store.ts';
import type { Answer } from './wire.ts';
import { type AccountRow, type EntryRow, keys, mirrorOf, type PairRow, type PostingRow, payee } from './work.ts';

/** An entry that a bank said it holds. */
interface Promised {
  readonly bank: number;
  readonly link: Link;
  readonly author: Party;
  readonly seq: number;
  readonly hash: string;
}

export class Judge {
  readonly failures: string[] = [];
  checks = 0;
  /** Holds that were committed on behalf of a member. */
  started = 0;
  readonly #banks: readonly Bank[];
  readonly #liar: number | null;
  readonly #seals: Seals;
  readonly #audits = new Map<string, Audit>();
  readonly #journals = new Map<string, readonly EntryRow[]>();
  readonly #promises = new Map<string, Promised>();
  readonly #provoked = new Set<number>();
  readonly #lies = new Map<number, Lie>();
  readonly #shown = new Map<string, Lie>();
  readonly #restored = new Set<number>();

  constructor(banks: readonly Bank[], liar: number | null, sealer: Sealer) {
    this.#banks = banks;
    this.#liar = liar;
    this.#seals = sealsOf(sealer);
  }

  /** The liar shows entries that must not stand in its partner's copy of its journal. */
  lied(link: Link, request: number, lie: Lie, shown: readonly JsonObject[]): void {
    if (halts(lie)) this.#provoked.add(link.number);
    if (isRefusedAtOnce(lie)) this.#lies.set(request, lie);
    for (const document of shown) this.#shown.set(`${link.number} ${this.#seals.hashOf(document as Document)}`, lie);
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
      for (const name of this.#accounts(bank)) sum += balance(bank, name);
      this.#same(sum, 0, `bank ${bank.index}: all accounts together`);
    }
  }

  #pair(bank: Bank, row: PairRow, number: number, changes: Changes): void {
    const { pair } = row;
    const view = pair.views[pair.me];
    this.#same(
      balance(bank, mirrorOf(number)),
      debtOf(view, pair.me),
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
        this.#holds(bank, promise) || this.#hasLiar(link),
        `bank ${bank} said that it holds entry ${seq} of ${author} in pair ${link.number}, and has lost it`,
      );
    }
  }

  #hasLiar(link: Link): boolean {
    return link.peer === this.#liar;
  }

  #finalPair(node: Node, link: Link): void {
    const { bank } = node;
    const row = bank.row(link);
    const where = `pair ${link.number} at bank ${bank.index}`;
    const peer = this.#banks[link.peer] as Bank;
    const theirs = peer.row(link);
    if (!this.audit(bank, link)) return;
    if (this.#hasLiar(link))
      for (const hash of this.#hashes(bank, link, other(link.me)))
        this.#same(this.#shown.get(`${link.number} ${hash}`), undefined, `${where}: entry ${hash} is a lie`);
    if (row.mode === 'halted') {
      this.#true(
        this.#hasLiar(link) && this.#provoked.has(link.number),
        `${where} is halted without a lie: ${row.halted?.code} ${JSON.stringify(row.halted?.facts)}`,
      );
      return;
    }
    if (theirs.mode === 'halted' && this.#hasLiar(link)) return;
    this.#same(row.mode, 'open', where);
    this.#true(node.isQuiet(link), `${where} did not come to rest: ${JSON.stringify(row.sent)}`);
    for (const author of [0, 1] as const)
      this.#same(
        this.#hashes(bank, link, author).join(),
        this.#hashes(peer, link, author).join(),
        `${where}: the journal of ${author} and its copy`,
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
    this.#resumes(this.#journal(bank, link, link.me), this.#journal(bank, link, other(link.me)), where);
    if (!this.#hasLiar(link)) this.#same(row.pair.differs, undefined, `${where}: a statement that differs`);
  }

  /** After a Resume nothing but Checkpoints, before an entry of the partner acknowledges it. */
  #resumes(own: readonly EntryRow[], foreign: readonly EntryRow[], where: string): void {
    for (const { entry: resume } of own) {
      if (resume.body.kind !== 'Resume') continue;
      const next = own.slice(resume.seq).find(({ entry }) => entry.body.kind !== 'Checkpoint')?.entry;
      const answer = foreign.find(({ entry }) => entry.ack.seq >= resume.seq)?.entry;
      if (next !== undefined)
        this.#true(
          answer !== undefined && next.ack.seq >= answer.seq,
          `${where}: entry ${next.seq} is written before the Resume ${resume.seq} is acknowledged`,
        );
    }
  }

  #hashes(bank: Bank, link: Link, author: Party): string[] {
    return this.#journal(bank, link, author).map(({ entry }) => entry.hash);
  }

  #journal(bank: Bank, link: Link, author: Party): readonly EntryRow[] {
    const head = bank.row(link).pair.heads[author];
    // Read once for each state of the bank's rows.
    const name = `${bank.index} ${link.number} ${author} ${bank.store.commits} ${head.hash}`;
    const known = this.#journals.get(name);
    if (known !== undefined) return known;
    const rows = Array.from(
      { length: head.seq },
      (_, at) => bank.store.rows.get(keys.entry(link.number, author, at + 1)) as EntryRow,
    );
    this.#journals.set(name, rows);
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
      const said = (result.effect[name] ?? []).map((effect, at) => `${at + 1}${effect ? '' : ' without effect'}`);
      const kept = rows[party].map(({ breach }, at) => `${at + 1}${breach === null ? '' : ' without effect'}`);
      this.#same(said.join(), kept.join(), `${where}: what the auditor says has effect of ${party}`);
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
      const result = audit(core as unknown as Document, journals, this.#seals);
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
    const should = new Map(this.#accounts(bank).map((name) => [name, 0]));
    const move = (debit: string, credit: string, minutes: number): void => {
      should.set(debit, (should.get(debit) ?? 0) - minutes);
      should.set(credit, (should.get(credit) ?? 0) + minutes);
    };
    for (const posting of bank.begin().under<PostingRow>('posting ').values())
      if (posting.cause.startsWith('local ')) move(posting.debit, posting.credit, posting.minutes);
    for (const link of bank.links) {
      const holds = new Map<string, { payerRef: string; payeeRef: string }>();
      for (const author of [0, 1] as const)
        for (const { entry, breach } of this.#journal(bank, link, author)) {
          const { body } = entry;
          if (breach !== null) continue;
          if (body.kind === 'Hold') holds.set(`${author} ${body.transfer}`, body);
          if (body.kind !== 'Post') continue;
          const hold = holds.get(`${author} ${body.transfer}`);
          if (hold === undefined) throw new Error('a Post with effect has no Hold');
          if (author === link.me) move(hold.payerRef, mirrorOf(link.number), body.minutes);
          else move(mirrorOf(link.number), payee(hold), body.minutes);
        }
    }
    for (const [name, minutes] of should)
      this.#same(balance(bank, name), minutes, `bank ${bank.index}: account ${name}`);
  }

  #accounts(bank: Bank): string[] {
    return [...['m0', 'm1', 'm2', 'm3', 'unclaimed'], ...bank.links.map(({ number }) => mirrorOf(number))];
  }

  #same(is: unknown, should: unknown, what: string): void {
    this.#true(is === should, `${what}: ${String(is)} and ${String(should)}`);
  }

  #true(holds: boolean, what: string): void {
    this.checks += 1;
    if (!holds) this.failures.push(what);
  }
}

/** What the auditor uses; it looks at each document once, however often it reads a journal. */
function sealsOf(sealer: Sealer): Seals {
  const { isSealed } = sealer;
  if (isSealed !== undefined)
    return {
      hashOf: (document) => sealer.hashOf(document),
      isSigned: (document, { bank }) => isSealed(document, bank),
    };
  const hashes = new WeakMap<Document, string>();
  const signers = new WeakMap<Document, string>();
  return {
    hashOf: (document) => {
      const hash = hashes.get(document) ?? hashOf(document);
      hashes.set(document, hash);
      return hash;
    },
    isSigned: (document, party) => {
      if (signers.get(document) === party.bank) return true;
      const signed = isSigned(document, party);
      if (signed) signers.set(document, party.bank);
      return signed;
    },
  };
}

function balance(bank: Bank, account: string): number {
  return (bank.store.rows.get(keys.account(account)) as AccountRow | undefined)?.balance ?? 0;
}
