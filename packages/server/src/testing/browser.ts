/**
 * A real browser for tests of pages: Debian's Chromium, or the one that CHROMIUM names.
 *
 * Promises: without one the tests are named as not run, and fail where EVENHOUR_REQUIRE_ALL=1 asks for all;
 * a page that is `sound` has nothing for axe to find and nothing wider than the screen.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];
const ALL = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** The height of what is pressed, in pixels of a screen. */
const FINGER = 44;
/** The height of the smallest letters, in pixels of a screen. */
const SMALLEST_TEXT = 18;
/** The rules whose answer changes with the colours of a page. */
const COLOURS = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

export function hasChromium(): boolean {
  const found = existsSync(CHROMIUM);
  if (!found && process.env['EVENHOUR_REQUIRE_ALL'] === '1')
    throw new Error(`there is no browser at ${CHROMIUM}; install Debian's chromium`);
  return found;
}

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ARGS });
}

interface Axe {
  run(options: unknown): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

/** What is wrong with a page. The policy lets no script in, so axe comes through the debugger. */
export async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return [...(await found(page, ALL)), ...(await tooWide(page))];
}

/** What can be read badly on a page at which {@link faultsOf} has looked, in the colours that it wears now. */
export async function paleOn(page: Page): Promise<string[]> {
  return found(page, COLOURS);
}

async function found(page: Page, rules: unknown): Promise<string[]> {
  return page.evaluate(async (runOnly) => {
    const { axe } = globalThis as unknown as { axe: Axe };
    const { violations } = await axe.run({ runOnly, resultTypes: ['violations'], preload: false });
    return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html.slice(0, 200)}`);
  }, rules);
}

/** What is to be pressed on a page and is lower than a finger, unless it stands in a sentence. */
export async function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate((finger) => {
    const pressed = [
      ...document.querySelectorAll('main :is(a, button, input, select, textarea, summary), nav a, footer a'),
    ];
    const low = pressed.filter((each) => {
      const { height, width } = (each.closest('label') ?? each).getBoundingClientRect();
      const said = [...(each.parentElement?.childNodes ?? [])].filter((node) => node !== each);
      const inSentence = said.some(({ nodeType, textContent }) => nodeType === 3 && /\p{L}/u.test(textContent ?? ''));
      return width > 0 && Math.round(height) < finger && !(each.matches('a') && inSentence);
    });
    return low.slice(0, 1).map((each) => `lower than ${finger} px: ${each.outerHTML.slice(0, 200)}`);
  }, FINGER);
}

/** What is written on a page in letters that are smaller than what older eyes read; pictures are left out. */
export async function tooFine(page: Page): Promise<string[]> {
  return page.evaluate((smallest) => {
    const written = [...document.body.querySelectorAll('*')].filter((each) => {
      if (each.closest('svg, .vh') !== null || !each.checkVisibility({ visibilityProperty: true })) return false;
      return (
        each.matches('input, select, textarea') ||
        [...each.childNodes].some(({ nodeType, textContent }) => nodeType === 3 && /\S/.test(textContent ?? ''))
      );
    });
    const sizeOf = (each: Element) => Number.parseFloat(getComputedStyle(each).fontSize);
    const fine = written.filter((each) => sizeOf(each) < smallest);
    const said = new Map(fine.map((each) => [`${each.tagName}.${each.className}`, each]));
    return [...said.values()].map((each) => `${sizeOf(each)} px small: ${each.outerHTML.slice(0, 160)}`);
  }, SMALLEST_TEXT);
}

/** Whether a page is wider than the screen: nothing, or by how much and which part of it. */
export async function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const all = [...document.querySelectorAll('main *, header *, footer *')];
    const widest = all.reduce((most, each) => {
      const outside = ({ left, right }: DOMRect) => Math.max(right - clientWidth, -left);
      return outside(each.getBoundingClientRect()) >= outside(most.getBoundingClientRect()) ? each : most;
    });
    return [`${scrollWidth - clientWidth} px wider than the screen: ${widest.outerHTML.slice(0, 120)}`];
  });
}
