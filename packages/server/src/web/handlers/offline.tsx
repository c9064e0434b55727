/**
 * What makes a bank an app of its own on a telephone: a manifest, a worker that keeps one page, and that page.
 *
 * @module
 */
import { listExchanges, memberOn, nameOn, termsOf } from '../../exchange/exchange-store.ts';
import { kindsIn, sideOf } from '../../exchange/view.ts';
import { assetText, assetUrl } from '../assets.ts';
import { firstName } from '../format.ts';
import type { OfflineModel } from '../models.ts';
import { OfflinePage } from '../offline.tsx';
import { paths } from '../paths.ts';
import type { WebApp, WebContext } from './env.ts';
import { frameOf } from './page.tsx';
import { bankView } from './towns.ts';

/** How many exchanges are looked through for the next one. */
const LOOKED_THROUGH = 50;
/** One that began a while ago is still the next one: somebody may be on the way to it. */
const LATE_MS = 3 * 60 * 60_000;
/** The harbour blue, marigold, maroon and grey-violet of the style's tokens. */
const COLOURS = { leith: '#0d4868', gracia: '#f6b21b', galway: '#8a1632', plain: '#3c3552' } as const;

export function offlineRoutes(app: WebApp): void {
  app.get(paths.offline, async (c) => {
    c.header('cache-control', 'no-store');
    return c.html(<OfflinePage frame={frameOf(c)} model={{ next: await nextExchange(c) }} />);
  });

  app.get(paths.worker, (c) => {
    const { theme } = bankView(c.var.bank);
    const keep = [assetUrl('look.css'), assetUrl('besley-latin-700-normal.woff2'), assetUrl(`emblems/${theme}.svg`)];
    const script = `const NAME = ${JSON.stringify(`evenhour ${keep[0]}`)};\nconst KEEP = ${JSON.stringify(keep)};\n${assetText('sw.js')}`;
    return c.body(script, 200, { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' });
  });

  app.get(paths.manifest, (c) => {
    const { name, theme } = bankView(c.var.bank);
    const { language, dir, t } = c.var.words;
    const manifest = {
      name: t('offline.appName', { bank: name }),
      short_name: name,
      id: '/',
      start_url: '/',
      scope: '/',
      display: 'standalone',
      lang: language,
      dir,
      theme_color: COLOURS[theme],
      background_color: '#ffffff',
      icons: [
        { src: assetUrl(`emblems/${theme}.svg`), type: 'image/svg+xml', sizes: 'any', purpose: 'any' },
        { src: assetUrl(`icons/${theme}.png`), type: 'image/png', sizes: '512x512', purpose: 'maskable' },
      ],
    };
    return c.body(JSON.stringify(manifest), 200, { 'content-type': 'application/manifest+json; charset=utf-8' });
  });
}

/** The agreed exchange of whoever looks that comes next; those without a time come last. */
async function nextExchange(c: WebContext): Promise<OfflineModel['next']> {
  const { bank, node, session } = c.var;
  const caller = session?.caller;
  if (caller?.role !== 'member') return null;
  const { db } = node.database;
  const rows = await listExchanges(db, bank.id, { memberId: caller.memberId, which: 'open', limit: LOOKED_THROUGH });
  const from = Date.now() - LATE_MS;
  const [row] = rows
    .filter(({ status, startTime }) => status === 'agreed' && (startTime === null || startTime.getTime() > from))
    .sort((a, b) => (a.startTime?.getTime() ?? Infinity) - (b.startTime?.getTime() ?? Infinity));
  if (row === undefined) return null;
  const side = sideOf(row, caller);
  const other = side === 'giver' ? 'receiver' : 'giver';
  const kinds = await kindsIn(db, bank.id, [row]);
  return {
    title: row.title,
    who: firstName(nameOn(row, other), kinds.get(memberOn(row, other) ?? '')),
    startTime: row.startTime,
    place: termsOf(row.state)?.place ?? '',
    minutes: row.minutes,
  };
}
