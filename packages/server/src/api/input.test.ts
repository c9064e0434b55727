/** What strangers and careless clients send to the API: refused with a code, and nothing changes. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { member } from '../db/schema.ts';
import { type Answer, type HeaderList, send } from '../testing/http.ts';
import { type Stage, said, setStage, unchanged } from '../testing/watch.ts';

let stage: Stage;
let memberToken: string;

beforeAll(async () => {
  stage = await setStage(0);
  await stage.town.call('POST', '/api/members', { handle: 'rosa', name: 'Rosa' });
  await stage.town.call('POST', '/api/members', { handle: 'away', name: 'Away' });
  await stage.town.call('POST', '/api/members/away/status', { status: 'suspended' });
  await stage.town.call('POST', '/api/members', { handle: 'elsewhere', name: 'Elsewhere' });
  await stage.town.database.db.update(member).set({ status: 'moved' }).where(eq(member.handle, 'elsewhere'));
  memberToken = (await stage.town.call('POST', '/api/members/rosa/tokens')).body.token;
});
afterAll(() => stage?.stop());

interface Options {
  readonly token?: string | null;
  readonly key?: string | null;
  readonly type?: string;
  readonly chunked?: boolean;
  readonly method?: string;
}

function post(path: string, body: unknown, options: Options = {}): Promise<Answer> {
  const { token = stage.town.token, key = crypto.randomUUID(), type = 'application/json', method = 'POST' } = options;
  const headers: HeaderList = [
    ['host', stage.town.host],
    ['content-type', type],
    ...(token === null ? [] : [['authorization', `Bearer ${token}`] as const]),
    ...(key === null ? [] : [['idempotency-key', key] as const]),
  ];
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const { chunked = false } = options;
  return send({ port: Number(new URL(stage.town.origin).port), method, path, headers, body: bytes, chunked });
}

const GIFT = { from: 'moira', to: 'rosa', minutes: 60 };
const text = (changes: Record<string, string>): string =>
  `{${Object.entries({ from: '"moira"', to: '"rosa"', minutes: '60', ...changes }).map(([key, value]) => `"${key}":${value}`)}}`;

describe('a gift is refused', () => {
  const CASES: Record<string, [unknown, string, Options?]> = {
    'of no minutes': [{ ...GIFT, minutes: 0 }, '400 invalid_request'],
    'of less than nothing': [{ ...GIFT, minutes: -60 }, '400 invalid_request'],
    'of half a minute': [{ ...GIFT, minutes: 0.5 }, '400 invalid_request'],
    'of minutes in words': [{ ...GIFT, minutes: '60' }, '400 invalid_request'],
    'of minutes in a list': [{ ...GIFT, minutes: [60] }, '400 invalid_request'],
    'of more than an entry may carry': [{ ...GIFT, minutes: 600_001 }, '400 invalid_request'],
    'of more than a number holds': [text({ minutes: '9007199254740993' }), '400 invalid_request'],
    'of endless minutes': [text({ minutes: '1e999' }), '400 invalid_request'],
    'of minus zero': [text({ minutes: '-0' }), '400 invalid_request'],
    'of more than there is': [{ ...GIFT, minutes: 601 }, '409 not_enough_hours'],
    'of more than one gift may be': [{ ...GIFT, minutes: 1201 }, '422 over_transfer_cap'],
    'to oneself': [{ ...GIFT, to: 'moira' }, '422 same_account'],
    'to oneself by the full address': [() => ({ ...GIFT, to: `@Moira@${stage.town.host}` }), '422 same_account'],
    'to nobody': [{ ...GIFT, to: 'nobody' }, '422 unknown_payee'],
    'to the account of a partner': [{ ...GIFT, to: 'partner:x' }, '422 unknown_payee'],
    'to an account by its name': [{ ...GIFT, to: 'unclaimed' }, '422 unknown_payee'],
    'to somebody who has moved': [{ ...GIFT, to: 'elsewhere' }, '409 payee_unavailable'],
    'from somebody who has moved': [{ ...GIFT, from: 'elsewhere' }, '409 member_inactive'],
    'to somebody who is suspended': [{ ...GIFT, to: 'away' }, '409 payee_unavailable'],
    'from somebody who is suspended': [{ ...GIFT, from: 'away' }, '409 member_inactive'],
    'from nobody': [{ ...GIFT, from: 'nobody' }, '404 not_found'],
    'from nobody who is named': [{ to: 'rosa', minutes: 1 }, '400 invalid_request'],
    'to a town without an agreement': [{ ...GIFT, to: 'rosa@elsewhere.example' }, '422 not_partners'],
    'with a member too many': [{ ...GIFT, rate: 2 }, '400 invalid_request'],
    'with words that turn the writing direction': [{ ...GIFT, content: 'a\u202eb' }, '400 invalid_request'],
    'with a NUL in its words': [{ ...GIFT, content: 'a\u0000b' }, '400 malformed_json'],
    'with a thousand words': [{ ...GIFT, content: 'x'.repeat(501) }, '400 invalid_request'],
    'that is no JSON': ['{"from":', '400 malformed_json'],
    'that says its minutes twice': [text({}).replace('}', ',"minutes":45}'), '400 malformed_json'],
    'that says them twice, once in escapes': [text({}).replace('}', ',"minute\\u0073":45}'), '400 malformed_json'],
    'that nests too deep': [text({ content: '['.repeat(40) + ']'.repeat(40) }), '400 malformed_json'],
    'with half a character': [text({ content: '"\\ud800"' }), '400 malformed_json'],
    'that begins with a byte order mark': [`\ufeff${text({})}`, '400 malformed_json'],
    'that is a list': [[GIFT], '400 invalid_request'],
    'that is null': ['null', '400 invalid_request'],
    'in another form': [
      'from=moira&to=rosa&minutes=60',
      '400 invalid_request',
      { type: 'application/x-www-form-urlencoded' },
    ],
    'that is too large': [{ ...GIFT, content: 'x'.repeat(70_000) }, '413 too_large'],
    'that is too large and does not say so': [
      { ...GIFT, content: 'x'.repeat(70_000) },
      '413 too_large',
      { chunked: true },
    ],
    'without a key': [GIFT, '400 idempotency_key_missing', { key: null }],
    'with a key that is too short': [GIFT, '400 idempotency_key_missing', { key: 'x' }],
    'with a key of other signs': [GIFT, '400 idempotency_key_missing', { key: 'a key with spaces' }],
    'without a token': [GIFT, '401 not_signed_in', { token: null }],
    'with a token that nobody has': [GIFT, '401 not_signed_in', { token: `eh_${'x'.repeat(32)}` }],
    'with half a token': [GIFT, '401 not_signed_in', { token: 'eh_' }],
  };
  test.each(Object.entries(CASES))('%s', async (_name, [body, expected, options]) => {
    const sent = typeof body === 'function' ? (body as () => unknown)() : body;
    const answer = await unchanged(stage.town, () => post('/api/transfers', sent, options));
    expect(said(answer)).toBe(expected);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test.each<[unknown, string, string]>([
    [{ to: 'rosa' }, 'minutes', 'is missing'],
    [{ ...GIFT, minutes: '60' }, 'minutes', 'must be a number'],
    [{ ...GIFT, minutes: 0.5 }, 'minutes', 'must be a whole number'],
    [{ ...GIFT, minutes: 0 }, 'minutes', 'must be at least 1'],
    [{ ...GIFT, to: '' }, 'to', 'must have at least 1 characters'],
    [{ ...GIFT, content: 'x'.repeat(501) }, 'content', 'must have at most 500 characters'],
    [{ ...GIFT, content: 'a\u202eb' }, 'content', 'must not contain control characters'],
    [{ ...GIFT, reverses: 'x' }, 'reverses', 'must be a url'],
    [{ ...GIFT, rate: 2 }, '', 'this operation has no field "rate"'],
    [[GIFT], '', 'must be an object'],
  ])('%j is told which field and why', async (body, field, reason) => {
    const { facts } = (await post('/api/transfers', body)).body;
    expect(facts).toEqual({ field, reason });
  });

  test('from another member than the one who is signed in', async () => {
    const answer = await unchanged(stage.town, () => post('/api/transfers', GIFT, { token: memberToken }));
    expect(said(answer)).toBe('403 not_allowed');
  });
});

describe('a member may not do what the operator does', () => {
  const CASES: [string, unknown][] = [
    ['/api/members', { handle: 'eve', name: 'Eve' }],
    ['/api/members/moira/status', { status: 'suspended' }],
    ['/api/members/moira/tokens', {}],
    ['/api/invitations', { grantsMinutes: 60, bridgeBuilder: 'Eve' }],
    ['/api/invitations/read', { link: 'https://town.example/invitations/x' }],
    ['/api/agreements', { link: 'https://town.example/invitations/x', grantsMinutes: 60, bridgeBuilder: 'Eve' }],
    ['/api/agreements/x/accept', {}],
    ['/api/agreements/x/decline', {}],
    ['/api/agreements/x/withdraw', {}],
    ['/api/agreements/x/change', { suspended: true }],
    ['/api/agreements/x/statement', {}],
    ['/api/agreements/x/resend', { afterSeq: 0 }],
  ];
  test.each(CASES)('%s', async (path, body) => {
    expect(said(await unchanged(stage.town, () => post(path, body, { token: memberToken })))).toBe('403 not_allowed');
  });

  test.each(['/api/members/moira/statement', '/api/doctor', '/api/agreements/x/journal'])('%s', async (path) => {
    expect((await stage.town.call('GET', path, undefined, { token: memberToken })).status).toBe(403);
  });

  test("nor see another member's balance", async () => {
    const [own, other] = await Promise.all(
      ['rosa', 'moira'].map((handle) =>
        stage.town.call('GET', `/api/members/${handle}`, undefined, { token: memberToken }),
      ),
    );
    expect(own?.body.balance).toBeDefined();
    expect(other?.body.balance).toBeUndefined();
  });
});

describe('a link of another bank is not read', () => {
  const path = `/invitations/${'x'.repeat(32)}`;
  const CASES: Record<string, [() => string, string]> = {
    'at a private address': [() => `https://10.0.0.1${path}`, '422 private_address'],
    'at this machine': [() => `https://127.0.0.1${path}`, '422 private_address'],
    'at the metadata of a cloud': [() => `https://169.254.169.254${path}`, '422 private_address'],
    'at a private address in IPv6': [() => `https://[::ffff:10.0.0.1]${path}`, '422 private_address'],
    'without TLS': [() => `http://town.example${path}`, '502 partner_unreachable'],
    'at ourselves': [() => `${stage.town.origin}${path}`, '400 invalid_request'],
    'that is no link': [() => 'https://town.example/', '400 invalid_request'],
    'with a name in it': [() => `https://me@town.example${path}`, '400 invalid_request'],
    'as a file': [() => `file:///etc/passwd${path}`, '400 invalid_request'],
  };
  test.each(Object.entries(CASES))('%s', async (_name, [link, expected]) => {
    expect(said(await post('/api/invitations/read', { link: link() }))).toBe(expected);
  });
});

test('what is not there says so', async () => {
  expect(said(await post('/api/nothing', {}))).toBe('404 not_found');
  expect(said(await post('/api/transfers/x', {}, { method: 'DELETE' }))).toBe('404 not_found');
});
