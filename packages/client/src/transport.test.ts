/** What goes over the network and what a failure of it does, seen by a server that MSW plays. */
import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createClient, EvenhourError, isClientError, type Member, NetworkError } from './index.ts';
import { problemResponse } from './testing/checks.ts';

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const BANK = 'https://leith.example';

/** Plays these answers, the last one for ever, and keeps what was asked. */
function answers(path: string, ...list: (() => Response | Promise<Response>)[]): Request[] {
  const asked: Request[] = [];
  server.use(
    http.all(`${BANK}${path}`, ({ request }) => {
      asked.push(request.clone());
      const answer = list[Math.min(asked.length, list.length) - 1];
      if (answer === undefined) throw new Error('no answer was given');
      return answer();
    }),
  );
  return asked;
}

function bank(options: Partial<Parameters<typeof createClient>[0]> = {}) {
  const pauses: number[] = [];
  const sleep = async (ms: number) => void pauses.push(ms);
  return { pauses, client: createClient({ baseUrl: `${BANK}/`, token: 'eh_secret', sleep, ...options }) };
}

const member = (handle: string): Member => ({
  id: `id-${handle}`,
  handle,
  name: handle,
  kind: 'person',
  status: 'active',
  about: '',
  createdAt: '2026-01-01T00:00:00.000Z',
});
const given = () => HttpResponse.json({ id: 't1', status: 'settled' }, { status: 202 });
const busy = (retryAfter?: string) => () =>
  new HttpResponse(problemResponse('shutting_down', {}).body, {
    status: 503,
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  });
const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error,
  );

test('a POST carries the token, the body and a new key', async () => {
  const asked = answers('/api/transfers', given);
  const { client } = bank();
  await client.give({ to: 'rosa', minutes: 90 });
  await client.give({ to: 'rosa', minutes: 90 });
  await client.give({ to: 'rosa', minutes: 90 }, { idempotencyKey: 'order-4711' });
  expect(asked.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST']);
  expect(asked[0]?.headers.get('authorization')).toBe('Bearer eh_secret');
  expect(await asked[0]?.json()).toEqual({ to: 'rosa', minutes: 90 });
  const keys = asked.map(({ headers }) => headers.get('idempotency-key'));
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(keys[1]).not.toBe(keys[0]);
  expect(keys[2]).toBe('order-4711');
});

test('a GET carries no key, and a client without a token sends none', async () => {
  const asked = answers('/api/bank', () => HttpResponse.json({ name: 'Leith' }));
  expect((await bank({ token: undefined }).client.bank()).name).toBe('Leith');
  expect(asked[0]?.headers.get('idempotency-key')).toBeNull();
  expect(asked[0]?.headers.get('authorization')).toBeNull();
});

test('a lost answer is asked for again with the same key and body, after longer and longer pauses', async () => {
  const asked = answers(
    '/api/transfers',
    () => HttpResponse.error(),
    () => HttpResponse.error(),
    given,
  );
  const { client, pauses } = bank();
  expect((await client.give({ to: 'rosa', minutes: 90 })).id).toBe('t1');
  expect(asked).toHaveLength(3);
  expect(new Set(asked.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(1);
  expect(new Set(await Promise.all(asked.map((each) => each.text()))).size).toBe(1);
  expect(pauses[0]).toSatisfy((ms: number) => ms >= 125 && ms <= 250);
  expect(pauses[1]).toSatisfy((ms: number) => ms >= 250 && ms <= 500);
});

test('after three tries without an answer the error has the cause and the key to go on with', async () => {
  const asked = answers('/api/transfers', () => HttpResponse.error());
  const error = await caught(bank().client.give({ to: 'rosa', minutes: 90 }));
  expect(asked).toHaveLength(3);
  expect(error).toBeInstanceOf(NetworkError);
  expect(error).toMatchObject({ code: 'network', idempotencyKey: asked[0]?.headers.get('idempotency-key') });
  expect((error as NetworkError).cause).toBeInstanceOf(TypeError);
});

test('Retry-After is honoured in seconds and as a date', async () => {
  answers('/api/bank', busy('2'), busy(new Date(Date.now() + 5000).toUTCString()), () => HttpResponse.json({}));
  const { client, pauses } = bank();
  await client.bank();
  expect(pauses[0]).toSatisfy((ms: number) => ms >= 2000 && ms <= 2250);
  expect(pauses[1]).toSatisfy((ms: number) => ms >= 3500 && ms <= 5500);
});

test('a bank that asks for a long pause is not asked again', async () => {
  const asked = answers('/api/bank', busy('60'));
  const { client, pauses } = bank();
  expect(await caught(client.bank())).toMatchObject({ code: 'shutting_down', retryAfterMs: 60_000 });
  expect([asked.length, pauses.length]).toEqual([1, 0]);
});

test.each([
  ['limit_reached', 1],
  ['not_enough_hours', 1],
  ['partner_unreachable', 1],
  ['unknown_payee', 1],
  ['shutting_down', 3],
  ['backlog', 3],
  ['too_many_requests', 3],
] as const)('a refusal %s is asked %i times', async (code, times) => {
  const asked = answers('/api/transfers', () => problemResponse(code, {}));
  expect(await caught(bank().client.give({ to: 'rosa', minutes: 90 }))).toMatchObject({ code });
  expect(asked).toHaveLength(times);
});

test('a refusal has everything that the bank said, and its code narrows', async () => {
  answers('/api/transfers', () => problemResponse('limit_reached', { town: 'Gràcia', roomMinutes: 30 }));
  const error = await caught(bank().client.give({ to: 'rosa@gracia.example', minutes: 90 }));
  expect(error).toBeInstanceOf(EvenhourError);
  expect(error).toMatchObject({
    name: 'EvenhourError',
    fault: 'local',
    retryable: true,
    status: 409,
    retryAfterMs: 1000,
  });
  expect((error as EvenhourError).advice).toMatch(/^The partner honours fewer hours/);
  if (!isClientError(error)) return expect.unreachable();
  // What the compiler knows in each branch is the test here.
  switch (error.code) {
    case 'limit_reached':
      return expect(error.facts['roomMinutes']).toBe(30);
    case 'network':
      return expect.unreachable(String(error.cause satisfies unknown));
    case 'unexpected_answer':
      return expect.unreachable(error.body);
    // @ts-expect-error a code that no bank has
    case 'limit_exceeded':
      return expect.unreachable();
    default:
      return expect.unreachable(error.advice);
  }
});

test("a proxy's page is no answer of a bank; one that is busy is asked again", async () => {
  const page = (status: number) => () => new HttpResponse('<h1>Oh no</h1>', { status });
  for (const [status, times] of [
    [500, 1],
    [404, 1],
    [200, 1],
    [502, 3],
    [504, 3],
  ] as const) {
    const asked = answers('/api/bank', page(status));
    expect(await caught(bank().client.bank())).toMatchObject({
      code: 'unexpected_answer',
      status,
      body: '<h1>Oh no</h1>',
    });
    expect(asked.length, String(status)).toBe(times);
  }
});

test('a redirect is not followed, so the token stays with the bank', async () => {
  const elsewhere: Request[] = [];
  server.use(
    http.all('https://elsewhere.example/*', ({ request }) => {
      elsewhere.push(request);
      return HttpResponse.json({});
    }),
  );
  answers('/api/bank', () => HttpResponse.redirect('https://elsewhere.example/api/bank', 302));
  expect(await caught(bank().client.bank())).toMatchObject({ code: 'unexpected_answer' });
  expect(elsewhere).toHaveLength(0);
});

test.each([1, 3])('a signal stops a call under way with its own reason, when %i tries are allowed', async (tries) => {
  const asked = answers('/api/bank', () => new Promise(() => {}));
  const stop = new AbortController();
  const reason = new Error('the page was left');
  setTimeout(() => stop.abort(reason), 20);
  expect(await caught(bank({ tries }).client.bank({ signal: stop.signal }))).toBe(reason);
  expect(asked).toHaveLength(1);
});

test('a signal stops the pause between two tries', async () => {
  const asked = answers('/api/bank', busy('9'));
  const signal = AbortSignal.timeout(50);
  const started = Date.now();
  expect(await caught(bank({ sleep: undefined }).client.bank({ signal }))).toMatchObject({ name: 'TimeoutError' });
  expect(Date.now() - started).toBeLessThan(5000);
  expect(asked).toHaveLength(1);
});

test('a call whose signal was used before asks nothing', async () => {
  const asked = answers('/api/bank', () => HttpResponse.json({}));
  await caught(bank().client.bank({ signal: AbortSignal.abort() }));
  expect(asked).toHaveLength(0);
});

test('each try has its own time, and a slow body counts too', async () => {
  const slow = () =>
    new HttpResponse(new ReadableStream({ start() {} }), { headers: { 'content-type': 'application/json' } });
  const asked = answers(
    '/api/bank',
    slow,
    () => new Promise(() => {}),
    () => HttpResponse.json({ name: 'Leith' }),
  );
  expect((await bank({ timeoutMs: 40 }).client.bank()).name).toBe('Leith');
  expect(asked).toHaveLength(3);
  answers('/api/bank', () => new Promise(() => {}));
  const error = await caught(bank().client.bank({ timeoutMs: 20 }));
  expect(error).toMatchObject({ code: 'network', cause: { name: 'TimeoutError' } });
});

test('a list asks for a page when it is needed and goes to the end', async () => {
  const pages: Record<string, { items: Member[]; next: string | null }> = {
    '': { items: [member('ana'), member('ben')], next: 'c 2' },
    'c 2': { items: [], next: 'c3' },
    c3: { items: [member('cleo')], next: null },
  };
  const cursors: (string | null)[] = [];
  server.use(
    http.get(`${BANK}/api/members`, ({ request }) => {
      const { searchParams } = new URL(request.url);
      cursors.push(searchParams.get('cursor'));
      expect(searchParams.get('limit')).toBe('2');
      return HttpResponse.json(pages[searchParams.get('cursor') ?? '']);
    }),
  );
  const list = bank().client.members.list({ pageSize: 2 });
  expect(cursors).toEqual([]);
  expect((await list.all()).map(({ handle }) => handle)).toEqual(['ana', 'ben', 'cleo']);
  expect(cursors).toEqual([null, 'c 2', 'c3']);

  cursors.length = 0;
  for await (const { handle } of list) if (handle === 'ben') break;
  expect(cursors).toEqual([null]);

  cursors.length = 0;
  expect((await list.page({ cursor: 'c3' })).items).toHaveLength(1);
  expect(cursors).toEqual(['c3']);
});

test('filters, ids and the journal’s numbers arrive as they were meant', async () => {
  const asked: string[] = [];
  server.use(
    http.get(`${BANK}/api/*`, ({ request }) => {
      asked.push(request.url.slice(BANK.length));
      return HttpResponse.json({ items: [], next: null });
    }),
  );
  const { client } = bank();
  await client.transfers.list({ member: 'm1', agreement: 'a1', pageSize: 5 }).all();
  await client.transfers.list().all();
  await client.agreements.list().all();
  await client.agreements.journal('a/1', { author: 'them', pageSize: 3 }).all();
  await client.agreements.journal('a1').page({ cursor: '17' });
  await client.doctor();
  expect(asked).toEqual([
    '/api/transfers?limit=5&member=m1&agreement=a1',
    '/api/transfers',
    '/api/agreements',
    '/api/agreements/a%2F1/journal?author=them&cursor=0&limit=3',
    '/api/agreements/a1/journal?author=us&cursor=17',
    '/api/doctor',
  ]);
});

test('waiting asks again until the transfer has ended or the time is over', async () => {
  const asked = answers(
    '/api/transfers/t1',
    () => HttpResponse.json({ status: 'held' }),
    () => HttpResponse.json({ status: 'declined' }),
  );
  const { client } = bank();
  expect((await client.transfers.waitFor('t1', { timeoutMs: 45_000 })).status).toBe('declined');
  const waits = asked.map(({ url }) => Number(new URL(url).searchParams.get('waitMs')));
  expect(waits).toEqual([20_000, 20_000]);

  answers('/api/transfers/t1', () => HttpResponse.json({ status: 'held' }));
  const started = Date.now();
  expect((await bank({ sleep: undefined }).client.transfers.waitFor('t1', { timeoutMs: 250 })).status).toBe('held');
  expect(Date.now() - started).toBeGreaterThanOrEqual(249);
});
