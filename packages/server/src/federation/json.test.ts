import { describe, expect, it } from 'vitest';
import { MAX_DEPTH, readJson } from './json.ts';

const read = (text: string) => readJson(new TextEncoder().encode(text));
const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

describe('JSON of strangers', () => {
  it('is read as it is', () => {
    expect(read('{"a":[1.5,"é",null,{"@id":"x"}]}')).toEqual({ a: [1.5, 'é', null, { '@id': 'x' }] });
  });

  it('may be so deep and no deeper, whatever the depth', () => {
    expect(read(nested(MAX_DEPTH))).toBeDefined();
    for (const depth of [MAX_DEPTH + 1, 1000, 100_000]) expect(read(nested(depth))).toBeUndefined();
  });

  it.each(['__proto__', '@graph', '@reverse', '@included', '@nest'])('has no %s, at any depth', (key) => {
    expect(read(`{"${key}":{}}`)).toBeUndefined();
    expect(read(`{"object":[{"a":{"${key}":1}}]}`)).toBeUndefined();
  });

  it.each(['', '{', '[]', '1', 'null', '"x"', '{}{}', '{"a":01}'])('is one object, not %j', (text) => {
    expect(read(text)).toBeUndefined();
  });

  it('is UTF-8', () => {
    expect(readJson(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toBeUndefined();
  });
});
