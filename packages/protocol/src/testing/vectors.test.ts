import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { verifyDocument } from '../proof/data-integrity.ts';
import { verifyClose, verifyFork, verifyPresentation } from '../proof/endings.ts';
import { verifyRequest, verifyResponse } from '../proof/http-signature.ts';
import { importVerifyingKey, type VerifyingKey } from '../proof/key.ts';
import { canonical } from '../wire/canonical.ts';
import { type JsonObject, type JsonValue, parseStrict } from '../wire/strict-json.ts';
import { makeSchemas, makeVectors } from './vectors.ts';

function read(folder: string, name: string): any {
  return JSON.parse(readFileSync(new URL(`../../${folder}/${name}`, import.meta.url), 'utf8'));
}

async function keyOf(multikey: string, id: string): Promise<VerifyingKey> {
  const imported = await importVerifyingKey(multikey, id);
  if (!imported.ok) throw new Error('not a key');
  return imported.key;
}

describe('published vectors and schemas', () => {
  test('are what the source makes; else run: node packages/protocol/tools/make-vectors.ts', async () => {
    for (const { name, content } of await makeVectors())
      expect(read('vectors', name), name).toEqual(JSON.parse(JSON.stringify(content)));
    for (const { name, content } of makeSchemas())
      expect(read('schemas', name), name).toEqual(JSON.parse(JSON.stringify(content)));
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
    for (const { kind, name, valid, document } of cases) {
      const outcome =
        kind === 'Fork'
          ? await verifyFork(document)
          : kind === 'Close'
            ? await verifyClose(core, pair, 1, document, key)
            : await verifyPresentation(document, gracia.bank, [gracia.key.publicKeyMultibase]);
      expect(outcome.ok, name).toBe(valid);
    }
  });

  test('every flag is in the index, and no other', () => {
    const { files } = read('vectors', 'index.json');
    for (const file of readdirSync(new URL('../../vectors/', import.meta.url)).filter((name) =>
      name.endsWith('.json'),
    )) {
      const cases: { flags?: string[] }[] = file === 'index.json' ? [] : (read('vectors', file).cases ?? []);
      const used = new Set(cases.flatMap(({ flags }) => flags ?? []));
      expect([...used].sort(), file).toEqual(Object.keys(files[file] ?? {}).sort());
    }
  });

  test('HTTP signatures', async () => {
    const { now, request, response } = read('vectors', 'http-signatures.json');
    const bytes = (body: string): Uint8Array => new TextEncoder().encode(body);
    const leith = await keyOf(request.publicKeyMultibase, 'https://leith.example/ap/bank#key-1');
    const gracia = await keyOf(response.publicKeyMultibase, 'https://gracia.example/ap/bank#key-1');
    const asked = { ...request, body: bytes(request.body) };
    expect((await verifyRequest(asked, () => leith, now)).ok).toBe(true);
    const bound = { signatureInput: request.headers['signature-input'], signature: request.headers.signature };
    expect((await verifyResponse({ ...response, body: bytes(response.body) }, bound, gracia, now)).ok).toBe(true);
    expect((await verifyResponse({ ...response, body: bytes('{"ok":false}') }, bound, gracia, now)).ok).toBe(false);
  });
});
