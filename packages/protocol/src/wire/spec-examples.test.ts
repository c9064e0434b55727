/**
 * The specification's own examples, read from the pages as a stranger would: strictly parsed, checked
 * against the schemas, their proofs and hashes, and run through the core in the order of page 8. The tables
 * of codes and of an agreement's life are compared with the code.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { AGREEMENT_TABLE, type AgreementCore, checkCore, termsOf } from '../core/agreement/agreement.ts';
import type { Gift } from '../core/exchange/gift.ts';
import { appendOwn, receive } from '../core/journal/decide.ts';
import { other, type Party, type VerifiedEntry } from '../core/journal/entry.ts';
import { judge } from '../core/journal/judge.ts';
import { type Pair, startPair, type Transfer, transferKey } from '../core/journal/pair.ts';
import { REFUSAL_CODES, REFUSALS } from '../core/refusal.ts';
import { verifyDocument } from '../proof/data-integrity.ts';
import { type HttpRequest, type HttpResponse, verifyRequest, verifyResponse } from '../proof/http-signature.ts';
import { importSeed, importVerifyingKey, type VerifyingKey } from '../proof/key.ts';
import { verifyEntry, verifyExchangeMessage } from '../proof/verified.ts';
import { canonical, hashOf } from './canonical.ts';
import { CONTEXT, isPinnedContext } from './context.ts';
import { pairOf } from './entry.ts';
import {
  giftAcceptSchema,
  giftCancelSchema,
  giftOfferSchema,
  giftRejectSchema,
  stepSchemas,
  talkSchemas,
} from './exchange-schemas.ts';
import { detailOf } from './messages.ts';
import {
  closeSchema,
  entrySchemas,
  forkSchema,
  headSchema,
  honourAcceptSchema,
  honourOfferSchema,
  honourRejectSchema,
  openSchema,
  presentationSchema,
  runSchema,
} from './schemas.ts';
import { type JsonObject, type JsonValue, parseStrict } from './strict-json.ts';

const folder = fileURLToPath(new URL('../../../../docs/spec/', import.meta.url));
const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));

function page(name: string): string {
  return readFileSync(`${folder}${name}`, 'utf8');
}

/** The code blocks of a page in one language, without their fences. */
function blocks(name: string, language: string): string[] {
  return [...page(name).matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)\n\`\`\`$`, 'gm'))].map(
    (found) => found[1] as string,
  );
}

/** The rows of every table of a page whose first line is `head`, as cells without code marks. */
function tableRows(name: string, head: string): string[][] {
  const [, after] = page(name).split(`${head}\n`);
  if (after === undefined) throw new Error(`${name} has no table ${head}`);
  const lines = after.split('\n').slice(1);
  return lines.slice(0, lines.indexOf('')).map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.replaceAll('`', '')),
  );
}

function parse(text: string): JsonValue {
  const parsed = parseStrict(text, { maxBytes: 1024 * 1024 });
  if (!parsed.ok) throw new Error(`${parsed.refusal.code} ${JSON.stringify(parsed.refusal.facts)}\n${text}`);
  return parsed.value;
}

const MESSAGES: Readonly<Record<string, z.ZodType>> = {
  ...entrySchemas,
  HonourOffer: honourOfferSchema,
  HonourAccept: honourAcceptSchema,
  HonourReject: honourRejectSchema,
  GiftOffer: giftOfferSchema,
  GiftAccept: giftAcceptSchema,
  GiftReject: giftRejectSchema,
  GiftCancel: giftCancelSchema,
  ...stepSchemas,
  ...talkSchemas,
  Close: closeSchema,
  Fork: forkSchema,
  Presentation: presentationSchema,
  OrderedCollectionPage: runSchema,
};

const object = z.record(z.string(), z.unknown());
const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const code = z.enum(REFUSAL_CODES as [string, ...string[]]);
const answer = { pair: z.string(), head: headSchema };
const logHead = z.strictObject({ n: z.int(), hash: z.string().optional() });

/** What the page shows beside messages: a greeting, the answers, a refusal. */
const OTHERS: Readonly<Record<string, z.ZodType>> = {
  greeting: openSchema,
  'answer to a greeting': z.strictObject({ ...answer, nonce: z.string() }),
  'answer to a run': z.strictObject({
    ...answer,
    known: z.int(),
    applied: z.int(),
    refused: z.strictObject({ seq: z.int(), code, facts }).optional(),
    entries: z.array(object).optional(),
  }),
  'answer to exchange messages': z.strictObject({
    pair: z.string(),
    results: z.array(
      z.strictObject({
        id: z.string(),
        applied: z.boolean(),
        known: z.boolean().optional(),
        code: code.optional(),
        n: z.int().optional(),
        written: z.int().optional(),
        held: object.optional(),
      }),
    ),
    messages: z.array(object).optional(),
  }),
  'list of exchanges': z.strictObject({
    pair: z.string(),
    exchanges: z.array(
      z.strictObject({ exchange: z.string(), heads: z.strictObject({ giver: logHead, receiver: logHead }) }),
    ),
    more: z.boolean().optional(),
  }),
  'steps of an exchange': z.strictObject({ pair: z.string(), exchange: z.string(), messages: z.array(object) }),
  refusal: z.looseObject({
    title: z.string(),
    status: z.int(),
    code,
    fault: z.enum(['local', 'peer']),
    retryable: z.boolean(),
    facts,
  }),
};

const MESSAGE_PAGE = '03-messages.md';
const values = [MESSAGE_PAGE, '09-restore-and-endings.md'].flatMap((name) => blocks(name, 'json')).map(parse);
const documents = values.filter(
  (value): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value),
);

function kindOf(document: JsonObject): string | undefined {
  const type = document['type'];
  return Array.isArray(type) ? String(type[1]) : typeof type === 'string' ? type : undefined;
}

function only(kind: string): JsonObject {
  const [first, ...more] = documents.filter((document) => kindOf(document) === kind);
  if (first === undefined || more.length > 0) throw new Error(`the page does not show exactly one ${kind}`);
  return first;
}

const core = only('HonourOffer')['core'] as unknown as AgreementCore;
const { pair: pairId, genesis } = pairOf(core);
const parties = [0, 1] as const;

function partyOf(document: JsonObject): Party {
  return document['actor'] === core.parties[0].bank ? 0 : 1;
}

async function keyOf(party: Party, multikey: string): Promise<VerifyingKey> {
  const imported = await importVerifyingKey(multikey, core.parties[party].key.id);
  if (!imported.ok) throw new Error(imported.refusal.code);
  return imported.key;
}

const pinned = (party: Party): Promise<VerifyingKey> => keyOf(party, core.parties[party].key.publicKeyMultibase);

test.each(pages)('every example of %s is strict JSON', (name) => {
  for (const block of blocks(name, 'json')) parse(block);
});

describe('the forms of pages 3 and 9', () => {
  test('every example fits exactly one form', () => {
    for (const document of documents) {
      const kind = kindOf(document);
      const schema = kind === undefined ? undefined : MESSAGES[kind];
      if (schema !== undefined) {
        const parsed = schema.safeParse(document);
        expect(parsed.success ? [] : parsed.error.issues, kind).toEqual([]);
      } else {
        const fitting = Object.keys(OTHERS).filter((name) => OTHERS[name]?.safeParse(document).success);
        expect(fitting, JSON.stringify(document)).toHaveLength(1);
      }
    }
  });

  test('no form is without an example', () => {
    const shown = new Set(documents.map(kindOf));
    expect(Object.keys(MESSAGES).filter((kind) => !shown.has(kind))).toEqual([]);
    for (const [name, schema] of Object.entries(OTHERS)) {
      expect(
        documents.some((document) => schema.safeParse(document).success),
        name,
      ).toBe(true);
    }
  });

  test('the context is the pinned one', () => {
    expect(values.filter((value) => Array.isArray(value))).toEqual([[...CONTEXT]]);
    for (const document of documents) {
      if (Array.isArray(document['type'])) expect(isPinnedContext(document['@context'])).toBe(true);
    }
  });

  test('the table of codes is the one of the code, in its order', () => {
    const rows = tableRows(MESSAGE_PAGE, '| code | fault | retryable | what it says |');
    const expected = REFUSAL_CODES.map((name) => {
      const { fault, retryable, advice } = REFUSALS[name];
      return [name, fault, retryable ? 'yes' : 'no', advice];
    });
    expect(rows).toEqual(expected);
  });
});

describe('hashes and proofs of page 3', () => {
  test('the keys are those of the published seeds', async () => {
    const rows = tableRows(MESSAGE_PAGE, '| key | seed | Multikey |');
    expect(rows.length).toBeGreaterThan(2);
    for (const [name, seed, multikey] of rows) {
      const bytes = new Uint8Array(32).fill(Number.parseInt(seed ?? '', 16));
      expect((await importSeed(bytes, 'x')).publicMultikey, name).toBe(multikey);
    }
  });

  test('the agreement is sound, and its core makes the pair', () => {
    expect(checkCore(core).ok).toBe(true);
    for (const kind of ['HonourOffer', 'HonourAccept']) {
      expect(only(kind)['core']).toEqual(core);
      expect(only(kind)['pair']).toBe(pairId);
    }
  });

  test('agreement messages are signed by the keys that the core names', async () => {
    for (const kind of ['HonourOffer', 'HonourAccept', 'HonourReject']) {
      const document = only(kind);
      expect((await verifyDocument(document, await pinned(partyOf(document)))).ok, kind).toBe(true);
    }
  });

  test('exchange messages are signed, and of this pair', async () => {
    const kinds = [
      'GiftOffer',
      'GiftAccept',
      'GiftReject',
      'GiftCancel',
      ...Object.keys({ ...stepSchemas, ...talkSchemas }),
    ];
    for (const kind of kinds) {
      const document = only(kind);
      const party = partyOf(document);
      const checked = await verifyExchangeMessage(core, pairId, party, document, await pinned(party));
      expect(checked.ok, kind).toBe(true);
    }
  });

  test('canonical form, hash and signed bytes of the first Hold', () => {
    const hold = entriesInOrder()[0] as JsonObject;
    const { proof, ...content } = hold;
    const { proofValue: _value, ...config } = proof as JsonObject;
    const texts = blocks(MESSAGE_PAGE, 'text');
    expect(texts).toContain(canonical(content));
    expect(page(MESSAGE_PAGE)).toContain(`Its hash: \`${hashOf(hold)}\``);
    const hex = (document: JsonObject): string =>
      Buffer.from(hashOf(document).slice(1), 'base64url').toString('hex').slice(4);
    expect(texts).toContain(`${hex(config)}\n${hex(content)}`);
  });

  test('the page and the answers carry messages that the page shows', () => {
    const shown = documents.map((document) => JSON.stringify(document));
    const carried = documents.flatMap((document) => [
      ...((document['orderedItems'] as readonly JsonObject[] | undefined) ?? []),
      ...(kindOf(document) === 'Fork' ? [] : ((document['entries'] as readonly JsonObject[] | undefined) ?? [])),
      ...((document['messages'] as readonly JsonObject[] | undefined) ?? []),
    ]);
    expect(carried.length).toBeGreaterThan(2);
    for (const message of carried) expect(shown).toContain(JSON.stringify(message));
  });
});

/** The entries of page 3 in the order of the table in page 8. */
function entriesInOrder(): JsonObject[] {
  const entries = documents.filter((document) => Object.hasOwn(entrySchemas, kindOf(document) ?? ''));
  const rows = tableRows('08-conformance.md', '| writer | `seq` | entry | verdict |');
  expect(rows).toHaveLength(entries.length);
  return rows.map(([writer, seq]) => {
    const party = core.parties.findIndex(({ name }) => name === writer);
    const found = entries.filter((entry) => partyOf(entry) === party && entry['seq'] === Number(seq));
    expect(found, `${writer} ${seq}`).toHaveLength(1);
    return found[0] as JsonObject;
  });
}

test('the verdicts of page 8 are those of the core, at both banks', async () => {
  const rows = tableRows('08-conformance.md', '| writer | `seq` | entry | verdict |');
  const banks: [Pair, Pair] = [
    startPair(termsOf(core, pairId, genesis), 0),
    startPair(termsOf(core, pairId, genesis), 1),
  ];
  const books = [new Map<string, Transfer>(), new Map<string, Transfer>()] as const;
  const keep = (party: Party, next: Pair, transfer: Transfer | null): void => {
    banks[party] = next;
    if (transfer !== null) books[party].set(transferKey(transfer.debtor, transfer.id), transfer);
  };
  const verdicts: string[] = [];
  for (const document of entriesInOrder()) {
    const author = partyOf(document);
    const reader = other(author);
    // The key that the reader holds at this place: the agreement's, or the one of a key change.
    const key = await keyOf(author, banks[reader].views[author].keys[author]);
    const checked = await verifyEntry(core, pairId, author, document, key);
    if (!checked.ok) throw new Error(`${JSON.stringify(document['id'])}: ${checked.refusal.code}`);
    const entry: VerifiedEntry = checked.entry;
    const received = receive(banks[reader], books[reader], entry, undefined);
    if (received.outcome !== 'appended') {
      verdicts.push(received.refusal.code);
      continue;
    }
    if (entry.body.kind === 'Checkpoint') expect(received.appended.compared?.agrees).toBe(true);
    const own = judge(banks[author].views[author], books[author], author, entry.body);
    expect(own?.code).toBe(received.breach?.code);
    const written = appendOwn(banks[author], books[author], entry, own);
    keep(author, written.pair, written.appended.transfer);
    keep(reader, received.pair, received.appended.transfer);
    verdicts.push(received.breach?.code ?? 'has effect');
  }
  expect(verdicts).toHaveLength(rows.length);
  for (const [index, verdict] of verdicts.entries()) expect(rows[index]?.[3]).toContain(verdict);
  // Up to the fault both hold the same fold.
  for (const party of parties) expect(banks[0].heads[party]).toEqual(banks[1].heads[party]);
});

test('the detail of page 6 is that of the gift of page 3', () => {
  const offer = only('GiftOffer');
  const { type: _type, ...gift } = offer['object'] as JsonObject;
  const detail = detailOf(String(offer['salt']), gift as unknown as Gift);
  expect(page('06-exchange.md')).toContain(`the detail is \`${detail}\``);
  expect(blocks('06-exchange.md', 'text')).toContain(canonical(gift));
  expect(entriesInOrder()[0]?.['detail']).toBe(detail);
});

test('the life of an agreement in page 5 is AGREEMENT_TABLE', () => {
  const expected = Object.entries(AGREEMENT_TABLE).flatMap(([from, acts]) =>
    Object.entries(acts).map(([act, to]) => [from, act, to]),
  );
  expect(tableRows('05-agreement.md', '| from | act | to |')).toEqual(expected);
  const arrows = blocks('05-agreement.md', 'mermaid').join('\n');
  for (const [from, act, to] of expected) expect(arrows).toContain(`${from} --> ${to}: ${act?.replace('_', ' ')}`);
});

describe('the signed request and answer of page 2', () => {
  const [requestText = '', responseText = ''] = blocks('02-identity-and-transport.md', 'http');

  function read(text: string): { first: string; headers: Record<string, string>; body: Uint8Array<ArrayBuffer> } {
    const [head = '', body = ''] = text.split('\n\n');
    const [first = '', ...lines] = head.split('\n');
    const headers = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s).slice(0, 2))) as Record<
      string,
      string
    >;
    return { first, headers, body: new TextEncoder().encode(body) };
  }

  function request(): HttpRequest & { signed: { signatureInput: string; signature: string } } {
    const { first, headers, body } = read(requestText);
    const [method = '', path = ''] = first.split(' ');
    const signed = { signatureInput: headers['Signature-Input'] ?? '', signature: headers['Signature'] ?? '' };
    return { method, url: `https://${headers['Host']}${path}`, headers, body, signed };
  }

  function response(): HttpResponse {
    const { first, headers, body } = read(responseText);
    return { status: Number(first.split(' ')[1]), headers, body };
  }

  const createdOf = (headers: HttpRequest['headers']): number =>
    Number(/created=(\d+)/.exec(headers['Signature-Input'] ?? '')?.[1]);

  test('both verify, and the body is a greeting of this pair', async () => {
    const asked = request();
    const leith = await pinned(1);
    const resolve = (keyid: string): VerifyingKey | undefined =>
      keyid === leith.verificationMethod ? leith : undefined;
    expect((await verifyRequest(asked, resolve, createdOf(asked.headers))).ok).toBe(true);
    const greeting = openSchema.parse(parse(new TextDecoder().decode(asked.body)));
    expect(greeting.pair).toBe(pairId);
    const said = response();
    expect((await verifyResponse(said, asked.signed, await pinned(0), createdOf(said.headers))).ok).toBe(true);
    const head = { epoch: 0, seq: 0, hash: genesis };
    expect(parse(new TextDecoder().decode(said.body))).toEqual({ pair: pairId, head, nonce: greeting.nonce });
  });

  test('the answer does not fit another request', async () => {
    const asked = request();
    const said = response();
    const signature = asked.signed.signature.replace(/:(.)/, (_all, letter) => `:${letter === 'A' ? 'B' : 'A'}`);
    const checked = await verifyResponse(
      said,
      { ...asked.signed, signature },
      await pinned(0),
      createdOf(said.headers),
    );
    expect(!checked.ok && checked.refusal.code).toBe('signature_mismatch');
  });

  test('the signature bases stand in the page as they are signed', () => {
    const bases = blocks('02-identity-and-transport.md', 'text');
    const asked = request();
    const said = response();
    const params = (headers: HttpRequest['headers']): string =>
      headers['Signature-Input']?.replace(/^[a-z]+=/, '') ?? '';
    expect(bases).toContain(
      [
        `"@method": ${asked.method}`,
        `"@target-uri": ${asked.url}`,
        `"content-digest": ${asked.headers['Content-Digest']}`,
        `"evenhour-session": ${asked.headers['Evenhour-Session']}`,
        `"@signature-params": ${params(asked.headers)}`,
      ].join('\n'),
    );
    expect(bases).toContain(
      [
        `"@status": ${said.status}`,
        `"content-digest": ${said.headers['Content-Digest']}`,
        `"signature";req;key="evenhour": ${asked.signed.signature.replace(/^[a-z]+=/, '')}`,
        `"@signature-params": ${params(said.headers)}`,
      ].join('\n'),
    );
  });
});
