/**
 * The fault proxy: every request to a town, from another town or from a client, goes through it.
 *
 * Promises: it changes no byte of what it lets through; which fault meets a request follows from who asks whom;
 * a fault counts only once it met a request. It stands before all processes of the town and asks the next one
 * when one of them does not listen, as a load balancer does.
 *
 * @module
 */
import http, { type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../sim/random.ts';
import { CLIENTS, type LinkStep } from './plan.ts';

/** A town as the proxy sees it. */
export interface Behind {
  readonly address: string;
  /** The public port, on which the proxy listens. */
  readonly port: number;
  /** The ports of the town's processes. */
  readonly ports: readonly number[];
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** How long a process may take to answer before the proxy gives up. */
const PATIENCE_MS = 4_000;
const NOT_PASSED_ON = ['connection', 'keep-alive', 'transfer-encoding', 'content-length'];

export class Links {
  readonly #random: Random;
  readonly #origins: readonly string[];
  readonly #faults = new Set<LinkStep>();
  readonly #copies = new Set<Promise<unknown>>();
  /** Idempotency-Keys of requests that came twice. */
  readonly doubled = new Set<string>();
  readonly #met = new Set<LinkStep>();

  /** @param origins the towns' public origins, by number */
  constructor(random: Random, origins: readonly string[]) {
    this.#random = random;
    this.#origins = origins;
  }

  begin(step: LinkStep): void {
    this.#faults.add(step);
  }

  /** Ends a fault. Returns whether it met a request. */
  end(step: LinkStep): boolean {
    this.#faults.delete(step);
    return this.#met.delete(step);
  }

  /** Waits until no copy of a request is still to come. */
  async rest(): Promise<void> {
    await Promise.all(this.#copies);
  }

  /** Listens at a town's public origin. Throws the system's error when it cannot. */
  async listen(to: number, town: Behind): Promise<{ close(): void }> {
    let turn = 0;
    const server: Server = http.createServer((request, response) => {
      turn += 1;
      this.#serve(to, town, turn, request, response).catch(() => request.socket.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      server.on('error', reject);
      server.listen(town.port, town.address, resolve);
    });
    return {
      close: () => {
        server.close();
        server.closeAllConnections();
      },
    };
  }

  #meets(from: number, to: number): LinkStep | undefined {
    for (const step of this.#faults) {
      if (step.from !== from || step.to !== to) continue;
      // A way that is cut is cut for all; the others meet every second request.
      if (step.fault !== 'oneWay' && this.#random.chance(500)) continue;
      this.#met.add(step);
      return step;
    }
    return undefined;
  }

  async #serve(to: number, town: Behind, turn: number, request: IncomingMessage, out: ServerResponse): Promise<void> {
    const body = await readAll(request);
    const { method = 'GET', url: path = '/', headers } = request;
    const asked: Asked = { method, path, headers, body };
    const fault = this.#meets(this.#whoAsks(headers), to)?.fault;
    switch (fault) {
      case undefined:
        return answer(out, await pass(town, turn, asked));
      case 'oneWay':
        // Nobody says no: it just does not come back.
        await sleep(this.#random.between(100, 2_000));
        request.socket.destroy();
        return;
      case 'drop':
        request.socket.destroy();
        return;
      case 'delay':
        await sleep(this.#random.between(50, 800));
        return answer(out, await pass(town, turn, asked));
      case 'slow':
        return answerSlowly(out, await pass(town, turn, asked), this.#random.between(200, 1_500));
      case 'cut': {
        const answered = await pass(town, turn, asked);
        head(out, answered).write(answered.body.subarray(0, this.#random.int(answered.body.length + 1)), () =>
          request.socket.destroy(),
        );
        return;
      }
      case 'duplicate': {
        this.doubled.add(String(headers['idempotency-key']));
        // At the same time, soon after, or when the session may be another one.
        const copy = sleep(this.#random.pick([0, 0, 300, 4_000]))
          .then(() => pass(town, turn + 1, asked))
          .catch(() => {})
          .finally(() => this.#copies.delete(copy));
        this.#copies.add(copy);
        return answer(out, await pass(town, turn, asked));
      }
    }
  }

  /** A town says so in its signature; whoever signs nothing is a client. */
  #whoAsks(headers: IncomingHttpHeaders): number {
    const key = /keyid="([^"]+)"/.exec(String(headers['signature-input'] ?? ''))?.[1] ?? '';
    return URL.canParse(key) ? this.#origins.indexOf(new URL(key).origin) : CLIENTS;
  }
}

/** Asks one process after the other, until one listens. */
async function pass(town: Behind, turn: number, asked: Asked): Promise<Answered> {
  let last: unknown;
  for (let i = 0; i < town.ports.length; i++) {
    try {
      return await ask(town.address, town.ports[(turn + i) % town.ports.length] as number, asked);
    } catch (error) {
      last = error;
      // Only a process that never had the request is passed over.
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
    }
  }
  throw last;
}

function ask(host: string, port: number, { method, path, headers, body }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = http.request({
      ...{ host, port, method, path, agent: false, timeout: PATIENCE_MS },
      headers: { ...passedOn(headers), ...(body.length > 0 && { 'content-length': body.length }) },
    });
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', reject);
    request.on('response', (response) => {
      readAll(response).then(
        (bytes) => resolve({ status: response.statusCode ?? 502, headers: response.headers, body: bytes }),
        reject,
      );
    });
    request.end(body);
  });
}

function head(out: ServerResponse, { status, headers, body }: Answered): ServerResponse {
  return out.writeHead(status, { ...passedOn(headers), 'content-length': body.length });
}

function answer(out: ServerResponse, answered: Answered): void {
  head(out, answered).end(answered.body);
}

async function answerSlowly(out: ServerResponse, answered: Answered, ms: number): Promise<void> {
  const parts = 8;
  head(out, answered);
  const size = Math.ceil(answered.body.length / parts);
  for (let i = 0; i < parts; i++) {
    await sleep(ms / parts);
    out.write(answered.body.subarray(i * size, (i + 1) * size));
  }
  out.end();
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_PASSED_ON.includes(name)));
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
