/**
 * Makes the test vectors and the JSON Schemas that the package publishes.
 *
 * Promises: the same source gives the same bytes (fixed seeds, fixed times, deterministic
 * signatures); every vector carries its intermediate values, so that whoever fails one sees at
 * which step. Written for programs in any language.
 *
 * @module
 */
import { z } from 'zod';
import { signDocument, signingInput } from '../proof/data-integrity.ts';
import { canonical, hashOf, sha256 } from '../wire/canonical.ts';
import { CONTEXT } from '../wire/context.ts';
import * as exchangeSchemas from '../wire/exchange-schemas.ts';
import * as schemas from '../wire/schemas.ts';
import { type JsonObject, type JsonValue, parseStrict } from '../wire/strict-json.ts';
import { endingVectors } from './vector-endings.ts';
import { exchangeVectors } from './vector-exchanges.ts';
import { flagVectors } from './vector-flags.ts';
import { httpVectors } from './vector-http.ts';
import { CREATED, hex, keyOf, type VectorFile } from './vector-pair.ts';
import { statementVectors } from './vector-statements.ts';
import { journalVectors } from './vector-stories.ts';

const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value) as Uint8Array<ArrayBuffer>;

/** All vector files, the index of their flags among them. */
export async function makeVectors(): Promise<VectorFile[]> {
  const stories = await journalVectors();
  const files = [
    canonicalVectors(),
    jsonVectors(),
    await proofVectors(),
    ...stories,
    ...stories.slice(0, 1).map(statementVectors),
    await endingVectors(),
    await exchangeVectors(),
    await httpVectors(),
  ];
  return [...files, flagVectors(files)];
}

export function makeSchemas(): VectorFile[] {
  const named: Record<string, z.ZodType> = {
    ...schemas.entrySchemas,
    AgreementCore: schemas.coreSchema,
    HonourOffer: schemas.honourOfferSchema,
    HonourAccept: schemas.honourAcceptSchema,
    HonourReject: schemas.honourRejectSchema,
    Close: schemas.closeSchema,
    Fork: schemas.forkSchema,
    Presentation: schemas.presentationSchema,
    GiftOffer: exchangeSchemas.giftOfferSchema,
    GiftAccept: exchangeSchemas.giftAcceptSchema,
    GiftReject: exchangeSchemas.giftRejectSchema,
    GiftCancel: exchangeSchemas.giftCancelSchema,
    ...exchangeSchemas.stepSchemas,
    ...exchangeSchemas.talkSchemas,
    Run: schemas.runSchema,
    Open: schemas.openSchema,
  };
  return Object.entries(named).map(([name, schema]) => ({
    name: `${name}.schema.json`,
    content: { title: name, ...(z.toJSONSchema(schema, { unrepresentable: 'any' }) as unknown as JsonObject) },
  }));
}

function canonicalVectors(): VectorFile {
  const inputs: Record<string, JsonValue> = {
    'members are sorted by UTF-16 code units': { '€': 1, '\r': 2, '1': 3, '😀': 4, ö: 5 },
    'nested members are sorted too': { b: { d: 1, c: 2 }, a: [{ z: 1, y: 2 }] },
    'arrays keep their order': [3, 1, 2],
    'numbers are whole and plain': { minutes: 90, negative: -60, zero: 0 },
    'control characters are escaped, others are not': { text: 'a\nb\u001fc"d\\e/f' },
    'accents stay as they were written': { name: 'Gràcia', decomposed: 'Gra\u0300cia' },
  };
  return {
    name: 'canonical.json',
    content: {
      about: 'RFC 8785 with whole numbers only. `sha256` is of the UTF-8 bytes of `canonical`.',
      cases: Object.entries(inputs).map(([name, input]) => ({
        name,
        input,
        canonical: canonical(input),
        sha256: hex(sha256(text(canonical(input)))),
      })),
    },
  };
}

function jsonVectors(): VectorFile {
  const inputs: Record<string, [string, readonly string[]]> = {
    'an object': ['{"a":1}', []],
    'white space around tokens': [' { "a" : [ 1 , 2 ] } ', []],
    escapes: ['{"a":"\\u00e0\\n"}', []],
    'a surrogate pair': ['"\\ud83d\\ude00"', []],
    'the largest whole number': ['9007199254740991', []],
    'a duplicate member: which of 60 and 6000 counts?': ['{"minutes":60,"minutes":6000}', ['duplicate']],
    'a duplicate behind an escape': ['{"a":1,"\\u0061":2}', ['duplicate']],
    'a fraction': ['1.5', ['number']],
    'an exponent': ['1e3', ['number']],
    'a whole number written with a fraction': ['60.0', ['number']],
    'minus zero': ['-0', ['number']],
    'a number that doubles cannot hold': ['9007199254740993', ['number']],
    'a leading zero': ['010', ['number']],
    'a lone surrogate': ['"\\ud83d"', ['unicode']],
    'NUL in a string': ['"\\u0000"', ['unicode']],
    'a member named __proto__': ['{"__proto__":{}}', ['prototype']],
    'too deep': [`${'['.repeat(33)}${']'.repeat(33)}`, ['depth']],
    'something behind the value': ['{} {}', ['trailing']],
    'a comma too many': ['[1,]', ['syntax']],
    'a byte order mark': ['\ufeff{}', ['bom']],
  };
  return {
    name: 'strict-json.json',
    content: {
      about:
        'Texts that must be read or refused before anything else is done with a message. A program that fails one can be made to sign or count something else than its partner.',
      cases: Object.entries(inputs).map(([name, [input, flags]]) => {
        const valid = parseStrict(input).ok;
        if (valid !== (flags.length === 0)) throw new Error(`vector "${name}" is not what it says`);
        return { name, input, valid, flags };
      }),
    },
  };
}

async function proofVectors(): Promise<VectorFile> {
  const key = await keyOf(1, 'https://leith.example/ap/bank#key-1');
  const document: JsonObject = {
    '@context': [...CONTEXT],
    id: 'https://leith.example/x',
    type: ['Activity', 'Post'],
    minutes: 90,
  };
  const signed = (await signDocument(document, key, CREATED)) as unknown as JsonObject & { proof: JsonObject };
  const { proofValue: _value, ...config } = signed.proof;
  const change = (name: string, flags: readonly string[], changed: JsonObject) => ({
    name,
    valid: false,
    flags,
    document: changed,
  });
  const proofWith = (extra: JsonObject): JsonObject => ({ ...signed, proof: { ...signed.proof, ...extra } });
  return {
    name: 'proofs.json',
    content: {
      about:
        'eddsa-jcs-2022 as Evenhour narrows it: both contexts exactly the pinned array, exactly seven members in the proof.',
      seed: hex(new Uint8Array(32).fill(1)),
      publicKeyMultibase: key.publicMultikey,
      verificationMethod: key.verificationMethod,
      canonicalConfig: canonical(config as JsonObject),
      canonicalDocument: canonical(document),
      signingInput: hex(signingInput(config as JsonObject, document)),
      hash: hashOf(document),
      cases: [
        { name: 'a signed document', valid: true, flags: [], document: signed },
        { name: 'members in another order', valid: true, flags: [], document: { proof: signed.proof, ...document } },
        change('other minutes', ['value'], { ...signed, minutes: 6000 }),
        change('a member added', ['value'], { ...signed, extra: true }),
        change('a context appended to the document: the proof alone would still verify', ['contextPrefix'], {
          ...signed,
          '@context': [...CONTEXT, 'https://evil.example/x'],
        }),
        change('a context appended to both', ['contextPrefix'], {
          ...proofWith({ '@context': [...CONTEXT, 'https://evil.example/x'] }),
          '@context': [...CONTEXT, 'https://evil.example/x'],
        }),
        change('an expiry added to the proof', ['proofMember'], proofWith({ expires: '2020-01-01T00:00:00Z' })),
        change('a foreign domain added to the proof', ['proofMember'], proofWith({ domain: 'https://gracia.example' })),
        change('another purpose', ['proofMember'], proofWith({ proofPurpose: 'authentication' })),
        change('another key named', ['key'], proofWith({ verificationMethod: 'https://leith.example/ap/bank#key-2' })),
        change('another time', ['proofMember'], proofWith({ created: '2026-11-22T10:00:01Z' })),
        change('two proofs', ['proofMember'], { ...signed, proof: [signed.proof, signed.proof] }),
      ],
    },
  };
}
