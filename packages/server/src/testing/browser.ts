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
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

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
  const found = await page.evaluate(async (runOnly) => {
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run({ runOnly });
    return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html.slice(0, 200)}`);
  }, RULES);
  return [...found, ...(await tooWide(page))];
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
