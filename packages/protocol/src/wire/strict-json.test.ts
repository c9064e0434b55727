import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsonReason, type JsonValue, MAX_BYTES, MAX_DEPTH, parseStrict } from './strict-json.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

function reasonOf(input: string | Uint8Array): string | undefined {
  const outcome = parseStrict(input);
  if (outcome.ok) return undefined;
  expect(outcome.refusal.code).toBe('malformed_json');
  return outcome.refusal.facts.reason as string;
}

describe('what is accepted', () => {
  const VALID = [
    '{}',
    '[]',
    'null',
    'true',
    'false',
    '""',
    '0',
    '7',
    '-1',
    '9007199254740991',
    '-9007199254740991',
    ' \t\r\n{ "a" : [ 1 , 2 , { } ] , "b" : null }\n',
    '"a\\"b\\\\c\\/d\\b\\f\\n\\r\\t\\u00e9"',
    '"\\ud83d\\ude00"',
    '"😀 é € \u007f \ue000 \uffff"',
    '"\\u0001"',
    '{"constructor":1,"toString":2,"hasOwnProperty":3,"__proto":4,"prototype":5}',
    '{"b":1,"a":2,"10":3,"9":4}',
    '{"":1," ":2}',
    '{"a":{"a":{"a":1}},"b":{"a":1}}',
    '[[],{},[[]],"",0]',
    nested(MAX_DEPTH),
    `${'{"a":'.repeat(MAX_DEPTH)}1${'}'.repeat(MAX_DEPTH)}`,
  ];

  test.each(VALID)('%s', (text) => {
    const expected = { ok: true, value: JSON.parse(text) as JsonValue };
    expect(parseStrict(text)).toStrictEqual(expected);
    expect(parseStrict(bytes(text))).toStrictEqual(expected);
  });

  test('members stay in the order of JSON.parse', () => {
    const text = '{"b":1,"10":2,"a":3,"9":4}';
    const outcome = parseStrict(text);
    expect(JSON.stringify(outcome.ok && outcome.value)).toBe(JSON.stringify(JSON.parse(text)));
  });
});

describe('what is refused as malformed_json', () => {
  const INVALID: [text: string, reason: JsonReason][] = [
    ['', 'empty'],
    [' \n', 'empty'],
    ['\ufeff{}', 'bom'],
    [' \ufeff{}', 'unexpected_character'],
    ['\0', 'nul'],
    ['{}\0', 'nul'],
    ['"a\0b"', 'nul'],
    ['"a\\u0000b"', 'nul'],
    ['{"a\\u0000":1}', 'nul'],
    ['{"a":1,"a":2}', 'duplicate_key'],
    ['{"a":1,"b":{"c":1,"c":1}}', 'duplicate_key'],
    ['[{"minutes":60,"minutes":6000}]', 'duplicate_key'],
    ['{"a":1,"\\u0061":2}', 'duplicate_key'],
    ['{"constructor":1,"constructor":2}', 'duplicate_key'],
    ['{"__proto__":{}}', 'proto_key'],
    ['{"a":[{"__proto__":null}]}', 'proto_key'],
    ['{"\\u005f_proto__":1}', 'proto_key'],
    [nested(MAX_DEPTH + 1), 'depth'],
    ['{"a":'.repeat(MAX_DEPTH + 1), 'depth'],
    ['['.repeat(60_000), 'depth'],
    ['1.5', 'fraction'],
    ['1.0', 'fraction'],
    ['-0.5', 'fraction'],
    ['0.1', 'fraction'],
    ['1e3', 'exponent'],
    ['1E3', 'exponent'],
    ['6e1', 'exponent'],
    ['-0', 'negative_zero'],
    ['[-0]', 'negative_zero'],
    ['01', 'leading_zero'],
    ['00', 'leading_zero'],
    ['-01', 'leading_zero'],
    ['9007199254740992', 'unsafe_number'],
    ['9007199254740993', 'unsafe_number'],
    ['-9007199254740992', 'unsafe_number'],
    ['99999999999999999999', 'unsafe_number'],
    ['9'.repeat(400), 'unsafe_number'],
    ['+1', 'unexpected_character'],
    ['.5', 'unexpected_character'],
    ['0x10', 'trailing_text'],
    ['-', 'unexpected_end'],
    ['-a', 'unexpected_character'],
    ['NaN', 'unexpected_character'],
    ['Infinity', 'unexpected_character'],
    ['-Infinity', 'unexpected_character'],
    ['"\\ud800"', 'lone_surrogate'],
    ['"\\udc00\\ud800"', 'lone_surrogate'],
    ['"a\ud800b"', 'lone_surrogate'],
    ['{"\\udfff":1}', 'lone_surrogate'],
    ['"\\ud83d\\u0041"', 'lone_surrogate'],
    ['"a\nb"', 'control_character'],
    ['"\t"', 'control_character'],
    ['"\u001f"', 'control_character'],
    ['"\\x41"', 'escape'],
    ['"\\u12"', 'escape'],
    ['"\\u00zz"', 'escape'],
    ['"\\\n"', 'escape'],
    ['"\\', 'unexpected_end'],
    ['"\\"', 'unexpected_end'],
    ['"abc', 'unexpected_end'],
    ["'a'", 'unexpected_character'],
    ['{a:1}', 'unexpected_character'],
    ['{1:1}', 'unexpected_character'],
    ['{"a"}', 'unexpected_character'],
    ['{"a" 1}', 'unexpected_character'],
    ['{"a":}', 'unexpected_character'],
    ['{"a":1,}', 'unexpected_character'],
    ['{,}', 'unexpected_character'],
    ['{"a":1 "b":2}', 'unexpected_character'],
    ['{"a":1', 'unexpected_end'],
    ['{"a":', 'unexpected_end'],
    ['{"a"', 'unexpected_end'],
    ['{', 'unexpected_end'],
    ['[', 'unexpected_end'],
    ['[1', 'unexpected_end'],
    ['[1,', 'unexpected_end'],
    ['[1,]', 'unexpected_character'],
    ['[,1]', 'unexpected_character'],
    ['[1 2]', 'unexpected_character'],
    ['[1}', 'unexpected_character'],
    ['{"a":1]', 'unexpected_character'],
    ['tru', 'unexpected_character'],
    ['True', 'unexpected_character'],
    ['nul', 'unexpected_character'],
    ['truex', 'trailing_text'],
    ['undefined', 'unexpected_character'],
    ['{} {}', 'trailing_text'],
    ['1 2', 'trailing_text'],
    ['[]]', 'trailing_text'],
    ['// comment\n{}', 'unexpected_character'],
    ['{}/* */', 'trailing_text'],
    ['\u00a0{}', 'unexpected_character'],
    ['{}\u2028', 'trailing_text'],
    ['\f{}', 'unexpected_character'],
  ];

  test.each(INVALID)('%j', (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
    // A string may hold lone surrogates, bytes cannot: the encoder replaces them.
    if (!/\p{Surrogate}/u.test(text)) expect(reasonOf(bytes(text))).toBe(reason);
  });

  test.each([
    ['a bare continuation byte', [0x22, 0x80, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['a surrogate in UTF-8', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a point beyond Unicode', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
    ['a cut-off character', [0x22, 0xe2, 0x82]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
    ['Latin-1', [0x22, 0xe9, 0x22]],
  ])('%s', (_name, input) => {
    expect(reasonOf(Uint8Array.from(input))).toBe('utf8');
  });

  test('a BOM in bytes', () => {
    expect(reasonOf(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d))).toBe('bom');
  });

  test('the fact `at` names the place', () => {
    const outcome = parseStrict('{"a": 1.5}');
    expect(!outcome.ok && outcome.refusal.facts).toEqual({ reason: 'fraction', at: 7 });
  });
});

describe('size and depth', () => {
  const string = (length: number) => `"${'a'.repeat(length - 2)}"`;
  const tooLarge = { ok: false, refusal: { code: 'too_large', facts: { reason: 'bytes', maxBytes: MAX_BYTES } } };

  test('64 KiB are read, one byte more is not', () => {
    for (const input of [string(MAX_BYTES), bytes(string(MAX_BYTES))]) expect(parseStrict(input).ok).toBe(true);
    for (const input of [string(MAX_BYTES + 1), bytes(string(MAX_BYTES + 1))]) {
      expect(parseStrict(input)).toMatchObject(tooLarge);
    }
  });

  test('a string is measured in bytes of UTF-8', () => {
    expect(parseStrict(`"${'€'.repeat(4)}"`, { maxBytes: 14 }).ok).toBe(true);
    expect(parseStrict(`"${'€'.repeat(4)}"`, { maxBytes: 13 })).toMatchObject({ refusal: { code: 'too_large' } });
  });

  test('both limits can be set', () => {
    expect(parseStrict('[[1]]', { maxDepth: 2 }).ok).toBe(true);
    expect(parseStrict('[[1]]', { maxDepth: 1 })).toMatchObject({ refusal: { facts: { reason: 'depth' } } });
    expect(parseStrict('1', { maxDepth: 0 }).ok).toBe(true);
    expect(parseStrict(string(MAX_BYTES + 1), { maxBytes: MAX_BYTES + 1 }).ok).toBe(true);
  });
});

describe('properties', () => {
  const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'));
  const key = text.filter((value) => value !== '__proto__');
  const integer = fc.maxSafeInteger().map((value) => value + 0);
  const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, true, false),
      integer,
      text,
      fc.array(tie('json'), { maxLength: 5 }),
      fc.dictionary(key, tie('json'), { maxKeys: 5, noNullPrototype: true }),
    ),
  }));
  const escapeAll = (written: string) =>
    written.replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

  test('valid JSON of the allowed kind reads as JSON.parse reads it', () => {
    fc.assert(
      fc.property(json, fc.integer({ min: 0, max: 3 }), fc.boolean(), (value, indent, escaped) => {
        const plain = JSON.stringify(value, null, indent);
        const written = escaped ? escapeAll(plain) : plain;
        const expected = { ok: true, value: JSON.parse(written) as JsonValue };
        expect(parseStrict(written)).toStrictEqual(expected);
        expect(parseStrict(bytes(written))).toStrictEqual(expected);
      }),
    );
  });

  test('whatever is accepted reads as JSON.parse reads it, also after damage', () => {
    const snippets = [
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '0',
      '-',
      '.',
      'e',
      '\\u',
      'd800',
      ' ',
      '\n',
      'null',
      '\0',
      '"a":',
    ];
    let accepted = 0;
    fc.assert(
      fc.property(json, fc.nat(), fc.constantFrom(...snippets), fc.nat({ max: 2 }), (value, place, snippet, cut) => {
        const plain = JSON.stringify(value);
        const at = place % (plain.length + 1);
        const written = plain.slice(0, at) + snippet + plain.slice(at + cut);
        const outcome = parseStrict(written);
        if (!outcome.ok) return;
        accepted++;
        expect(outcome.value).toStrictEqual(JSON.parse(written));
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(50);
  });
});
