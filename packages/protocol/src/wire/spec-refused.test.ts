import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = new URL('../../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** The lines of 8.6: what is refused, the file of the test, and its title, or that of a group or a case. */
const [, section = ''] = read('docs/spec/08-conformance.md').split('\n## 8.6');
const ROWS = [...section.matchAll(/^\| (.+?) \| `([^`]+\.ts)` \| (.+) \|$/gm)].map(([, what, file, title]) => ({
  what,
  file: `packages/${file}`,
  title: (title as string).replaceAll('`', ''),
}));

/**
 * What a file's tests, groups and cases are called: what `test` and `describe` are called with, and what their tables
 * begin with.
 */
function titlesOf(file: string): string[] {
  const titles: string[] = [];
  const text = (node: ts.Node | undefined): void => {
    if (node !== undefined && ts.isStringLiteralLike(node)) titles.push(node.text);
    else if (node !== undefined && ts.isTemplateExpression(node)) titles.push(node.getText().slice(1, -1));
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(test|it|describe)\b/.test(node.expression.getText())) text(node.arguments[0]);
    else if (ts.isArrayLiteralExpression(node)) text(node.elements[0]);
    else if (ts.isPropertyAssignment(node)) text(node.name);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true));
  return titles;
}

test('page 8 lists what is refused, each under another title', () => {
  expect(ROWS.length).toBeGreaterThan(40);
  expect(new Set(ROWS.map(({ file, title }) => `${file} ${title}`)).size).toBe(ROWS.length);
});

test.each(ROWS)('$what', ({ file, title }) => {
  expect(titlesOf(file).filter((each) => each === title)).toEqual([title]);
});
