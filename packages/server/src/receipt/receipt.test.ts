/** A receipt that is shown: what is in it, who sees it, and that one changed byte makes it none. */
import type { JsonObject } from '@evenhour/protocol/wire';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { transfer } from '../db/schema.ts';
import { atServer, inBrowser, settledExchange, verifyText } from '../testing/receipts.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { until } from '../testing/town.ts';
import type { Visitor } from '../testing/visitor.ts';
import type { ReceiptDocuments } from './check.ts';
import { receiptIn } from './file.ts';

let streets: Streets;
let moira: Visitor;
let across: string;
let inside: string;
/** Hours of an exchange: Moira receives, Rosa of Gràcia gives the time. */
let exchanged: string;
beforeAll(async () => {
  streets = await startStreets();
  moira = await streets.visitor('leith').signIn(streets.tokens.moira);
  const give = async (to: string, content: string): Promise<string> => {
    const given = await streets.leith.call(
      'POST',
      '/api/transfers',
      { to, minutes: 90, content },
      { token: streets.tokens.moira },
    );
    const done = await until(async () => {
      const { body } = await streets.leith.call('GET', `/api/transfers/${given.body.id}`);
      return body.status === 'settled' ? body : null;
    });
    return done.id;
  };
  across = await give(`rosa@${streets.gracia.host}`, 'Catalan by telephone');
  inside = await give('agnes', 'The <kitchen> tap');
  const { receiver } = await settledExchange(streets, 'rosa', { agreed: 90, done: 90 });
  exchanged = (await call('GET', `/api/exchanges/${receiver}`)).body.transferIds[0];
});
afterAll(() => streets?.stop());

const call = (method: 'GET' | 'POST', path: string, body?: unknown, token: string | null = streets.tokens.moira) =>
  streets.leith.call(method, path, body, { token });

const share = (id: string, names: boolean) => call('POST', `/api/transfers/${id}/receipt/share`, { names });
const pathOf = (url: string) => new URL(url).pathname;

async function textOf(id: string, names: boolean): Promise<string> {
  const { body } = await call('GET', `/api/transfers/${id}/receipt?names=${names}`);
  return JSON.stringify(body.documents);
}

describe('what is checked', () => {
  test('the server and the browser find the same in a whole receipt', async () => {
    for (const id of [across, inside, exchanged])
      for (const names of [true, false]) {
        const text = await textOf(id, names);
        const found = await atServer(text);
        expect(found).toEqual(await inBrowser(text));
        expect(found.ok).toBe(true);
        expect(found.facts).toMatchObject({ minutes: 90, from: 'Leith', to: id === inside ? 'Leith' : 'Gràcia' });
        expect(found.facts?.giver).toBe(names && id !== exchanged ? 'Moira Baird' : null);
        expect(text.includes('Moira')).toBe(names && id !== exchanged);
        expect(found.steps.some(({ step }) => step === 'details')).toBe(names);
      }
  });

  test('an exchange across: both towns show what was agreed, and the command reads it', async () => {
    const { gracia, tokens } = streets;
    const { body } = await gracia.call('GET', '/api/transfers?limit=10', undefined, { token: tokens.rosa });
    const there = body.items.find(({ purpose }: { purpose: string }) => purpose === 'exchange');
    const rosas = await gracia.call('GET', `/api/transfers/${there?.id}/receipt?names=true`, undefined, {
      token: tokens.rosa,
    });
    const moiras = JSON.parse(await textOf(exchanged, true));
    expect(rosas.body.documents).toEqual(moiras);
    expect(rosas.body.checked).toMatchObject({ ok: true, facts: { minutes: 90, what: 'The gate squeaks' } });
    expect(moiras.details.object.agreed.terms.place).toBe('The yard behind the library');
    const text = JSON.stringify(moiras);
    expect(await verifyText(text)).toBe(0);
    expect(await verifyText(text.replace('The gate squeaks', 'The gate squeakz'))).toBe(1);
  });

  test('one changed byte anywhere is found by both, and at the same step', { timeout: 60_000 }, async () => {
    for (const id of [across, inside, exchanged]) {
      const text = await textOf(id, true);
      const places = Array.from({ length: 150 }, (_, i) => Math.floor((i * text.length) / 150));
      for (const at of places) {
        const sign = text.charAt(at) === '1' ? '2' : '1';
        const changed = `${text.slice(0, at)}${sign}${text.slice(at + 1)}`;
        if (changed === text || bare(changed) === bare(text)) continue;
        const [ours, theirs] = [await atServer(changed), await inBrowser(changed)];
        expect([ours.ok, theirs.ok], `at ${at}: ${text.slice(at - 20, at + 20)}`).toEqual([false, false]);
      }
    }
  });

  test.each([
    ['another amount', (d: Between) => ({ ...d, post: { ...d.post, minutes: 91 } }), 'post'],
    ['another receipt', (d: Between) => ({ ...d, receipt: d.holdAccept }), 'receipt'],
    [
      'a hold of nobody',
      (d: Between) => ({ ...d, hold: { ...d.hold, actor: 'https://other.example/ap/bank' } }),
      'hold',
    ],
    ['one yes twice', (d: Between) => ({ ...d, accept: d.offer }), 'agreement'],
    [
      'other words',
      (d: Between) => ({ ...d, details: { ...d.details, object: { ...d.details?.object, content: 'x' } } }),
      'details',
    ],
  ])('%s is named', async (_, change, step) => {
    const documents = JSON.parse(await textOf(across, true)) as Between;
    const text = JSON.stringify(change(documents));
    for (const { ok, steps } of [await atServer(text), await inBrowser(text)]) {
      expect(ok).toBe(false);
      expect(steps.find((each) => !each.ok)?.step).toBe(step);
    }
  });

  test('a key change between two entries is followed, and one that nobody allowed is not', async () => {
    const documents = JSON.parse(await textOf(across, false)) as Between;
    const forged = {
      ...documents.post,
      keyChange: { newKey: 'z', recoveryKey: 'z', nextRecovery: 'u', recoverySignature: 'z' },
    };
    const text = JSON.stringify({ ...documents, keyChanges: [{ ...forged, seq: 1 }] });
    expect((await atServer(text)).ok).toBe(false);
    expect((await inBrowser(text)).ok).toBe(false);
  });
});

type Between = Extract<ReceiptDocuments, { kind: 'between' }> & { details?: { salt: string; object: JsonObject } };
/** Without what stands in a receipt and proves nothing. */
const bare = (text: string): string => text.replace(/"format":"[^"]*"/, '');

describe('who sees it', () => {
  test('a guest with the link, without names until they were ticked, and not after it was ended', async () => {
    const guest = streets.visitor('leith');
    const { body } = await share(across, false);
    const plain = pathOf(body.url);
    expect((await share(across, false)).body.url).toBe(body.url);
    const seen = await guest.get(plain);
    expect(seen.status).toBe(200);
    expect(seen.html).toContain('Checked: both banks signed');
    expect(seen.html).not.toContain('Moira');
    expect(seen.html).not.toContain('Catalan');
    expect(seen.headers.get('x-robots-tag')).toBe('noindex');
    const named = pathOf((await share(across, true)).body.url);
    expect(named).not.toBe(plain);
    expect((await guest.get(plain)).status).toBe(404);
    expect((await guest.get(named)).html).toContain('Moira Baird');
    expect((await call('GET', `/api/receipts/${named.slice(3)}`, undefined, null)).body.checked.ok).toBe(true);
    await call('POST', `/api/transfers/${across}/receipt/withdraw`);
    expect((await guest.get(named)).status).toBe(404);
    expect((await call('GET', `/api/receipts/${named.slice(3)}`, undefined, null)).status).toBe(404);
  });

  test('nobody else has it, makes its link or ends it', async () => {
    const agnes = await streets.visitor('leith').signIn(streets.tokens.agnes);
    expect((await agnes.get(`/receipt/${across}`)).status).toBe(404);
    for (const what of ['share', 'withdraw']) {
      const asked = await call(
        'POST',
        `/api/transfers/${across}/receipt/${what}`,
        what === 'share' ? { names: true } : {},
        streets.tokens.agnes,
      );
      expect(asked.status).toBe(404);
    }
    expect((await call('GET', `/api/transfers/${across}/receipt`, undefined, streets.tokens.agnes)).status).toBe(404);
    expect(
      (await call('POST', `/api/transfers/${across}/receipt/share`, { names: true }, streets.leith.token)).status,
    ).toBe(403);
  });

  test('hours that are not settled have none', async () => {
    const { db } = streets.leith.database;
    await db.update(transfer).set({ status: 'returned' }).where(eq(transfer.id, inside));
    expect((await moira.get(`/receipt/${inside}`)).status).toBe(404);
    await db.update(transfer).set({ status: 'settled' }).where(eq(transfer.id, inside));
    expect((await moira.get(`/receipt/${inside}`)).status).toBe(200);
  });

  test('its member makes and ends the link on the page', async () => {
    const page = `/receipt/${inside}`;
    await moira.fill(page, `${page}/share`, { names: 'yes' });
    const link = /href="(\/r\/[^"]+)"/.exec((await moira.get(page)).html)?.[1] ?? '';
    const seen = await streets.visitor('leith').get(link);
    expect(seen.html).toContain('Checked: Leith signed');
    expect(seen.html).toContain('Agnes Tulloch');
    expect(seen.html).not.toContain('<kitchen>');
    await moira.fill(page, `${page}/end`, {});
    expect((await streets.visitor('leith').get(link)).status).toBe(404);
  });
});

describe('as a file', () => {
  test('it has its papers inside, a policy of its own, and is verified by the command', async () => {
    const { html, headers } = await moira.get(`/receipt/${across}/file?names=yes`);
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="receipt-\d{4}-\d{2}-\d{2}\.html"$/);
    expect(html).toMatch(
      /<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; script-src &#39;sha256-/,
    );
    expect(html).not.toMatch(/(src|href)="(https?:)?\//);
    const text = receiptIn(html);
    expect((await atServer(text ?? '')).ok).toBe(true);
    expect(await verifyText(html)).toBe(0);
    expect(await verifyText(text ?? '')).toBe(0);
    expect(await verifyText(html.replace('"minutes":90', '"minutes":95'))).toBe(1);
    expect(await verifyText('<p>no receipt</p>')).toBe(1);
  });
});
