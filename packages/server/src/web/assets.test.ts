import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { type AssetName, assetRoutes, assetUrl } from './assets.ts';

const app = new Hono().route('/', assetRoutes());
const get = (name: AssetName) => app.request(assetUrl(name));

describe('assets', () => {
  it.each([
    ['look.css', 'text/css; charset=utf-8'],
    ['live.css', 'text/css; charset=utf-8'],
    ['fresh.js', 'text/javascript; charset=utf-8'],
    ['emblems/leith.svg', 'image/svg+xml'],
    ['besley-latin-700-normal.woff2', 'font/woff2'],
    ['OFL.txt', 'text/plain; charset=utf-8'],
  ] as const)('%s may be kept for ever at an address that changes with it', async (name, type) => {
    const answer = await get(name);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(type);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(assetUrl(name)).toMatch(/\.[0-9a-f]{10}\.[a-z0-9]+$/);
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(100);
  });

  it('names the font by its address', async () => {
    const css = await (await get('look.css')).text();
    expect(css).toContain(`url("${assetUrl('besley-latin-700-normal.woff2')}")`);
    expect(css.match(/url\("(?!\/assets\/)/)).toBeNull();
  });

  it('has nothing in a picture that a strict policy would stop', async () => {
    for (const town of ['leith', 'gracia', 'galway', 'plain'] as const)
      expect(await (await get(`emblems/${town}.svg`)).text()).not.toMatch(
        /style|script|http(?!:\/\/www\.w3\.org\/2000\/svg)/,
      );
  });

  it('does not serve an old or a foreign name', async () => {
    expect((await app.request('/assets/look.css')).status).toBe(404);
    expect((await app.request('/assets/look.0000000000.css')).status).toBe(404);
    expect((await app.request('/assets/../assets.ts')).status).toBe(404);
  });
});
