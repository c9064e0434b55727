/**
 * Proves an export offline: every balance, position and receipt, from signatures and from nothing else.
 *
 * Promises: no database, no network, and no figure of the export is believed; the first thing that does not
 * hold is thrown as {@link DoesNotHold} with its place. What a signature cannot prove is said too: hours between
 * two members of one bank are signed by that bank's books alone, and an agreement names its keys itself.
 *
 * @module
 */
import { other, say } from '@evenhour/protocol';
import { decodeMultikey } from '@evenhour/protocol/proof';
import { type ProvenBooks, proveBooks } from './books.ts';
import {
  bankShape,
  DoesNotHold,
  ExportFolder,
  evidenceShape,
  exchangeShape,
  FILES,
  keyShape,
  manifestShape,
} from './folder.ts';
import { type ProvenPair, provePair } from './pair.ts';

export interface Proven {
  readonly bank: { readonly name: string; readonly origin: string };
  readonly pairs: readonly ProvenPair[];
  readonly books: ProvenBooks;
  readonly exchanges: number;
  readonly evidence: number;
}

export async function verifyExport(root: string): Promise<Proven> {
  const folder = new ExportFolder(root);
  const manifest = await folder.one(FILES.manifest, manifestShape);
  const bank = await folder.one(FILES.bank, bankShape);
  const names = manifest.files.map(({ path }) => /^(pairs\/[^/]+)\/agreement\.json$/.exec(path)?.[1]);
  const pairs: ProvenPair[] = [];
  for (const name of names) if (name !== undefined) pairs.push(await provePair(folder, name, bank.actor));
  await proveKeys(folder, pairs);
  const books = await proveBooks(folder, pairs);
  const exchanges = await proveExchanges(folder, pairs);
  let evidence = 0;
  for await (const _ of folder.items(FILES.evidence, evidenceShape)) evidence += 1;
  compareManifest(folder, manifest.files);
  return { bank, pairs, books, exchanges, evidence };
}

/** The list holds each key that our side of an agreement or a key change names. */
async function proveKeys(folder: ExportFolder, pairs: readonly ProvenPair[]): Promise<void> {
  const listed = new Map<string, number>();
  for await (const { line, item } of folder.items(FILES.keys, keyShape)) {
    if (item.purpose === 'ed25519' && decodeMultikey(item.publicKey) === undefined)
      throw new DoesNotHold(FILES.keys, 'is no Ed25519 key', { line });
    listed.set(item.publicKey, line);
  }
  for (const { pair, keys, folder: name } of pairs)
    for (const { key } of keys[pair.me])
      if (!listed.has(key)) throw new DoesNotHold(FILES.keys, `lacks the key ${key}, which ${name} is signed with`);
}

/** What the bank says of each gift is what the journals say of its transfer. */
async function proveExchanges(folder: ExportFolder, pairs: readonly ProvenPair[]): Promise<number> {
  const byPair = new Map(pairs.map((pair) => [pair.claimed.pair, pair]));
  let count = 0;
  for await (const { line, item } of folder.items(FILES.exchanges, exchangeShape)) {
    count += 1;
    const proven = item.pair === undefined ? undefined : byPair.get(item.pair);
    if (proven === undefined || (item.status !== 'settled' && item.status !== 'posted')) continue;
    const { me } = proven.pair;
    const debtor = item.direction === 'out' ? me : other(me);
    const transfer = proven.transfers.get(`${debtor} ${item.transfer ?? ''}`);
    const fail = (why: string): never => {
      throw new DoesNotHold(FILES.exchanges, why, { line });
    };
    if (transfer?.posted == null) fail(`says ${item.status}, and no signed Post says so`);
    else if (transfer.postedMinutes !== item.minutes)
      fail(`says ${item.minutes} minutes; the signed Post says ${transfer.postedMinutes}`);
    else if (item.status === 'settled' && transfer.receipted === null) fail('says settled, and there is no Receipt');
  }
  return count;
}

type Files = readonly { readonly path: string; readonly lines: number; readonly sha256: string }[];

/** Whether the files are those that were written. A manifest is not signed: it shows damage, not intent. */
function compareManifest(folder: ExportFolder, files: Files): void {
  for (const { path, lines, sha256 } of files) {
    const read = folder.read.get(path);
    if (read === undefined) throw new DoesNotHold(path, 'is named in the manifest and nothing else asks for it');
    if (read.lines < lines)
      throw new DoesNotHold(path, `ends too early: ${read.lines} of ${lines} lines`, { line: read.lines + 1 });
    if (read.sha256 !== sha256) throw new DoesNotHold(path, 'is not the file that was written');
  }
  for (const path of folder.read.keys())
    if (path !== FILES.manifest && !files.some((file) => file.path === path))
      throw new DoesNotHold(path, 'is not named in the manifest');
}

/** What was proved, in sentences. */
export function sayProven({ bank, pairs, books, exchanges, evidence }: Proven): string {
  const sum = (of: (pair: ProvenPair) => number): number => pairs.reduce((total, pair) => total + of(pair), 0);
  const lines = [
    `${bank.name} (${bank.origin}): everything holds.`,
    `${count(pairs.length, 'agreement')}, each with two signed yeses; ${count(
      sum((p) => p.entries),
      'journal entry',
      'journal entries',
    )}, each signed with the key of its time and in its place.`,
    ...pairs.map(sayPair),
    `${count(
      sum((p) => p.receipts),
      'receipt',
    )}, each signed by both banks.`,
    `${count(books.accounts, 'account')} and ${count(books.lines, 'ledger line')}: every balance is what its lines make, and together they make nothing.`,
    `${count(books.signedLines, 'line')} between two banks: each comes from a signed entry, and none twice.`,
    `${count(exchanges, 'gift')} and ${count(evidence, 'piece of evidence', 'pieces of evidence')} are as the journals say.`,
    `Not proved by a signature: ${count(books.lines - books.signedLines, 'line')} inside the bank, which nobody else signs; and that these keys are the banks' own. Compare them with keys that you know.`,
  ];
  return `${lines.join('\n')}\n`;
}

function sayPair({ core, pair, keys, owesMinutes, claimed }: ProvenPair): string {
  const { me } = pair;
  const peer = core.parties[other(me)];
  const owes =
    owesMinutes === 0
      ? 'nobody owes anything'
      : owesMinutes > 0
        ? `we owe ${say(owesMinutes)}`
        : `they owe us ${say(owesMinutes)}`;
  const when = claimed.settlement === undefined ? '' : ' where the pair ended';
  return `  ${peer.name}: ${owes}${when}. Ours ${keys[me].at(-1)?.key}, theirs ${keys[other(me)].at(-1)?.key}`;
}

function count(number: number, one: string, many: string = `${one}s`): string {
  return `${number.toLocaleString('en-GB')} ${number === 1 ? one : many}`;
}
