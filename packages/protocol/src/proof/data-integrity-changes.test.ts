import { describe, expect, test } from 'vitest';
import { edited, isContainer, type Path, paths, variants } from '../testing/changes.ts';
import { canonical } from '../wire/canonical.ts';
import { CONTEXT } from '../wire/context.ts';
import type { JsonObject, JsonValue } from '../wire/strict-json.ts';
import { type Proof, signDocument, verifyDocument } from './data-integrity.ts';
import { generateKeyPair } from './key.ts';

/** Every kind of value at every kind of place. */
const SAMPLE = {
  '@context': [...CONTEXT],
  id: 'https://gracia.example/ap/journal/9c1/1/18',
  type: ['Activity', 'Checkpoint'],
  epoch: 1,
  ack: { epoch: 1, seq: 16, hash: 'uEiC6eBa' },
  statement: { heads: { own: { seq: 17 }, peer: { seq: 16 } }, debtMinutes: -90, zero: 0 },
  unclaimed: false,
  public: true,
  nothing: null,
  empty: '',
  none: [],
  blank: {},
  list: [{ seq: 1 }, { seq: 2 }, ['deep', 60]],
};
const ID = 'https://gracia.example/ap/bank#key';
const CREATED = '2026-11-22T09:30:00Z';
const { signing, verifying } = await generateKeyPair(ID);
const signed = await signDocument(SAMPLE, signing, CREATED);

const codeOf = async (document: unknown) => {
  const outcome = await verifyDocument(document as JsonObject, verifying);
  return outcome.ok ? 'ok' : outcome.refusal.code;
};

describe('every change is noticed', () => {
  const places = [...paths(signed)];
  test('the sample has many places', () => expect(places.length).toBeGreaterThanOrEqual(40));

  test.each(places.map(({ path, value }) => [path.join('/'), path, value] as const))(
    '%s changed',
    async (_name, path, value) => {
      let tried = 0;
      for (const variant of variants(value)) {
        if (canonical({ v: variant as JsonValue }) === canonical({ v: value })) continue;
        tried++;
        expect(await codeOf(edited(signed, path, (parent, key) => Object.assign(parent, { [key]: variant })))).not.toBe(
          'ok',
        );
      }
      expect(tried).toBeGreaterThan(5);
    },
  );

  test('a member removed', async () => {
    for (const { path } of places) {
      const smaller = edited(signed, path, (parent, key) => {
        if (Array.isArray(parent)) parent.splice(key as number, 1);
        else delete parent[key];
      });
      expect(await codeOf(smaller)).not.toBe('ok');
    }
  });

  test('a member added, in the document, in the proof and in everything within', async () => {
    const objects: Path[] = [
      [],
      ...places.filter(({ value }) => isContainer(value) && !Array.isArray(value)).map(({ path }) => path),
    ];
    expect(objects.length).toBeGreaterThan(4);
    for (const path of objects) {
      for (const name of ['extra', '@id', '@graph', '@reverse', 'id2', 'constructor', '']) {
        const larger = edited(signed, [...path, name], (parent, key) => Object.assign(parent, { [key]: null }));
        expect(await codeOf(larger)).not.toBe('ok');
      }
    }
  });

  test('the proof of one entry does not fit another', async () => {
    const other = await signDocument({ ...SAMPLE, epoch: 2 }, signing, CREATED);
    expect(await codeOf({ ...signed, proof: other.proof satisfies Proof })).toBe('proof_mismatch');
  });

  test('another order of the members is no change', async () => {
    const turned = Object.fromEntries(Object.entries(signed).reverse());
    expect(await codeOf({ ...turned, proof: Object.fromEntries(Object.entries(signed.proof).reverse()) })).toBe('ok');
  });
});
