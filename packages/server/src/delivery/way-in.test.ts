/** The way in for partners: whose request it is, whether it is this one, and whether it is meant for here. */
import { generateKeyPair, type SigningKey, signBytes } from '@evenhour/protocol/proof';
import { base64Encode, hashOf, type JsonObject, pairOf } from '@evenhour/protocol/wire';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FakePartner, type SendOptions, type SignedAnswer } from '../testing/fake-partner.ts';
import { type HeaderList, send } from '../testing/http.ts';
import { pay, type Stage, said, setStage, strangeHold, unchanged } from '../testing/watch.ts';
import { MAX_RUN_BYTES } from './way-in.ts';

let stage: Stage;
let elsewhere: Stage;
let partner: FakePartner;
let neighbour: FakePartner;
let stranger: FakePartner;
let other: SigningKey;

beforeAll(async () => {
  [stage, elsewhere] = await Promise.all([setStage(2), setStage(1)]);
  [partner, neighbour] = stage.partners as [FakePartner, FakePartner];
  stranger = await FakePartner.start();
  await partner.agree(stage.town);
  await neighbour.agree(stage.town);
  await pay(partner, 'moira', 60);
  await partner.quiet();
  other = (await generateKeyPair(partner.keys.signing.verificationMethod)).signing;
});
afterAll(() => Promise.all([stage?.stop(), elsewhere?.stop(), stranger?.stop()]));

type Endpoint = '/ap/journals' | '/ap/exchanges' | '/ap/journals/open';
const ENDPOINTS: readonly Endpoint[] = ['/ap/journals', '/ap/exchanges', '/ap/journals/open'];

/** A body that would be taken at this endpoint, if only the signature were good. */
async function goodBody(endpoint: Endpoint): Promise<JsonObject> {
  if (endpoint === '/ap/journals') return partner.page([await partner.sign(partner.draftEntry(strangeHold(partner)))]);
  if (endpoint === '/ap/exchanges') return partner.page([(await partner.gift('moira', 60)).document]);
  return { pair: partner.pair, session: partner.session, nonce: 'n'.repeat(43) };
}

const now = (): number => Math.floor(Date.now() / 1000);
const has = (name: string) => (field: readonly [string, string]) => field[0].toLowerCase() === name;
const without =
  (name: string) =>
  (headers: HeaderList): HeaderList =>
    headers.filter((field) => !has(name)(field));
const edit =
  (name: string, change: (value: string) => string) =>
  (headers: HeaderList): HeaderList =>
    headers.map(([key, value]) => (key.toLowerCase() === name ? [key, change(value)] : [key, value]));
const twice =
  (name: string, change = (value: string) => value) =>
  (headers: HeaderList): HeaderList =>
    headers.flatMap((field) => (has(name)(field) ? [field, [field[0], change(field[1])] as const] : [field]));
const both =
  (...changes: ((headers: HeaderList) => HeaderList)[]) =>
  (headers: HeaderList): HeaderList =>
    changes.reduce((list, change) => change(list), headers);

/** Signs any list of components with the pinned key, as a careless or crafty partner might. */
function covering(components: readonly string[], params = ''): (endpoint: Endpoint) => Promise<SendOptions> {
  return async (endpoint) => {
    const body = new TextEncoder().encode(JSON.stringify(await goodBody(endpoint)));
    const signed = await partner.signedHeaders(endpoint, body);
    const digest = signed.find(has('content-digest'))?.[1] ?? '';
    const values: Record<string, string> = {
      '"@method"': 'POST',
      '"@target-uri"': `${stage.town.origin}${endpoint}`,
      '"@authority"': stage.town.host,
      '"content-digest"': digest,
      '"evenhour-session"': partner.session,
    };
    const keyid = partner.keys.signing.verificationMethod;
    const inner = `(${components.join(' ')});created=${now()};keyid="${keyid}";nonce="n";tag="evenhour-v1";alg="ed25519"${params}`;
    const base = [...components.map((name) => `${name}: ${values[name]}`), `"@signature-params": ${inner}`].join('\n');
    const signature = base64Encode(await signBytes(partner.keys.signing, new TextEncoder().encode(base)));
    const set = both(
      edit('signature-input', () => `evenhour=${inner}`),
      edit('signature', () => `evenhour=:${signature}:`),
    );
    return { bytes: body, headers: () => set(signed) };
  };
}
const ALL = ['"@method"', '"@target-uri"', '"content-digest"', '"evenhour-session"'] as const;
const allBut = (...names: string[]): string[] => ALL.filter((name) => !names.includes(name));

type Make = SendOptions | ((endpoint: Endpoint) => SendOptions | Promise<SendOptions>);
const CASES: Record<string, [Make, string]> = {
  'no signature at all': [{ headers: both(without('signature'), without('signature-input')) }, '401 missing_signature'],
  'no Signature': [{ headers: without('signature') }, '401 missing_signature'],
  'no Signature-Input': [{ headers: without('signature-input') }, '401 missing_signature'],
  'no Content-Digest': [{ headers: without('content-digest') }, '401 signature_mismatch'],
  'no session': [{ headers: without('evenhour-session') }, '401 signature_mismatch'],
  'Signature twice': [{ headers: twice('signature') }, '401 signature_mismatch'],
  'Signature-Input twice': [{ headers: twice('signature-input') }, '401 signature_mismatch'],
  'Content-Digest twice': [{ headers: twice('content-digest') }, '401 signature_mismatch'],
  'the session twice': [{ headers: twice('evenhour-session', () => 'other') }, '401 signature_mismatch'],
  'two labels': [
    {
      headers: both(
        edit('signature-input', (value) => `${value}, b${value}`),
        edit('signature', (value) => `${value}, b${value}`),
      ),
    },
    '401 signature_mismatch',
  ],
  'one label of two is ours': [{ headers: edit('signature', (value) => `b${value}`) }, '401 signature_mismatch'],
  'nothing covered': [covering([]), '401 signature_mismatch'],
  'the digest not covered': [covering(allBut('"content-digest"')), '401 signature_mismatch'],
  'the method not covered': [covering(allBut('"@method"')), '401 signature_mismatch'],
  'the target not covered': [covering(allBut('"@target-uri"')), '401 signature_mismatch'],
  'the session not covered': [covering(allBut('"evenhour-session"')), '401 signature_mismatch'],
  'the host in place of the target': [covering([...allBut('"@target-uri"'), '"@authority"']), '401 signature_mismatch'],
  'a parameter more': [covering(ALL, ';expires=1'), '401 signature_mismatch'],
  'another body': [{ bytes: new TextEncoder().encode('{}') }, '401 signature_mismatch'],
  'another body with its digest': [
    async () => {
      const bytes = new TextEncoder().encode('{}');
      const digest = (await partner.signedHeaders('/', bytes)).find(has('content-digest'))?.[1] ?? '';
      return { bytes, headers: edit('content-digest', () => digest) };
    },
    '401 signature_mismatch',
  ],
  'a digest by another function': [
    { headers: edit('content-digest', (v) => v.replace('sha-256', 'sha-512')) },
    '401 signature_mismatch',
  ],
  'another session than was signed': [{ headers: edit('evenhour-session', () => 'other') }, '401 signature_mismatch'],
  'signed for another method': [(endpoint) => signedAs(endpoint, 'GET'), '401 signature_mismatch'],
  'signed for another path': [() => ({ signedUrl: `${stage.town.origin}/ap/elsewhere` }), '401 signature_mismatch'],
  'signed for a query that is not there': [
    (path) => ({ signedUrl: `${stage.town.origin}${path}?x=1` }),
    '401 signature_mismatch',
  ],
  'signed for https': [(path) => ({ signedUrl: `https://${stage.town.host}${path}` }), '401 signature_mismatch'],
  'signed for another host': [(path) => ({ signedUrl: `${elsewhere.town.origin}${path}` }), '401 signature_mismatch'],
  'signed for another host, which X-Forwarded-Host names': [
    (path) => ({
      signedUrl: `${elsewhere.town.origin}${path}`,
      headers: (list) => [
        ...list,
        ['x-forwarded-host', elsewhere.town.host],
        ['forwarded', `host=${elsewhere.town.host}`],
      ],
    }),
    '401 signature_mismatch',
  ],
  'sent under a host that is not hosted': [{ host: 'evil.example' }, '421 unknown_bank'],
  'sent under our host with a dot': [() => ({ host: stage.town.host.replace(':', '.:') }), '421 unknown_bank'],
  'six minutes in the future': [() => ({ created: now() + 360 }), '401 clock_skew'],
  'six minutes old': [() => ({ created: now() - 360 }), '401 clock_skew'],
  'of the year 1970': [{ created: 0 }, '401 clock_skew'],
  'the key of the neighbour': [() => ({ key: neighbour.keys.signing }), '403 foreign_pair'],
  'a key of no partner': [() => ({ key: stranger.keys.signing }), '403 unknown_partner'],
  'the recovery key': [() => ({ key: partner.keys.recovery }), '403 unknown_partner'],
  "the town's own key": [() => ({ key: stage.town.bank.key }), '403 unknown_partner'],
  'another key under the pinned name': [() => ({ key: other }), '401 signature_mismatch'],
  'the pinned key under a name of the neighbour': [
    () => ({ key: { ...partner.keys.signing, verificationMethod: neighbour.keys.signing.verificationMethod } }),
    '401 signature_mismatch',
  ],
  'the pinned key under another name': [
    () => ({ key: { ...partner.keys.signing, verificationMethod: `${partner.actor}#other` } }),
    '403 unknown_partner',
  ],
  'a shared secret for an algorithm': [
    { headers: edit('signature-input', (v) => v.replace('"ed25519"', '"hmac-sha256"')) },
    '401 signature_mismatch',
  ],
  'RSA for an algorithm': [
    { headers: edit('signature-input', (v) => v.replace('"ed25519"', '"rsa-v1_5-sha256"')) },
    '401 signature_mismatch',
  ],
  'no algorithm': [
    { headers: edit('signature-input', (v) => v.replace(';alg="ed25519"', '')) },
    '401 signature_mismatch',
  ],
  'made for another use': [
    { headers: edit('signature-input', (v) => v.replace('evenhour-v1', 'evenhour-v2')) },
    '401 signature_mismatch',
  ],
  'one bit wrong': [
    { headers: edit('signature', (v) => v.replace(/=:(.)/, (_all, c) => `=:${c === 'A' ? 'B' : 'A'}`)) },
    '401 signature_mismatch',
  ],
  'too short': [{ headers: edit('signature', () => 'evenhour=:AAAA:') }, '401 signature_mismatch'],
};

async function signedAs(endpoint: Endpoint, method: 'GET'): Promise<SendOptions> {
  const bytes = new TextEncoder().encode(JSON.stringify(await goodBody(endpoint)));
  const signed = await partner.signedHeaders(endpoint, bytes, { method });
  return { bytes, headers: () => signed };
}

async function attempt(endpoint: Endpoint, make: Make): Promise<SignedAnswer> {
  const options = typeof make === 'function' ? await make(endpoint) : make;
  const body = await goodBody(endpoint);
  return unchanged(stage.town, () => partner.send(endpoint, body, options));
}

describe.each(ENDPOINTS)('refused at %s', (endpoint) => {
  test.each(Object.entries(CASES))('%s', async (_name, [make, expected]) => {
    const answer = await attempt(endpoint, make);
    expect(said(answer)).toBe(expected);
    // A stranger gets no signature to keep; a partner who asks for the wrong pair gets one.
    expect(answer.signed).toBe(expected.endsWith('foreign_pair'));
    if (expected.endsWith('clock_skew'))
      expect(Math.abs(Date.parse(answer.headers['date'] ?? '') - Date.now())).toBeLessThan(5_000);
  });

  test('a body that is too large, said or unsaid', async () => {
    const large = new Uint8Array(MAX_RUN_BYTES + 1).fill(32);
    const headers = await partner.signedHeaders(endpoint, large);
    for (const chunked of [false, true]) {
      const port = Number(new URL(stage.town.origin).port);
      const sending = {
        port,
        method: 'POST',
        path: endpoint,
        headers: [['host', stage.town.host], ...headers] as HeaderList,
        body: large,
        chunked,
      };
      expect(said(await unchanged(stage.town, () => send(sending)))).toBe('413 too_large');
    }
  });

  test('a session that is not the newest, with a signed refusal', async () => {
    const answer = await attempt(endpoint, { session: 'an-older-one' });
    expect([said(answer), answer.signed]).toEqual(['409 stale_session', true]);
  });
});

describe('a request that was captured', () => {
  test('changes nothing when it comes again to the same node, and is counted as known', async () => {
    const page = partner.page([await partner.write(strangeHold(partner))]);
    const bytes = new TextEncoder().encode(JSON.stringify(page));
    const captured = await partner.signedHeaders('/ap/journals', bytes);
    const replay = (): Promise<SignedAnswer> => partner.send('/ap/journals', page, { bytes, headers: () => captured });
    const first = await replay();
    expect(first.body).toMatchObject({ applied: 1, known: 0 });
    partner.takeEntries(first.body.entries);
    await partner.quiet();
    const again = await unchanged(stage.town, replay);
    expect(again.body).toMatchObject({ applied: 0, known: 1, head: first.body.head });
  });

  test('is refused by another node', async () => {
    const page = await goodBody('/ap/journals');
    const bytes = new TextEncoder().encode(JSON.stringify(page));
    const captured = await partner.signedHeaders('/ap/journals', bytes);
    const { town } = elsewhere;
    const options = { port: Number(new URL(town.origin).port), host: town.host, bytes, headers: () => captured };
    expect(said(await unchanged(town, () => partner.send('/ap/journals', page, options)))).toBe('403 unknown_partner');
  });

  test('as a greeting does not bring its session back', async () => {
    const session = 's'.repeat(43);
    const body = { pair: partner.pair, session, nonce: 'n'.repeat(43) };
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    const captured = await partner.signedHeaders('/ap/journals/open', bytes, { session });
    const replay = (): Promise<SignedAnswer> =>
      partner.send('/ap/journals/open', body, { bytes, headers: () => captured });
    expect(said(await replay())).toBe('200 ok');
    await partner.greet();
    await partner.quiet();
    const again = await unchanged(stage.town, replay);
    expect([said(again), again.signed]).toEqual(['409 known_already', true]);
    expect((await partner.run([await partner.write(strangeHold(partner))])).body).toMatchObject({ applied: 1 });
    await partner.quiet();
  });
});

describe('a greeting is refused', () => {
  const GREETINGS: Record<string, [() => JsonObject, string]> = {
    'for the pair of the neighbour': [() => ({ pair: neighbour.pair }), '403 foreign_pair'],
    'with another session than its header': [() => ({ session: 'x'.repeat(43) }), '409 stale_session'],
    'with a short session': [() => ({ session: 'x' }), '400 schema_mismatch'],
    'with a member too many': [() => ({ head: 1 }), '400 schema_mismatch'],
  };
  test.each(Object.entries(GREETINGS))('%s', async (_name, [changes, expected]) => {
    const body = { ...(await goodBody('/ap/journals/open')), ...changes() };
    const answer = await unchanged(stage.town, () => partner.send('/ap/journals/open', body));
    expect([said(answer), answer.signed]).toEqual([expected, true]);
  });
});

describe('reading a journal is refused', () => {
  const READINGS: Record<string, [() => string, SendOptions, string]> = {
    'without a signature': [() => partner.tail, { headers: without('signature') }, '401 missing_signature'],
    'of the neighbour': [() => neighbour.tail, {}, '403 foreign_pair'],
    'of nobody': [() => 'A'.repeat(43), {}, '403 foreign_pair'],
    'from behind its end': [() => `${partner.tail}?after=999`, {}, '409 ok'],
    'from a place that is none': [() => `${partner.tail}?after=-1`, {}, '400 invalid_request'],
    'from a place in words': [() => `${partner.tail}?after=one`, {}, '400 invalid_request'],
    'from half a place': [() => `${partner.tail}?after=0.5`, {}, '400 invalid_request'],
    'after another entry than ours': [() => `${partner.tail}?after=1&hash=${partner.head.hash}`, {}, '409 ok'],
    'after another beginning': [() => `${partner.tail}?after=0&hash=${partner.head.hash}`, {}, '409 ok'],
    'after another entry than we hold of theirs': [
      () => `${partner.tail}/peer?after=${partner.head.seq}&hash=${partner.townHead.hash}`,
      {},
      '409 ok',
    ],
  };
  test.each(Object.entries(READINGS))('%s', async (_name, [tail, options, expected]) => {
    const read = (): Promise<SignedAnswer> => partner.send(`/ap/journals/${tail()}`, '', { method: 'GET', ...options });
    const answer = await unchanged(stage.town, read);
    expect(said(answer)).toBe(expected);
    expect(answer.body.entries).toBeUndefined();
  });

  test('no: it is read after the entry that both hold, by its hash', async () => {
    const read = (tail: string) => partner.send(`/ap/journals/${tail}`, '', { method: 'GET' });
    const hashes = partner.townEntries.map((entry) => hashOf(entry));
    const own = await read(`${partner.tail}?after=1&hash=${hashes[0]}`);
    expect([said(own), own.signed, own.body.head]).toEqual(['200 ok', true, partner.townHead]);
    expect(own.body.entries[0].prev).toBe(hashes[0]);
    const { genesis } = pairOf(partner.core);
    const peer = await read(`${partner.tail}/peer?after=0&hash=${genesis}`);
    expect([said(peer), peer.body.entries[0].prev]).toEqual(['200 ok', genesis]);
  });
});
