/**
 * Two people who become members and do something for each other, wholly by the pages: one is invited, one asks to join.
 * Nothing is put in that a page or a letter did not show.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, openBrowser } from '../testing/browser.ts';
import { coordinator } from '../testing/people.ts';
import { freePort, paint, startTown, type Town } from '../testing/town.ts';
import {
  choose,
  comeInByMail,
  firstExchange,
  goHome,
  LEITH,
  leave,
  picture,
  press,
  see,
  seeBalance,
  type,
  type Walker,
  type Way,
  walkerAt,
} from './steps.ts';

interface Plan {
  readonly way: Way;
  readonly names: { readonly asker: string; readonly giver: string };
  readonly title: string;
  readonly typed: string;
}

const plans: readonly (readonly [string, Plan])[] = [
  [
    'without script, in Spanish',
    {
      way: { language: 'es', script: false },
      names: { asker: 'Davie', giver: 'Una' },
      title: 'Arreglo de bicicletas',
      typed: 'bicicetas',
    },
  ],
  [
    'with the keyboard alone',
    {
      way: { keyboard: true },
      names: { asker: 'Callum', giver: 'Zofia' },
      title: 'Pickled cucumbers',
      typed: 'cucmbers',
    },
  ],
];
const DESK = 'fiona@mail.example';

describe.skipIf(!hasChromium())('from being invited to a receipt', { timeout: 150_000 }, () => {
  let browser: Browser;
  let town: Town;

  beforeAll(async () => {
    town = await startTown({ name: 'Leith', port: await freePort(), allow: [] });
    await paint(town, LEITH);
    await coordinator(town, LEITH.bridgeBuilder, DESK);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await town?.stop();
  });

  test.each(plans)('%s', async (_, { way, names, title, typed }) => {
    const [desk, giver, asker, guest] = await Promise.all([
      walkerAt(browser, town.origin),
      walkerAt(browser, town.origin, way),
      walkerAt(browser, town.origin, way),
      walkerAt(browser, town.origin, way),
    ]);
    await comeInByMail(desk, DESK);

    await giver.page.goto(await invite(desk));
    await see(giver, giver.words.t('joining.invitedByBank', { bank: 'Leith' }));
    await introduce(giver, names.giver);
    await see(giver, giver.words.t('joining.mailedHeading'));
    await comeInByMail(giver, mailOf(names.giver));
    await tellMore(giver, names.giver);
    await offer(giver, title);

    await goHome(asker);
    await press(asker, 'main a[href="/join"]');
    await see(asker, asker.words.t('joining.heading', { bank: 'Leith' }));
    await introduce(asker, names.asker);
    await see(asker, asker.words.t('joining.askedHeading'));
    await sayYesTo(desk, names.asker);
    await comeInByMail(asker, mailOf(names.asker));

    const link = await firstExchange({ asker, giver, names, title, typed, content: `${title}, 1` });
    await seeBalance(asker, 0, 75);
    await seeBalance(giver, 75, 0);
    await guest.page.goto(link);
    await see(guest, guest.words.t('receipt.checked.inside', { bank: 'Leith' }));
    expect(await guest.page.locator('.ticket').textContent()).toContain(names.giver);
    await leave(desk, giver, asker, guest);
  });
});

function mailOf(name: string): string {
  return `${name.toLowerCase()}@mail.example`;
}

/** The desk's link for whoever is to come. */
async function invite(desk: Walker): Promise<string> {
  const { page, words } = desk;
  await page.goto(`${desk.origin}/console/members`);
  await press(desk, 'main a[href="/me/invitations"]');
  await press(desk, 'form[action="/me/invitations"] button');
  await see(desk, words.t('joining.madeHeading'));
  return page.locator('#link').inputValue();
}

/** What anybody says first, on the form that is open. */
async function introduce(walker: Walker, name: string): Promise<void> {
  await type(walker, '#name', `${name} Bell`);
  await type(walker, '#about', 'Bread, and company');
  await type(walker, '#email', mailOf(name));
  await press(walker, 'main form .btn');
}

async function sayYesTo(desk: Walker, name: string): Promise<void> {
  const { page } = desk;
  await page.goto(`${desk.origin}/console/members`);
  await press(desk, page.locator('.people > li', { hasText: name }).locator('button[value="yes"]'));
  await see(desk, `${name} Bell`);
}

/** One's own page, and how others see it. */
async function tellMore(walker: Walker, name: string): Promise<void> {
  const { words } = walker;
  await goHome(walker);
  await picture(walker, `walk-new-${words.language}`);
  await press(walker, 'main a[href="/me/profile"]');
  await see(walker, words.t('profile.heading'));
  await type(walker, '#speaks', 'Gaelic');
  await press(walker, 'form[action="/me/profile"] .btn');
  await see(walker, words.t('profile.saved'));
  await press(walker, '[role="status"] a[href^="/members/"]');
  await see(walker, `${name} Bell`);
  await see(walker, 'Gaelic');
}

/** Two fields are enough: the words, and what it is about. */
async function offer(walker: Walker, title: string): Promise<void> {
  const { words } = walker;
  await goHome(walker);
  await press(walker, 'main a[href="/offers/new"]');
  await type(walker, '#title', title);
  await choose(walker, '#category', words.t('offers.category.repairs'));
  await press(walker, '#send');
  await see(walker, title);
  await see(walker, words.t('offers.one.mine'));
}
