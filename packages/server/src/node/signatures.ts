/**
 * Ed25519 for a node: few signatures at once are computed where they are asked for, many on threads of their own.
 *
 * Promises: what is asked for in one go is handed over in one go, for waking a thread costs as much as a signature;
 * requests are answered while a long run is verified; a thread that breaks is replaced, and loses no answer.
 *
 * @module
 */
import { KeyObject } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type Signatures, useSignatures } from '@evenhour/protocol/proof';
import { compute, type Job, pack } from './signature-thread.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Up to this many at once cost less here than the waking of a thread. */
const FEW = 2;
/** Up to this many at once are not worth a second thread. */
const MANY = 32;
const THREADS = Math.max(1, Math.min(4, availableParallelism() - 1));

interface Waiting {
  readonly job: Job;
  readonly resolve: (answer: Bytes) => void;
  readonly reject: (error: unknown) => void;
}

class Thread {
  #worker: Worker | undefined;
  readonly #sent: (readonly Waiting[])[] = [];

  /** Answers come in the order of the questions. */
  ask(waiting: readonly Waiting[]): void {
    this.#worker ??= this.#start();
    this.#sent.push(waiting);
    // A process that waits for an answer goes on until it has come, and one that waits for none may end.
    this.#worker.ref();
    const packed = pack(waiting.map(({ job }) => job));
    this.#worker.postMessage(packed, [packed.numbers.buffer, packed.memory.buffer]);
  }

  #start(): Worker {
    const worker = new Worker(new URL('../../dist/node/signature-thread.js', import.meta.url));
    worker.on('message', (answers: readonly Bytes[]) => {
      for (const [index, { resolve }] of (this.#sent.shift() ?? []).entries()) resolve(answers[index] as Bytes);
      if (this.#sent.length === 0) worker.unref();
    });
    worker.on('error', () => {
      this.#worker = undefined;
      for (const waiting of this.#sent.splice(0)) for (const each of waiting) computeHere(each);
    });
    return worker;
  }
}

function computeHere({ job, resolve, reject }: Waiting): void {
  try {
    resolve(compute(job));
  } catch (error) {
    reject(error);
  }
}

/** Computes signatures for this process. */
export function createSignatures(threads = THREADS): Signatures {
  const pool = Array.from({ length: threads }, () => new Thread());
  const keys = new WeakMap<CryptoKey, KeyObject>();
  let waiting: Waiting[] = [];
  let turn = 0;

  const flush = (): void => {
    const all = waiting;
    waiting = [];
    if (all.length <= FEW) {
      for (const each of all) computeHere(each);
      return;
    }
    const share = Math.max(MANY, Math.ceil(all.length / pool.length));
    for (let from = 0; from < all.length; from += share) pool[turn++ % pool.length]?.ask(all.slice(from, from + share));
  };

  const keyObject = (cryptoKey: CryptoKey): KeyObject => {
    let key = keys.get(cryptoKey);
    if (key === undefined) {
      key = KeyObject.from(cryptoKey);
      keys.set(cryptoKey, key);
    }
    return key;
  };

  const ask = async (cryptoKey: CryptoKey, bytes: Bytes, signature: Bytes | null): Promise<Bytes> => {
    const key = keyObject(cryptoKey);
    const job: Job = { key, bytes, signature };
    return new Promise((resolve, reject) => {
      // After all that is ready to run now, which may ask for more.
      if (waiting.length === 0) process.nextTick(flush);
      waiting.push({ job, resolve, reject });
    });
  };

  return {
    // A key that is not extractable cannot be given to a thread.
    sign: async (key, bytes) =>
      key.extractable ? ask(key, bytes, null) : new Uint8Array(await crypto.subtle.sign('Ed25519', key, bytes)),
    verify: async (key, bytes, signature) => (await ask(key, bytes, signature))[0] === 1,
  };
}

let used = false;

/** Has this process compute its signatures in this way. */
export function useThreads(): void {
  if (!used) useSignatures(createSignatures());
  used = true;
}
