/** Computes signatures; as a thread, one list of jobs after another. */
import { type KeyObject, sign, verify } from 'node:crypto';
import { parentPort } from 'node:worker_threads';

/** A signature to make, or one to check. */
export interface Job {
  readonly key: KeyObject;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer> | null;
}

/** The signature, or one byte: 1 if the one that was given is good. */
export function compute({ key, bytes, signature }: Job): Uint8Array<ArrayBuffer> {
  if (signature === null) return new Uint8Array(sign(null, bytes, key));
  return Uint8Array.of(verify(null, bytes, key, signature) ? 1 : 0);
}

parentPort?.on('message', (jobs: readonly Job[]) => parentPort?.postMessage(jobs.map(compute)));
