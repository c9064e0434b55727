/** Writes `vectors/` and `schemas/` anew: `node packages/protocol/tools/make-vectors.ts`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { makeSchemas, makeVectors } from '../src/testing/vectors.ts';

for (const [folder, files] of [
  ['vectors', await makeVectors()],
  ['schemas', makeSchemas()],
] as const) {
  const path = new URL(`../${folder}/`, import.meta.url);
  mkdirSync(path, { recursive: true });
  for (const { name, content } of files) writeFileSync(new URL(name, path), `${JSON.stringify(content, null, 2)}\n`);
  console.log(`${files.length} files in ${folder}/`);
}
