/**
 * Every message of the specification, as it is signed there, with every leaf changed in turn.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type AgreementCore, termsOf } from '../core/agreement/agreement.ts';
import { keysAtStart } from '../core/journal/keys.ts';
import { edited, isContainer, paths } from '../testing/changes.ts';
import { pairOf } from '../wire/entry.ts';
import { stepSchemas, talkSchemas } from '../wire/exchange-schemas.ts';
import { decodeHonour } from '../wire/messages.ts';
import { entrySchemas } from '../wire/schemas.ts';
import type { JsonObject, JsonValue } from '../wire/strict-json.ts';
import { verifyDocument } from './data-integrity.ts';
import { verifyClose, verifyFork, verifyPresentation } from './endings.ts';
import { signRequest, signResponse, verifyRequest, verifyResponse } from './http-signature.ts';
import { importSeed, importVerifyingKey } from './key.ts';
import { verifyExchangeMessage, verifyRun } from './verified.ts';

const documents = ['03-messages.md', '09-restore-and-endings.md']
  .map((name) => readFileSync(new URL(`../../../../docs/spec/${name}`, import.meta.url), 'utf8'))
  .flatMap((page) => [...page.matchAll(/^```json\n([\s\S]*?)\n```$/gm)])
  .map((found) => JSON.parse(found[1] as string) as JsonObject);
const kindOf = (document: JsonObject): string => String((document['type'] as string[] | undefined)?.[1] ?? '');
const messages = documents.filter((document) => Array.isArray(document['type']));
const only = (kind: string): JsonObject => messages.find((message) => kindOf(message) === kind) as JsonObject;

const core = only('HonourOffer')['core'] as unknown as AgreementCore;
const { pair, genesis } = pairOf(core);
const terms = termsOf(core, pair, genesis);
const keyChange = messages.find((message) => message['keyChange'] !== undefined) as JsonObject;
const schedules = [
  keysAtStart(terms, 0),
  (await verifyRun(core, pair, 1, [keyChange], keysAtStart(terms, 1))).keys,
] as const;

async function keyOf(party: 0 | 1) {
  const imported = await importVerifyingKey(schedules[party].at(-1)?.key ?? '', core.parties[party].key.id);
  const agreed = await importVerifyingKey(core.parties[party].key.publicKeyMultibase, core.parties[party].key.id);
  if (!imported.ok || !agreed.ok) throw new Error('not a key');
  return { newest: imported.key, agreed: agreed.key };
}

/** Whether a receiver takes a message of this kind, written by this party. */
async function accepts(kind: string, author: 0 | 1, message: JsonObject): Promise<boolean> {
  const { newest, agreed } = await keyOf(author);
  if (Object.hasOwn(entrySchemas, kind)) {
    const run = await verifyRun(core, pair, author, [message], schedules[author]);
    return run.bad === null && run.entries[0]?.body.kind === kind;
  }
  if (kind.startsWith('Gift') || Object.hasOwn({ ...stepSchemas, ...talkSchemas }, kind))
    return (await verifyExchangeMessage(core, pair, author, message, agreed)).ok;
  if (kind.startsWith('Honour')) return decodeHonour(message).ok && (await verifyDocument(message, agreed)).ok;
  if (kind === 'Close') return (await verifyClose(core, pair, author, message, newest)).ok;
  if (kind === 'Fork') return (await verifyFork(message)).ok;
  const own = [core.parties[0].key.publicKeyMultibase];
  return (await verifyPresentation(message, core.parties[0].bank, own)).ok;
}

function otherLeaf(value: JsonValue): JsonValue[] {
  if (typeof value === 'number') return [value + 1, String(value)];
  if (typeof value === 'boolean') return [!value, 0];
  if (typeof value !== 'string') return [0];
  const last = value.endsWith('A') ? 'B' : 'A';
  return [value.slice(0, -1) + last, `${value} `, 0];
}

const cases = messages.map((message, index) => {
  const author = message['actor'] === core.parties[1].bank ? (1 as const) : (0 as const);
  return [`${kindOf(message)} ${index}`, kindOf(message), author, message] as const;
});

describe('every leaf of every message', () => {
  test.each(cases)('%s', async (_name, kind, author, message) => {
    expect(await accepts(kind, author, message)).toBe(true);
    const leaves = [...paths(message)].filter(({ value }) => !isContainer(value));
    expect(leaves.length).toBeGreaterThan(15);
    for (const { path, value } of leaves)
      for (const variant of otherLeaf(value)) {
        const changed = edited(message, path, (parent, key) => Object.assign(parent, { [key]: variant }));
        expect(await accepts(kind, author, changed), `${path.join('/')} = ${JSON.stringify(variant)}`).toBe(false);
      }
  });

  test.each(cases)('%s with a member more, or one less', async (_name, kind, author, message) => {
    for (const { path, value } of [{ path: [] as const, value: message }, ...paths(message)]) {
      if (!isContainer(value) || Array.isArray(value)) continue;
      const more = edited(message, [...path, 'extra'], (parent, key) => Object.assign(parent, { [key]: 1 }));
      expect(await accepts(kind, author, more), `${path.join('/')} and more`).toBe(false);
      for (const name of Object.keys(value)) {
        const less = edited(message, [...path, name], (parent, key) => delete parent[key]);
        expect(await accepts(kind, author, less), `${path.join('/')} without ${name}`).toBe(false);
      }
    }
  });
});

test('greetings and pages have no proof of their own: every leaf is under the signature of their request', async () => {
  const signing = await importSeed(new Uint8Array(32).fill(2), core.parties[1].key.id);
  const { agreed } = await keyOf(1);
  const unsigned = documents.filter((document) => document['session'] !== undefined || document['orderedItems']);
  expect(unsigned.length).toBeGreaterThan(1);
  const url = 'https://gracia.example/ap/journals';
  const bytes = (body: JsonObject) => new TextEncoder().encode(JSON.stringify(body));
  for (const body of unsigned) {
    const request = { method: 'POST', url, headers: { 'Evenhour-Session': '-' }, body: bytes(body) };
    const headers = { ...request.headers, ...(await signRequest(request, signing, 1000, 'n')) };
    const taken = async (sent: JsonObject): Promise<boolean> =>
      (await verifyRequest({ ...request, headers, body: bytes(sent) }, () => agreed, 1000)).ok;
    expect(await taken(body)).toBe(true);
    for (const { path, value } of paths(body)) {
      if (isContainer(value)) continue;
      const [variant] = otherLeaf(value);
      const changed = edited(body, path, (parent, key) => Object.assign(parent, { [key]: variant }));
      expect(await taken(changed), path.join('/')).toBe(false);
    }
  }
});

describe('answers have no proof of their own: status and every leaf are under their signature', async () => {
  const head = { epoch: 0, seq: 1, hash: genesis };
  const [entry, gift, close] = [only('Hold'), only('GiftAccept'), only('Close')];
  const results = documents.find((document) => document['results'] !== undefined) as JsonObject;
  const refused = { seq: 2, code: 'limit_reached', facts: { minutes: 60, limit: 30 } };
  const BODIES: Record<string, JsonObject> = {
    'to a run': { pair, head, known: 1, applied: 2, refused, entries: [entry] },
    'to a greeting on a closed pair': { pair, head, nonce: 'A'.repeat(43), closes: [close] },
    'to a question for a statement': { pair, seq: 1, statement: only('Checkpoint')['statement'] as JsonObject },
    'to exchange messages': { ...results, messages: [gift] },
    'to a read': { pair, head, entries: [entry] },
    'that is a refusal': { code: 'fork', fault: 'peer', retryable: false, facts: { seq: 1 } },
  };
  const key = core.parties[1].key.id;
  const signing = await importSeed(new Uint8Array(32).fill(2), key);
  const { agreed } = await keyOf(1);
  const bytes = (body: unknown) => new TextEncoder().encode(JSON.stringify(body));
  const request = {
    method: 'POST',
    url: 'https://leith.example/',
    headers: { 'Evenhour-Session': '-' },
    body: bytes({}),
  };
  const asked = await signRequest(
    request,
    await importSeed(new Uint8Array(32).fill(1), `${core.parties[0].bank}#key`),
    1000,
    'n',
  );
  const bound = { signatureInput: String(asked['Signature-Input']), signature: String(asked['Signature']) };

  test.each(Object.entries(BODIES))('%s', async (_name, body) => {
    const plain = { status: 200, headers: {}, body: bytes(body) };
    const headers = await signResponse(plain, bound, signing, 1000);
    const taken = async (sent: unknown, status = 200): Promise<boolean> =>
      (await verifyResponse({ status, headers, body: bytes(sent) }, bound, agreed, 1000)).ok;
    expect(await taken(body)).toBe(true);
    expect([await taken(body, 201), await taken(body, 409)]).toEqual([false, false]);
    for (const { path, value } of [{ path: [] as const, value: body }, ...paths(body)]) {
      if (path.length > 0)
        for (const variant of isContainer(value) ? [[], {}, null] : otherLeaf(value)) {
          if (JSON.stringify(variant) === JSON.stringify(value)) continue;
          const changed = edited(body, path, (parent, at) => Object.assign(parent, { [at]: variant }));
          expect(await taken(changed), path.join('/')).toBe(false);
        }
      if (!isContainer(value) || Array.isArray(value)) continue;
      const more = edited(body, [...path, 'extra'], (parent, at) => Object.assign(parent, { [at]: 1 }));
      expect(await taken(more), `${path.join('/')} and more`).toBe(false);
      for (const name of Object.keys(value)) {
        const less = edited(body, [...path, name], (parent, at) => delete parent[at]);
        expect(await taken(less), `${path.join('/')} without ${name}`).toBe(false);
      }
    }
  });
});
