/**
 * Every small change to a JSON document: for tests that nothing in a signed message can be altered.
 *
 * @module
 */
import type { JsonObject, JsonValue } from '../wire/strict-json.ts';

/** Where a value stands in a document: names and indices from the outside in. */
export type Path = readonly (string | number)[];

export function isContainer(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}

/** Every value within `value`, containers too, with its place. */
export function* paths(value: unknown, path: Path = []): Generator<{ path: Path; value: JsonValue }> {
  if (path.length > 0) yield { path, value: value as JsonValue };
  if (!isContainer(value)) return;
  for (const [key, child] of Object.entries(value))
    yield* paths(child, [...path, Array.isArray(value) ? Number(key) : key]);
}

/** A copy of `document`, with `edit` applied to what holds the value at `path`. */
export function edited(
  document: unknown,
  path: Path,
  edit: (parent: Record<string | number, unknown>, key: string | number) => unknown,
): JsonObject {
  const copy = structuredClone(document) as Record<string | number, unknown>;
  let parent = copy;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string | number, unknown>;
  edit(parent, path.at(-1) as string | number);
  return copy as JsonObject;
}

/** Other values for the place of `value`, of its own kind and of every other. */
export function* variants(value: JsonValue): Generator<unknown> {
  yield* [null, true, false, 0, 1, '', 'x', [], {}, [value], { value }];
  if (typeof value === 'number') yield* [value + 1, -value, value * 60, String(value), value + 0.5];
  if (typeof value === 'string')
    yield* [`${value} `, ` ${value}`, value.toUpperCase(), value.slice(0, -1), `${value}\0`];
  if (Array.isArray(value)) yield* [[...value, 'x'], [...value, null], value.slice(1), value.toReversed()];
}
