/**
 * The ledger of an export: every line, every balance, and from which signed entry each line between two banks
 * comes.
 *
 * Promises: balances are added up from the lines and compared with what the bank says, never taken from it; a
 * line that touches a partner's account points at one Post with effect, with its minutes, its direction and its gift,
 * and no Post has two lines or none. Lines between accounts of the bank itself are signed by nobody; they are counted
 * apart. Spec: laws 1, 3 and 5.
 *
 * @module
 */
import type { Party } from '@evenhour/protocol';
import { CAUSES } from '../ledger/ledger.ts';
import { DoesNotHold, type ExportFolder } from './folder.ts';
import { giftKey, type ProvenGifts } from './gifts.ts';
import type { ProvenPair, SignedPost } from './pair.ts';
import { accountShape, droppedFile, FILES, journalFile, type PostingLine, postingShape } from './shapes.ts';

export interface ProvenBooks {
  readonly accounts: number;
  readonly lines: number;
  /** Lines that a signed entry caused. */
  readonly signedLines: number;
}

interface Claim {
  readonly line: number;
  readonly kind: string;
  readonly balance: number;
  readonly held: number;
}

interface Promised {
  readonly line: number;
  readonly debit: string;
  readonly credit: string;
  readonly minutes: number;
}

export async function proveBooks(
  folder: ExportFolder,
  pairs: readonly ProvenPair[],
  gifts: ProvenGifts,
): Promise<ProvenBooks> {
  const claims = new Map<string, Claim>();
  for await (const { line, item } of folder.items(FILES.accounts, accountShape)) {
    if (claims.has(item.id)) throw new DoesNotHold(FILES.accounts, `lists ${item.id} twice`, { line });
    claims.set(item.id, { line, kind: item.kind, balance: item.balanceMinutes, held: item.heldMinutes });
  }
  const balances = new Map<string, number>();
  const held = new Map<string, number>();
  const move = (sums: Map<string, number>, id: string, by: number): void => void sums.set(id, (sums.get(id) ?? 0) + by);
  const holds = new Holds();
  const mirrors = new Mirrors(pairs, gifts, (id) => claims.get(id)?.kind);
  let lines = 0;
  let last = '';
  for await (const { line, item } of folder.items(FILES.postings, postingShape)) {
    const fail = (why: string): never => {
      throw new DoesNotHold(FILES.postings, why, { line });
    };
    if (item.id <= last) fail('does not come after the line before it');
    last = item.id;
    lines += 1;
    for (const id of [item.debit, item.credit]) if (!claims.has(id)) fail(`names ${id}, which is no account`);
    if (item.debit === item.credit) fail('moves minutes from an account to itself');
    if (item.transferId !== undefined && !gifts.ids.has(item.transferId))
      fail(`belongs to the gift ${item.transferId}, which ${FILES.exchanges} does not have`);
    if (item.minutes < (item.kind === 'void' ? 0 : 1)) fail('moves no minutes');
    const unfit = holds.take(line, item) ?? mirrors.take(item);
    if (unfit !== null) fail(unfit);
    if (item.kind === 'hold') move(held, item.debit, item.minutes);
    if (item.heldMinutes !== undefined) move(held, item.debit, -item.heldMinutes);
    if (item.kind !== 'direct' && item.kind !== 'post') continue;
    move(balances, item.debit, -item.minutes);
    move(balances, item.credit, item.minutes);
  }
  holds.end();
  const signedLines = mirrors.end();
  for (const [id, { line, balance, held: promised }] of claims) {
    const [made, kept] = [balances.get(id) ?? 0, held.get(id) ?? 0];
    if (made !== balance)
      throw new DoesNotHold(FILES.accounts, `says ${balance} minutes in ${id}; its ledger lines make ${made}`, {
        line,
      });
    if (kept !== promised)
      throw new DoesNotHold(FILES.accounts, `says ${promised} minutes held of ${id}; its ledger lines hold ${kept}`, {
        line,
      });
  }
  for (const pair of pairs) {
    const { claimed, folder: name } = pair;
    const owed = pair.owesMinutes + mirrors.carriedOf(pair);
    const made = balances.get(claimed.mirror) ?? 0;
    if (made !== owed)
      throw new DoesNotHold(
        `${name}/agreement.json`,
        `the ledger says ${made} minutes owed, the signed entries ${owed}`,
      );
  }
  return { accounts: claims.size, lines, signedLines };
}

/** What was held, and how it ended: once, for its own accounts, with no more than was held. */
class Holds {
  readonly #open = new Map<string, Promised>();
  /** Ends that stand before their hold: two processes whose clocks differ wrote them. */
  readonly #early = new Map<string, { line: number; end: PostingLine }>();
  readonly #ended = new Set<string>();

  take(line: number, item: PostingLine): string | null {
    if ((item.holdId === undefined) !== (item.heldMinutes === undefined)) return 'names a hold without its minutes';
    if ((item.holdId !== undefined) !== (item.kind === 'post' || item.kind === 'void'))
      return `is a ${item.kind} ${item.holdId === undefined ? 'without' : 'with'} a hold`;
    if (item.kind === 'hold') {
      const early = this.#early.get(item.id);
      this.#early.delete(item.id);
      if (early !== undefined) return unlike(early.end, { line, ...item });
      this.#open.set(item.id, { line, debit: item.debit, credit: item.credit, minutes: item.minutes });
    }
    if (item.holdId === undefined) return null;
    if (this.#ended.has(item.holdId)) return 'ends a hold that ended already';
    this.#ended.add(item.holdId);
    const hold = this.#open.get(item.holdId);
    this.#open.delete(item.holdId);
    if (hold !== undefined) return unlike(item, hold);
    this.#early.set(item.holdId, { line, end: item });
    return null;
  }

  end(): void {
    for (const [hold, { line }] of this.#early)
      throw new DoesNotHold(FILES.postings, `ends the hold ${hold}, which has no line`, { line });
  }
}

function unlike(end: PostingLine, hold: Promised): string | null {
  if (end.debit !== hold.debit || end.credit !== hold.credit) return 'ends a hold of other accounts';
  if (end.heldMinutes !== hold.minutes) return `ends a hold of ${hold.minutes} minutes as one of ${end.heldMinutes}`;
  return end.minutes <= hold.minutes ? null : `moves ${end.minutes} minutes of a hold of ${hold.minutes}`;
}

interface Booking {
  readonly pair: ProvenPair;
  readonly post: SignedPost;
  /** Whether it was given up in a restore. */
  readonly dropped: boolean;
  /** The account of this bank that its line moves, and the one that the line which undoes it moves. */
  booked: string | null;
  undone: string | null;
}

/** The accounts that stand for partners: minutes go in and out for a signed reason only. */
class Mirrors {
  readonly #pairs: ReadonlyMap<string, ProvenPair>;
  readonly #gifts: ProvenGifts;
  readonly #kindOf: (account: string) => string | undefined;
  readonly #posts = new Map<string, Booking>();
  /** What was carried away from each pair, by its folder. */
  readonly #carried = new Map<string, number>();
  /** The pairs to which something was carried. */
  readonly #begun = new Set<string>();
  #signed = 0;

  constructor(pairs: readonly ProvenPair[], gifts: ProvenGifts, kindOf: (account: string) => string | undefined) {
    this.#gifts = gifts;
    this.#kindOf = kindOf;
    this.#pairs = new Map(pairs.map((pair) => [pair.claimed.pair, pair]));
    for (const { claimed, folder } of pairs)
      if (kindOf(claimed.mirror) !== 'mirror')
        throw new DoesNotHold(`${folder}/agreement.json`, `names ${claimed.mirror}, which is no account of a partner`);
    for (const pair of pairs)
      for (const [posts, dropped] of [
        [pair.dropped, true],
        [pair.posts, false],
      ] as const)
        for (const [hash, post] of posts) this.#posts.set(hash, { pair, post, dropped, booked: null, undone: null });
  }

  /** Why this line may not stand, or `null`. */
  take(item: PostingLine): string | null {
    if (item.kind === 'hold' || item.kind === 'void') return null;
    if (this.#kindOf(item.debit) !== 'mirror' && this.#kindOf(item.credit) !== 'mirror') return null;
    this.#signed += 1;
    if (item.cause.startsWith(CAUSES.carried)) return this.#carry(item);
    const { hash, undoes } = readCause(item.cause);
    const booking = this.#posts.get(hash);
    if (booking === undefined) return 'points at no signed Post that has effect';
    const { pair, post } = booking;
    if (post.minutes !== item.minutes) return `moves ${item.minutes} minutes; the signed Post says ${post.minutes}`;
    const outward = (post.author === pair.pair.me) !== undoes;
    if ((outward ? item.credit : item.debit) !== pair.claimed.mirror)
      return 'moves minutes the other way than the signed Post';
    if ((undoes ? booking.undone : booking.booked) !== null) return 'is the second ledger line for one signed Post';
    if (undoes && !booking.dropped && isWithin(post, pair)) return 'gives back a Post that both banks confirmed';
    const inside = outward ? item.debit : item.credit;
    if (undoes) booking.undone = inside;
    else booking.booked = inside;
    return undoes ? null : this.#strange(booking, item, inside);
  }

  /**
   * Why these minutes are not booked for the gift that they belong to. What belongs to nobody here is kept for whoever
   * it is.
   */
  #strange({ pair, post }: Booking, item: PostingLine, inside: string): string | null {
    const gift = this.#gifts.byTransfer.get(giftKey(pair.claimed.pair, post.author, post.transfer));
    if (item.transferId !== gift?.id) return 'belongs to another gift than its signed Post';
    const kept = this.#kindOf(inside) === 'unclaimed';
    return kept || inside === gift?.accountId ? null : `moves minutes of ${inside}, and not of the account of its gift`;
  }

  /** A closed pair's position, moved to the account of the pair that follows it. */
  #carry(item: PostingLine): string | null {
    const next = this.#pairs.get(item.cause.slice(CAUSES.carried.length));
    const before = this.#pairs.get(next?.core.opening?.predecessor ?? '');
    if (next === undefined || before === undefined) return 'carries over what no successor agreement names';
    const opening = next.pair.terms.opening;
    const owed = next.pair.me === 0 ? opening : -opening;
    const [from, to] = owed > 0 ? [before, next] : [next, before];
    if (item.minutes !== Math.abs(owed) || item.debit !== from.claimed.mirror || item.credit !== to.claimed.mirror)
      return `carries over something else than the ${Math.abs(owed)} minutes that both banks signed`;
    if (this.#carried.has(before.folder)) return 'carries over a position for the second time';
    this.#carried.set(before.folder, -owed);
    this.#begun.add(next.folder);
    return null;
  }

  /** What the account shows beside what the pair's own entries say. */
  carriedOf({ folder, entries, pair }: ProvenPair): number {
    // A successor's opening stays on the account of the pair before it until the successor is begun.
    const waits = entries === 0 && !this.#begun.has(folder);
    const opening = pair.me === 0 ? pair.terms.opening : -pair.terms.opening;
    return (this.#carried.get(folder) ?? 0) - (waits ? opening : 0);
  }

  /** Every Post has its line. Returns how many lines a signature stands behind. */
  end(): number {
    for (const { pair, post, dropped, booked, undone } of this.#posts.values()) {
      const stands = !dropped && isWithin(post, pair);
      const ours = post.author === pair.pair.me;
      const right = dropped ? (booked === null) === (undone === null) : booked !== null && stands === (undone === null);
      const why = !right
        ? booked === null
          ? 'has effect and no ledger line'
          : 'no longer counts and was not moved back'
        : undone === null || this.#mayUndo(dropped, ours, booked, undone)
          ? null
          : `was moved back from or to ${undone}, and not where it was booked`;
      const file = dropped ? droppedFile(pair.folder) : journalFile(pair.folder, ours);
      if (why !== null) throw new DoesNotHold(file, why, { line: post.line, seq: post.seq });
    }
    return this.#signed;
  }

  /**
   * What goes back to a payer goes where it came from or is kept for her; what came in and is owed by nobody is a loss.
   */
  #mayUndo(dropped: boolean, ours: boolean, booked: string | null, undone: string): boolean {
    if (dropped) return undone === booked;
    return ours ? undone === booked || this.#kindOf(undone) === 'unclaimed' : this.#kindOf(undone) === 'loss';
  }
}

/** The Post behind a line, and whether the line moves its minutes back. */
function readCause(cause: string): { hash: string; undoes: boolean } {
  const back = [CAUSES.ended, CAUSES.dropped].find((prefix) => cause.startsWith(prefix));
  return { hash: cause.slice(back?.length ?? 0), undoes: back !== undefined };
}

function isWithin({ author, seq }: SignedPost, { claimed }: ProvenPair): boolean {
  return claimed.settlement === undefined || seq <= (claimed.settlement.cut[author as Party] ?? 0);
}
