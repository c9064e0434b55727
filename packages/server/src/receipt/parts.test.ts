/** An exchange whose hours moved in two parts: 60 minutes were agreed, 90 were done. Its receipt is of the whole. */
import type { Gift } from '@evenhour/protocol';
import { signDocument } from '@evenhour/protocol/proof';
import { detailOf, type JsonObject } from '@evenhour/protocol/wire';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { atServer, inBrowser, type Settled, settledExchange, verifyText } from '../testing/receipts.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import type { Town } from '../testing/town.ts';
import type { Visitor } from '../testing/visitor.ts';
import type { PartDocuments, ReceiptDocuments } from './check.ts';
import { receiptIn } from './file.ts';

let streets: Streets;
let moira: Visitor;
const exchanges: { [K in 'across' | 'inside' | 'other']?: Settled } = {};

beforeAll(async () => {
  streets = await startStreets();
  moira = await streets.visitor('leith').signIn(streets.tokens.moira);
  const minutes = { agreed: 60, done: 90 };
  exchanges.across = await settledExchange(streets, 'rosa', minutes);
  exchanges.inside = await settledExchange(streets, 'agnes', minutes);
  exchanges.other = await settledExchange(streets, 'rosa', minutes);
});
afterAll(() => streets?.stop());

const call = (method: 'GET' | 'POST', path: string, body?: unknown, token = streets.tokens.moira) =>
  streets.leith.call(method, path, body, { token });

/** The transfers of an exchange, as whoever received has them. */
async function transfersOf(which: keyof typeof exchanges): Promise<[string, string]> {
  return (await call('GET', `/api/exchanges/${exchanges[which]?.receiver}`)).body.transferIds;
}

type Between = Extract<ReceiptDocuments, { kind: 'between' }> & { more: [PartDocuments] };

async function papers(which: keyof typeof exchanges, names = true): Promise<Between> {
  const [id] = await transfersOf(which);
  return (await call('GET', `/api/transfers/${id}/receipt?names=${names}`)).body.documents;
}

describe.each(['across', 'inside'] as const)('%s', (which) => {
  test('a program comes from the exchange to its hours, and from any of them to the one receipt', async () => {
    const ids = await transfersOf(which);
    const hours = await Promise.all(ids.map(async (id) => (await call('GET', `/api/transfers/${id}`)).body));
    expect(hours.map(({ minutes, exchangeId }) => [minutes, exchangeId])).toEqual(
      [60, 30].map((minutes) => [minutes, exchanges[which]?.receiver]),
    );
    const receipts = await Promise.all(
      ids.map(async (id) => (await call('GET', `/api/transfers/${id}/receipt?names=true`)).body.checked),
    );
    expect(receipts[0]).toEqual(receipts[1]);
    expect(receipts[0]).toMatchObject({ ok: true, facts: { minutes: 90, parts: [{ minutes: 60 }, { minutes: 30 }] } });
    expect(receipts[0].facts.what).toBe('The gate squeaks');
  });

  test('both programs find the same in it, with words and without', async () => {
    for (const names of [true, false]) {
      const text = JSON.stringify(await papers(which, names));
      const found = await atServer(text);
      expect(found).toEqual(await inBrowser(text));
      expect(found.ok).toBe(true);
      expect(found.steps).toContainEqual({ step: 'parts', ok: true });
      expect(text.includes('The gate squeaks')).toBe(names);
    }
  });

  test('the statement has both lines, and every page that leads to the receipt shows the whole', async () => {
    const statement = (await moira.get('/me')).html;
    const exchange = (await moira.get(`/exchanges/${exchanges[which]?.receiver}`)).html;
    const ids = await transfersOf(which);
    for (const id of ids) expect(statement).toContain(`href="/receipt/${id}"`);
    expect(exchange).toContain(`href="/receipt/${ids[0]}"`);
    for (const id of ids) {
      const { html } = await moira.get(`/receipt/${id}`);
      expect(html).toContain('<title>Receipt: 1 h 30');
      expect(plain(html)).toContain(
        which === 'across' ? 'In 2 parts: 1 h + 30 min. Both banks signed each one.' : 'In 2 parts: 1 h + 30 min.',
      );
      expect(ids.every((each) => html.includes(`href="/proof/${each}"`))).toBe(which === 'across');
    }
  });

  test('one link, whichever part is named', async () => {
    const [first, second] = await transfersOf(which);
    const share = async (id: string, names: boolean) =>
      (await call('POST', `/api/transfers/${id}/receipt/share`, { names })).body.url as string;
    const before = new URL(await share(second, false)).pathname;
    expect(new URL(await share(first, false)).pathname).toBe(before);
    const guest = streets.visitor('leith');
    expect(plain((await guest.get(before)).html)).toContain('60 + 30');
    const named = new URL(await share(first, true)).pathname;
    expect((await guest.get(before)).status).toBe(404);
    expect((await call('GET', `/api/transfers/${second}/receipt`)).body.shared.names).toBe(true);
    await call('POST', `/api/transfers/${second}/receipt/withdraw`);
    expect((await guest.get(named)).status).toBe(404);
  });

  test('saved as a file it is verified without the bank, and a bent part is found', async () => {
    const { html } = await moira.get(`/receipt/${(await transfersOf(which))[1]}/file?names=yes`);
    const text = receiptIn(html) ?? '';
    expect(await verifyText(html)).toBe(0);
    expect(await inBrowser(text)).toMatchObject({ ok: true, facts: { minutes: 90 } });
    expect(text.split('"minutes":30').length).toBeGreaterThan(1);
    const bent = html.replaceAll('"minutes":30', '"minutes":300');
    expect(await verifyText(bent)).toBe(1);
    expect((await inBrowser(receiptIn(bent) ?? '')).ok).toBe(false);
  });
});

test('the giver in the other town shows the same papers', async () => {
  const { gracia, tokens } = streets;
  const rosa = { token: tokens.rosa };
  const { body } = await gracia.call('GET', `/api/exchanges/${exchanges.across?.giver}`, undefined, rosa);
  expect(body.transferIds).toHaveLength(2);
  const receipt = await gracia.call('GET', `/api/transfers/${body.transferIds[1]}/receipt?names=true`, undefined, rosa);
  expect(receipt.body.documents).toEqual(await papers('across'));
});

test('somebody else comes to neither', async () => {
  for (const id of await transfersOf('across')) {
    const asked = await call('GET', `/api/transfers/${id}/receipt`, undefined, streets.tokens.agnes);
    expect(asked.status).toBe(404);
  }
});

const firstOf = ({ hold, holdAccept, post, receipt, details }: Between): PartDocuments => ({
  ...{ hold, holdAccept, post, receipt },
  ...(details !== undefined && { details }),
});

describe('what is no receipt of one exchange', () => {
  test.each([
    ['a part that counts twice', (d: Between) => ({ ...d, more: [...d.more, firstOf(d)] }), 'parts'],
    ['the same part as another', (d: Between) => ({ ...d, more: [d.more[0], d.more[0]] }), 'parts'],
    ['a part of another exchange', (d: Between, e: Between) => ({ ...d, more: [...d.more, e.more[0]] }), 'parts'],
    ['the whole of another exchange', (d: Between, e: Between) => ({ ...d, more: [firstOf(e)] }), 'parts'],
    ['another amount in a part', (d: Between) => more(d, { post: { ...d.more[0].post, minutes: 29 } }), 'post'],
    ['an entry of the other part', (d: Between) => more(d, { receipt: d.receipt }), 'receipt'],
    ['a hold that nobody signed', (d: Between) => more(d, { hold: { ...d.more[0].hold, seq: 999 } }), 'hold'],
  ] as const)('%s is named, with words and without', async (_, change, step) => {
    for (const names of [true, false]) {
      const [documents, other] = [await papers('across', names), await papers('other', names)];
      const text = JSON.stringify(change(documents, other));
      for (const { ok, steps } of [await atServer(text), await inBrowser(text)]) {
        expect(ok).toBe(false);
        expect(steps.find((each) => !each.ok)?.step).toBe(step);
      }
    }
  });

  test.each([
    ['words of one part only', (d: Between) => ({ ...d, more: [{ ...d.more[0], details: undefined }] })],
    ['words of the other part', (d: Between) => more(d, { details: d.details })],
    ['words of the later part only', ({ details: _, ...d }: Between) => d],
  ])('%s do not hold', async (_, change) => {
    const text = JSON.stringify(change(await papers('across')));
    for (const { ok, steps } of [await atServer(text), await inBrowser(text)]) {
      expect(ok).toBe(false);
      expect(steps.find((each) => !each.ok)?.step).toBe('details');
    }
  });

  test('no parts, parts without an entry and parts with something else are not in the form of one', async () => {
    const documents = await papers('across');
    for (const parts of [[], [{ ...documents.more[0], post: undefined }], [{ ...documents.more[0], sum: 90 }], {}]) {
      const text = JSON.stringify({ ...documents, more: parts });
      expect([(await atServer(text)).ok, (await inBrowser(text)).ok]).toEqual([false, false]);
    }
  });
});

describe('what banks signed that count twice themselves', () => {
  test.each([
    ['another part, for which it would do', 3, true],
    ['a number that the first part has', 1, false],
  ])('%s', async (_, part, ok) => {
    const documents = await papers('across');
    const again = await signedAgain(documents.more[0], part);
    const text = JSON.stringify({ ...documents, more: [...documents.more, again] });
    for (const found of [await atServer(text), await inBrowser(text)]) {
      expect(found.ok).toBe(ok);
      expect(found.facts?.minutes).toBe(ok ? 120 : undefined);
      expect(found.steps.find((each) => !each.ok)?.step).toBe(ok ? undefined : 'details');
    }
  });

  test.each([
    ['as it is', (parts: TownPart[]) => parts, true],
    [
      'a part twice',
      ([first]: TownPart[]) => [
        { ...first, minutes: 45 },
        { ...first, minutes: 45 },
      ],
      false,
    ],
    ['parts that are not the sum', ([a, b]: TownPart[]) => [a, { ...b, minutes: 31 }], false],
    ['another first part', (parts: TownPart[]) => parts.toReversed(), false],
    ['one part', ([first]: TownPart[]) => [{ ...first, minutes: 90 }], false],
    ['another time', ([a, b]: TownPart[]) => [a, { ...b, at: '2026-01-01T00:00:00.000Z' }], false],
  ])('inside a town, %s', async (_, change, ok) => {
    const [id] = await transfersOf('inside');
    const { body } = await call('GET', `/api/transfers/${id}/receipt?names=true`);
    const { town } = body.documents;
    const changed = await signedBy(streets.leith, { ...town, parts: change(town.parts) });
    const text = JSON.stringify({ ...body.documents, town: changed });
    expect([(await atServer(text)).ok, (await inBrowser(text)).ok]).toEqual([ok, ok]);
  });
});

type TownPart = { id: string; minutes: number; at: string };

/** A part once more under another transfer and number, as only both banks together can sign it. */
async function signedAgain(part: PartDocuments, number: number): Promise<PartDocuments> {
  const salt = part.details?.salt ?? '';
  const object = { ...part.details?.object, part: number };
  const transfer = String(part.hold['transfer']).replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  const detail = detailOf(salt, object as unknown as Gift);
  const { leith, gracia } = streets;
  return {
    hold: await signedBy(leith, { ...part.hold, transfer, detail }),
    holdAccept: await signedBy(gracia, { ...part.holdAccept, transfer }),
    post: await signedBy(leith, { ...part.post, transfer }),
    receipt: await signedBy(gracia, { ...part.receipt, transfer }),
    details: { salt, object },
  };
}

async function signedBy({ bank }: Town, { proof: _, ...document }: JsonObject): Promise<JsonObject> {
  const signed = await signDocument(document as Parameters<typeof signDocument>[0], bank.key, new Date().toISOString());
  return { ...signed } as unknown as JsonObject;
}

function more(documents: Between, change: Partial<PartDocuments>): unknown {
  return { ...documents, more: [{ ...documents.more[0], ...change }] };
}

/** Text without tags and without the marks that keep names and figures apart. */
const plain = (html: string): string =>
  html
    .replace(/<[^>]*>/g, '')
    .replace(/[\u2066-\u2069]/g, '')
    .replace(/\u00a0/g, ' ');
