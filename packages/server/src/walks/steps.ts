/**
 * Somebody at a telephone 360 px wide, for tests that walk from page to page, and the steps of an exchange.
 *
 * Promises: a step presses and types what stands on the page and is over when the next page says so; a walker who has
 * the keyboard alone never points at anything, sees at every stop where the focus is, and is held by none; every page
 * on the way is sound. With EVENHOUR_PICTURES=1 the pages are kept in `docs/pictures`.
 *
 * @module
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { faultsOf, tooWide } from '../testing/browser.ts';
import { type Calls, until } from '../testing/town.ts';
import { balanceInWords } from '../web/statement.tsx';
import { type Language, type Words, wordsOf } from '../web/words.ts';

const PICTURES = fileURLToPath(new URL('../../../../docs/pictures/', import.meta.url));
const takesPictures = process.env['EVENHOUR_PICTURES'] === '1';
const PHONE = 360;
/** In pixels of a screen. */
const A4 = { width: 794, height: 1123 };
/** The most of a page that a picture shows. */
const PICTURE_HEIGHT = { phone: 1200, wide: A4.height };
/** A field of a date is several stops of Tab. */
const MOST_PARTS = 5;

/** How the two towns of the walks show themselves. */
export const LEITH = { theme: 'leith', phone: '0131 496 0123', bridgeBuilder: 'Fiona Kerr' } as const;
export const GRACIA = { theme: 'gracia', phone: '93 555 01 23', bridgeBuilder: 'Núria Soler' } as const;

/** How somebody goes. */
export interface Way {
  readonly language?: Language;
  readonly keyboard?: boolean;
  readonly script?: boolean;
  /** Of the screen, if it is no telephone. */
  readonly width?: number;
}

export interface Walker {
  readonly page: Page;
  readonly words: Words;
  readonly origin: string;
  readonly keyboard: boolean;
  readonly script: boolean;
}

/** Somebody with a browser of their own. */
export async function walkerAt(browser: Browser, origin: string, way: Way = {}): Promise<Walker> {
  const { language = 'en', keyboard = false, script = true, width = PHONE } = way;
  const options: BrowserContextOptions = {
    viewport: { width, height: 800 },
    locale: language,
    javaScriptEnabled: script,
    reducedMotion: 'reduce',
  };
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(8_000);
  return { page, words: wordsOf(language), origin, keyboard, script };
}

export async function leave(...walkers: readonly Walker[]): Promise<void> {
  for (const { page } of walkers) await page.context().close();
}

/** Goes to a link, a button or a summary and presses it. */
export async function press(walker: Walker, target: string | Locator): Promise<void> {
  const found = locate(walker, target);
  if (!walker.keyboard) return found.click();
  await reach(walker.page, found);
  const ticked = await found.evaluate((element) => element.matches('input'));
  await walker.page.keyboard.press(ticked ? 'Space' : 'Enter');
}

/** Writes into a field, over whatever is in it. */
export async function type(walker: Walker, target: string | Locator, text: string): Promise<void> {
  const found = locate(walker, target);
  if (!walker.keyboard) return found.fill(text);
  await reach(walker.page, found);
  await walker.page.keyboard.press('ControlOrMeta+a');
  await walker.page.keyboard.type(text);
}

/** Chooses from a list by its words. */
export async function choose(walker: Walker, target: string | Locator, label: string): Promise<void> {
  const found = locate(walker, target);
  if (!walker.keyboard) await found.selectOption({ label });
  else {
    await reach(walker.page, found);
    await walker.page.keyboard.type(label);
  }
  expect(await found.locator('option:checked').textContent()).toBe(label);
}

function locate({ page }: Walker, target: string | Locator): Locator {
  return typeof target === 'string' ? page.locator(target).first() : target;
}

/**
 * Goes on by Tab until it is there. Stops follow the order of the page, none holds the focus, and each one shows it.
 */
async function reach(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  const has = () => target.evaluate((element) => element === element.ownerDocument.activeElement);
  let [last, parts, turns] = [await stopOf(page), 0, 0];
  while (!(await has())) {
    await page.keyboard.press('Tab');
    const stop = await stopOf(page);
    parts = stop.place === last.place ? parts + 1 : 0;
    if (stop.place < last.place) turns += 1;
    if (parts === MOST_PARTS) throw new Error(`${page.url()}: no Tab leads away from ${stop.what}`);
    if (turns > 1) throw new Error(`${page.url()}: Tab goes back from ${last.what} to ${stop.what}, not to ${target}`);
    last = stop;
  }
}

/** Where the focus is: how far down the page, and what it is on. Refuses a focus that cannot be seen. */
async function stopOf(page: Page): Promise<{ readonly place: number; readonly what: string }> {
  const { seen, ...stop } = await page.evaluate(() => {
    const at = document.activeElement ?? document.body;
    const { outlineStyle, outlineWidth } = getComputedStyle(at);
    return {
      place: [...document.querySelectorAll('*')].indexOf(at),
      what: at.outerHTML.slice(0, 120),
      seen: at === document.body || (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2),
    };
  });
  expect(seen, `${page.url()}: the focus on ${stop.what} can be seen`).toBe(true);
  return stop;
}

/** Waits until the page says it, and finds nothing wrong with the page. */
export async function see({ page, words, script }: Walker, text: string | RegExp): Promise<void> {
  const main = page.locator('main');
  await main
    .getByText(text)
    .first()
    .waitFor()
    .catch(async () => {
      throw new Error(`${page.url()} does not say “${text}” but: ${await main.textContent()}`);
    });
  await page.waitForLoadState();
  expect(await page.locator('html').getAttribute('dir')).toBe(words.dir);
  // axe waits for timers of the page, and without script there are none.
  expect(script ? await faultsOf(page) : await tooWide(page), page.url()).toEqual([]);
}

/** Looks again until the page says what comes from elsewhere. */
export async function seeInTime({ page }: Walker, target: string): Promise<void> {
  await until(async () => {
    await page.reload();
    return (await page.locator(target).count()) > 0;
  });
}

export async function picture({ page }: Walker, name: string): Promise<void> {
  if (!takesPictures) return;
  mkdirSync(PICTURES, { recursive: true });
  const { width, height } = await page.evaluate(() => ({
    width: document.documentElement.clientWidth,
    height: document.documentElement.scrollHeight,
  }));
  const clip = {
    x: 0,
    y: 0,
    width,
    height: Math.min(height, width === PHONE ? PICTURE_HEIGHT.phone : PICTURE_HEIGHT.wide),
  };
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true, clip });
}

/** Looks at the page as a printer puts it on paper. */
export async function onPaper(walker: Walker, name: string, look: () => Promise<void>): Promise<void> {
  const { page } = walker;
  const screen = page.viewportSize();
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize(A4);
  await look();
  const margin = (width: string) => page.evaluate((wide) => document.body.style.setProperty('padding', wide), width);
  await margin('16mm');
  await picture(walker, name);
  await margin('');
  await page.emulateMedia({ media: null });
  if (screen !== null) await page.setViewportSize(screen);
}

/** A new member, and what they come in with. */
export async function newcomer(
  town: Calls,
  handle: string,
  name: string,
  kind: 'person' | 'organisation' = 'person',
): Promise<string> {
  const { body } = await town.call('POST', '/api/members', { handle, name, kind });
  const made = await town.call('POST', `/api/members/${body.id}/tokens`);
  return made.body.token;
}

/** Comes in with a key. */
export async function comeIn(walker: Walker, token: string, to: RegExp = /\/me$/): Promise<void> {
  await walker.page.goto(`${walker.origin}/sign-in`);
  await showKey(walker, token, to);
}

/** Shows a key at the door that one stands at. */
export async function showKey(walker: Walker, token: string, to: RegExp): Promise<void> {
  const { page } = walker;
  await press(walker, 'main details summary');
  await type(walker, '#words', token);
  await press(walker, 'main details button');
  await page.waitForURL(to);
}

/** Asks for six figures, reads them in the mail that this machine keeps, and comes in by them. */
export async function comeInByMail(walker: Walker, email: string): Promise<void> {
  const { page, words, origin } = walker;
  const before = (await lettersTo(walker, email)).length;
  await page.goto(`${origin}/sign-in`);
  await type(walker, '#who', email);
  await press(walker, 'form[action="/sign-in"] button');
  await see(walker, words.t('signIn.codeHeading'));
  await type(walker, '#code', await newFigures(walker, email, before));
  await press(walker, 'form[action="/sign-in/code"] button');
  await page.waitForURL(/\/(me|console)(\/|$)/);
  if (new URL(page.url()).pathname !== '/me/doors/offer') return;
  await see(walker, words.t('signIn.offerHeading'));
  await press(walker, 'main a.btn--quiet');
  await page.waitForURL(/\/(me|console)$/);
}

/** The figures of a letter that was not there before. */
async function newFigures(walker: Walker, email: string, before: number): Promise<string> {
  const figures = await until(async () => {
    const letters = await lettersTo(walker, email);
    return letters.length > before ? /(\d{3}) (\d{3})/.exec(letters[0] ?? '') : null;
  });
  return figures.slice(1).join('');
}

/** What this machine kept of the mail to somebody, the newest first. */
async function lettersTo({ page, origin }: Walker, email: string): Promise<string[]> {
  const tab = await page.context().newPage();
  await tab.goto(`${origin}/mail`);
  const letters = await tab.locator('article', { hasText: email }).allTextContents();
  await tab.close();
  return letters;
}

/** One's first page. */
export async function goHome({ page, origin }: Walker): Promise<void> {
  await page.goto(`${origin}/`);
}

/** Looks for something by other letters than it is written with, and opens it. */
export async function find(walker: Walker, typed: string, title: string): Promise<void> {
  const { page, words } = walker;
  await goHome(walker);
  await press(walker, 'main a[href="/find"]');
  await see(walker, words.t('offers.find.heading'));
  await type(walker, '#q', typed);
  await press(walker, 'form[role="search"] button');
  await see(walker, title);
  await press(walker, page.getByRole('link', { name: title }).first());
  await see(walker, words.t('offers.one.who'));
}

/** Asks on the form that is open. */
export async function ask(walker: Walker, content: string, name: string): Promise<void> {
  const { words } = walker;
  await type(walker, '#ask-content', content);
  await press(walker, 'form[action="/exchanges"] button');
  await see(walker, content);
  await see(walker, words.t('exchange.leadProposedTheirs', { name }));
}

/** Opens the slip on one's first page: what waits for oneself, or what rests until it is done. */
export async function openSlip(walker: Walker, kind: 'waits' | 'rests', says: string): Promise<void> {
  const slip = kind === 'waits' ? '.slips .slip:not(.slip--rest) h3 a' : '.slips .slip--rest h3 a';
  await goHome(walker);
  await seeInTime(walker, slip);
  await press(walker, slip);
  await see(walker, says);
}

/** Waits for words that come from elsewhere. Across towns they travel by themselves. */
export async function hear(walker: Walker, text: string): Promise<void> {
  const { page } = walker;
  await until(async () => {
    await page.reload();
    return (await page.locator('main').getByText(text).count()) > 0;
  });
}

export async function say(walker: Walker, text: string): Promise<void> {
  await type(walker, '#say-text', text);
  await press(walker, formOf('say'));
  await see(walker, text);
}

/** Proposes another length. */
export async function counter(walker: Walker, minutes: number): Promise<void> {
  const { page, words } = walker;
  await press(walker, page.getByText(words.t('exchange.counterOpen'), { exact: true }));
  await length(walker, 'counter', minutes);
  await press(walker, formOf('counter'));
  await see(walker, words.t('exchange.youPropose', { hours: words.long(minutes) }));
}

/** Presses one's own half. */
export async function sayYes(walker: Walker, says: string): Promise<void> {
  await press(walker, 'button.half--mine');
  await see(walker, says);
}

export async function record(walker: Walker, minutes: number): Promise<void> {
  const { page, words } = walker;
  await press(walker, page.getByText(words.t('exchange.recordOpen'), { exact: true }));
  await length(walker, 'record', minutes);
  await press(walker, formOf('record'));
  await see(walker, words.t('exchange.youWrote', { hours: words.long(minutes) }));
}

export async function thank(walker: Walker, name: string, text: string): Promise<void> {
  const { words } = walker;
  await type(walker, '#thank-text', text);
  await press(walker, formOf('thank'));
  await see(walker, words.t('exchange.thanksYours', { name }));
}

export async function length(walker: Walker, id: string, minutes: number): Promise<void> {
  await type(walker, `#${id}-hours`, String(Math.floor(minutes / 60)));
  await type(walker, `#${id}-minutes`, String(minutes % 60));
}

/** The button of one act of an exchange. */
export function formOf(act: string): string {
  return `form:has(input[name="act"][value="${act}"]) button`;
}

/** What one's first page says of one's hours. */
export async function seeBalance(walker: Walker, given: number, received: number): Promise<void> {
  const { words } = walker;
  await goHome(walker);
  const moved = { given: words.short(given), received: words.short(received) };
  await see(walker, words.t('statement.youHave', moved));
  await see(walker, balanceInWords(words, given - received, false));
}

/** Shows the newest receipt to whoever has its link, and returns the link. */
export async function shareReceipt(walker: Walker): Promise<string> {
  const { page, words, origin } = walker;
  await page.goto(`${origin}/me`);
  await seeInTime(walker, 'main a[href^="/receipt/"]');
  await press(walker, 'main a[href^="/receipt/"]');
  await see(walker, words.t('receipt.heading'));
  await press(walker, 'input[name="names"]');
  await press(walker, 'form[action$="/share"] button');
  await see(walker, words.t('receipt.shared'));
  return new URL((await page.locator('a[href^="/r/"]').first().getAttribute('href')) ?? '', origin).href;
}

/** Who meets, and about what. */
export interface Meeting {
  readonly asker: Walker;
  readonly giver: Walker;
  readonly names: { readonly asker: string; readonly giver: string };
  /** What is offered, and how it is looked for. */
  readonly title: string;
  readonly typed: string;
  readonly content: string;
}

/** A first exchange, from looking for it to thanks, in which 75 minutes are given. The link of its receipt. */
export async function firstExchange(meeting: Meeting): Promise<string> {
  const { asker, giver, names, title, typed, content } = meeting;
  const { t, long } = asker.words;
  await find(asker, typed, title);
  await press(asker, 'main a[href^="/exchanges/new?offer="]');
  await ask(asker, content, names.giver);
  await openSlip(giver, 'waits', t('exchange.askedGive', { name: names.asker, title }));
  await say(giver, `${title}?`);
  await counter(giver, 90);
  await openSlip(asker, 'waits', t('exchange.proposes', { name: names.giver, hours: long(90) }));
  await hear(asker, `${title}?`);
  await sayYes(asker, t('exchange.youSaidYes'));
  await openSlip(giver, 'rests', t('exchange.leadAgreed'));
  await record(giver, 75);
  await openSlip(asker, 'waits', t('exchange.theySay', { name: names.giver, hours: long(75) }));
  await picture(asker, `walk-confirm-${asker.words.language}`);
  await sayYes(asker, t('exchange.confirmedReceive', { name: names.giver, hours: long(75) }));
  await thank(asker, names.giver, `${title}!`);
  return shareReceipt(asker);
}
