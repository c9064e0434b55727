import { describe, expect, test } from 'vitest';
import { base58Decode, base58Encode, hashOf, sha256 } from '../wire/canonical.ts';
import { CONTEXT } from '../wire/context.ts';
import { type JsonObject, type JsonValue, parseStrict } from '../wire/strict-json.ts';
import {
  completeProof,
  type PreparedProof,
  prepareProof,
  signDocument,
  signingInput,
  verifyDocument,
} from './data-integrity.ts';
import { generateKeyPair, importSeed, importVerifyingKey, signBytes, verifyBytes } from './key.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const ID = 'https://leith.example/ap/bank#key';
const CREATED = '2026-11-22T09:30:00Z';
/** A fixed key, so that every signature below is the same at every run. */
const signing = await importSeed(
  Uint8Array.from({ length: 32 }, (_, i) => i),
  ID,
);
const imported = await importVerifyingKey('z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd', ID);
if (!imported.ok) throw new Error('not imported');
const verifying = imported.key;

const HASH = 'uEiC6eBa_jwHP6kFBQN5drgIjswA2GjlheXqTtBD_YgAVrQ';
const HOLD = {
  '@context': [...CONTEXT],
  id: 'https://leith.example/ap/journal/9c1/1/17',
  type: ['Offer', 'Hold'],
  actor: 'https://leith.example/ap/bank',
  pair: 'urn:evenhour:pair:ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0',
  epoch: 1,
  seq: 17,
  prev: HASH,
  ack: { epoch: 1, seq: 16, hash: HASH },
  transfer: 'https://leith.example/t/01JDABCDEF',
  minutes: 90,
  payerRef: 'payer_ref-1',
  payeeRef: 'payee_ref-2',
  detail: 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0',
};

const signed = await signDocument(HOLD, signing, CREATED);
const codeOf = async (document: unknown) => {
  const outcome = await verifyDocument(document as JsonObject, verifying);
  return outcome.ok ? 'ok' : outcome.refusal.code;
};
const withProof = (changes: object) => ({ ...signed, proof: { ...signed.proof, ...changes } });

describe('signing and verifying', () => {
  test('a signed document verifies, also after the wire, and names its hash', async () => {
    const outcome = parseStrict(JSON.stringify(signed));
    if (!outcome.ok) throw new Error('not read');
    expect(await verifyDocument(outcome.value as JsonObject, verifying)).toEqual({ ok: true, hash: hashOf(HOLD) });
  });

  test('the proof has exactly its seven members', () => {
    expect(signed.proof).toEqual({
      '@context': [...CONTEXT],
      type: 'DataIntegrityProof',
      cryptosuite: 'eddsa-jcs-2022',
      created: CREATED,
      verificationMethod: ID,
      proofPurpose: 'assertionMethod',
      proofValue: expect.stringMatching(/^z[1-9A-HJ-NP-Za-km-z]{86,88}$/),
    });
  });

  test('a run is chained first and signed in parallel', async () => {
    const prepared: PreparedProof<typeof HOLD>[] = [];
    let prev = HASH;
    for (let seq = 1; seq <= 5; seq++) {
      const next = prepareProof({ ...HOLD, seq, prev }, signing, CREATED);
      prev = next.hash;
      prepared.push(next);
    }
    const run = await Promise.all(prepared.map(completeProof));
    for (const [i, entry] of run.entries()) {
      expect(await verifyDocument(entry, verifying)).toEqual({ ok: true, hash: hashOf(entry) });
      expect(entry.prev).toBe(i === 0 ? HASH : hashOf(run[i - 1] as JsonObject));
    }
  });

  test('what must not be signed throws', () => {
    expect(() => prepareProof(signed, signing, CREATED)).toThrow(TypeError);
    expect(() => prepareProof({ ...HOLD, '@context': CONTEXT.slice(0, 2) }, signing, CREATED)).toThrow(TypeError);
    expect(() => prepareProof({ minutes: 60 }, signing, CREATED)).toThrow(TypeError);
    expect(() => prepareProof(HOLD, signing, '2026-11-22')).toThrow(TypeError);
    expect(() => prepareProof({ ...HOLD, minutes: undefined }, signing, CREATED)).toThrow(TypeError);
  });

  test('a fixed vector, byte for byte', async () => {
    const document = {
      '@context': [...CONTEXT],
      id: 'https://leith.example/1',
      type: ['Activity', 'Post'],
      minutes: 60,
    };
    const { proof } = await signDocument(document, signing, CREATED);
    // By hand, without the code under test: the two canonical texts, their hashes, one signature.
    const config = `{"@context":["${CONTEXT.join('","')}"],"created":"${CREATED}","cryptosuite":"eddsa-jcs-2022","proofPurpose":"assertionMethod","type":"DataIntegrityProof","verificationMethod":"${ID}"}`;
    const content = `{"@context":["${CONTEXT.join('","')}"],"id":"https://leith.example/1","minutes":60,"type":["Activity","Post"]}`;
    const input = Uint8Array.from([...sha256(utf8(config)), ...sha256(utf8(content))]);
    expect(proof.proofValue).toBe(`z${base58Encode(await signBytes(signing, input))}`);
    expect(signing.publicMultikey).toBe(verifying.publicMultikey);
  });
});

test('the eddsa-jcs-2022 vector of W3C vc-di-eddsa', async () => {
  const context = ['https://www.w3.org/ns/credentials/v2', 'https://www.w3.org/ns/credentials/examples/v2'];
  const multikey = 'z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2';
  const method = `did:key:${multikey}#${multikey}`;
  const document = {
    '@context': context,
    id: 'urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33',
    type: ['VerifiableCredential', 'AlumniCredential'],
    name: 'Alumni Credential',
    description: 'A minimum viable example of an Alumni Credential.',
    issuer: 'https://vc.example/issuers/5678',
    validFrom: '2023-01-01T00:00:00Z',
    credentialSubject: { id: 'did:example:abcdefgh', alumniOf: 'The School of Examples' },
  };
  const config = {
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-jcs-2022',
    created: '2023-02-24T23:36:38Z',
    verificationMethod: method,
    proofPurpose: 'assertionMethod',
    '@context': context,
  };
  const proofValue = 'z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX';

  const input = signingInput(config, { ...document, proof: { ...config, proofValue } });
  expect(hex(input)).toBe(
    '66ab154f5c2890a140cb8388a22a160454f80575f6eae09e5a097cabe539a1db59b7cb6251b8991add1ce0bc83107e3db9dbbab5bd2c28f687db1a03abc92f19',
  );
  const signature = base58Decode(proofValue.slice(1));
  expect(hex(signature as Uint8Array)).toBe(
    '407cd12654b33d718ecbb99179a1506daaa849450bf3fc523cce3e1c96f8b80351da3f253d725c6f00b07c9e5448d50b3ef78012b9ab54255116d069c6dd2808',
  );
  const key = await importVerifyingKey(multikey, method);
  if (!key.ok || signature === undefined) throw new Error('not imported');
  expect(await verifyBytes(key.key, input, signature)).toBe(true);

  const seed = base58Decode('3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq')?.slice(2);
  expect(await signBytes(await importSeed(seed as Uint8Array, method), input)).toEqual(signature);
});

/** What the W3C suite verifies when document and proof have these contexts: signed without our checks. */
async function signFreely(document: JsonObject, changes: JsonObject): Promise<JsonObject> {
  const { proofValue: _old, ...config } = { ...signed.proof, ...changes } as unknown as JsonObject & {
    proofValue: JsonValue;
  };
  const signature = await signBytes(signing, signingInput(config, document));
  return { ...document, proof: { ...config, proofValue: `z${base58Encode(signature)}` } };
}

describe('contexts', () => {
  test('a context appended to a signed entry is refused, though the suite would take it', async () => {
    const forged = { ...signed, '@context': [...CONTEXT, 'https://evil.example/x'] };
    expect(hashOf(forged)).not.toBe(hashOf(signed));
    expect(await codeOf(forged)).toBe('context_mismatch');
  });

  const others: [string, JsonValue][] = [
    ['a prefix', CONTEXT.slice(0, 2)],
    ['another order', [CONTEXT[1], CONTEXT[0], CONTEXT[2]]],
    ['one more', [...CONTEXT, 'https://evil.example/x']],
    ['one twice', [...CONTEXT, CONTEXT[2]]],
    ['a string', CONTEXT[2]],
    ['an inline object', [CONTEXT[0], CONTEXT[1], { Hold: 'https://evil.example/Post' }]],
    ['an object like an array', { 0: CONTEXT[0], 1: CONTEXT[1], 2: CONTEXT[2], length: 3 }],
    ['none', null],
  ];
  test.each(others)('%s is refused in either place, even when correctly signed', async (_name, context) => {
    const { proof: _proof, ...document } = signed as unknown as JsonObject;
    const inDocument = await signFreely({ ...document, '@context': context }, {});
    const inProof = await signFreely(document, { '@context': context });
    const inBoth = await signFreely({ ...document, '@context': context }, { '@context': context });
    for (const [forged, place] of [
      [inDocument, 'document'],
      [inProof, 'proof'],
      [inBoth, 'document'],
    ] as const) {
      expect(await verifyDocument(forged, verifying)).toMatchObject({
        refusal: { code: 'context_mismatch', facts: { in: place } },
      });
    }
  });

  test('missing altogether', async () => {
    const { '@context': _one, ...document } = signed;
    const { '@context': _two, ...proof } = signed.proof;
    expect(await codeOf(document)).toBe('context_mismatch');
    expect(await codeOf({ ...signed, proof })).toBe('context_mismatch');
  });
});

describe('the proof has exactly its members', () => {
  const added: JsonObject = {
    expires: '2020-01-01T00:00:00Z',
    domain: 'gracia.example',
    challenge: 'c',
    nonce: 'n',
    id: 'urn:1',
    previousProof: 'urn:2',
    extra: null,
    '': 1,
  };
  test.each(Object.entries(added))('with %s it is refused, signed or not', async (name, value) => {
    expect(await codeOf(withProof({ [name]: value }))).toBe('proof_malformed');
    const { proof: _proof, ...document } = signed as unknown as JsonObject;
    expect(await codeOf(await signFreely(document, { [name]: value }))).toBe('proof_malformed');
  });

  test.each(Object.keys(signed.proof).filter((name) => name !== '@context'))(
    'without %s it is refused',
    async (name) => {
      const proof = Object.fromEntries(Object.entries(signed.proof).filter(([other]) => other !== name));
      expect(await codeOf({ ...signed, proof })).toBe('proof_malformed');
      expect(await codeOf({ ...signed, proof: { ...proof, other: 'x' } })).toBe('proof_malformed');
      // An inherited member is none.
      expect(await codeOf({ ...signed, proof: Object.assign(Object.create(signed.proof), proof, { extra: 1 }) })).toBe(
        'proof_malformed',
      );
    },
  );

  test.each<[string, unknown]>([
    ['missing', undefined],
    ['null', null],
    ['a string', 'z1'],
    ['an array of one', [signed.proof]],
    ['two proofs', [signed.proof, signed.proof]],
    ['an empty array', []],
  ])('a proof that is %s is refused', async (name, proof) => {
    expect(await verifyDocument({ ...signed, proof } as unknown as JsonObject, verifying)).toMatchObject({
      refusal: { code: 'proof_malformed', facts: { reason: name === 'missing' ? 'missing' : 'not_one_object' } },
    });
  });

  test.each<[string, JsonValue]>([
    ['type', 'Ed25519Signature2020'],
    ['type', ['DataIntegrityProof']],
    ['cryptosuite', 'eddsa-rdfc-2022'],
    ['cryptosuite', 'ecdsa-jcs-2019'],
    ['cryptosuite', null],
    ['proofPurpose', 'authentication'],
    ['proofPurpose', ['assertionMethod']],
    ['created', '2026-11-22'],
    ['created', '2026-11-22T09:30:00'],
    ['created', '2026-11-22T09:30:00+00:00'],
    ['created', '2026-11-22t09:30:00z'],
    ['created', '2026-11-22 09:30:00Z'],
    ['created', '2026-13-22T09:30:00Z'],
    ['created', '2026-11-32T09:30:00Z'],
    ['created', '2026-11-22T24:30:00Z'],
    ['created', '2026-11-22T09:60:00Z'],
    ['created', '2026-11-22T09:30:60Z'],
    ['created', '2026-11-22T09:30:00.Z'],
    ['created', '2026-11-22T09:30:00Z\n'],
    ['created', 1795339800],
    ['verificationMethod', ''],
    ['verificationMethod', { id: ID }],
  ])('%s %j is refused, even when correctly signed', async (name, value) => {
    const { proof: _proof, ...document } = signed as unknown as JsonObject;
    expect(await codeOf(await signFreely(document, { [name]: value }))).toBe('proof_malformed');
  });

  test('a fraction of a second is fine', async () => {
    expect(await codeOf(await signDocument(HOLD, signing, '2026-11-22T09:30:00.123456789Z'))).toBe('ok');
  });
});

describe('proofValue', () => {
  const value = signed.proof.proofValue;
  const bytes = base58Decode(value.slice(1)) as Uint8Array;
  const encoded = (signature: Uint8Array) => `z${base58Encode(signature)}`;
  test.each<[string, JsonValue]>([
    ['no prefix', value.slice(1)],
    ['base64url', `u${Buffer.from(bytes).toString('base64url')}`],
    ['hex', `f${hex(bytes)}`],
    ['a capital Z', `Z${value.slice(1)}`],
    ['two prefixes', `z${value}`],
    ['a leading 1', `z1${value.slice(1)}`],
    ['a space before', ` ${value}`],
    ['a space within', `z ${value.slice(1)}`],
    ['a newline behind', `${value}\n`],
    ['padding', `${value}=`],
    ['a zero for an o', `${value.slice(0, -1)}0`],
    ['three characters less', value.slice(0, -3)],
    ['one character more', `${value}1`],
    ['63 bytes', encoded(bytes.slice(1))],
    ['65 bytes', encoded(Uint8Array.from([0, ...bytes]))],
    ['32 bytes', encoded(bytes.slice(32))],
    ['empty', ''],
    ['only the prefix', 'z'],
    ['very long', `z${'2'.repeat(60_000)}`],
    ['an array', [value]],
    ['a number', 1],
    ['null', null],
  ])('%s is malformed', async (_name, proofValue) => {
    expect(await codeOf(withProof({ proofValue }))).toBe('proof_malformed');
  });

  test('64 other bytes do not match', async () => {
    for (const other of [new Uint8Array(64), bytes.toReversed(), bytes.with(0, (bytes[0] as number) ^ 1)]) {
      expect(await codeOf(withProof({ proofValue: encoded(other) }))).toBe('proof_mismatch');
    }
  });
});

describe('keys', () => {
  test('another key id is refused before the signature is looked at', async () => {
    for (const method of ['https://gracia.example/ap/bank#key', `${ID}2`, ID.toUpperCase(), `${ID}#`]) {
      expect(
        await verifyDocument(withProof({ verificationMethod: method }) as unknown as JsonObject, verifying),
      ).toMatchObject({
        refusal: { code: 'wrong_key', facts: { ours: ID, theirs: method } },
      });
    }
  });

  test('another key under the same id does not match', async () => {
    const other = await generateKeyPair(ID);
    expect(await verifyDocument(signed, other.verifying)).toMatchObject({ refusal: { code: 'proof_mismatch' } });
  });
});

test('keys that sign at the same time do not share a config', async () => {
  const other = await generateKeyPair('https://gracia.example/ap/bank#key');
  const { proof } = await signDocument(HOLD, other.signing, CREATED);
  const { proofValue, ...config } = proof;
  const signature = base58Decode(proofValue.slice(1));
  expect(await verifyBytes(other.verifying, signingInput(config, HOLD), signature ?? new Uint8Array())).toBe(true);
});

describe('order of the checks', () => {
  const all = {
    ...signed,
    '@context': [],
    proof: { ...signed.proof, '@context': [], extra: 1, verificationMethod: 'x', proofValue: 'z1' },
  };
  test('context, then form, then key, then signature', async () => {
    const context = all.proof['@context'];
    expect(await codeOf(all)).toBe('context_mismatch');
    expect(await codeOf({ ...all, '@context': [...CONTEXT], proof: { ...all.proof, '@context': context } })).toBe(
      'context_mismatch',
    );
    const contexts = { '@context': [...CONTEXT], proof: { ...all.proof, '@context': [...CONTEXT] } };
    expect(await codeOf({ ...signed, ...contexts })).toBe('proof_malformed');
    expect(await codeOf(withProof({ verificationMethod: 'x', created: '2026-11-22T09:30:01Z' }))).toBe('wrong_key');
    expect(await codeOf(withProof({ created: '2026-11-22T09:30:01Z' }))).toBe('proof_mismatch');
  });
});
