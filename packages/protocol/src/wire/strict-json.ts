/**
 * Reads JSON so strictly that no two programs can read the same bytes differently.
 *
 * Promises: what is accepted equals what `JSON.parse` gives, and is UTF-8 without BOM or NUL, has
 * no key twice, no `__proto__`, no lone surrogate, no nesting beyond the limit, and no number but
 * whole ones that every language holds exactly, written plainly. Spec: wire forms, strict JSON.
 *
 * @module
 */
import { type Outcome, refuse } from '../core/refusal.ts';

/** Any JSON value. Numbers are whole and safe when the value came through {@link parseStrict}. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [member: string]: JsonValue;
}

/** The largest message that is read unless the caller says otherwise: 64 KiB. */
export const MAX_BYTES: number = 64 * 1024;

/** The deepest nesting of arrays and objects: `[[1]]` is two deep, a bare `1` none. */
export const MAX_DEPTH = 32;

/** Why a text was refused as `malformed_json`: the fact `reason`. */
export type JsonReason =
  | 'utf8'
  | 'bom'
  | 'nul'
  | 'empty'
  | 'unexpected_end'
  | 'unexpected_character'
  | 'trailing_text'
  | 'depth'
  | 'duplicate_key'
  | 'proto_key'
  | 'control_character'
  | 'escape'
  | 'lone_surrogate'
  | 'leading_zero'
  | 'negative_zero'
  | 'fraction'
  | 'exponent'
  | 'unsafe_number';

/** What {@link parseStrict} accepts at most. */
export interface JsonLimits {
  /** Default {@link MAX_BYTES}. */
  readonly maxBytes?: number;
  /** Default {@link MAX_DEPTH}. */
  readonly maxDepth?: number;
}

/**
 * Parses JSON from bytes or from a string.
 *
 * Refuses `too_large` (facts `reason: 'bytes'`, `maxBytes`) before reading anything, and
 * `malformed_json` with the facts `reason` (a {@link JsonReason}) and, where there is a text, `at`:
 * the offset in UTF-16 units at which reading stopped.
 *
 * A NUL is refused raw and as `\u0000`, because no database text can hold it.
 */
export function parseStrict(input: Uint8Array | string, limits: JsonLimits = {}): Outcome<{ value: JsonValue }> {
  const { maxBytes = MAX_BYTES, maxDepth = MAX_DEPTH } = limits;
  if (isLonger(input, maxBytes)) return refuse('too_large', { reason: 'bytes', maxBytes });

  let text: string;
  if (typeof input === 'string') {
    text = input;
  } else {
    try {
      text = decoder.decode(input);
    } catch {
      return refuse('malformed_json', { reason: 'utf8' });
    }
  }

  const plain = readPlain(text, maxDepth);
  if (plain !== undefined) return { ok: true, value: plain };
  const reader = new Reader(text, maxDepth);
  const value = reader.document();
  if (value === undefined) return refuse('malformed_json', { reason: reader.reason, at: reader.at });
  return { ok: true, value };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isLonger(input: Uint8Array | string, maxBytes: number): boolean {
  if (input.length > maxBytes) return true;
  // One UTF-16 unit is at most three bytes, so short strings need not be encoded to be measured.
  return typeof input === 'string' && input.length * 3 > maxBytes && encoder.encode(input).length > maxBytes;
}

/**
 * What programs mostly send, read by the runtime's own parser: a text that is exactly how `JSON.stringify` writes it
 * again has no key twice, no spelling of its own and no lone surrogate. Undefined for anything else: the {@link Reader}
 * says whether it is good.
 */
function readPlain(text: string, maxDepth: number): JsonValue | undefined {
  if (text.includes('\\u') || text.includes('__proto__')) return undefined;
  try {
    const value = JSON.parse(text) as JsonValue;
    return JSON.stringify(value) === text && isPlain(value, maxDepth) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value has only safe whole numbers, and at most so many arrays and objects around them. */
function isPlain(value: JsonValue, depth: number): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((item: JsonValue) => isPlain(item, depth - 1));
  for (const key in value) if (!isPlain((value as JsonObject)[key] as JsonValue, depth - 1)) return false;
  return true;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
const FIRST_SURROGATE = 0xd800;

/** In a regular expression with the flag `u`, a surrogate that has its partner is not one. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * A recursive-descent reader over UTF-16 units. `charCodeAt` past the end gives NaN, which is
 * equal to nothing, so every comparison also stands for "not at the end". A method that returns
 * `undefined` has set `reason`; nothing is thrown.
 */
class Reader {
  readonly text: string;
  readonly maxDepth: number;
  at = 0;
  reason: JsonReason = 'empty';

  constructor(text: string, maxDepth: number) {
    this.text = text;
    this.maxDepth = maxDepth;
  }

  document(): JsonValue | undefined {
    if (this.text.charCodeAt(0) === 0xfeff) return this.fail('bom');
    this.space();
    if (this.at === this.text.length) return this.fail('empty');
    const value = this.value(0);
    if (value === undefined) return undefined;
    this.space();
    if (this.at < this.text.length) return this.fail(this.text.charCodeAt(this.at) === 0 ? 'nul' : 'trailing_text');
    return value;
  }

  /** Reads the value that begins exactly here, inside of `depth` arrays and objects. */
  value(depth: number): JsonValue | undefined {
    const c = this.text.charCodeAt(this.at);
    if (c === QUOTE) return this.string();
    if (c === BRACE_OPEN) return this.object(depth + 1);
    if (c === BRACKET_OPEN) return this.array(depth + 1);
    if (c === MINUS || (c >= ZERO && c <= NINE)) return this.number();
    if (c === 0x74 /* t */) return this.word('true', true);
    if (c === 0x66 /* f */) return this.word('false', false);
    if (c === 0x6e /* n */) return this.word('null', null);
    return this.unexpected();
  }

  object(depth: number): JsonValue | undefined {
    if (depth > this.maxDepth) return this.fail('depth');
    const { text } = this;
    const object: Record<string, JsonValue> = {};
    this.at++;
    this.space();
    if (text.charCodeAt(this.at) === BRACE_CLOSE) {
      this.at++;
      return object;
    }
    for (;;) {
      if (text.charCodeAt(this.at) !== QUOTE) return this.unexpected();
      const key = this.string();
      if (key === undefined) return undefined;
      if (key === '__proto__') return this.fail('proto_key');
      if (Object.hasOwn(object, key)) return this.fail('duplicate_key');
      this.space();
      if (text.charCodeAt(this.at) !== COLON) return this.unexpected();
      this.at++;
      this.space();
      const value = this.value(depth);
      if (value === undefined) return undefined;
      object[key] = value;
      this.space();
      const c = text.charCodeAt(this.at);
      if (c !== COMMA && c !== BRACE_CLOSE) return this.unexpected();
      this.at++;
      if (c === BRACE_CLOSE) return object;
      this.space();
    }
  }

  array(depth: number): JsonValue | undefined {
    if (depth > this.maxDepth) return this.fail('depth');
    const { text } = this;
    const array: JsonValue[] = [];
    this.at++;
    this.space();
    if (text.charCodeAt(this.at) === BRACKET_CLOSE) {
      this.at++;
      return array;
    }
    for (;;) {
      const value = this.value(depth);
      if (value === undefined) return undefined;
      array.push(value);
      this.space();
      const c = text.charCodeAt(this.at);
      if (c !== COMMA && c !== BRACKET_CLOSE) return this.unexpected();
      this.at++;
      if (c === BRACKET_CLOSE) return array;
      this.space();
    }
  }

  /** Finds the end of a string; one that needs no second look is a slice of the text. */
  string(): string | undefined {
    const { text } = this;
    const start = this.at;
    let end = start + 1;
    let escaped = false;
    let surrogates = false;
    for (;;) {
      const c = text.charCodeAt(end);
      if (c === QUOTE) break;
      if (c === BACKSLASH) {
        escaped = true;
        end += 2;
      } else if (c >= 0x20) {
        if (c >= FIRST_SURROGATE) surrogates = true;
        end++;
      } else {
        this.at = Math.min(end, text.length);
        return this.fail(c === 0 ? 'nul' : c < 0x20 ? 'control_character' : 'unexpected_end');
      }
    }
    let value = text.slice(start + 1, end);
    if (escaped) {
      try {
        value = JSON.parse(text.slice(start, end + 1)) as string;
      } catch {
        return this.fail('escape');
      }
      if (value.includes('\0')) return this.fail('nul');
    }
    if ((escaped || surrogates) && LONE_SURROGATE.test(value)) return this.fail('lone_surrogate');
    this.at = end + 1;
    return value;
  }

  number(): number | undefined {
    const { text } = this;
    const negative = text.charCodeAt(this.at) === MINUS;
    if (negative) this.at++;
    const first = text.charCodeAt(this.at);
    if (!(first >= ZERO && first <= NINE)) return this.unexpected();
    let value = 0;
    let c = first;
    let digits = 0;
    while (c >= ZERO && c <= NINE) {
      if (digits === 1 && first === ZERO) return this.fail('leading_zero');
      value = value * 10 + (c - ZERO);
      // Once past the safe range, rounding never brings the sum back into it.
      if (value > Number.MAX_SAFE_INTEGER) return this.fail('unsafe_number');
      digits++;
      c = text.charCodeAt(++this.at);
    }
    if (c === POINT) return this.fail('fraction');
    if (c === 0x65 /* e */ || c === 0x45 /* E */) return this.fail('exponent');
    if (!negative) return value;
    return value === 0 ? this.fail('negative_zero') : -value;
  }

  word<T>(word: string, value: T): T | undefined {
    if (!this.text.startsWith(word, this.at)) return this.unexpected();
    this.at += word.length;
    return value;
  }

  space(): void {
    const { text } = this;
    for (;;) {
      const c = text.charCodeAt(this.at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
      this.at++;
    }
  }

  unexpected(): undefined {
    if (this.at >= this.text.length) return this.fail('unexpected_end');
    return this.fail(this.text.charCodeAt(this.at) === 0 ? 'nul' : 'unexpected_character');
  }

  fail(reason: JsonReason): undefined {
    this.reason = reason;
    return undefined;
  }
}
