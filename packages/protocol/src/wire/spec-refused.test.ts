import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** The lines of 8.6: what is refused, the file of the test, words from its name. */
const [, section = ''] = read('docs/spec/08-conformance.md').split('\n## 8.6');
const ROWS = [...section.matchAll(/^\| (.+?) \| `([^`]+\.ts)` \| (.+) \|$/gm)].map(([, what, file, words]) => ({
  what,
  file: `packages/${file}`,
  words: words as string,
}));

test('page 8 lists what is refused', () => {
  expect(ROWS.length).toBeGreaterThan(40);
});

test.each(ROWS)('$what', ({ file, words }) => {
  expect(existsSync(new URL(file, root)), file).toBe(true);
  expect(read(file)).toContain(words);
});
