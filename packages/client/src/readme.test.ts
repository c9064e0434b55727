/**
 * Every snippet of the README compiles as it stands, runs, and prints what it says.
 *
 * A block that imports something is a program of its own; any other continues the first block. A line
 * `console.log(…); // text` must print that text.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterEach, expect, test, vi } from 'vitest';
import * as client from './index.ts';
import * as testing from './testing/index.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = Array.from(readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm), ([, code = '']) => code);
const programs = blocks.map((code) => (code.startsWith('import ') ? code : `${blocks[0]}\n${code}`));

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

test('all blocks were found', () => {
  expect(blocks.length).toBe(readme.split('```ts').length - 1);
  expect(blocks.length).toBeGreaterThanOrEqual(8);
});

test('every program compiles in strict mode', () => {
  const folder = join(root, '.out', 'client-readme');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = programs.map((code, index) => {
    const file = join(folder, `${index + 1}.ts`);
    writeFileSync(file, code);
    return file;
  });
  const source = join(root, 'packages/client/src');
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    allowImportingTsExtensions: true,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    paths: {
      '@evenhour/client': [join(source, 'index.ts')],
      '@evenhour/client/testing': [join(source, 'testing/index.ts')],
    },
  });
  const messages = ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
  expect(messages).toEqual([]);
});

test.each(programs.map((code, index) => [index + 1, code] as const))(
  'program %i does what it says',
  async (_, code) => {
    const node = testing.fakeNode({
      baseUrl: 'https://leith.example',
      name: 'Leith',
      members: ['moira', 'ben'],
      partners: [{ host: 'gracia.example', town: 'Gràcia', limitMinutes: 600, members: ['rosa'] }],
    });
    vi.stubGlobal('fetch', node.fetch);
    vi.stubEnv('EVENHOUR_TOKEN', node.tokenFor('moira'));
    vi.stubEnv('EVENHOUR_OPERATOR_TOKEN', node.token);
    const printed: string[] = [];
    const tests: (() => Promise<void>)[] = [];
    const load: Record<string, object> = {
      '@evenhour/client': client,
      '@evenhour/client/testing': testing,
      vitest: { expect, test: (_name: string, run: () => Promise<void>) => tests.push(run) },
    };
    const plain = ts.transpileModule(code, {
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
    });
    const body = plain.outputText.replace(/^import (\{.*\}) from '(.*)';$/gm, 'const $1 = load["$2"];');
    const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
    await new AsyncFunction('load', 'console', body)(load, {
      log: (...values: unknown[]) => printed.push(values.map(String).join(' ')),
    });
    for (const run of tests) await run();

    const promised = Array.from(code.matchAll(/^.*console\.log\(.*\); \/\/ (.*)$/gm), ([, text]) => text);
    expect(printed).toEqual(promised);
    expect(promised.length + tests.length).toBeGreaterThan(0);
  },
);
