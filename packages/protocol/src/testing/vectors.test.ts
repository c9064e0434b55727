import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Party } from '../core/journal/entry.ts';
import { verifyDocument } from '../proof/data-integrity.ts';
import { verifyClose, verifyFork, verifyPresentation } from '../proof/endings.ts';
import { verifyRequest, verifyResponse } from '../proof/http-signature.ts';
import { importVerifyingKey, type VerifyingKey } from '../proof/key.ts';
import { canonical } from '../wire/canonical.ts';
import { type JsonObject, type JsonValue, parseStrict } from '../wire/strict-json.ts';
import { makeSchemas, makeVectors } from './vectors.ts';

const at = (folder: string, name: string): URL => new URL(`../../${folder}/${name}`, import.meta.url);

function read(folder: string, name: string): any {
  return JSON.parse(readFileSync(at(folder, name), 'utf8'));
}

async function keyOf(multikey: string, id: string): Promise<VerifyingKey> {
  const imported = await importVerifyingKey(multikey, id);
  if (!imported.ok) throw new Error('not a key');
  return imported.key;
}

describe('published vectors and schemas', () => {
  test('are what the source makes; else run: node packages/protocol/tools/make-vectors.ts', async () => {
    for (const [folder, files] of Object.entries({ vectors: await makeVectors(), schemas: makeSchemas() })) {
      for (const { name, content } of files)
        expect(readFileSync(at(folder, name), 'utf8'), name).toBe(`${JSON.stringify(content, null, 2)}\n`);
      const published = readdirSync(at(folder, '')).filter((name) => name.endsWith('.json'));
      expect(published.sort()).toEqual(files.map(({ name }) => name).sort());
    }
  });

  test('canonical form', () => {
    for (const { input, canonical: expected } of read('vectors', 'canonical.json').cases)
      expect(canonical(input as JsonValue)).toBe(expected);
  });

  test('strict JSON', () => {
    for (const { name, input, valid } of read('vectors', 'strict-json.json').cases)
      expect(parseStrict(input as string).ok, name).toBe(valid);
  });

  test('proofs', async () => {
    const file = read('vectors', 'proofs.json');
    const key = await keyOf(file.publicKeyMultibase, file.verificationMethod);
    for (const { name, valid, document } of file.cases)
      expect((await verifyDocument(document as JsonObject, key)).ok, name).toBe(valid);
  });

  test('endings', async () => {
    const { core, pair, cases } = read('vectors', 'endings.json');
    const [gracia, leith] = core.parties;
    const key = await keyOf(leith.key.publicKeyMultibase, leith.key.id);
    const own = await keyOf(gracia.key.publicKeyMultibase, gracia.key.id);
    const close = (by: Party, document: JsonObject) => verifyClose(core, pair, by, document, by === 0 ? own : key);
    for (const { kind, name, code, document } of cases) {
      const outcomes =
        kind === 'Fork'
          ? [await verifyFork(document)]
          : kind === 'Close'
            ? [await close(1, document)]
            : kind === 'Greeting'
              ? await Promise.all(
                  document.closes.map((each: JsonObject) => close(each['actor'] === gracia.bank ? 0 : 1, each)),
                )
              : [await verifyPresentation(document, gracia.bank, [gracia.key.publicKeyMultibase])];
      const refused = outcomes.find(({ ok }) => !ok);
      expect(refused?.refusal.code ?? null, name).toBe(code);
    }
  });

  test('every file and every flag is in the index, and no other', () => {
    const { files } = read('vectors', 'index.json');
    const names = readdirSync(at('vectors', '')).filter((name) => name.endsWith('.json') && name !== 'index.json');
    expect(names.sort()).toEqual(Object.keys(files).sort());
    for (const file of names) {
      const cases: { flags?: string[] }[] = read('vectors', file).cases;
      const used = new Set(cases.flatMap(({ flags }) => flags ?? []));
      expect([...used].sort(), file).toEqual(Object.keys(files[file].flags).sort());
    }
  });

  test('HTTP signatures', async () => {
    const { keys, cases } = read('vectors', 'http-signatures.json');
    const bytes = (body: string): Uint8Array => new TextEncoder().encode(body);
    const pinned = new Map<string, VerifyingKey>();
    for (const [id, multikey] of Object.entries(keys)) pinned.set(id, await keyOf(multikey as string, id));
    const gracia = pinned.get('https://gracia.example/ap/bank#key-1') as VerifyingKey;
    for (const { name, code, now, request, response } of cases) {
      const asked = { ...request, body: bytes(request.body) };
      const bound = { signatureInput: request.headers['signature-input'], signature: request.headers.signature };
      const outcome =
        response === null
          ? await verifyRequest(asked, (id) => pinned.get(id), now)
          : await verifyResponse({ ...response, body: bytes(response.body) }, bound, gracia, now);
      expect(outcome.ok ? null : outcome.refusal.code, name).toBe(code);
    }
  });
});
