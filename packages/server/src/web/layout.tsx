/**
 * The page around every page: the town's band, the way about, and the telephone.
 *
 * Promises: the document is whole without script and fits a policy that allows nothing from elsewhere
 * and nothing inline. The bank's telephone number, if it has one, stands at the same place on every page.
 *
 * @module
 */
import { raw } from 'hono/html';
import type { Child, PropsWithChildren } from 'hono/jsx';
import { assetUrl } from './assets.ts';
import { Emblem, Sprite } from './emblems.tsx';
import { language } from './format.ts';
import type { Frame, Theme, Viewer } from './models.ts';
import { paths } from './paths.ts';
import { common } from './words.ts';

/** Answers with pages must carry exactly this policy. Assets need none. */
export const contentSecurityPolicy =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export interface NavItem {
  readonly href: string;
  readonly label: string;
  readonly current?: boolean;
}

/** Looks again by itself: the script swaps `<main>`, and without script the browser opens the page anew. */
export interface Fresh {
  readonly url: string;
  /** How often with script, and how often without. */
  readonly seconds: number;
  readonly secondsWithoutScript: number;
  /** Told to screen readers when it changes. */
  readonly say: string;
}

interface ShellProps {
  readonly title: string;
  readonly theme: Theme;
  readonly name: string;
  readonly motto: string;
  readonly nav: readonly NavItem[];
  readonly me?: { readonly href: string; readonly name: string };
  readonly foot: Child;
  readonly class?: string;
  readonly live?: boolean;
  readonly fresh?: Fresh;
}

const font = 'besley-latin-700-normal.woff2';

export function Shell(props: PropsWithChildren<ShellProps>) {
  const sheets = props.live ? (['look.css', 'live.css'] as const) : (['look.css'] as const);
  return (
    <>
      {raw('<!doctype html>')}
      <html
        lang={language.tag}
        dir={language.dir}
        data-town={props.theme}
        {...(props.class ? { class: props.class } : {})}
      >
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>{`${props.title}: ${props.name}`}</title>
          <link rel="icon" href={assetUrl(`emblems/${props.theme}.svg`)} type="image/svg+xml" />
          <link rel="preload" href={assetUrl(font)} as="font" type="font/woff2" crossorigin="anonymous" />
          {sheets.map((sheet) => (
            <link rel="stylesheet" href={assetUrl(sheet)} />
          ))}
          {props.fresh ? <FreshHead fresh={props.fresh} /> : null}
        </head>
        <body>
          <Sprite />
          <a class="skip" href="#main">
            {common.skip}
          </a>
          <header>
            <div class="band">
              <div class="wrap">
                <a class="band__home" href={paths.home}>
                  <Emblem theme={props.theme} />
                  <span class="band__name">
                    {props.name}
                    <small>{props.motto}</small>
                  </span>
                </a>
                {props.me ? (
                  <a class="band__me" href={props.me.href}>
                    {props.me.name}
                  </a>
                ) : null}
              </div>
            </div>
            <nav class="nav wrap" aria-label={common.mainNav}>
              <ul>
                {props.nav.map(({ href, label, current }) => (
                  <li>
                    <a href={href} {...(current ? { 'aria-current': 'page' } : {})}>
                      {label}
                    </a>
                  </li>
                ))}
              </ul>
            </nav>
          </header>
          <main id="main" class="wrap" {...freshAttributes(props.fresh)}>
            {props.children}
          </main>
          {props.fresh ? <p class="vh" role="status" id="fresh-say" /> : null}
          <footer class="foot">
            <div class="wrap">{props.foot}</div>
          </footer>
        </body>
      </html>
    </>
  );
}

function FreshHead({ fresh }: { fresh: Fresh }) {
  return (
    <>
      <script src={assetUrl('fresh.js')} defer />
      <noscript>
        <meta http-equiv="refresh" content={String(fresh.secondsWithoutScript)} />
      </noscript>
    </>
  );
}

/** What `fresh.js` reads on `<main>`; a fragment answers with the same element. */
export function freshAttributes(fresh: Fresh | undefined): Record<string, string> {
  if (fresh === undefined) return {};
  return { 'data-fresh': fresh.url, 'data-seconds': String(fresh.seconds), 'data-say': fresh.say };
}

interface PageProps {
  readonly frame: Frame;
  readonly title: string;
  /** The address in the nav that this page belongs to. */
  readonly at?: string;
  readonly class?: string;
  readonly fresh?: Fresh;
}

/** A page of a bank. */
export function Page({ frame, title, at, children, ...rest }: PropsWithChildren<PageProps>) {
  const { bank, viewer } = frame;
  const me = meLink(viewer);
  return (
    <Shell
      title={title}
      theme={bank.theme}
      name={bank.name}
      motto={common.motto}
      nav={navFor(viewer).map((item) => ({ ...item, current: item.href === at }))}
      {...(me ? { me } : {})}
      foot={<BankFoot frame={frame} />}
      {...rest}
    >
      {children}
    </Shell>
  );
}

function navFor(viewer: Viewer): NavItem[] {
  const { nav } = common;
  const home = { href: paths.home, label: nav.home };
  const towns = { href: paths.towns, label: nav.towns };
  switch (viewer.kind) {
    case 'guest':
      return [home, towns, { href: paths.signIn, label: nav.signIn }];
    case 'member':
      return [home, { href: paths.give, label: nav.give }, { href: paths.me, label: nav.me }, towns];
    case 'operator':
      return [
        { href: paths.console, label: nav.console },
        { href: paths.members, label: nav.members },
        towns,
        { href: paths.invitations, label: nav.invite },
      ];
  }
}

function meLink(viewer: Viewer) {
  if (viewer.kind === 'guest') return undefined;
  return { href: viewer.kind === 'member' ? paths.me : paths.console, name: viewer.name };
}

function BankFoot({ frame: { bank, viewer, csrf, sourceUrl, liveUrl } }: { frame: Frame }) {
  return (
    <>
      {bank.phone ? (
        <>
          <p class="lead">{common.ring(bank.bridgeBuilder)}</p>
          <p>
            <a class="tel" href={`tel:${bank.phone.replaceAll(/[^+\d]/g, '')}`}>
              {bank.phone}
            </a>
          </p>
          <p>{common.alsoByPhone}</p>
        </>
      ) : null}
      <div class="foot__line">
        {liveUrl ? <a href={liveUrl}>{common.live}</a> : null}
        {viewer.kind === 'guest' ? null : (
          <form method="post" action={paths.signOut}>
            <input type="hidden" name="csrf" value={csrf} />
            <button type="submit" class="as-link">
              {common.signOut}
            </button>
          </form>
        )}
        <a href={sourceUrl}>{common.source}</a>
        <span>{common.runsOn(bank.name)}</span>
      </div>
    </>
  );
}
