import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  base58Decode,
  base58Encode,
  base64Decode,
  base64Encode,
  base64urlDecode,
  base64urlEncode,
  canonical,
  canonicalBytes,
  digestOf,
  hashOf,
  hashOfKey,
  multihash,
  multihashOfDigest,
  sha256,
} from './canonical.ts';
import type { JsonObject, JsonValue } from './strict-json.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const unhex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const bad = (value: unknown) => value as JsonValue;

describe('canonical form (RFC 8785)', () => {
  test('the example of §3.2.2', () => {
    const input = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    ) as JsonValue;
    expect(canonical(input)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
    // §3.2.4 gives the bytes.
    expect(hex(canonicalBytes(input))).toBe(
      '7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333332e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d',
    );
  });

  test('members are sorted by UTF-16 units (§3.2.3)', () => {
    const input = JSON.parse(
      String.raw`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`,
    ) as JsonObject;
    expect(canonical(input)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('the number %s of appendix B', (ieee, expected) => {
    expect(canonical(new DataView(unhex(ieee).buffer).getFloat64(0))).toBe(expected);
  });

  test('the order in which an object was built makes no difference', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (object) => {
        const turned = Object.fromEntries(Object.entries(object).reverse());
        expect(canonical(turned)).toBe(canonical(object));
      }),
    );
  });

  const circle: Record<string, unknown> = {};
  circle.self = circle;
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['an undefined member', { a: undefined }],
    ['an undefined item', [undefined]],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is refused
    ['a hole', [1, , 2]],
    ['NaN', { a: Number.NaN }],
    ['Infinity', [Number.POSITIVE_INFINITY]],
    ['a bigint', { a: 1n }],
    ['a function', { a: () => 1 }],
    ['a symbol', [Symbol('a')]],
    ['a date', { a: new Date(0) }],
    ['a map', new Map([['a', 1]])],
    [
      'a class',
      new (class Amount {
        minutes = 60;
      })(),
    ],
    ['a boxed number', { a: Object(1) }],
    ['a toJSON', { minutes: 60, toJSON: () => ({ minutes: 6000 }) }],
    ['a circle', circle],
    ['bytes', { a: new Uint8Array(2) }],
  ])('%s is never written as something else', (_name, value) => {
    expect(() => canonical(bad(value))).toThrow(TypeError);
  });

  test('a lone surrogate is not written', () => {
    expect(() => canonical({ a: '\ud800' })).toThrow();
    expect(() => canonical({ '\udc00': 1 })).toThrow();
  });

  test('deep nesting throws, and does not overflow the stack', () => {
    let deep: JsonValue = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(() => canonical(deep)).toThrow(TypeError);
  });

  test('the same object twice is no circle; an object without prototype is plain', () => {
    const ack = { seq: 1 };
    expect(canonical({ a: ack, b: ack })).toBe('{"a":{"seq":1},"b":{"seq":1}}');
    expect(canonical(Object.assign(Object.create(null), { a: 1 }) as JsonObject)).toBe('{"a":1}');
  });
});

describe('hashes', () => {
  test('sha256 and its multihash', () => {
    // FIPS 180-4, "abc".
    const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(hex(sha256(utf8('abc')))).toBe(digest);
    expect(multihash(utf8('abc'))).toBe(`u${Buffer.from(`1220${digest}`, 'hex').toString('base64url')}`);
    expect(multihash(utf8('abc'))).toMatch(/^uEi[A-Za-z0-9_-]{44}$/);
    expect(multihashOfDigest(sha256(utf8('abc')))).toBe(multihash(utf8('abc')));
    expect(() => multihashOfDigest(new Uint8Array(31))).toThrow(RangeError);
  });

  test('the hash of a document leaves out its own proof and nothing else', () => {
    const document = { b: 2, a: { proof: 1 }, list: [1] };
    const expected = multihash(utf8('{"a":{"proof":1},"b":2,"list":[1]}'));
    expect(hashOf(document)).toBe(expected);
    expect(hashOf({ ...document, proof: { proofValue: 'z1' } })).toBe(expected);
    expect(hashOf({ ...document, proof: [] })).toBe(expected);
    expect(hashOf({ ...document, proofs: 1 })).not.toBe(expected);
    expect(multihashOfDigest(digestOf(document))).toBe(expected);
  });

  test('the hash of a key is that of its text', () => {
    const key = 'z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2';
    expect(hashOfKey(key)).toBe(multihash(utf8(key)));
  });
});

describe('alphabets', () => {
  const anyBytes = fc.uint8Array({ maxLength: 100 });

  test('base64 and base64url as RFC 4648 §10 and Node write them', () => {
    expect(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => base64Encode(utf8(text)))).toEqual([
      '',
      'Zg==',
      'Zm8=',
      'Zm9v',
      'Zm9vYg==',
      'Zm9vYmE=',
      'Zm9vYmFy',
    ]);
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(base64Encode(bytes)).toBe(Buffer.from(bytes).toString('base64'));
        expect(base64urlEncode(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
        expect(base64Decode(base64Encode(bytes))).toEqual(bytes);
        expect(base64urlDecode(base64urlEncode(bytes))).toEqual(bytes);
      }),
    );
  });

  test('whatever is decoded is written back as the same text', () => {
    const near = (characters: string) => fc.string({ unit: fc.constantFrom(...characters), maxLength: 12 });
    const pairs = [
      [near('AQgwBCZz09-_+/='), base64urlDecode, base64urlEncode],
      [near('AQgwBCZz09-_+/='), base64Decode, base64Encode],
      [near('12zZoOlI09A'), base58Decode, base58Encode],
    ] as const;
    for (const [texts, decode, encode] of pairs) {
      let decoded = 0;
      fc.assert(
        fc.property(texts, (text) => {
          const bytes = decode(text);
          if (bytes === undefined) return;
          decoded++;
          expect(encode(bytes)).toBe(text);
        }),
        { numRuns: 3000 },
      );
      expect(decoded).toBeGreaterThan(10);
    }
  });

  test.each(['A', 'AAAAA', 'AB', 'AAB', 'AA==', 'AAA=', 'A+AA', 'A/AA', 'AA A', ' AAA', 'AAAA\n', 'AAÄA', 'AA\u0141A'])(
    'base64url refuses %j',
    (text) => expect(base64urlDecode(text)).toBeUndefined(),
  );

  test.each([
    'A',
    'AA',
    'AAA',
    'AB==',
    'AAB=',
    'A===',
    '====',
    '=',
    'A=AA',
    'AA=A',
    'A-AA',
    'A_AA',
    'AAAA ',
    'AAAA====',
  ])('base64 refuses %j', (text) => expect(base64Decode(text)).toBeUndefined());

  test.each([
    // draft-msporny-base58 §5.
    ['48656c6c6f20576f726c6421', '2NEpo7TZRRrLZSi2U'],
    [
      hex(utf8('The quick brown fox jumps over the lazy dog.')),
      'USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z',
    ],
    ['0000287fb4cd', '11233QC4'],
    ['', ''],
    ['00', '1'],
    ['ff', '5Q'],
    ['00'.repeat(64), '1'.repeat(64)],
  ])('base58 of %s', (bytes, text) => {
    expect(base58Encode(unhex(bytes))).toBe(text);
    expect(base58Decode(text)).toEqual(unhex(bytes));
  });

  test('base58 as arithmetic defines it', () => {
    const digits = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
    const byArithmetic = (bytes: Uint8Array) => {
      let number = bytes.length === 0 ? 0n : BigInt(`0x${hex(bytes)}`);
      let text = '';
      for (; number > 0n; number /= 58n) text = digits[Number(number % 58n)] + text;
      const rest = bytes.findIndex((byte) => byte !== 0);
      return '1'.repeat(rest === -1 ? bytes.length : rest) + text;
    };
    const zerosFirst = fc
      .tuple(fc.nat({ max: 4 }), fc.uint8Array({ maxLength: 80 }))
      .map(([zeros, rest]) => Uint8Array.from([...new Uint8Array(zeros), ...rest]));
    fc.assert(
      fc.property(zerosFirst, (bytes) => {
        expect(base58Encode(bytes)).toBe(byArithmetic(bytes));
        expect(base58Decode(base58Encode(bytes))).toEqual(bytes);
      }),
    );
  });

  test.each(['0', 'O', 'I', 'l', '1111l', ' 2', '2 ', '2\n', 'é', '2'.repeat(129)])('base58 refuses %j', (text) =>
    expect(base58Decode(text)).toBeUndefined(),
  );

  test('base58 throws on what it could not read back in reasonable time', () => {
    expect(() => base58Encode(new Uint8Array(129))).toThrow(RangeError);
  });
});
