/**
 * Lets one run at a time set up the repository, so that two of them never install or build over each other.
 *
 * @module
 */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** No set-up takes longer. A lock this old was left behind, whatever now has its process id. */
const STALE_AFTER_MS = 20 * 60_000;

/** Runs `work` while no other process of this machine does so for the same repository. */
export async function withLock(root, say, work) {
  const lock = join(root, '.toolchain', 'lock');
  mkdirSync(join(root, '.toolchain'), { recursive: true });
  let told = false;
  while (!take(lock)) {
    if (!told) say('Waiting for another run of tools/run.mjs to finish its set-up (.toolchain/lock).');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (isLeftBehind(lock)) rmSync(lock, { force: true });
  return false;
}

function isLeftBehind(lock) {
  try {
    if (Date.now() - statSync(lock).mtimeMs > STALE_AFTER_MS) return true;
    const pid = Number(readFileSync(lock, 'utf8'));
    // The file is empty for the moment between its creation and the first write.
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
