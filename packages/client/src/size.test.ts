/** What the client weighs in a page: bundled, minified, compressed. */
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Vite } from 'vitest/node';

/**
 * A page that also loads pictures should not notice. Each of the bank's some 140 operations has a method, and a method
 * is some 30 bytes: it came to 5,020 when this was set, and half a kilobyte is room for a dozen more.
 */
const MAX_BYTES = 5500;

test('the client is small, and a page that imports it gets nothing of the fake node', async () => {
  const require = createRequire(import.meta.url);
  const vite: typeof Vite = await import(
    pathToFileURL(createRequire(require.resolve('vitest/package.json')).resolve('vite')).href
  );
  const built = await vite.build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      target: 'es2022',
      minify: true,
      lib: { entry: fileURLToPath(new URL('index.ts', import.meta.url)), formats: ['es'] },
    },
  });
  const [output] = [built].flat() as Vite.Rolldown.RolldownOutput[];
  const code = output?.output.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join('') ?? '';
  const size = gzipSync(code, { level: 9 }).length;
  console.log(`@evenhour/client: ${code.length} bytes minified, ${size} bytes gzipped`);
  expect(code).toContain('Idempotency-Key'.toLowerCase());
  expect(code).not.toMatch(/^import|fake node/m);
  expect(size).toBeGreaterThan(500);
  expect(size).toBeLessThan(MAX_BYTES);
});
