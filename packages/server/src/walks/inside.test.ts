/**
 * A first exchange inside a town, from an offer that is looked for with a slip of the finger to a receipt that a
 * stranger opens: with script and without, with the keyboard alone, and from right to left.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, openBrowser } from '../testing/browser.ts';
import { freePort, paint, startTown, type Town } from '../testing/town.ts';
import {
  comeIn,
  firstExchange,
  LEITH,
  leave,
  newcomer,
  picture,
  see,
  seeBalance,
  type Way,
  walkerAt,
} from './steps.ts';

interface Plan {
  readonly way: Way;
  readonly title: string;
  readonly typed: string;
  readonly names: { readonly asker: string; readonly giver: string };
}

const people = { asker: 'Moira', giver: 'Agnes' };
const plans: readonly (readonly [string, Plan])[] = [
  ['with script', { way: {}, title: 'Mending bicycles', typed: 'bycicles', names: people }],
  ['without script', { way: { script: false }, title: 'Sewing curtains', typed: 'curtians', names: people }],
  ['with the keyboard alone', { way: { keyboard: true }, title: 'Pruning roses', typed: 'prunning', names: people }],
  [
    'from right to left',
    {
      way: { language: 'ar' },
      title: 'إصلاح الدراجات',
      typed: 'اصلاح الدراجات',
      names: { asker: 'مريم', giver: 'أمينة' },
    },
  ],
];

describe.skipIf(!hasChromium())('a first exchange inside a town', { timeout: 120_000 }, () => {
  let browser: Browser;
  let town: Town;

  beforeAll(async () => {
    const port = await freePort();
    town = await startTown({ name: 'Leith', port, allow: [] });
    await paint(town, LEITH);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await town?.stop();
  });

  test.each(plans)('%s', async (name, { way, title, typed, names }) => {
    const n = plans.findIndex(([each]) => each === name);
    const asker = await walkerAt(browser, town.origin, way);
    const giver = await walkerAt(browser, town.origin, way);
    const tokens = {
      asker: await newcomer(town, `asker-${n}`, names.asker),
      giver: await newcomer(town, `giver-${n}`, names.giver),
    };
    const offer = { kind: 'offer', title, category: 'repairs', language: way.language ?? 'en', visibility: 'bank' };
    const written = await town.call('POST', '/api/offers', offer, { token: tokens.giver });
    expect([written.status, written.body]).toEqual([201, expect.anything()]);
    await comeIn(asker, tokens.asker);
    await comeIn(giver, tokens.giver);
    const link = await firstExchange({ asker, giver, names, title, typed, content: `${title}, 1` });
    await seeBalance(asker, 0, 75);
    await seeBalance(giver, 75, 0);
    await picture(giver, `walk-home-${giver.words.language}`);
    const guest = await walkerAt(browser, town.origin, way);
    await guest.page.goto(link);
    await see(guest, guest.words.t('receipt.guestHeading', { bank: 'Leith' }));
    await see(guest, guest.words.t('receipt.checked.inside', { bank: 'Leith' }));
    expect(await guest.page.locator('.ticket').textContent()).toContain(names.giver);
    await leave(asker, giver, guest);
  });
});
