/**
 * A bank in memory, for the tests of whoever builds on one: `fakeNode({ members: ['ana', 'ben'] })`.
 *
 * Promises: it answers the operations about the bank, members, transfers, offers and exchanges inside the bank, and
 * reads agreements, with the shapes, balances and refusals of a real node; one Idempotency-Key does one thing. The
 * same scenario runs against it and against a real node in our own tests. What it does not know it answers with 501.
 * It signs nothing: `proof` has the ledger lines, no entries, and `checked` is false.
 *
 * @module
 */
import { parsed } from '../errors.ts';
import { Books } from './books.ts';
import { problemResponse, Refused } from './checks.ts';
import type { FakeNode, FakeNodeOptions } from './options.ts';
import { type Caller, NotHere, type Wait } from './route.ts';
import { findRoute } from './routes.ts';

const MAX_BODY = 64 * 1024;

export function fakeNode(options: FakeNodeOptions = {}): FakeNode {
  const { baseUrl: given = 'https://bank.example', token = 'eh_operator', delivery = 'auto' } = options;
  const baseUrl = given.replace(/\/+$/, '');
  const books = new Books(
    {
      origin: baseUrl,
      name: options.name ?? 'Bank',
      floorMinutes: options.floorMinutes === undefined ? -600 : options.floorMinutes,
      ceilingMinutes: options.ceilingMinutes ?? null,
      transferCapMinutes: options.transferCapMinutes ?? 1200,
      memberCapMinutes: options.memberCapMinutes ?? 2400,
      now: options.now ?? (() => new Date()),
    },
    options.members ?? [],
    options.partners ?? [],
  );
  const tokens = new Map<string, Caller>([[token, { role: 'operator' }]]);
  const answers = new Map<string, { readonly digest: string; readonly status: number; readonly body: string }>();
  const waiting = new Set<() => void>();
  const refusals: Refused[] = [];
  let requests = 0;
  let toLose = 0;

  function issue(memberId: string): string {
    const secret = `eh_${books.nextId()}`;
    tokens.set(secret, { role: 'member', memberId });
    return secret;
  }

  function deliver(): void {
    for (const transfer of books.transfers) books.arrive(transfer);
    for (const wake of waiting) wake();
  }

  /** Until something was delivered, the time is over or nobody listens any more. */
  const wait: Wait = (ms, signal) =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const route = findRoute(request.method, url.pathname);
    if (route === 'unknown') throw new Refused('not_found');
    if (route === 'real node only') throw new NotHere();
    const sent = request.method === 'POST' ? await request.text() : '';
    if (new TextEncoder().encode(sent).length > MAX_BODY) throw new Refused('too_large', { maxBytes: MAX_BODY });
    const key = request.headers.get('idempotency-key') ?? '';
    if (request.method === 'POST' && !/^[\x21-\x7e]{8,200}$/.test(key))
      throw new Refused('idempotency_key_missing', { reason: 'it is 8 to 200 visible ASCII characters' });
    const body = sent === '' ? {} : parsed(sent);
    if (body === undefined) throw new Refused('malformed_json');
    const bearer = /^Bearer (\S{1,200})$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
    const caller = tokens.get(bearer) ?? null;
    const act = await route.prepare({
      books,
      caller,
      id: route.id,
      body,
      query: url.searchParams,
      issue,
      wait,
      signal: request.signal,
    });
    if (request.method === 'GET') return json(200, JSON.stringify(act()));

    const digest = `${url.pathname}\n${bearer}\n${sent}`;
    const before = answers.get(key);
    if (before !== undefined && before.digest !== digest) throw new Refused('idempotency_key_reused');
    const stored = before ?? { digest, status: route.status, body: JSON.stringify(act()) };
    answers.set(key, stored);
    return json(stored.status, stored.body);
  }

  return {
    baseUrl,
    token,
    get requests() {
      return requests;
    },
    async fetch(input, init) {
      const request = new Request(input, init);
      request.signal.throwIfAborted();
      if (new URL(request.url).origin !== new URL(baseUrl).origin)
        throw new TypeError(`nobody answers at ${request.url}`);
      requests += 1;
      const forced = refusals.shift();
      if (forced !== undefined) return problemResponse(forced.code, forced.facts);
      const response = await answer(request).catch((error: unknown) => {
        if (error instanceof Refused) return problemResponse(error.code, error.facts);
        if (error instanceof NotHere) return notHere(request);
        throw error;
      });
      if (delivery === 'auto') deliver();
      request.signal.throwIfAborted();
      if (toLose > 0) {
        toLose -= 1;
        throw new TypeError('the answer was lost');
      }
      return response;
    },
    tokenFor(handle) {
      const member = books.find(handle);
      if (member === undefined) throw new Error(`the fake node has no member ${handle}`);
      return issue(member.id);
    },
    deliver,
    receive({ from, to, minutes, content = '' }) {
      const [handle = '', host = ''] = from.split('@');
      const member = books.find(to);
      if (member === undefined) throw new Error(`the fake node has no member ${to}`);
      const name = handle.charAt(0).toUpperCase() + handle.slice(1);
      return structuredClone(books.receive({ handle, host, name }, member, minutes, content));
    },
    refuseNext(code, facts = {}, count = 1) {
      for (let each = 0; each < count; each += 1) refusals.push(new Refused(code, facts));
    },
    loseAnswers(count = 1) {
      toLose += count;
    },
  };
}

function notHere({ method, url }: Request): Response {
  const text = `The fake node has no ${method} ${new URL(url).pathname}, or not all of it. Test this with a real node.`;
  return new Response(text, { status: 501 });
}

function json(status: number, body: string): Response {
  return new Response(body, { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } });
}
