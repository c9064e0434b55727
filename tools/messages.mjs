/**
 * Writes `packages/server/src/web/messages/keys.ts`: every message of the English catalogue, and what it is told.
 *
 * With `--check` nothing is written: the status is 1 when the file is not what it would write.
 *
 * @module
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const server = fileURLToPath(new URL('../packages/server', import.meta.url));
const folder = join(server, 'src/web/messages');
const target = join(folder, 'keys.ts');

// The server's own dependency: these tools have none.
const resolved = createRequire(join(server, 'package.json')).resolve('intl-messageformat');
const { IntlMessageFormat } = await import(pathToFileURL(resolved).href);

/** The kinds of element that the parser names by numbers. */
export const KINDS = { literal: 0, argument: 1, number: 2, select: 5, plural: 6, pound: 7 };

/**
 * The elements of a message, as the parser of `intl-messageformat` makes them.
 *
 * @param {string} text
 * @returns {{ type: number, value: string, pluralType?: 'cardinal' | 'ordinal', options?: Record<string, { value: any[] }> }[]}
 */
export function parsed(text) {
  return new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst();
}

/**
 * What a message is told, by name: `string`, `number`, or the choices of a select.
 *
 * @param {string} text
 * @returns {Map<string, string>}
 */
export function argumentsOf(text) {
  const found = new Map();
  const note = (name, type) => {
    const before = found.get(name);
    if (before !== undefined && before !== type) throw new Error(`"${name}" is ${before} and ${type}`);
    found.set(name, type);
  };
  const walk = (elements) => {
    for (const { type, value, options } of elements) {
      if (type === KINDS.argument) note(value, 'string');
      else if (type === KINDS.number || type === KINDS.plural) note(value, 'number');
      else if (type === KINDS.select)
        note(
          value,
          Object.keys(options)
            .sort()
            .map((option) => `'${option}'`)
            .join(' | '),
        );
      else if (type !== KINDS.literal && type !== KINDS.pound)
        throw new Error(`"${value}": say a date or a time first, and put in the words`);
      for (const option of Object.values(options ?? {})) walk(option.value);
    }
  };
  walk(parsed(text));
  return found;
}

function keysModule() {
  const lines = [];
  for (const file of readdirSync(join(folder, 'en')).sort()) {
    const area = file.replace(/\.json$/, '');
    const texts = JSON.parse(readFileSync(join(folder, 'en', file), 'utf8'));
    for (const name of Object.keys(texts).sort()) {
      const key = `${area}.${name}`;
      try {
        const told = [...argumentsOf(texts[name])].sort(([a], [b]) => (a < b ? -1 : 1));
        const type = told.length === 0 ? 'null' : `{ ${told.map(([arg, is]) => `${arg}: ${is}`).join('; ')} }`;
        lines.push(`  '${key}': ${type};`);
      } catch (error) {
        throw new Error(`${key}: ${error.message}`);
      }
    }
  }
  return `/** Every message, and what it is told. Written by \`node tools/messages.mjs\`. */
export interface Messages {
${lines.join('\n')}
}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = keysModule();
  if (!process.argv.includes('--check')) writeFileSync(target, wanted);
  else if (readFileSync(target, 'utf8') !== wanted) {
    console.error('packages/server/src/web/messages/keys.ts is stale: node tools/messages.mjs');
    process.exitCode = 1;
  }
}
