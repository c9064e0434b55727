/**
 * Style sheets, the font, the emblems, the icons and the small scripts, served from disk.
 *
 * Promises: the address of an asset carries a hash of its content, so a browser may keep it for ever
 * and never shows an old one. Nothing is fetched from anywhere else.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Hono } from 'hono';

const types = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  woff2: 'font/woff2',
  txt: 'text/plain; charset=utf-8',
} as const;

/** What each asset is made of, in this order. A style sheet comes after what its `url()`s name. */
const sources = {
  'besley-latin-700-normal.woff2': ['besley-latin-700-normal.woff2'],
  'OFL.txt': ['OFL.txt'],
  'emblems/leith.svg': ['emblems/leith.svg'],
  'emblems/gracia.svg': ['emblems/gracia.svg'],
  'emblems/galway.svg': ['emblems/galway.svg'],
  'emblems/plain.svg': ['emblems/plain.svg'],
  'icons/leith.png': ['icons/leith.png'],
  'icons/gracia.png': ['icons/gracia.png'],
  'icons/galway.png': ['icons/galway.png'],
  'icons/plain.png': ['icons/plain.png'],
  'look.css': [
    'tokens.css',
    'base.css',
    'band.css',
    'halves.css',
    'paper.css',
    'receipt.css',
    'forms.css',
    'pages.css',
    'giving.css',
    'exchanges.css',
    'offers.css',
    'gathering.css',
    'people.css',
    'notices.css',
    'help.css',
    'print.css',
  ],
  'live.css': ['live.css'],
  'fresh.js': ['fresh.js'],
  'app.js': ['app.js'],
  'sw.js': ['sw.js'],
  'passkey.js': ['passkey.js'],
  'check.js': ['check.js'],
} as const satisfies Record<string, readonly string[]>;

export type AssetName = keyof typeof sources;

interface Asset {
  readonly address: string;
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

const assets = new Map<string, Asset>();
for (const [name, files] of Object.entries(sources)) assets.set(name, load(name, files));

const byAddress = new Map([...assets.values()].map((asset) => [asset.address, asset]));

/** The address of an asset, such as `/assets/components.3f9a1c20.css`. */
export function assetUrl(name: AssetName): string {
  const asset = assets.get(name);
  if (asset === undefined) throw new Error(`no asset ${name}`);
  return asset.address;
}

/** An asset as text, for a file that has it inside. */
export function assetText(name: AssetName): string {
  return Buffer.from(assets.get(name)?.body ?? []).toString('utf8');
}

/** Serves every asset at its address, to be mounted at the root. */
export function assetRoutes(): Hono {
  const app = new Hono();
  app.get('/assets/*', (c) => {
    const asset = byAddress.get(c.req.path);
    if (asset === undefined) return c.notFound();
    return c.body(asset.body, 200, {
      'content-type': asset.type,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
  });
  return app;
}

function load(name: string, files: readonly string[]): Asset {
  const file = Buffer.concat(
    files.map((each) => readFileSync(new URL(`../../src/web/assets/${each}`, import.meta.url))),
  );
  const body = name.endsWith('.css') ? Buffer.from(withAddresses(file.toString('utf8'))) : file;
  const dot = name.lastIndexOf('.');
  const extension = name.slice(dot + 1) as keyof typeof types;
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 10);
  return {
    address: `/assets/${name.slice(0, dot)}.${hash}.${extension}`,
    type: types[extension],
    body: new Uint8Array(body),
  };
}

/** Lets `url("font.woff2")` in a style sheet name the font by its address. */
function withAddresses(css: string): string {
  return css.replaceAll(/url\("([^"#]+)"\)/g, (_whole, name: AssetName) => `url("${assetUrl(name)}")`);
}
