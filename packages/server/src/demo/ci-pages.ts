/**
 * Steps of `--ci` about pages: the live page and the towns' own.
 *
 * Promises: pages are fetched as a browser fetches them; none holds a script or a style of its own,
 * and none breaks the policy that it is sent with.
 *
 * @module
 */
import { until } from './api.ts';
import { must, mustEqual, type Report } from './report.ts';
import type { Watch } from './watch.ts';
import type { World } from './world.ts';

export async function pageSteps(report: Report, world: World, watch: Watch): Promise<void> {
  const { pageOrigin, towns } = world;
  const names = towns.map(({ name }) => name);
  let hour = '';

  await report.step('page', async () => {
    const { text, bytes } = await read(`${pageOrigin}/`);
    for (const name of names) must(text.includes(name), `${name} is not on the page`);
    isClean(text);
    for (const asset of assetsOf(text)) mustEqual((await fetch(`${pageOrigin}${asset}`)).status, 200, asset);
    must((await read(`${pageOrigin}/?hold`)).text.includes('holds still'), 'the page does not hold still');
    return `the live page shows ${names.join(', ')} in ${Math.round(bytes / 1024)} kB, without a script or style of its own`;
  });

  await report.step('page-fragment', async () => {
    const { text } = await read(`${pageOrigin}/?fragment=1`);
    must(text.startsWith('<main') && text.endsWith('</main>'), 'the fragment is not the main part alone');
    isClean(text);
    return 'the fragment is the main part of the page alone';
  });

  await report.step('page-act', async () => {
    const before = await watch.now();
    const { text } = await read(`${pageOrigin}/`);
    const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const answer = await act(pageOrigin, { name: 'send', town: 'leith', csrf }, pageOrigin);
    mustEqual(answer, 303, 'an hour sent from the page');
    const sent = await until('the hour that was sent from the page arrives', async () => {
      const figures = (await watch.now()).towns[0];
      const known = new Set(before.towns[0]?.transfers.map(({ id }) => id));
      return figures?.transfers.find(({ id, status }) => !known.has(id) && status === 'settled');
    });
    hour = `leith.${sent.id}`;
    must((await read(`${pageOrigin}/`)).text.includes(hour), 'the hour is not on the page');
    return 'the button on the live page sent an hour';
  });

  await report.step('page-stranger', async () => {
    const { text } = await read(`${pageOrigin}/`);
    const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const form = { name: 'plug', town: 'galway' };
    mustEqual(await act(pageOrigin, { ...form, csrf }, 'https://stranger.example'), 403, 'a form of another site');
    mustEqual(await act(pageOrigin, { ...form, csrf: 'guessed' }, pageOrigin), 403, 'a form without the token');
    must(towns[2].on, 'the plug was pulled all the same');
    return 'a form of another site is refused';
  });

  await report.step('page-message', async () => {
    const { text } = await read(`${pageOrigin}/?hour=${hour}`);
    isClean(text);
    for (const part of ['Hold', 'HoldAccept', 'Post', 'Receipt', 'proofValue', 'eddsa-jcs-2022'])
      must(text.includes(part), `${part} is not shown`);
    must(
      (await read(`${pageOrigin}/?hour=leith.nothing`)).text.includes('<main'),
      'a message that is not there breaks the page',
    );
    return 'the message of that hour opens: four signed entries, and the lines of both ledgers';
  });

  for (const town of towns) {
    await report.step(`bank-pages-${town.plan.id}`, async () => {
      for (const path of ['/', '/towns', '/sign-in']) {
        const { text } = await read(`${town.origin}${path}`);
        must(text.includes(town.name), `${path} does not name the town`);
        isClean(text);
        for (const asset of assetsOf(text)) mustEqual((await fetch(`${town.origin}${asset}`)).status, 200, asset);
      }
      return `the pages of ${town.name} open, without a script or style of their own`;
    });
  }
}

async function read(url: string): Promise<{ text: string; bytes: number }> {
  const response = await fetch(url, { headers: { accept: 'text/html' } });
  const text = await response.text();
  mustEqual(response.status, 200, url);
  must((response.headers.get('content-type') ?? '').startsWith('text/html'), `${url} is not a page`);
  must((response.headers.get('content-security-policy') ?? '').includes("default-src 'none'"), `${url} has no policy`);
  return { text, bytes: Buffer.byteLength(text) };
}

async function act(origin: string, form: Record<string, string>, from: string): Promise<number> {
  const response = await fetch(`${origin}/act`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: from, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
  await response.arrayBuffer();
  return response.status;
}

/** Nothing inline: no script with text in it, no style, no handler in an attribute, nothing from elsewhere. */
function isClean(html: string): void {
  must(!/<script(?![^>]*\ssrc=)/i.test(html), 'there is a script in the page');
  must(!/<style/i.test(html) && !/\sstyle=/i.test(html), 'there is a style in the page');
  must(!/\son[a-z]+=/i.test(html), 'there is a handler in the page');
  must(!/<(?:script|link|img)[^>]*(?:src|href)="https?:/i.test(html), 'something comes from elsewhere');
}

function assetsOf(html: string): string[] {
  return [...new Set([...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? ''))];
}
