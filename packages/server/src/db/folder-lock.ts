/**
 * One process to a data folder. PGlite lets two open one folder and then loses data.
 *
 * Promises: the lock is the kernel's own, on the file `lock.sqlite`, so it ends with the process however
 * that ended, no left-over has to be judged, and containers that share a folder see it too.
 *
 * Node has no call for a file lock. SQLite takes one for every transaction, so the file is a SQLite
 * database whose only transaction never ends. What it stores is the number of the process, for people.
 *
 * @module
 */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;
/** Those that come at the same moment are in each other's way for a few milliseconds. */
const WAIT_MS = 300;

/** What gives the folder back, or the number of the process that has it. */
export type FolderLock = { readonly ok: true; unlock(): void } | { readonly ok: false; readonly holder: number };

/** Takes the folder, which must exist. Throws what the file system throws. */
export function lockFolder(folder: string): FolderLock {
  const file = new DatabaseSync(join(realpathSync(folder), 'lock.sqlite'), { timeout: WAIT_MS });
  try {
    // Readers may still see the number: the transaction that stays open has written nothing.
    file.exec(`begin immediate; pragma user_version = ${process.pid}; commit; begin immediate`);
  } catch (error) {
    const row = file.prepare('pragma user_version').get();
    file.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    return { ok: false, holder: Number(row?.['user_version'] ?? 0) };
  }
  return { ok: true, unlock: () => file.close() };
}
