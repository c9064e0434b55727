/**
 * Proves an export offline: every balance, position and receipt, from signatures and from nothing else.
 *
 * Promises: no database, no network, and no figure or name of the export is believed; the first thing that does not
 * hold is thrown as {@link DoesNotHold} with its place. What a signature cannot prove is said too.
 *
 * @module
 */
import { originOf } from '@evenhour/protocol';
import { decodeMultikey } from '@evenhour/protocol/proof';
import { canonical, type JsonObject } from '@evenhour/protocol/wire';
import type { z } from 'zod';
import { type ProvenBooks, proveBooks } from './books.ts';
import { DoesNotHold, ExportFolder, FolderError } from './folder.ts';
import { type ProvenEvidence, type ProvenGifts, proveEvidence, proveGifts } from './gifts.ts';
import { type ProvenPair, provePair } from './pair.ts';
import { bankShape, FILES, keyShape, manifestShape } from './shapes.ts';

export interface Proven {
  /** The name is `null` when no agreement signs one. */
  readonly bank: { readonly name: string | null; readonly origin: string };
  readonly pairs: readonly ProvenPair[];
  readonly books: ProvenBooks;
  readonly gifts: ProvenGifts;
  readonly evidence: ProvenEvidence;
}

/** Throws a {@link FolderError} when the folder is no export, and {@link DoesNotHold}. */
export async function verifyExport(root: string): Promise<Proven> {
  const folder = new ExportFolder(root);
  if (!folder.has(FILES.manifest)) throw new FolderError(`${root} is no export: it has no ${FILES.manifest}.`);
  const manifest = await folder.one(FILES.manifest, manifestShape);
  const bank = await folder.one(FILES.bank, bankShape);
  const pairs = new Map<string, ProvenPair>();
  const mirrors = new Set<string>();
  for (const name of folder.pairs()) {
    const proven = await provePair(folder, name, bank.actor);
    const { pair, mirror } = proven.claimed;
    if (pairs.has(pair))
      throw new DoesNotHold(`${name}/agreement.json`, `is the pair of ${pairs.get(pair)?.folder} again`);
    if (mirrors.has(mirror))
      throw new DoesNotHold(`${name}/agreement.json`, `shares the account ${mirror} with another pair`);
    pairs.set(pair, proven);
    mirrors.add(mirror);
  }
  for (const proven of pairs.values()) proveSuccession(proven, pairs);
  const name = proveName(bank, manifest.bank, [...pairs.values()]);
  await proveKeys(folder, [...pairs.values()]);
  const gifts = await proveGifts(folder, pairs, bank.actor);
  const books = await proveBooks(folder, [...pairs.values()], gifts);
  const evidence = await proveEvidence(folder, pairs);
  compareManifest(folder, manifest.files);
  return { bank: { name, origin: bank.origin }, pairs: [...pairs.values()], books, gifts, evidence };
}

/** Who the bank is, is what its agreements say. */
function proveName(
  { origin, name, actor }: z.infer<typeof bankShape>,
  claimed: string,
  pairs: readonly ProvenPair[],
): string | null {
  if (originOf(actor) !== origin) throw new DoesNotHold(FILES.bank, `says ${origin}, and signs as ${actor}`);
  if (claimed !== origin) throw new DoesNotHold(FILES.manifest, `says ${claimed}, and ${FILES.bank} says ${origin}`);
  if (pairs.length === 0) return null;
  const signed = pairs.map(({ core, pair }) => core.parties[pair.me].name);
  if (!signed.includes(name))
    throw new DoesNotHold(FILES.bank, `says ${name}; its agreements are signed as ${signed[0]}`);
  return name;
}

/** A pair that follows another begins with what that one was settled at. */
function proveSuccession({ core, folder }: ProvenPair, pairs: ReadonlyMap<string, ProvenPair>): void {
  if (core.predecessor === undefined) return;
  const before = pairs.get(core.predecessor);
  if (before === undefined)
    throw new DoesNotHold(`${folder}/offer.json`, `follows the pair ${core.predecessor}, which is not in this export`);
  const left = before.claimed.settlement?.opening ?? null;
  if (canonical(left as unknown as JsonObject) !== canonical((core.opening ?? null) as unknown as JsonObject))
    throw new DoesNotHold(
      `${before.folder}/agreement.json`,
      `was settled at another position than ${folder} begins with`,
    );
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

type Files = readonly { readonly path: string; readonly lines: number; readonly sha256: string }[];

/** Whether the files are those that were written. A manifest is not signed: it shows damage, not intent. */
function compareManifest(folder: ExportFolder, files: Files): void {
  const named = new Set<string>();
  for (const { path, lines, sha256 } of files) {
    if (named.has(path)) throw new DoesNotHold(FILES.manifest, `names ${path} twice`);
    named.add(path);
    const read = folder.read.get(path);
    if (read === undefined)
      throw new DoesNotHold(
        path,
        folder.has(path) ? 'is no file of an export' : 'is missing, and the manifest names it',
      );
    if (read.lines < lines)
      throw new DoesNotHold(path, `ends too early: ${read.lines} of ${lines} lines`, { line: read.lines + 1 });
    if (read.sha256 !== sha256) throw new DoesNotHold(path, 'is not the file that was written');
  }
  for (const path of folder.paths())
    if (path !== FILES.manifest && !named.has(path)) throw new DoesNotHold(path, 'is not named in the manifest');
}
