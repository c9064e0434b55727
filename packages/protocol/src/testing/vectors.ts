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
import { type AgreementCore, termsOf } from '../core/agreement/agreement.ts';
import { appendOwn, type Draft, receive } from '../core/journal/decide.ts';
import { type Body, type Entry, other, type Party, type VerifiedEntry } from '../core/journal/entry.ts';
import { judge } from '../core/journal/judge.ts';
import { debtOf, type Pair, startPair, type Transfer, transferKey } from '../core/journal/pair.ts';
import { signDocument, signingInput } from '../proof/data-integrity.ts';
import { signRequest, signResponse } from '../proof/http-signature.ts';
import { importSeed, type SigningKey } from '../proof/key.ts';
import { base64urlEncode, canonical, hashOf, hashOfKey, sha256 } from '../wire/canonical.ts';
import { CONTEXT } from '../wire/context.ts';
import { encodeEntry, pairOf } from '../wire/entry.ts';
import * as schemas from '../wire/schemas.ts';
import { type JsonObject, type JsonValue, parseStrict } from '../wire/strict-json.ts';

export interface VectorFile {
  readonly name: string;
  readonly content: JsonObject;
}

const CREATED = '2026-11-22T10:00:00Z';

const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value) as Uint8Array<ArrayBuffer>;
const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

async function keyOf(seed: number, id: string): Promise<SigningKey> {
  return importSeed(new Uint8Array(32).fill(seed), id);
}

/** All vector files, and the schemas. */
export async function makeVectors(): Promise<VectorFile[]> {
  return [canonicalVectors(), jsonVectors(), await proofVectors(), await journalVectors(), await httpVectors()];
}

export function makeSchemas(): VectorFile[] {
  const named: Record<string, z.ZodType> = {
    ...Object.fromEntries(Object.entries(schemas.entrySchemas).map(([kind, schema]) => [kind, schema])),
    AgreementCore: schemas.coreSchema,
    HonourOffer: schemas.honourOfferSchema,
    HonourAccept: schemas.honourAcceptSchema,
    HonourReject: schemas.honourRejectSchema,
    GiftOffer: schemas.giftOfferSchema,
    GiftAccept: schemas.giftAcceptSchema,
    GiftReject: schemas.giftRejectSchema,
    GiftCancel: schemas.giftCancelSchema,
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

interface Story {
  readonly party: Party;
  readonly body: Body;
  /** The class of the entry: applied, (c), or one that is not appended. */
  readonly expect: 'applied' | 'breach' | 'not_next' | 'fault';
  readonly code?: string;
  /** Crossing: the writer has not seen the other's last entries. */
  readonly ackBack?: number;
  readonly change?: Partial<Draft>;
  readonly why: string;
}

async function journalVectors(): Promise<VectorFile> {
  const keys = [
    await keyOf(1, 'https://gracia.example/ap/bank#key-1'),
    await keyOf(2, 'https://leith.example/ap/bank#key-1'),
  ] as const;
  const party = (name: string, key: SigningKey, grants: number, builder: string) => ({
    bank: `https://${name}.example/ap/bank`,
    name,
    key: { id: key.verificationMethod, publicKeyMultibase: key.publicMultikey },
    recovery: hashOfKey(key.publicMultikey),
    journal: `https://${name}.example/ap/journals`,
    exchange: `https://${name}.example/ap/exchanges`,
    bridgeBuilder: builder,
    grantsMinutes: grants,
  });
  const core: AgreementCore = {
    version: 'https://w3id.org/evenhour/v1',
    features: [],
    parties: [party('gracia', keys[0], 600, 'Rosa'), party('leith', keys[1], 300, 'Fiona')],
    start: '2026-11-22',
    noticeDays: 30,
    public: true,
    words: ['We honour your hours as our own.'],
    nonce: base64urlEncode(new Uint8Array(32).fill(7)),
  };
  const { pair: pairId, genesis } = pairOf(core);
  const hold = (id: string, minutes: number, at: 'gracia' | 'leith' = 'leith'): Body => ({
    kind: 'Hold',
    transfer: `https://${at}.example/ap/transfers/${id}`,
    minutes,
    payerRef: 'payer-1',
    payeeRef: 'payee-1',
    detail: base64urlEncode(new Uint8Array(32).fill(9)),
  });
  const at = (id: string): string => `https://leith.example/ap/transfers/${id}`;
  const story: Story[] = [
    { party: 1, body: hold('t1', 120), expect: 'applied', why: 'a hold within the limit of 600' },
    {
      party: 1,
      body: { kind: 'Post', transfer: at('t1'), minutes: 120 },
      expect: 'breach',
      code: 'not_accepted',
      why: 'nobody has accepted it yet',
    },
    {
      party: 0,
      body: { kind: 'HoldAccept', transfer: at('t1') },
      expect: 'applied',
      why: 'the promise to take the minutes',
    },
    {
      party: 1,
      body: { kind: 'Post', transfer: at('t1'), minutes: 121 },
      expect: 'breach',
      code: 'minutes_out_of_range',
      why: 'more than was held',
    },
    {
      party: 1,
      body: { kind: 'Post', transfer: at('t1'), minutes: 90 },
      expect: 'applied',
      why: 'less than was held is allowed',
    },
    {
      party: 0,
      body: { kind: 'Post', transfer: at('t1'), minutes: 90 },
      expect: 'breach',
      code: 'not_the_debtor',
      why: 'only the debtor posts',
    },
    { party: 0, body: { kind: 'Receipt', transfer: at('t1'), unclaimed: false }, expect: 'applied', why: 'credited' },
    {
      party: 0,
      body: { kind: 'Receipt', transfer: at('t1'), unclaimed: false },
      expect: 'breach',
      code: 'already_answered',
      why: 'once',
    },
    { party: 1, body: hold('t1', 10), expect: 'breach', code: 'id_used', why: 'an id is used once, for ever' },
    {
      party: 1,
      body: hold('t2', 511),
      expect: 'breach',
      code: 'limit_reached',
      why: 'off by one: 90 owed and 511 held is 601',
    },
    {
      party: 1,
      body: hold('t2', 510),
      expect: 'breach',
      code: 'id_used',
      why: 'a hold without effect uses its id up all the same',
    },
    { party: 1, body: hold('t3', 510), expect: 'applied', why: 'exactly the limit' },
    {
      party: 0,
      body: { kind: 'Amend', limitMinutes: 0 },
      expect: 'applied',
      why: 'lowered below what is held; nothing held is undone',
    },
    {
      party: 1,
      body: hold('t4', 1),
      expect: 'breach',
      code: 'limit_reached',
      why: 'the writer has seen the lowered limit',
    },
    { party: 1, body: { kind: 'Void', transfer: at('t3') }, expect: 'applied', why: 'given up' },
    {
      party: 0,
      body: { kind: 'HoldAccept', transfer: at('t3') },
      expect: 'breach',
      code: 'hold_not_open',
      why: 'it ended before',
    },
    { party: 0, body: { kind: 'Amend', limitMinutes: 600 }, expect: 'applied', why: 'raised again' },
    { party: 1, body: hold('t5', 510), ackBack: 0, expect: 'applied', why: 'the whole line again' },
    { party: 0, body: { kind: 'Amend', suspended: true }, expect: 'applied', why: 'no new holds' },
    {
      party: 1,
      body: hold('t6', 1),
      expect: 'breach',
      code: 'pair_suspended',
      why: 'suspended comes before the limit',
    },
    {
      party: 0,
      body: { kind: 'HoldDecline', transfer: at('t5'), code: 'payee_unavailable' },
      expect: 'applied',
      why: 'suspension does not stop answers',
    },
    {
      party: 0,
      body: hold('u1', 390, 'gracia'),
      expect: 'applied',
      why: 'the other direction: 300 and the 90 that are owed',
    },
    {
      party: 1,
      body: { kind: 'Release', transfer: 'https://gracia.example/ap/transfers/u1' },
      expect: 'breach',
      code: 'not_supported',
      why: 'the agreement lists no routing',
    },
    {
      party: 1,
      body: { kind: 'Void', transfer: at('t5') },
      change: { seq: 99 },
      expect: 'not_next',
      code: 'gap',
      why: 'not the next number',
    },
    {
      party: 1,
      body: { kind: 'Void', transfer: at('t5') },
      change: { prev: genesis },
      expect: 'fault',
      code: 'chain_fault',
      why: 'prev is not the head',
    },
    {
      party: 1,
      body: { kind: 'Void', transfer: at('t5') },
      change: { ack: { epoch: 0, seq: 0, hash: genesis } },
      expect: 'fault',
      code: 'chain_fault',
      why: 'an ack never goes back',
    },
    {
      party: 1,
      body: { kind: 'Void', transfer: at('t5') },
      change: { epoch: 1 },
      expect: 'fault',
      code: 'chain_fault',
      why: 'only a Resume raises the epoch',
    },
    {
      party: 1,
      body: hold('t7', 1),
      change: { seq: 1, prev: genesis, ack: { epoch: 0, seq: 0, hash: genesis } },
      expect: 'fault',
      code: 'fork',
      why: 'two entries at one place',
    },
  ];

  const terms = termsOf(core, pairId, genesis);
  const sides = [new Side(terms, 0), new Side(terms, 1)] as const;
  const cases: JsonObject[] = [];
  for (const [index, line] of story.entries()) {
    const writer = sides[line.party];
    const reader = sides[other(line.party)];
    const head = writer.pair.heads[line.party];
    const draft: Draft = {
      author: line.party,
      epoch: head.epoch,
      seq: head.seq + 1,
      prev: head.hash,
      ack: writer.pair.heads[other(line.party)],
      body: line.body,
      ...line.change,
    };
    const unsigned = encodeEntry(core, pairId, draft);
    const document = (await signDocument(unsigned, keys[line.party], CREATED)) as unknown as JsonObject;
    const entry: Entry = { ...draft, hash: hashOf(unsigned) };
    const result = reader.receive(entry);
    const code = result.outcome === 'appended' ? (result.breach?.code ?? null) : result.refusal.code;
    const outcome = result.outcome === 'appended' ? (result.breach === null ? 'applied' : 'breach') : result.outcome;
    if (outcome !== line.expect || (line.code ?? null) !== code)
      throw new Error(`vector ${index} "${line.why}": ${outcome} ${code}`);
    if (result.outcome === 'appended') writer.own(entry);
    cases.push({
      name: line.why,
      writer: core.parties[line.party].bank,
      outcome,
      code,
      hash: entry.hash,
      debtMinutes: {
        [core.parties[0].bank]: debtOf(reader.pair.views[reader.pair.me], 0),
        [core.parties[1].bank]: debtOf(reader.pair.views[reader.pair.me], 1),
      },
      document,
    });
  }
  return {
    name: 'journals.json',
    content: {
      about:
        'One pair, entry by entry, in the order in which each is received by the bank that did not write it. `applied` has effect; `breach` is appended without effect; `not_next` and `fault` are not appended. `debtMinutes` is what each bank owes afterwards.',
      core: core as unknown as JsonObject,
      pair: pairId,
      genesis,
      seeds: {
        [core.parties[0].bank]: hex(new Uint8Array(32).fill(1)),
        [core.parties[1].bank]: hex(new Uint8Array(32).fill(2)),
      },
      cases,
    },
  };
}

/** One bank of the story. */
class Side {
  pair: Pair;
  readonly #book = new Map<string, Transfer>();
  readonly #held = new Map<string, string>();

  constructor(terms: Parameters<typeof startPair>[0], me: Party) {
    this.pair = startPair(terms, me);
  }

  receive(entry: Entry): ReturnType<typeof receive> {
    const result = receive(
      this.pair,
      this.#book,
      entry as VerifiedEntry,
      this.#held.get(`${entry.author} ${entry.epoch} ${entry.seq}`),
    );
    if (result.outcome === 'appended') this.#keep(result.pair, entry, result.appended.transfer);
    return result;
  }

  own(entry: Entry): void {
    const breach = judge(this.pair.views[this.pair.me], this.#book, this.pair.me, entry.body);
    const { pair, appended } = appendOwn(this.pair, this.#book, entry, breach);
    this.#keep(pair, entry, appended.transfer);
  }

  #keep(pair: Pair, entry: Entry, transfer: Transfer | null): void {
    this.pair = pair;
    this.#held.set(`${entry.author} ${entry.epoch} ${entry.seq}`, entry.hash);
    if (transfer !== null) this.#book.set(transferKey(transfer.debtor, transfer.id), transfer);
  }
}

async function httpVectors(): Promise<VectorFile> {
  const client = await keyOf(2, 'https://leith.example/ap/bank#key-1');
  const server = await keyOf(1, 'https://gracia.example/ap/bank#key-1');
  const created = 1_795_341_600;
  const url = 'https://gracia.example/ap/journals';
  const session = base64urlEncode(new Uint8Array(32).fill(5));
  const body = '{"example":true}';
  const requestHeaders = await signRequest(
    { method: 'POST', url, headers: { 'Evenhour-Session': session }, body: text(body) },
    client,
    created,
    'AAAAAAAAAAAAAAAAAAAAAA',
  );
  const find = (headers: Record<string, string>, name: string): string =>
    Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
  const bound = {
    signatureInput: find(requestHeaders, 'signature-input'),
    signature: find(requestHeaders, 'signature'),
  };
  const answer = '{"ok":true}';
  const responseHeaders = await signResponse({ status: 200, headers: {}, body: text(answer) }, bound, server, created);
  return {
    name: 'http-signatures.json',
    content: {
      about:
        'RFC 9421 between partners: a signed request, and an answer that is bound to it. `now` is in seconds since 1970.',
      now: created,
      request: {
        method: 'POST',
        url,
        headers: { 'evenhour-session': session, ...lower(requestHeaders) },
        body,
        publicKeyMultibase: client.publicMultikey,
      },
      response: {
        status: 200,
        headers: lower(responseHeaders),
        body: answer,
        publicKeyMultibase: server.publicMultikey,
      },
    },
  };
}

function lower(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]));
}
