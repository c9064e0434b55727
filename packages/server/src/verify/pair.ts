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
  keysAtStart,
  other,
  type Pair,
  type Party,
  type Post,
  replay,
  startPair,
  type Transfer,
  termsOf,
  transferKey,
  type VerifiedEntry,
} from '@evenhour/protocol';
import { importVerifyingKey, verifyDocument, verifyRun } from '@evenhour/protocol/proof';
import { canonical, decodeHonour, type HonourMessage, type JsonObject, pairOf } from '@evenhour/protocol/wire';
import { findCloses, Places, proveEnding } from './ending.ts';
import { DoesNotHold, documentOf, type ExportFolder } from './folder.ts';
import { type AgreementFile, agreementShape, droppedFile, journalFile, receiptShape } from './shapes.ts';
import { sayFault, sayRefused } from './words.ts';

/** A Post that has effect: the only thing from which minutes may move between two banks. */
export interface SignedPost {
  readonly author: Party;
  readonly seq: number;
  readonly transfer: string;
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
  /** What an auditor must ask somebody else, in clauses. */
  readonly notProved: readonly string[];
}

const CHUNK = 100;

export async function provePair(folder: ExportFolder, name: string, actor: string): Promise<ProvenPair> {
  const claimed = await folder.one(`${name}/agreement.json`, agreementShape);
  const { core, me, pair: id, genesis } = await proveAgreement(folder, name, actor, claimed.pair);
  if (claimed.partner !== core.parties[other(me)].bank)
    throw new DoesNotHold(`${name}/agreement.json`, `names the partner ${claimed.partner}, which has not signed it`);
  const terms = termsOf(core, id, genesis);
  const closes = await findCloses(folder, name, core, id, me);
  const places = new Places(genesis, closes, claimed);
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
    places.note(entry);
    const { transfer } = done.appended;
    if (transfer !== null) transfers.set(transferKey(transfer.debtor, transfer.id), transfer);
    if (done.breach === null && entry.body.kind === 'Post') posts.set(entry.hash, signedPost(entry, entry.body, line));
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
  comparePosition(name, claimed, pair);
  const ending = await proveEnding({ name, claimed, core, pair, keys, posts, transfers, closes, places });
  const receipts = await proveReceipts(folder, name, me, transfers);
  return { folder: name, claimed, core, pair, keys, entries, receipts, posts, dropped, transfers, ...ending };
}

function signedPost({ author, seq }: Entry, { transfer, minutes }: Post, line: number): SignedPost {
  return { author, seq, transfer, minutes, line };
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
    for (const entry of entries)
      if (entry.body.kind === 'Post') posts.set(entry.hash, signedPost(entry, entry.body, line));
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

/** Whether the bank says of its position what the entries say. */
function comparePosition(name: string, claimed: AgreementFile, { me, views }: Pair): void {
  const says = (what: string, claim: number, proof: number): void => {
    if (claim !== proof)
      throw new DoesNotHold(`${name}/agreement.json`, `says ${claim} minutes ${what}; the signed entries say ${proof}`);
  };
  says('owed', claimed.owesMinutes, debtOf(views[me], me));
  says('held', claimed.openMinutes, views[me].openMinutes[me]);
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
