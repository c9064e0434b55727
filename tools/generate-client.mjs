/**
 * Makes what the client knows about the API: `node tools/generate-client.mjs` writes, `--check` only compares.
 *
 * Promises: the same server gives the same bytes on every machine, without dates and paths; nothing here
 * knows an operation or a code by itself. It reads the built server, so build first (`npm run build`).
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const MADE = 'Made by tools/generate-client.mjs from the OpenAPI document of the server. Do not edit.';

/**
 * Returns the generated files by their paths from the root of the repository.
 *
 * @param {object} sources
 * @param {{ request(path: string): Response | Promise<Response> }} sources.api the server's API, not listening
 * @param {(code: any) => { status: number, title: string, fault: string, retryable: boolean }} sources.problemOf
 *   what the server answers for a code
 * @param {(document: any, options: object) => Promise<any[]>} sources.openapiTS of openapi-typescript
 * @param {(nodes: any[]) => string} sources.astToString of openapi-typescript
 * @returns {Promise<Record<string, string>>}
 */
export async function generateClient({ api, problemOf, openapiTS, astToString }) {
  const response = await api.request('/api/openapi.json');
  if (!response.ok) throw new Error(`/api/openapi.json answered ${response.status}`);
  const document = await response.json();
  const nodes = await openapiTS(structuredClone(document), { alphabetize: false });
  const used = nodes.filter((node) => ['paths', 'components', 'operations'].includes(node.name?.text));
  return {
    'packages/client/openapi.json': formatJson(document),
    'packages/client/src/generated/api.ts': `/**\n * The types of the API. ${MADE}\n *\n * @module\n */\n${astToString(used)}`,
    'packages/client/src/generated/refusals.ts': refusals(
      document.components.schemas.Problem.properties.code.enum,
      problemOf,
    ),
  };
}

function refusals(codes, problemOf) {
  const problems = codes.map((code) => ({ code, ...problemOf(code) }));
  const members = problems.map(({ code, title }) => `  /** ${title} */\n  | '${code}'`);
  const rows = problems.map(
    ({ code, status, fault, retryable, title }) =>
      `  ${code}: { status: ${status}, fault: '${fault}', retryable: ${retryable}, advice: ${JSON.stringify(title)} },`,
  );
  return `/**
 * Why a bank says no. ${MADE}
 *
 * @module
 */

/** The closed list of reasons, in order of precedence, each with what to do about it. */
export type RefusalCode =
${members.join('\n')};

/** For each code what the server answers with it. */
export const REFUSALS: Readonly<
  Record<RefusalCode, { readonly status: number; readonly fault: 'local' | 'peer'; readonly retryable: boolean; readonly advice: string }>
> = {
${rows.join('\n')}
};
`;
}

/** Formats as `npm run check` wants it. */
function formatJson(value) {
  const biome = join(root, 'node_modules', '.bin', 'biome');
  const { status, stdout, stderr, error } = spawnSync(
    biome,
    ['format', '--stdin-file-path=packages/client/openapi.json'],
    {
      cwd: root,
      encoding: 'utf8',
      input: JSON.stringify(value, null, 2),
      maxBuffer: 16 * 1024 * 1024,
      shell: process.platform === 'win32',
    },
  );
  if (status !== 0) throw error ?? new Error(`biome could not format the OpenAPI document: ${stderr}`);
  return stdout;
}

async function main(check) {
  const built = (file) => import(pathToFileURL(join(root, 'packages', file)).href);
  const { createApi } = await built('server/dist/api/app.js');
  const { problemOf } = await built('server/dist/node/problem.js');
  const { refusal } = await built('protocol/dist/index.js');
  const fromClient = createRequire(join(root, 'packages/client/package.json'));
  const { default: openapiTS, astToString } = fromClient('openapi-typescript');
  const files = await generateClient({
    api: createApi(/** @type {any} */ ({})),
    problemOf: (code) => problemOf(refusal(code)),
    openapiTS,
    astToString,
  });
  let stale = 0;
  for (const [file, text] of Object.entries(files)) {
    const path = join(root, file);
    if (text === read(path)) continue;
    stale += 1;
    if (check) {
      console.log(`${file} is not what the server says now.`);
      continue;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(`Wrote ${file}.`);
  }
  if (stale === 0) console.log('The generated files of the client are up to date.');
  if (!check || stale === 0) return 0;
  console.log('Run: npm run build && node tools/generate-client.mjs');
  return 1;
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.includes('--check'));
