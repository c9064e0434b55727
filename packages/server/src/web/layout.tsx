/**
 * The page around every page: the town's band, the way about, and the telephone.
 *
 * Promises: the document is whole without script and fits a policy that allows nothing from elsewhere
 * and nothing inline. The bank's telephone number, if it has one, stands at the same place on every page.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { raw } from 'hono/html';
import type { Child, PropsWithChildren } from 'hono/jsx';
import { assetUrl } from './assets.ts';
import { Bell } from './bell.tsx';
import { Emblem, Sprite } from './emblems.tsx';
import { firstName } from './format.ts';
import { Form } from './forms.tsx';
import type { Frame, Theme, Viewer } from './models.ts';
import { paths } from './paths.ts';
import { languages, useWords, type Words, WordsContext } from './words.ts';

/** Answers with pages must carry exactly this policy. Assets need none. */
export const contentSecurityPolicy =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

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
  readonly words: Words;
  readonly title: string;
  readonly theme: Theme;
  readonly name: string;
  readonly motto: string;
  readonly nav: readonly NavItem[];
  readonly me?: { readonly href: string; readonly name: string };
  readonly bell?: Child;
  readonly foot: Child;
  readonly class?: string;
  readonly live?: boolean;
  /** Differs whenever somebody else is signed in; says nothing about who. */
  readonly who?: string;
  readonly fresh?: Fresh;
}

const font = 'besley-latin-700-normal.woff2';

export function Shell(props: PropsWithChildren<ShellProps>) {
  const sheets = props.live ? (['look.css', 'live.css'] as const) : (['look.css'] as const);
  const { language, dir, t } = props.words;
  return (
    <WordsContext.Provider value={props.words}>
      {raw('<!doctype html>')}
      <html lang={language} dir={dir} data-town={props.theme} {...(props.class ? { class: props.class } : {})}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>{`${props.title}: ${props.name}`}</title>
          <link rel="icon" href={assetUrl(`emblems/${props.theme}.svg`)} type="image/svg+xml" />
          {props.live ? null : <link rel="apple-touch-icon" href={assetUrl(`icons/${props.theme}.png`)} />}
          <link rel="preload" href={assetUrl(font)} as="font" type="font/woff2" crossorigin="anonymous" />
          {sheets.map((sheet) => (
            <link rel="stylesheet" href={assetUrl(sheet)} />
          ))}
          {props.live ? null : <link rel="manifest" href={paths.manifest} />}
          {props.live ? null : <script src={assetUrl('app.js')} data-who={props.who} defer />}
          {props.fresh ? <FreshHead fresh={props.fresh} /> : null}
        </head>
        <body>
          <Sprite />
          <a class="skip" href="#main">
            {t('page.skip')}
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
                {props.bell}
                {props.me ? (
                  <a class="band__me" href={props.me.href}>
                    {props.me.name}
                  </a>
                ) : null}
              </div>
            </div>
            <nav class="nav wrap" aria-label={t('page.mainNav')}>
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
    </WordsContext.Provider>
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
  const { bank, viewer, words } = frame;
  const { t } = words;
  const me = meLink(viewer);
  return (
    <Shell
      words={words}
      who={whoOf(frame)}
      title={title}
      theme={bank.theme}
      name={bank.name}
      motto={t('page.motto')}
      nav={navFor(viewer, words).map((item) => ({ ...item, current: item.href === at }))}
      {...(me ? { me, bell: <Bell count={frame.unread} /> } : {})}
      foot={<BankFoot frame={frame} />}
      {...rest}
    >
      {children}
    </Shell>
  );
}

function whoOf({ csrf }: Frame): string {
  return csrf === '' ? '' : createHash('sha256').update(`who ${csrf}`).digest('base64url').slice(0, 12);
}

function navFor(viewer: Viewer, { t }: Words): NavItem[] {
  const home = { href: paths.home, label: t('page.navHome') };
  const towns = { href: paths.towns, label: t('page.navTowns') };
  switch (viewer.kind) {
    case 'guest':
      return [home, towns, { href: paths.signIn, label: t('page.navSignIn') }];
    case 'member':
      return [
        home,
        { href: paths.find, label: t('offers.find.title') },
        { href: paths.gatherings, label: t('gathering.nav') },
        { href: paths.exchanges, label: t('exchange.title') },
        { href: paths.give, label: t('page.navGive') },
        { href: paths.me, label: t('page.navMe') },
        { href: paths.people, label: t('page.navPeople') },
        towns,
      ];
    case 'operator':
      return [
        { href: paths.console, label: t('page.navConsole') },
        { href: paths.members, label: t('page.navMembers') },
        { href: paths.gatherings, label: t('gathering.nav') },
        towns,
        { href: paths.invitations, label: t('page.navInvite') },
      ];
  }
}

function meLink(viewer: Viewer) {
  if (viewer.kind === 'guest') return undefined;
  return { href: viewer.kind === 'member' ? paths.profile : paths.console, name: viewer.name };
}

function BankFoot({ frame: { bank, viewer, csrf, sourceUrl, liveUrl, mailbox, here } }: { frame: Frame }) {
  const { t } = useWords();
  return (
    <>
      {bank.phone ? (
        <>
          <p class="lead">{t('page.ring', { name: firstName(bank.bridgeBuilder) })}</p>
          <p>
            <a class="tel" href={`tel:${bank.phone.replaceAll(/[^+\d]/g, '')}`}>
              {bank.phone}
            </a>
          </p>
          <p>{t('page.alsoByPhone')}</p>
        </>
      ) : null}
      <div class="foot__line">
        <a href={paths.fund}>{t('fund.link')}</a>
        {liveUrl ? <a href={liveUrl}>{t('page.live')}</a> : null}
        {mailbox ? <a href={mailbox}>{t('notices.mailbox.title')}</a> : null}
        {viewer.kind === 'guest' ? null : (
          <form method="post" action={paths.signOut}>
            <input type="hidden" name="csrf" value={csrf} />
            <button type="submit" class="as-link">
              {t('page.signOut')}
            </button>
          </form>
        )}
        <a href={sourceUrl}>{t('page.source')}</a>
        <span>{t('page.runsOn', { bank: bank.name })}</span>
      </div>
      <LanguageSwitch here={here} csrf={csrf} />
    </>
  );
}

/** Each language under the name that its own speakers know. */
function LanguageSwitch({ here, csrf }: { here: string; csrf: string }) {
  const { language, t } = useWords();
  return (
    <>
      <Form action={paths.language} csrf={csrf} class="foot__line" label={t('page.languages')}>
        <input type="hidden" name="next" value={here} />
        {Object.entries(languages).map(([tag, { name, dir }]) => (
          <button
            type="submit"
            name="language"
            value={tag}
            lang={tag}
            dir={dir}
            class="as-link"
            {...(tag === language ? { 'aria-current': 'true' } : {})}
          >
            {name}
          </button>
        ))}
      </Form>
      {languages[language].asksReaders ? <p>{t('page.needsReader')}</p> : null}
    </>
  );
}
