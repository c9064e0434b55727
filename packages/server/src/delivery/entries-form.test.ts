/** Entries that are none: bad bytes, bad shapes, bad proofs, strangers. They leave no trace. */
import type { Body } from '@evenhour/protocol';
import { generateKeyPair } from '@evenhour/protocol/proof';
import type { JsonObject, JsonValue } from '@evenhour/protocol/wire';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FakePartner } from '../testing/fake-partner.ts';
import { pay, type Stage, said, setStage, strangeHold, unchanged } from '../testing/watch.ts';

let stage: Stage;
let partner: FakePartner;
let neighbour: FakePartner;
let hold: Extract<Body, { kind: 'Hold' }>;

beforeAll(async () => {
  stage = await setStage(2);
  [partner, neighbour] = stage.partners as [FakePartner, FakePartner];
  await partner.agree(stage.town);
  await neighbour.agree(stage.town);
  await pay(partner, 'moira', 60);
  await neighbour.run([await neighbour.write(strangeHold(neighbour))]);
  await partner.quiet();
  await neighbour.quiet();
  hold = strangeHold(partner);
});
afterAll(() => stage?.stop());

/** The next entry with members changed, signed after the change. */
async function signedWith(changes: JsonObject): Promise<JsonObject> {
  return partner.sign({ ...partner.draftEntry(hold), ...changes });
}

async function textOf(entry?: JsonObject): Promise<string> {
  return JSON.stringify(partner.page([entry ?? (await signedWith({}))]));
}

describe('bytes', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const swap = (from: string, to: string) => (text: string) => {
    expect(text).toContain(from);
    return bytes(text.replace(from, to));
  };
  const CASES: Record<string, [(text: string) => Uint8Array, string]> = {
    'a key twice': [swap('"minutes":60', '"minutes":6,"minutes":60'), '400 malformed_json'],
    'a key twice, once in escapes': [swap('"minutes":60', '"minut\\u0065s":6,"minutes":60'), '400 malformed_json'],
    'too deep': [swap('"minutes":60', `"minutes":60,"x":${'['.repeat(33)}${']'.repeat(33)}`), '400 malformed_json'],
    'a hundred thousand levels': [() => bytes('['.repeat(100_000)), '400 malformed_json'],
    'a number beyond the safe ones': [swap('"minutes":60', '"minutes":9007199254740993'), '400 malformed_json'],
    'a number of many digits': [swap('"minutes":60', `"minutes":${'9'.repeat(400)}`), '400 malformed_json'],
    'a fraction': [swap('"minutes":60', '"minutes":60.5'), '400 malformed_json'],
    'a whole number as a fraction': [swap('"minutes":60', '"minutes":60.0'), '400 malformed_json'],
    'an exponent': [swap('"minutes":60', '"minutes":6e1'), '400 malformed_json'],
    'minus zero': [swap('"minutes":60', '"minutes":-0'), '400 malformed_json'],
    'a leading zero': [swap('"minutes":60', '"minutes":060'), '400 malformed_json'],
    'not a number': [swap('"minutes":60', '"minutes":NaN'), '400 malformed_json'],
    __proto__: [swap('"minutes":60', '"minutes":60,"__proto__":{"minutes":1}'), '400 malformed_json'],
    '__proto__ in escapes': [swap('"minutes":60', '"minutes":60,"\\u005f_proto__":{}'), '400 malformed_json'],
    'half a surrogate pair': [swap('"payerRef":"payer"', '"payerRef":"\\ud800"'), '400 malformed_json'],
    'a byte order mark': [(text) => bytes(`\ufeff${text}`), '400 malformed_json'],
    'a NUL': [swap('"payerRef":"payer"', '"payerRef":"pay\0er"'), '400 malformed_json'],
    'a NUL in escapes': [swap('"payerRef":"payer"', '"payerRef":"pay\\u0000er"'), '400 malformed_json'],
    'not UTF-8': [(text) => Buffer.from(text.replace('"payer"', '"pay\u00ffer"'), 'latin1'), '400 malformed_json'],
    'UTF-16': [(text) => Buffer.from(text, 'utf16le'), '400 malformed_json'],
    'a comma too many': [(text) => bytes(`${text.slice(0, -1)},}`), '400 malformed_json'],
    'text behind it': [(text) => bytes(`${text}{}`), '400 malformed_json'],
    'a comment': [(text) => bytes(`/* */${text}`), '400 malformed_json'],
    nothing: [() => bytes(''), '400 malformed_json'],
    'a megabyte of spaces': [(text) => bytes(`${text}${' '.repeat(1024 * 1024)}`), '413 too_large'],
    'one large entry': [swap('"minutes":60', `"minutes":60,"x":"${'x'.repeat(64 * 1024)}"`), '200 too_large'],
  };
  test.each(Object.entries(CASES))('%s', async (_name, [change, expected]) => {
    const body = change(await textOf());
    expect(said(await unchanged(stage.town, () => partner.send('/ap/journals', body)))).toBe(expected);
  });
});

describe('pages', () => {
  const CASES: Record<string, [(page: JsonObject) => unknown, string]> = {
    'an array': [(page) => [page], '400 schema_mismatch'],
    'a text': [() => '"page"', '400 schema_mismatch'],
    'one member too many': [(page) => ({ ...page, next: 'x' }), '400 schema_mismatch'],
    'a graph': [(page) => ({ ...page, '@graph': [] }), '400 schema_mismatch'],
    'another type': [(page) => ({ ...page, type: 'OrderedCollection' }), '400 schema_mismatch'],
    'a longer context': [(page) => ({ ...page, '@context': [page['@context']] }), '400 schema_mismatch'],
    'no items': [(page) => ({ ...page, orderedItems: [] }), '400 schema_mismatch'],
    'an item that is null': [(page) => ({ ...page, orderedItems: [null] }), '400 schema_mismatch'],
    'an item in place of a list': [(page) => ({ ...page, orderedItems: {} }), '400 schema_mismatch'],
    '501 items': [(page) => ({ ...page, orderedItems: Array(501).fill({}) }), '400 schema_mismatch'],
    'of the neighbour': [(page) => ({ ...page, partOf: neighbour.page([])['partOf'] }), '403 foreign_pair'],
    'of the town itself': [(page) => ({ ...page, partOf: `${stage.town.origin}/ap/journals/x` }), '403 foreign_pair'],
  };
  test.each(Object.entries(CASES))('%s', async (_name, [change, expected]) => {
    const page = change(partner.page([await signedWith({})]));
    const answer = await unchanged(stage.town, () => partner.send('/ap/journals', page));
    expect([said(answer), answer.signed]).toEqual([expected, true]);
  });
});

describe('shapes, signed by the right key', () => {
  const CASES: Record<string, JsonObject> = {
    'minutes as text': { minutes: '60' },
    'minutes in a list': { minutes: [60] },
    'no minutes at all': { minutes: null },
    'minutes below zero': { minutes: -60 },
    'zero minutes': { minutes: 0 },
    'more minutes than an entry may carry': { minutes: 600_001 },
    'a transfer in a list': { transfer: ['http://127.0.0.1/'] },
    'one member too many': { note: 'x' },
    'somebody whom it is attributed to': { attributedTo: 'http://127.0.0.1/' },
    'a reverse property': { '@reverse': {} },
    'nested members': { '@nest': {} },
    'one type only': { type: 'Hold' },
    'types the other way round': { type: ['Hold', 'Offer'] },
    'a type too many': { type: ['Offer', 'Hold', 'Post'] },
    'the types of another kind': { type: ['Accept', 'Hold'] },
    'a kind that nobody knows': { type: ['Activity', 'Return'] },
    'a kind from the prototype': { type: ['Activity', 'constructor'] },
    'seq zero': { seq: 0 },
    'an epoch below zero': { epoch: -1 },
    'a hash in another alphabet': { prev: `zEi${'A'.repeat(44)}` },
    'an ack that is only a number': { ack: 0 },
    'an ack with a member too many': { ack: { epoch: 0, seq: 0, hash: `uEi${'A'.repeat(44)}`, x: 1 } },
    'a name in a reference': { payerRef: 'Moira McFee' },
    'a turned writing direction': { payerRef: 'abc\u202edef' },
    'a detail that is too short': { detail: 'A'.repeat(42) },
  };
  test.each(Object.entries(CASES))('%s', async (_name, changes) => {
    const entry = await signedWith(changes);
    expect(said(await unchanged(stage.town, () => partner.run([entry])))).toBe('200 schema_mismatch');
  });

  test('a context more in the document, signed so', async () => {
    const entry = await signedWith({});
    const more = { ...entry, '@context': [...(entry['@context'] as string[]), 'https://evil.example/v1'] };
    expect(said(await unchanged(stage.town, () => partner.run([more])))).toBe('200 schema_mismatch');
  });
});

describe('strangers', () => {
  const port = (): string => partner.host.split(':')[1] ?? '';
  const CASES: Record<string, [() => JsonObject | Promise<JsonObject>, string]> = {
    'the pair of the neighbour': [() => signedWith({ pair: neighbour.pair }), 'foreign_pair'],
    'a pair that is none': [() => signedWith({ pair: `urn:evenhour:pair:${'A'.repeat(43)}` }), 'foreign_pair'],
    'an entry of the neighbour': [() => neighbour.sign(neighbour.draftEntry(strangeHold(neighbour))), 'foreign_pair'],
    'an entry of the town itself': [() => partner.townEntries[0] as JsonObject, 'foreign_origin'],
    'the town as the actor': [() => signedWith({ actor: stage.town.bank.actor }), 'foreign_origin'],
    'a stranger as the actor': [() => signedWith({ actor: neighbour.actor }), 'foreign_origin'],
    'an id at the town': [
      () => signedWith({ id: `${stage.town.origin}/ap/journals/${partner.tail}/0/${partner.head.seq + 1}` }),
      'foreign_origin',
    ],
    'an id of another place': [
      () => signedWith({ id: `${partner.origin}/ap/journals/${partner.tail}/0/99` }),
      'foreign_origin',
    ],
    'a transfer at the town': [() => signedWith({ transfer: `${stage.town.origin}/ap/transfers/1` }), 'foreign_origin'],
    'a transfer at the neighbour': [
      () => signedWith({ transfer: `${neighbour.origin}/ap/transfers/1` }),
      'foreign_origin',
    ],
    'signed by the neighbour': [() => partner.sign(partner.draftEntry(hold), neighbour.keys.signing), 'wrong_key'],
    'signed by the recovery key': [() => partner.sign(partner.draftEntry(hold), partner.keys.recovery), 'wrong_key'],
    'signed by a new key under the pinned name': [
      async () =>
        partner.sign(
          partner.draftEntry(hold),
          (await generateKeyPair(partner.keys.signing.verificationMethod)).signing,
        ),
      'proof_mismatch',
    ],
  };
  test.each(Object.entries(CASES))('%s', async (_name, [make, expected]) => {
    const entry = await make();
    expect(said(await unchanged(stage.town, () => partner.run([entry])))).toBe(`200 ${expected}`);
  });

  const HOSTS: Record<string, [() => string, string]> = {
    'a dot at the end': [() => `127.0.0.1.:${port()}`, 'foreign_origin'],
    'a zero before the port': [() => `127.0.0.1:0${port()}`, 'foreign_origin'],
    'the address as one number': [() => `2130706433:${port()}`, 'foreign_origin'],
    'the address in hexadecimal': [() => `0x7f000001:${port()}`, 'foreign_origin'],
    'the address in IPv6': [() => `[::ffff:7f00:1]:${port()}`, 'foreign_origin'],
    'a name for it': [() => `localhost:${port()}`, 'foreign_origin'],
    'another port': [() => '127.0.0.1:1', 'foreign_origin'],
    'no port': [() => '127.0.0.1', 'foreign_origin'],
    'a longer name': [() => `127.0.0.1:${port()}.evil.example`, 'foreign_origin'],
    capitals: [() => `LOCALHOST:${port()}`, 'schema_mismatch'],
    'a homoglyph (fullwidth one)': [() => `\uff1127.0.0.1:${port()}`, 'schema_mismatch'],
    'an ideographic full stop': [() => `127\u30020.0.1:${port()}`, 'schema_mismatch'],
    'a Cyrillic letter': [() => `l\u043ecalhost:${port()}`, 'schema_mismatch'],
    'a name before it': [() => `evil@127.0.0.1:${port()}`, 'schema_mismatch'],
    'a backslash': [() => `127.0.0.1:${port()}\\@evil.example`, 'schema_mismatch'],
    'a space': [() => ` 127.0.0.1:${port()}`, 'schema_mismatch'],
  };
  describe.each(['actor', 'id', 'transfer'] as const)('%s with', (field) => {
    test.each(Object.entries(HOSTS))('%s', async (_name, [host, expected]) => {
      const draft = partner.draftEntry(hold);
      const entry = await signedWith({ [field]: String(draft[field]).replace(partner.host, host()) });
      expect(entry[field]).not.toBe(draft[field]);
      expect(said(await unchanged(stage.town, () => partner.run([entry])))).toBe(`200 ${expected}`);
    });
  });
});

/** Every place in a value where something stands, with a function that puts something else there. */
function* places(
  value: JsonValue,
  path: string[] = [],
): Generator<[path: string, change: (to: JsonValue) => JsonValue]> {
  if (value === null || typeof value !== 'object') return void (yield [path.join('.'), (to) => to]);
  for (const key of Object.keys(value)) {
    const inside = (value as JsonObject)[key] as JsonValue;
    for (const [name, change] of places(inside, [...path, key]))
      yield [
        name,
        (to) =>
          Array.isArray(value) ? value.with(Number(key), change(to)) : { ...(value as JsonObject), [key]: change(to) },
      ];
  }
  const more = (): JsonValue =>
    Array.isArray(value) ? [...value, 'https://evil.example/v1'] : { ...(value as JsonObject), evil: 1 };
  yield [`${path.join('.')} and one more`, more];
}

function otherThan(value: JsonValue): JsonValue {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string') return 'x';
  const last = value.at(-1) === 'A' ? 'B' : 'A';
  return value.slice(0, -1) + last;
}

function at(value: JsonValue, path: string): JsonValue {
  return path.split('.').reduce<JsonValue>((inside, key) => (inside as JsonObject)?.[key] ?? null, value);
}

describe('every leaf changed after signing, and every member added', () => {
  const head = { epoch: 0, seq: 0, hash: `uEi${'A'.repeat(44)}` };
  const sums = { debtMinutes: 0, openMinutes: { own: 0, peer: 0 }, limitMinutes: { own: 600, peer: 600 } };
  const BODIES: Record<string, () => Body> = {
    Hold: () => hold,
    HoldAccept: () => ({ kind: 'HoldAccept', transfer: hold.transfer }),
    HoldDecline: () => ({ kind: 'HoldDecline', transfer: hold.transfer, code: 'terms_unknown' }),
    Post: () => ({ kind: 'Post', transfer: hold.transfer, minutes: 60 }),
    Receipt: () => ({ kind: 'Receipt', transfer: hold.transfer, unclaimed: false }),
    Amend: () => ({ kind: 'Amend', limitMinutes: 1200, suspended: false }),
    Checkpoint: () => ({ kind: 'Checkpoint', statement: { heads: { own: head, peer: head }, ...sums } }),
  };
  test.each(Object.entries(BODIES))('%s', async (_name, body) => {
    const entry = await partner.sign(partner.draftEntry(body()));
    const passed: string[] = [];
    let tried = 0;
    await unchanged(stage.town, async () => {
      for (const [path, change] of places(entry)) {
        const answer = await partner.run([change(otherThan(at(entry, path)))]);
        tried += 1;
        if (answer.body.refused === undefined || answer.body.applied !== 0) passed.push(path);
      }
    });
    expect(passed).toEqual([]);
    expect(tried).toBeGreaterThan(28);
  });

  test('the same entry, unchanged, is taken', async () => {
    const answer = await partner.run([await partner.write(hold)]);
    expect(answer.body).toMatchObject({ applied: 1 });
    expect(partner.townEntries.at(-1)).toMatchObject({ type: ['Reject', 'HoldDecline'], code: 'terms_unknown' });
  });
});
