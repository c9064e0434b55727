/**
 * The end of a pair, proved: its Closes, and the settlement that follows from both journals.
 *
 * Promises: a pair is closed only by a signed Close; every figure of a settlement is computed again at its cut, which
 * must be one. How far the partner holds our journal is its own word, and a settlement below what it has signed is
 * said: no signature shows that both agreed to that. Spec: the end of a pair.
 *
 * @module
 */
import {
  type AgreementCore,
  type Both,
  debtOf,
  type Entry,
  type Head,
  type KeySchedule,
  other,
  type Pair,
  type Party,
  type Refusal,
  refusal,
  sameHead,
  say,
  type Transfer,
} from '@evenhour/protocol';
import { importVerifyingKey, verifyClose } from '@evenhour/protocol/proof';
import { canonical, decodeClose, type JsonObject } from '@evenhour/protocol/wire';
import { DoesNotHold, type ExportFolder } from './folder.ts';
import type { SignedPost } from './pair.ts';
import { type AgreementFile, closeFile } from './shapes.ts';
import { sayRefused } from './words.ts';

/** A Close as it stands in the folder. Its proof is checked when the journals, and so the keys, are known. */
export interface FoundClose {
  readonly file: string;
  readonly author: Party;
  readonly document: JsonObject;
  readonly heads: { readonly own: Head; readonly peer: Head };
}

export async function findCloses(
  folder: ExportFolder,
  name: string,
  core: AgreementCore,
  pair: string,
  me: Party,
): Promise<FoundClose[]> {
  const found: FoundClose[] = [];
  for (const author of [me, other(me)] as const) {
    const file = closeFile(name, author === me);
    if (!folder.has(file)) continue;
    const document = await folder.document(file);
    const decoded = decodeClose(core, pair, document);
    if (!decoded.ok) throw new DoesNotHold(file, sayRefused(decoded.refusal));
    found.push({ file, author, document, heads: decoded.heads });
  }
  return found;
}

/** Remembers the few entries that the end of a pair names, while the journals are read. */
export class Places {
  readonly #wanted: Both<Set<number>> = [new Set(), new Set()];
  readonly #found: Both<Map<number, Entry>> = [new Map(), new Map()];
  readonly #genesis: Head;

  constructor(genesis: string, closes: readonly FoundClose[], { settlement }: AgreementFile) {
    this.#genesis = { epoch: 0, seq: 0, hash: genesis };
    for (const { author, heads } of closes) {
      this.#wanted[author].add(heads.own.seq);
      this.#wanted[other(author)].add(heads.peer.seq);
    }
    for (const author of [0, 1] as const) this.#wanted[author].add(settlement?.cut[author] ?? 0);
  }

  note(entry: Entry): void {
    if (this.#wanted[entry.author].has(entry.seq)) this.#found[entry.author].set(entry.seq, entry);
  }

  /** The journal's head after this entry, or `null` when it does not reach so far. */
  head(author: Party, seq: number): Head | null {
    if (seq === 0) return this.#genesis;
    const entry = this.#found[author].get(seq);
    return entry === undefined ? null : { epoch: entry.epoch, seq, hash: entry.hash };
  }

  holds(author: Party, head: Head): boolean {
    const found = this.head(author, head.seq);
    return found !== null && sameHead(found, head);
  }

  /** How much of the other journal this one acknowledges up to this entry. */
  ackAt(author: Party, seq: number): number {
    return this.#found[author].get(seq)?.ack.seq ?? 0;
  }
}

export interface Ended {
  readonly name: string;
  readonly claimed: AgreementFile;
  readonly core: AgreementCore;
  readonly pair: Pair;
  readonly keys: Both<KeySchedule>;
  readonly posts: ReadonlyMap<string, SignedPost>;
  readonly transfers: ReadonlyMap<string, Transfer>;
  readonly closes: readonly FoundClose[];
  readonly places: Places;
}

/** What we owe, by the signed entries or by the settlement that follows from them; and what is not proved about it. */
export async function proveEnding(ended: Ended): Promise<{ owesMinutes: number; notProved: string[] }> {
  const { name, claimed, pair, closes, places } = ended;
  const { me } = pair;
  const file = `${name}/agreement.json`;
  for (const close of closes) await proveClose(ended, close);
  if ((claimed.status === 'closed') !== closes.length > 0)
    throw new DoesNotHold(file, `says ${claimed.status}, and ${closes.length > 0 ? 'a' : 'no'} Close is signed`);
  const notProved = closes
    .filter((close) => !isHeld(ended, close))
    .map(({ author }) => `${author === me ? 'our' : 'their'} Close names entries that this export does not have`);
  if (claimed.settlement === undefined) return { owesMinutes: debtOf(pair.views[me], me), notProved };
  proveSettlement(ended, file, claimed.settlement);
  const { cut, owesMinutes } = claimed.settlement;
  // What it wrote, and what of ours it has acknowledged or named when it closed.
  const theyHold = closes.find(({ author }) => author !== me)?.heads.peer;
  const named = theyHold !== undefined && places.holds(me, theyHold) ? theyHold.seq : 0;
  const signed: [number, number] = [pair.heads[0].seq, pair.heads[1].seq];
  signed[me] = Math.max(pair.acks[other(me)].seq, named);
  if (cut[0] < signed[0] || cut[1] < signed[1]) {
    const owed = debtAt(ended, signed);
    const sum =
      owed === 0 ? 'that nobody owes anything' : `${owed > 0 ? 'that we owe' : 'that they owe us'} ${say(owed)}`;
    notProved.push(`it was settled below what they have signed, which makes ${sum}; that they agreed is not signed`);
  }
  return { owesMinutes, notProved };
}

/** Signed with a key of its writer. With which, depends on what the other bank had heard of by then. */
async function proveClose(ended: Ended, close: FoundClose): Promise<void> {
  const { core, pair, keys, claimed } = ended;
  const { author, document, file } = close;
  let refused: Refusal | null = refusal('proof_mismatch');
  for (const period of keys[author].toReversed()) {
    const key = await importVerifyingKey(period.key, core.parties[author].key.id);
    const closed = key.ok ? await verifyClose(core, pair.terms.pair, author, document, key.key) : key;
    refused = closed.ok ? null : closed.refusal;
    if (closed.ok) break;
  }
  if (refused !== null) throw new DoesNotHold(file, sayRefused(refused));
  // A bank that was restored after it had settled gets its journals back up to the position only.
  const cut = claimed.settlement?.cut;
  const restored = cut !== undefined && (pair.heads[0].seq === cut[0] || pair.heads[1].seq === cut[1]);
  if (author === pair.me && !restored && !isHeld(ended, close))
    throw new DoesNotHold(file, 'names entries that the journals do not have');
}

/** Whether the journals have the entries that a Close names. */
function isHeld({ places }: Ended, { author, heads }: FoundClose): boolean {
  return places.holds(author, heads.own) && places.holds(other(author), heads.peer);
}

type Settlement = NonNullable<AgreementFile['settlement']>;

/** Every figure of the settlement is the one that both journals make at its cut. */
function proveSettlement(ended: Ended, file: string, settlement: Settlement): void {
  const { pair, transfers, places, core, claimed } = ended;
  const { me } = pair;
  const { cut } = settlement;
  const heads = [places.head(0, cut[0]), places.head(1, cut[1])] as const;
  if (heads[0] === null || heads[1] === null)
    throw new DoesNotHold(file, 'was settled at entries that the journals do not have');
  for (const author of [0, 1] as const)
    if (places.ackAt(author, cut[author]) > cut[other(author)])
      throw new DoesNotHold(file, 'was settled at a cut in which one journal acknowledges what is outside of it');
  const sums = { released: 0, refunded: 0, lost: 0 };
  for (const { debtor, holdCounts, minutes, posted, postedMinutes, voided, declined } of transfers.values()) {
    if (!holdCounts || (posted !== null && posted <= cut[debtor])) continue;
    if (posted !== null) sums[debtor === me ? 'refunded' : 'lost'] += postedMinutes ?? 0;
    else if (debtor === me && voided === null && declined === null) sums.released += minutes;
  }
  const owes = debtAt(ended, cut);
  for (const [what, claim, proof] of [
    ['owed where it was settled', settlement.owesMinutes, owes],
    ['released', settlement.releasedMinutes, sums.released],
    ['refunded', settlement.refundedMinutes, sums.refunded],
    ['lost', settlement.lossMinutes, sums.lost],
  ] as const)
    if (claim !== proof) throw new DoesNotHold(file, `says ${claim} minutes ${what}; the signed entries say ${proof}`);
  const debtor = core.parties[owes > 0 ? me : other(me)].bank;
  const opening =
    owes === 0 ? null : { debtor, minutes: Math.abs(owes), predecessor: claimed.pair, causes: [...heads] };
  if (canonical(settlement.opening) !== canonical(opening as unknown as JsonObject))
    throw new DoesNotHold(file, 'says another opening for the next agreement than follows from the settlement');
}

/** What we owe by all Posts that have effect up to a cut. */
function debtAt({ posts, pair }: Ended, cut: Both<number>): number {
  const within = [...posts.values()].filter(({ author, seq }) => seq <= cut[author]);
  const debt = within.reduce(
    (sum, { author, minutes }) => sum + (author === 0 ? minutes : -minutes),
    pair.terms.opening as number,
  );
  return pair.me === 0 || debt === 0 ? debt : -debt;
}
