/**
 * Reads JSON of strangers: any well-formed fediverse message, but none that is built to do harm.
 *
 * Promises: one object, valid UTF-8, at most {@link MAX_DEPTH} deep, without `__proto__` and
 * without the JSON-LD keywords by which a document can be read as another than it looks.
 * Our own messages are read more strictly: see `parseStrict` in the protocol.
 *
 * @module
 */
export type Json = Record<string, unknown>;

export const MAX_DEPTH = 32;

const RESHAPING = new Set(['__proto__', '@graph', '@reverse', '@included', '@nest']);
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The object that stands in the bytes; undefined if there is none that may be read. */
export function readJson(bytes: Uint8Array): Json | undefined {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
  return isObject(value) && isHarmless(value) ? value : undefined;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One value or an array of them, as JSON-LD writes both, as an array. */
export function many(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Level by level, so that depth costs no stack. */
function isHarmless(value: object): boolean {
  let level: object[] = [value];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return false;
    const next: object[] = [];
    for (const each of level) {
      if (!Array.isArray(each) && Object.keys(each).some((key) => RESHAPING.has(key))) return false;
      for (const inner of Object.values(each)) if (typeof inner === 'object' && inner !== null) next.push(inner);
    }
    level = next;
  }
  return true;
}
