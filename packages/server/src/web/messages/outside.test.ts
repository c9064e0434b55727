/** Nothing that pages say stands outside the catalogues, and nothing in the catalogues is said nowhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { readMessages } from '../catalogue.ts';

const source = fileURLToPath(new URL('../..', import.meta.url));

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name !== 'web/messages/keys.ts')
  .sort();

/** Attributes and properties that people read. */
const read = new Set([
  'aria-label',
  'title',
  'alt',
  'placeholder',
  'label',
  'hint',
  'error',
  'text',
  'stub',
  'legend',
  'caption',
  'motto',
  'say',
  'heading',
]);

/** What is the same in every language. */
const names = ['Evenhour'];

/** The live page is for people who want to look inside the towns of a demo: it is in one language. */
const inOneLanguage = ['web/demo.tsx', 'web/demo-stage.tsx', 'demo/page.tsx'];

function parse(name: string, text: string): ts.SourceFile {
  return ts.createSourceFile(
    name,
    text,
    ts.ScriptTarget.Latest,
    true,
    name.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  );
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

/**
 * Texts inside an expression that would be shown: `a ? 'x' : y`, `'x' ?? y`, `` `x ${y}` ``. Not what a call is told.
 */
function shown(node: ts.Node | undefined): string[] {
  if (node === undefined) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
  if (ts.isJsxExpression(node)) return shown(node.expression);
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return shown(node.expression);
  if (ts.isConditionalExpression(node)) return [...shown(node.whenTrue), ...shown(node.whenFalse)];
  if (ts.isBinaryExpression(node)) return [...shown(node.left), ...shown(node.right)].filter(() => !isComparison(node));
  return [];
}

function isComparison({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind === ts.SyntaxKind.EqualsEqualsEqualsToken || kind === ts.SyntaxKind.ExclamationEqualsEqualsToken;
}

/** Texts of a page that stand in the program and not in the catalogues. */
function textsIn(name: string, text: string): string[] {
  const found: string[] = [];
  const file = parse(name, text);
  walk(file, (node) => {
    if (ts.isJsxText(node)) found.push(node.text);
    else if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent)) found.push(...shown(node));
    else if (ts.isJsxAttribute(node) && read.has(node.name.getText())) found.push(...shown(node.initializer));
    else if (ts.isPropertyAssignment(node) && read.has(node.name.getText().replaceAll("'", '')))
      // One small word is a code: `error: 'missing'`.
      found.push(...shown(node.initializer).filter((each) => !/^[a-z]+(_[a-z]+)*$/.test(each)));
  });
  return found.map((each) => each.trim()).filter((each) => /\p{L}/u.test(each) && !names.includes(each));
}

it.each(files.filter((name) => name.endsWith('.tsx') && !inOneLanguage.includes(name)))(
  '%s says nothing of its own',
  (name) => {
    expect(textsIn(name, readFileSync(`${source}${name}`, 'utf8'))).toEqual([]);
  },
);

/** What programs and their operators read: in English, as the documentation is. */
const toDevelopers: readonly (readonly [RegExp, string])[] = [
  [/^(api|cli|bin)\//, 'the documentation of the API, and the command line'],
  [/^(demo|testing|hostile|walks)\/|(^|-|\/)(testing|samples)(-\w+)?\.ts$|live-words\.ts$/, 'demos and tests'],
  [/^(receipt|verify)\/say\.ts$/, 'what the command line says of a file'],
  [/^federation\/(inbox|federation|addresses)\.ts$/, 'answers to programs of other servers'],
  [
    /^(node\/node|bank\/keys|delivery\/greet)\.ts$/,
    'for whoever runs the program: logs, answers to a probe, why a pair waits',
  ],
];

/** Sentences that stand in the program, and why. */
const outside: Record<string, string> = {
  'We honour your': 'what two banks sign stands in both journals letter by letter; a coordinator may write other words',
  'Each of us says': 'the same',
  'Each of us keeps': 'the same',
  'If something does': 'the same',
  'Either of us': 'the same',
  'The test hour,': 'by these words both banks know it',
  'Samsung Internet': 'a name',
  'RCPT TO': 'what is said to a mail server',
};

/** Calls whose words go into logs, errors and answers to programs. */
const TECHNICAL = /(^|\.)(info|warning|warn|error|debug|fatal|problem|refuse|describe)$/;

/**
 * Sentences of a program that somebody could be shown: two words or more that begin as a sentence does, or end as one.
 */
function sentencesIn(name: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && /Error$|^Refused$/.test(node.expression.getText())) return;
    if (ts.isCallExpression(node) && TECHNICAL.test(node.expression.getText())) return;
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    if (ts.isTemplateExpression(node))
      found.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…'));
    node.forEachChild(visit);
  };
  visit(parse(name, text));
  return found.filter((each) => /^\p{Lu}[\p{L}’']* \p{L}/u.test(each) || /\p{L} \p{L}{2,}[^\n]*[.!?]$/u.test(each));
}

const programs = files.filter((name) => name.endsWith('.ts') && !toDevelopers.some(([which]) => which.test(name)));

it('no program says sentences of its own to people', () => {
  const said = programs.flatMap((name) =>
    sentencesIn(name, readFileSync(`${source}${name}`, 'utf8'))
      .filter((each) => !Object.keys(outside).some((start) => each.startsWith(start)))
      .map((each) => `${name}: ${each}`),
  );
  expect(said).toEqual([]);
});

it('every sentence that may stand in the program is there, and every exception is needed', () => {
  const all = programs.flatMap((name) => sentencesIn(name, readFileSync(`${source}${name}`, 'utf8')));
  expect(Object.keys(outside).filter((start) => !all.some((each) => each.startsWith(start)))).toEqual([]);
  const others = files.filter((name) => name.endsWith('.ts') && !programs.includes(name));
  const needed = ([which]: (typeof toDevelopers)[number]) =>
    others.some((name) => which.test(name) && sentencesIn(name, readFileSync(`${source}${name}`, 'utf8')).length > 0);
  expect(toDevelopers.filter((each) => !needed(each))).toEqual([]);
});

/** The keys that a program names: whole, or as a pattern with its own area at the start. */
function keysIn(name: string, text: string): { readonly whole: string[]; readonly patterns: RegExp[] } {
  const whole: string[] = [];
  const patterns: RegExp[] = [];
  walk(parse(name, text), (node) => {
    if (ts.isStringLiteralLike(node)) whole.push(node.text);
    if (ts.isTemplateExpression(node) && /^[a-z][A-Za-z]*\./.test(node.head.text)) {
      const parts = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
      patterns.push(new RegExp(`^${parts.map((part) => part.replaceAll('.', '\\.')).join('[A-Za-z_]+')}$`));
    }
  });
  return { whole, patterns };
}

it('every message is said somewhere', () => {
  const used = files.map((name) => keysIn(name, readFileSync(`${source}${name}`, 'utf8')));
  const whole = new Set(used.flatMap((each) => each.whole));
  const patterns = used.flatMap((each) => each.patterns);
  const unused = [...readMessages('en').keys()].filter(
    (key) => !whole.has(key) && !patterns.some((pattern) => pattern.test(key)),
  );
  expect(unused).toEqual([]);
});

it('these tests see what is outside, and what is used', () => {
  expect(textsIn('a.tsx', '<p title="Go" class="big">Hello {name} {a ? "yes" : `no ${b}`}</p>')).toEqual([
    'Go',
    'Hello',
    'yes',
    'no',
  ]);
  expect(textsIn('a.tsx', '<p class="big" id="x">{t("home.title")} 12, {a === "x" ? null : b}</p>')).toEqual([]);
  expect(textsIn('a.tsx', 'const slip = { title: "Hello", id: "x" }')).toEqual(['Hello']);
  const program =
    'const a = { says: "Mail goes out.", fix: `${n} mails wait.`, id: "mail", why: "say why" }; throw new Error("Not so.")';
  expect(sentencesIn('a.ts', program)).toEqual(['Mail goes out.', '… mails wait.']);
  const { whole, patterns } = keysIn('a.ts', 't("home.title"); t(`given.half.${status}`, {})');
  expect(whole).toContain('home.title');
  expect(patterns.some((pattern) => pattern.test('given.half.settled'))).toBe(true);
  expect(patterns.some((pattern) => pattern.test('given.halves'))).toBe(false);
});
