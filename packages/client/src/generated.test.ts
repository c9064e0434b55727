/** The committed files about the API are what the server says now. */
import { readFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { expect, test } from 'vitest';
import { generateClient } from '../../../tools/generate-client.mjs';
import { refusal } from '../../protocol/src/core/refusal.ts';
import { createApi } from '../../server/src/api/app.ts';
import { problemOf } from '../../server/src/node/problem.ts';

test('the generated files are up to date', async () => {
  const files = await generateClient({
    // The document is made without a look at the database.
    api: createApi({} as Parameters<typeof createApi>[0]),
    problemOf: (code) => problemOf(refusal(code)),
    openapiTS: openapiTS as never,
    astToString: astToString as never,
  });
  expect(Object.keys(files)).toHaveLength(3);
  for (const [file, text] of Object.entries(files)) {
    const committed = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
    expect(committed === text, `${file} is stale. Run: npm run build && node tools/generate-client.mjs`).toBe(true);
    expect(text).not.toContain(process.cwd());
  }
});
