/**
 * One pair of an export, proved from its two yeses and its two journals alone.
 *
 * Promises: an entry counts only if its proof is good under the key that held at its place, and if it continues
 * its journal; every verdict is made again by the core, at the entry's own cut. Memory grows with the transfers
 * of the pair, not with its entries. What the bank says of itself is compared, never used.
 *
 * @module
 */
import {
  type AgreementCore,
  type AgreementParty,
  type Both,
  checkCore,
  debtOf,
  type Entry,
  type KeySchedule,
  keyAt,
  keysAtStart,
  other,
  type Pair,
  type Party,
  REFUSALS,
  type Refusal,
  replay,
  sameHead,
  startPair,
  type Transfer,
  termsOf,
  transferKey,
  type VerifiedEntry,
} from '@evenhour/protocol';
import { importVerifyingKey, verifyClose, verifyDocument, verifyRun } from '@evenhour/protocol/proof';
import { canonical, decodeHonour, type HonourMessage, type JsonObject, pairOf } from '@evenhour/protocol/wire';
import {
  type AgreementFile,
  agreementShape,
  DoesNotHold,
  documentOf,
  type ExportFolder,
  receiptShape,
} from './folder.ts';

/** A Post that has effect: the only thing from which minutes may move between two banks. */
export interface SignedPost {
  readonly author: Party;
  readonly seq: number;
  readonly minutes: number;
  readonly line: number;
}

export interface ProvenPair {
  readonly folder: string;
  readonly claimed: AgreementFile;
  readonly core: AgreementCore;
  readonly pair: Pair;
  readonly keys: Both<KeySchedule>;
  readonly entries: number;
  readonly receipts: number;
  /** By the hash of the entry. */
  readonly posts: ReadonlyMap<string, SignedPost>;
  /** Posts of a life that was given up in a restore: whatever they moved was moved back. */
  readonly dropped: ReadonlyMap<string, SignedPost>;
  readonly transfers: ReadonlyMap<string, Transfer>;
  /** What we owe: at the end of both journals, or at the cut at which the pair was settled. */
  readonly owesMinutes: number;
}

const CHUNK = 100;

export async function provePair(folder: ExportFolder, name: string, actor: string): Promise<ProvenPair> {
  const claimed = await folder.one(`${name}/agreement.json`, agreementShape);
  const { core, me, pair: id, genesis } = await proveAgreement(folder, name, actor, claimed.pair);
  const terms = termsOf(core, id, genesis);
  const keys: [KeySchedule, KeySchedule] = [keysAtStart(terms, 0), keysAtStart(terms, 1)];
  const posts = new Map<string, SignedPost>();
  const transfers = new Map<string, Transfer>();
  let pair = startPair(terms, me);
  let entries = 0;

  const journal = (author: Party) => signedEntries(folder, journalFile(name, author === me), core, id, author, keys);
  const [own, foreign] = [journal(me), journal(other(me))];
  let mine = await own.next();
  let theirs = await foreign.next();
  const take = ({ entry, line }: Placed): void => {
    const step = replay(pair, needed(pair, entry, transfers), entry.author === 0 ? [[entry], []] : [[], [entry]]);
    const done = step.steps[0];
    const file = journalFile(name, entry.author === me);
    if (step.fault !== null || done === undefined)
      throw new DoesNotHold(file, sayFault(step.fault?.['reason']), { line, seq: entry.seq });
    pair = step.pair;
    entries += 1;
    const { transfer } = done.appended;
    if (transfer !== null) transfers.set(transferKey(transfer.debtor, transfer.id), transfer);
    if (done.breach === null && entry.body.kind === 'Post')
      posts.set(entry.hash, { author: entry.author, seq: entry.seq, minutes: entry.body.minutes, line });
  };
  while (mine.done !== true || theirs.done !== true) {
    if (mine.done !== true && mine.value.entry.ack.seq <= pair.heads[other(me)].seq) {
      take(mine.value);
      mine = await own.next();
    } else if (theirs.done !== true) {
      take(theirs.value);
      theirs = await foreign.next();
    } else if (mine.done !== true) {
      const { entry, line } = mine.value;
      throw new DoesNotHold(
        journalFile(name, true),
        `acknowledges entry ${entry.ack.seq}, which theirs.jsonl does not have`,
        {
          line,
          seq: entry.seq,
        },
      );
    }
  }
  const dropped = await droppedPosts(folder, name, core, id, keys);
  const proven = { folder: name, claimed, core, pair, keys, entries, posts, dropped, transfers };
  const owesMinutes = await provePosition(folder, proven);
  return { ...proven, owesMinutes, receipts: await proveReceipts(folder, name, me, transfers) };
}

export function journalFile(name: string, ours: boolean): string {
  return `${name}/${ours ? 'ours' : 'theirs'}.jsonl`;
}

export function droppedFile(name: string): string {
  return `${name}/dropped.jsonl`;
}

interface Placed {
  readonly entry: VerifiedEntry;
  readonly line: number;
}

/**
 * A bank's entries in the order of the file, each verified and each after the one before it; `keys` is kept up
 * with its key changes.
 */
async function* signedEntries(
  folder: ExportFolder,
  file: string,
  core: AgreementCore,
  pair: string,
  author: Party,
  keys: [KeySchedule, KeySchedule],
): AsyncGenerator<Placed> {
  let last = { seq: 0, hash: keys[author][0].hash };
  let lines: Signed[] = [];
  const chunk = async function* (): AsyncGenerator<Placed> {
    for await (const placed of verified(file, lines, core, pair, author, keys)) {
      const { entry, line } = placed;
      if (entry.seq !== last.seq + 1 || entry.prev !== last.hash)
        throw new DoesNotHold(file, sayFault('not_my_next'), { line, seq: entry.seq });
      last = entry;
      yield placed;
    }
    lines = [];
  };
  for await (const { line, text } of folder.lines(file)) {
    lines.push({ line, document: documentOf(file, text, line) });
    if (lines.length === CHUNK) yield* chunk();
  }
  yield* chunk();
}

interface Signed {
  readonly line: number;
  readonly document: JsonObject;
}

/** What stands before an entry that is none is given first: something may be missing there. */
async function* verified(
  file: string,
  lines: readonly Signed[],
  core: AgreementCore,
  pair: string,
  author: Party,
  keys: [KeySchedule, KeySchedule],
): AsyncGenerator<Placed> {
  const documents = lines.map(({ document }) => document);
  const run = await verifyRun(core, pair, author, documents, keys[author]);
  keys[author] = run.keys;
  for (const [index, entry] of run.entries.entries()) yield { entry, line: lines[index]?.line ?? 0 };
  if (run.bad === null) return;
  const { line, document } = lines[run.bad.index] as Signed;
  const seq = document['seq'];
  throw new DoesNotHold(file, sayRefused(run.bad.refusal), { line, ...(typeof seq === 'number' && { seq }) });
}

/** Posts that no longer stand, each with its signature: only these may have moved minutes and moved them back. */
async function droppedPosts(
  folder: ExportFolder,
  name: string,
  core: AgreementCore,
  pair: string,
  keys: Both<KeySchedule>,
): Promise<Map<string, SignedPost>> {
  const file = droppedFile(name);
  const posts = new Map<string, SignedPost>();
  for await (const { line, text } of folder.lines(file)) {
    const document = documentOf(file, text, line);
    const author = partyOf(core, String(document['actor']));
    if (author === null) throw new DoesNotHold(file, 'is by a bank that is not part of the pair', { line });
    const { entries, bad } = await verifyRun(core, pair, author, [document], keys[author]);
    if (bad !== null) throw new DoesNotHold(file, sayRefused(bad.refusal), { line });
    for (const { hash, seq, body } of entries)
      if (body.kind === 'Post') posts.set(hash, { author, seq, minutes: body.minutes, line });
  }
  return posts;
}

/** The transfers that an entry, or what it is the first to acknowledge, names. */
function needed(pair: Pair, entry: Entry, transfers: ReadonlyMap<string, Transfer>): Map<string, Transfer> {
  const ids = pair.unacknowledged.filter(({ seq }) => seq <= entry.ack.seq).map(({ transfer }) => transfer);
  if ('transfer' in entry.body) ids.push(entry.body.transfer);
  const found = new Map<string, Transfer>();
  for (const id of ids)
    for (const debtor of [0, 1] as const) {
      const key = transferKey(debtor, id ?? '');
      const transfer = transfers.get(key);
      if (transfer !== undefined) found.set(key, transfer);
    }
  return found;
}

interface Agreed {
  readonly core: AgreementCore;
  readonly me: Party;
  readonly pair: string;
  readonly genesis: string;
}

/** Both yeses: the same core, one proof by each party under the key that the core names for it. */
async function proveAgreement(folder: ExportFolder, name: string, actor: string, claimed: string): Promise<Agreed> {
  const first = await proveYes(folder, `${name}/offer.json`, 'HonourOffer');
  const second = await proveYes(folder, `${name}/accept.json`, 'HonourAccept');
  const { pair, genesis } = pairOf(first.core);
  if (canonical(first.core as unknown as JsonObject) !== canonical(second.core as unknown as JsonObject))
    throw new DoesNotHold(`${name}/accept.json`, 'is a yes to other words than the offer');
  if (first.actor === second.actor) throw new DoesNotHold(`${name}/accept.json`, 'is by the same bank as the offer');
  if (claimed !== pair)
    throw new DoesNotHold(`${name}/agreement.json`, `names another pair than its two yeses make: ${pair}`);
  const me = partyOf(first.core, actor);
  if (me === null) throw new DoesNotHold(`${name}/offer.json`, 'is an agreement of other banks');
  return { core: first.core, me, pair, genesis };
}

async function proveYes(folder: ExportFolder, file: string, kind: HonourMessage['kind']) {
  const document = await folder.document(file);
  const decoded = decodeHonour(document);
  if (!decoded.ok) throw new DoesNotHold(file, sayRefused(decoded.refusal));
  const { message } = decoded;
  if (message.kind !== kind || message.kind === 'HonourReject') throw new DoesNotHold(file, `is not a ${kind}`);
  const { core, actor } = message;
  const sound = checkCore(core);
  if (!sound.ok) throw new DoesNotHold(file, sayRefused(sound.refusal));
  if (pairOf(core).pair !== message.pair) throw new DoesNotHold(file, 'names another pair than its words make');
  const party = partyOf(core, actor);
  if (party === null) throw new DoesNotHold(file, 'is by a bank that is not part of it');
  const { id, publicKeyMultibase } = (core.parties[party] as AgreementParty).key;
  const key = await importVerifyingKey(publicKeyMultibase, id);
  const proof = key.ok ? await verifyDocument(document, key.key) : key;
  if (!proof.ok) throw new DoesNotHold(file, sayRefused(proof.refusal));
  return { core, actor };
}

function partyOf(core: AgreementCore, bank: string): Party | null {
  const index = core.parties.findIndex((party) => party.bank === bank);
  return index === 0 || index === 1 ? index : null;
}

/** The position that follows from the entries, and whether the bank says the same. */
async function provePosition(
  folder: ExportFolder,
  { folder: name, claimed, core, pair, keys, posts }: Omit<ProvenPair, 'owesMinutes' | 'receipts'>,
): Promise<number> {
  const file = `${name}/agreement.json`;
  const { me } = pair;
  const view = pair.views[me];
  const says = (what: string, claim: number, proof: number): void => {
    if (claim !== proof) throw new DoesNotHold(file, `says ${claim} minutes ${what}; the signed entries say ${proof}`);
  };
  says('owed', claimed.owesMinutes, debtOf(view, me));
  says('held', claimed.openMinutes, view.openMinutes[me]);
  for (const author of [me, other(me)] as const) {
    const closeFile = `${name}/close-${author === me ? 'ours' : 'theirs'}.json`;
    if (!folder.has(closeFile)) continue;
    const key = await importVerifyingKey(keyAt(keys[author], pair.heads[author].seq + 1), core.parties[author].key.id);
    const closed = key.ok
      ? await verifyClose(core, pair.terms.pair, author, await folder.document(closeFile), key.key)
      : key;
    if (!closed.ok) throw new DoesNotHold(closeFile, sayRefused(closed.refusal));
    const { own, peer } = closed.heads;
    if (author === me && !(sameHead(own, pair.heads[me]) && sameHead(peer, pair.heads[other(me)])))
      throw new DoesNotHold(closeFile, 'names other last entries than the journals have');
  }
  if (claimed.settlement === undefined) return debtOf(view, me);
  const { cut } = claimed.settlement;
  if (cut.some((seq, author) => seq < 0 || seq > pair.heads[author as Party].seq))
    throw new DoesNotHold(file, 'was settled at entries that the journals do not have');
  const within = [...posts.values()].filter(({ author, seq }) => seq <= cut[author]);
  const debt = within.reduce(
    (sum, { author, minutes }) => sum + (author === 0 ? minutes : -minutes),
    pair.terms.opening as number,
  );
  const owes = me === 0 || debt === 0 ? debt : -debt;
  says('settled', claimed.settlement.owesMinutes, owes);
  return owes;
}

/** Each receipt is a Post of one bank and a Receipt of the other; each such two is in the list. */
async function proveReceipts(
  folder: ExportFolder,
  name: string,
  me: Party,
  transfers: ReadonlyMap<string, Transfer>,
): Promise<number> {
  const file = `${name}/receipts.jsonl`;
  const listed = new Set<string>();
  for await (const { line, item } of folder.items(file, receiptShape)) {
    const key = transferKey(item.from === 'us' ? me : other(me), item.transfer);
    const transfer = transfers.get(key);
    if (transfer === undefined || transfer.posted === null || transfer.receipted === null)
      throw new DoesNotHold(file, 'is not signed by both banks', { line });
    if (transfer.postedMinutes !== item.minutes)
      throw new DoesNotHold(file, `says ${item.minutes} minutes; both banks signed ${transfer.postedMinutes}`, {
        line,
      });
    if (transfer.posted !== item.post || transfer.receipted !== item.receipt)
      throw new DoesNotHold(
        file,
        `is signed in entries ${transfer.posted} and ${transfer.receipted}, not where it says`,
        { line },
      );
    if (listed.has(key)) throw new DoesNotHold(file, 'is a receipt that is listed already', { line });
    listed.add(key);
  }
  for (const [key, { id, receipted }] of transfers)
    if (receipted !== null && !listed.has(key)) throw new DoesNotHold(file, `lacks the receipt for ${id}`);
  return listed.size;
}

const FAULTS: Readonly<Record<string, string>> = {
  not_my_next: 'does not continue the journal: an entry before it is missing, changed or in another place',
  prev_is_not_my_head: 'does not continue the journal: the entry before it is another one',
  ack: 'acknowledges another entry than the one that theirs.jsonl has there',
  ack_unknown: 'acknowledges an entry that the other journal does not have',
  ack_goes_back: 'acknowledges less than an entry before it',
  epoch: 'is of another epoch than the entry before it',
  epoch_rises: 'begins an epoch, which only a Resume does',
  epoch_does_not_rise: 'is a Resume that begins no epoch',
};

function sayFault(reason: unknown): string {
  return (typeof reason === 'string' ? FAULTS[reason] : undefined) ?? (FAULTS['not_my_next'] as string);
}

function sayRefused({ code, facts }: Refusal): string {
  const path = facts['path'] ?? facts['reason'];
  return `${REFUSALS[code].advice} (${code}${path === undefined ? '' : `: ${path}`})`;
}
