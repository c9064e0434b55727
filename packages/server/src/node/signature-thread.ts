/**
 * Computes signatures; as a thread, one list of jobs after another. A list travels as few numbers and one piece of
 * memory, for what is sent to a thread is copied object by object otherwise.
 *
 * @module
 */
import { type KeyObject, sign, verify } from 'node:crypto';
import { parentPort } from 'node:worker_threads';

type Bytes = Uint8Array<ArrayBuffer>;

/** A signature to make, or one to check. */
export interface Job {
  readonly key: KeyObject;
  readonly bytes: Bytes;
  readonly signature: Bytes | null;
}

export interface PackedJobs {
  /** The keys of the jobs, each once. */
  readonly keys: readonly KeyObject[];
  /**
   * Three numbers a job: the index of its key, the length of its bytes, and 1 more than that of its signature, or 0.
   */
  readonly numbers: Uint32Array<ArrayBuffer>;
  /** The bytes of each job, and after them its signature. */
  readonly memory: Bytes;
}

/** The signature, or one byte: 1 if the one that was given is good. */
export function compute({ key, bytes, signature }: Job): Bytes {
  if (signature === null) return new Uint8Array(sign(null, bytes, key));
  return Uint8Array.of(verify(null, bytes, key, signature) ? 1 : 0);
}

export function pack(jobs: readonly Job[]): PackedJobs {
  const keys: KeyObject[] = [];
  const numbers = new Uint32Array(jobs.length * 3);
  let size = 0;
  for (const [index, { key, bytes, signature }] of jobs.entries()) {
    let nth = keys.indexOf(key);
    if (nth === -1) nth = keys.push(key) - 1;
    numbers.set([nth, bytes.length, signature === null ? 0 : signature.length + 1], index * 3);
    size += bytes.length + (signature?.length ?? 0);
  }
  const memory = new Uint8Array(size);
  let at = 0;
  for (const { bytes, signature } of jobs) {
    memory.set(bytes, at);
    at += bytes.length;
    if (signature === null) continue;
    memory.set(signature, at);
    at += signature.length;
  }
  return { keys, numbers, memory };
}

export function unpack({ keys, numbers, memory }: PackedJobs): Job[] {
  const jobs: Job[] = [];
  let at = 0;
  for (let index = 0; index < numbers.length; index += 3) {
    const [nth = 0, length = 0, signed = 0] = numbers.subarray(index, index + 3);
    const bytes = memory.subarray(at, at + length);
    at += length;
    const signature = signed === 0 ? null : memory.subarray(at, at + signed - 1);
    at += signature?.length ?? 0;
    jobs.push({ key: keys[nth] as KeyObject, bytes, signature });
  }
  return jobs;
}

parentPort?.on('message', (packed: PackedJobs) => parentPort?.postMessage(unpack(packed).map(compute)));
