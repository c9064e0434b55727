import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CONTEXT, EVENHOUR_CONTEXT_DOCUMENT, EVENHOUR_NAMESPACE, isPinnedContext } from './context.ts';
import * as exchangeSchemas from './exchange-schemas.ts';
import * as schemas from './schemas.ts';
import { type JsonObject, type JsonValue, parseStrict } from './strict-json.ts';

const terms = EVENHOUR_CONTEXT_DOCUMENT['@context'] as JsonObject;

describe('the pinned context', () => {
  test('is these three', () => {
    expect(CONTEXT).toEqual([
      'https://www.w3.org/ns/activitystreams',
      'https://w3id.org/security/data-integrity/v2',
      'https://w3id.org/evenhour/v1',
    ]);
    expect(isPinnedContext([...CONTEXT])).toBe(true);
  });

  test.each<[unknown]>([
    [undefined],
    [null],
    [CONTEXT[0]],
    [[]],
    [CONTEXT.slice(0, 2)],
    [CONTEXT.toReversed()],
    [[...CONTEXT, CONTEXT[2]]],
    [[CONTEXT[0], CONTEXT[1], `${CONTEXT[2]}/`]],
    [[CONTEXT[0], CONTEXT[1], [CONTEXT[2]]]],
    [{ ...CONTEXT, length: 3 }],
  ])('%j is another', (value) => {
    expect(isPinnedContext(value)).toBe(false);
  });
});

describe('the context document', () => {
  test('is JSON, and defines every term in our namespace', () => {
    expect(
      parseStrict(JSON.stringify({ ...EVENHOUR_CONTEXT_DOCUMENT, '@context': { ...terms, '@version': 1 } })).ok,
    ).toBe(true);
    for (const [term, definition] of Object.entries(terms)) {
      if (['@version', 'evenhour', 'xsd'].includes(term)) continue;
      const id = typeof definition === 'string' ? definition : (definition as JsonObject)['@id'];
      expect(id).toBe(`evenhour:${term}`);
    }
    expect(terms.evenhour).toBe(EVENHOUR_NAMESPACE);
    expect(terms.minutes).toEqual({ '@id': 'evenhour:minutes', '@type': 'xsd:integer' });
  });

  /** What our messages use of ActivityStreams, of data integrity and of JSON-LD itself. */
  const DEFINED_ELSEWHERE = new Set([
    ...[
      '@context',
      'id',
      'type',
      'actor',
      'object',
      'content',
      'name',
      'startTime',
      'inReplyTo',
      'partOf',
      'orderedItems',
      'proof',
    ],
    ...['Object', 'Activity', 'Offer', 'Accept', 'Reject', 'Undo', 'Create', 'Update', 'OrderedCollectionPage'],
  ]);

  /** Members of a JSON Schema, and the types that it names. */
  function* namesIn(schema: JsonValue | undefined, isType = false): Generator<string> {
    if (typeof schema !== 'object' || schema === null) return;
    if (Array.isArray(schema)) {
      for (const each of schema) yield* namesIn(each as JsonValue, isType);
      return;
    }
    const { const: constant, properties, ...rest } = schema as JsonObject;
    if (isType && typeof constant === 'string') yield constant;
    for (const [name, member] of Object.entries((properties ?? {}) as JsonObject)) {
      yield name;
      yield* namesIn(member, name === 'type');
    }
    for (const part of Object.values(rest)) yield* namesIn(part, isType);
  }

  const all = Object.entries({ ...schemas, ...exchangeSchemas }).flatMap(([name, value]) =>
    value instanceof z.ZodType
      ? [[name, value] as const]
      : Object.entries(value).map(([kind, schema]) => [kind, schema as z.ZodType] as const),
  );

  test.each(all)('has every term of %s', (_name, schema) => {
    const names = new Set(namesIn(z.toJSONSchema(schema) as JsonObject));
    expect([...names].filter((name) => !DEFINED_ELSEWHERE.has(name) && !Object.hasOwn(terms, name))).toEqual([]);
  });

  test('the test above sees members and types', () => {
    const names = [...namesIn(z.toJSONSchema(schemas.entrySchemas.Amend) as JsonObject)];
    expect(names).toEqual(expect.arrayContaining(['Amend', 'Activity', 'limitMinutes', 'recoveryKey']));
    expect(all.length).toBeGreaterThan(15);
  });
});
