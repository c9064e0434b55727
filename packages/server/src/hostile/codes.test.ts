/**
 * Every secret that opens a door by itself, after its end and for the second time: nobody comes in, nothing is done,
 * and it says so kindly. What is proved beside the code of each is not repeated here.
 */
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { gathering, joinLink, leaving, offer, passkeyChallenge, session, signInCode } from '../db/schema.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { getOffer } from '../offer/offers.ts';
import { renewPath } from '../offer/renewals.ts';
import { Authenticator } from '../testing/authenticator.ts';
import { lastLetter } from '../testing/letters.ts';
import { anotherSession } from '../testing/people.ts';
import { Visitor } from '../testing/visitor.ts';
import { said } from '../testing/watch.ts';
import { openScene, type Scene } from './scene.ts';
import { Standing } from './standing.ts';

let scene: Scene;
let guest: Visitor;
beforeAll(async () => {
  scene = await openScene();
}, 240_000);
afterAll(() => scene?.stop());
beforeEach(() => {
  guest = somebody();
});
const somebody = () => new Visitor(scene.town.node, scene.town.origin);

const UNA = 'una@mail.example';
const db = () => scene.town.database.db;
const bankId = () => scene.town.bank.id;
const call = (path: string, body: object = {}, token: string | null = scene.town.token) =>
  scene.town.call('POST', path, body, { token });
const PAST = sql`now() - interval '1 second'`;

/** Does it once nothing else is going on, and expects every row to be as it was. */
async function unchanged<T>(work: () => Promise<T>): Promise<T> {
  const standing = new Standing(scene.town);
  await standing.settle();
  return standing.unchanged(work);
}

const sessions = async (): Promise<number> => (await db().select().from(session)).length;

/** Runs it and expects that nobody came in. */
async function nobodyComesIn<T>(work: () => Promise<T>): Promise<T> {
  const before = await sessions();
  const answer = await work();
  expect(await sessions()).toBe(before);
  return answer;
}

/** Has a letter sent, and reads its link and figures. */
async function letter(): Promise<{ request: string; link: string; code: string }> {
  const { body } = await call('/api/sign-in/codes', { email: UNA }, null);
  const text = await lastLetter(scene.town, UNA);
  const link = /\/sign-in\/link\/\S+/.exec(text)?.[0] ?? '';
  return { request: body.request, link, code: (/(\d{3}) (\d{3})/.exec(text) ?? []).slice(1).join('') };
}
const redeem = (request: string, code: string) => call('/api/sign-in/code', { request, code }, null);

describe('the letter with figures and a link', () => {
  test('the link ends after ten minutes', async () => {
    const { link } = await letter();
    await db().update(signInCode).set({ expiresAt: PAST });
    const seen = await nobodyComesIn(() => guest.fill(link, link, {}));
    expect([seen.status, guest.cookies.size]).toEqual([400, 0]);
    expect(seen.html).toContain('The time of this link is over');
  });

  test('figures and link end together, whichever is used', async () => {
    const first = await letter();
    expect((await guest.fill(first.link, first.link, {})).status).toBe(303);
    expect((await nobodyComesIn(() => redeem(first.request, first.code))).body.facts.reason).toBe('used');
    const second = await letter();
    expect(said(await redeem(second.request, second.code))).toBe('201 ok');
    guest.cookies.clear();
    const seen = await nobodyComesIn(() => guest.fill(second.link, second.link, {}));
    expect([seen.status, seen.html.includes('used already')]).toEqual([400, true]);
  });

  test('a program that brings the link is let in once', async () => {
    const { link } = await letter();
    const bring = () => call('/api/sign-in/link', { link: `${scene.town.origin}${link}` }, null);
    expect(said(await bring())).toBe('201 ok');
    expect((await nobodyComesIn(bring)).body.facts).toMatchObject({ field: 'link', reason: 'used' });
    expect((await nobodyComesIn(() => guest.fill(link, link, {}))).status).toBe(400);
  });

  test('six who press the link at once are one who comes in', async () => {
    const { link } = await letter();
    const before = await sessions();
    const seen = await Promise.all(Array.from({ length: 6 }, () => somebody().post(link, {})));
    expect(seen.map(({ status }) => status).sort()).toEqual([303, 400, 400, 400, 400, 400]);
    expect(await sessions()).toBe(before + 1);
  });

  test('one that belongs to somebody who may not come in any more lets nobody in', async () => {
    const { link, request, code } = await letter();
    await call(`/api/hats/take`, { memberId: scene.una.memberId, personId: scene.una.personId });
    expect((await nobodyComesIn(() => guest.fill(link, link, {}))).status).toBeGreaterThanOrEqual(400);
    expect((await nobodyComesIn(() => redeem(request, code))).status).toBeGreaterThanOrEqual(400);
    await call('/api/hats', { memberId: scene.una.memberId, personId: scene.una.personId });
  });
});

describe('an invitation to join', () => {
  const made = async (uses = 1): Promise<string> =>
    new URL((await call('/api/join-links', { uses })).body.link).pathname;
  const secretOf = (path: string) => path.split('/').at(-1) ?? '';
  const CASES: Record<string, (path: string) => Promise<unknown>> = {
    'after its days': () => db().update(joinLink).set({ expiresAt: PAST }),
    'that was taken back': async () => {
      const { body } = await scene.town.call('GET', '/api/join-links');
      await call(`/api/join-links/${body.items.at(0).id}/revoke`);
      await call(`/api/join-links/${body.items.at(-1).id}/revoke`);
    },
    'that as many have used as it was for': (path) =>
      guest.fill(path, path, { name: 'Isla', phone: '1', kind: 'person' }),
  };
  test.each(Object.entries(CASES))('%s lets nobody join', async (_how, end) => {
    const path = await made();
    await end(path);
    const late = somebody();
    const before = (await scene.town.call('GET', '/api/members?limit=100')).body.items.length;
    expect((await late.get(path)).status).toBe(404);
    expect((await late.post(path, { name: 'Eve', phone: '1', kind: 'person' })).status).toBe(404);
    expect(said(await call('/api/join-links/read', { link: secretOf(path) }, null))).toBe('404 not_found');
    expect(said(await call('/api/join', { link: secretOf(path), name: 'Eve', phone: '1' }, null))).toBe(
      '404 not_found',
    );
    expect((await scene.town.call('GET', '/api/members?limit=100')).body.items).toHaveLength(before);
  });

  test('an application is answered once', async () => {
    const path = scene.ids['/api/applications'];
    expect((await call(`/api/applications/${path}/decide`, { yes: false })).status).toBe(200);
    const again = await unchanged(() => call(`/api/applications/${path}/decide`, { yes: true }));
    expect(said(again)).toBe('409 already_answered');
  });
});

describe('a card', () => {
  test('opens its page and no door once it was ended, on paper or by its picture', async () => {
    const { personId } = scene.una;
    const issued = await call(`/api/members/${scene.una.memberId}/card`, { personId });
    const words: string = issued.body.words.join('-');
    const door = `/card/${words}`;
    const scan = async () => {
      await guest.get(door);
      return guest.fill('/card', '/card', {});
    };
    expect((await scan()).to).toBe('/me');
    const kept = new Map(guest.cookies);
    await call(`/api/members/${scene.una.memberId}/card/revoke`, { personId });
    expect((await guest.get('/me')).to).toMatch(/^\/sign-in/);
    expect(kept.size).toBeGreaterThan(0);
    guest.cookies.clear();
    for (const work of [scan, () => guest.fill('/sign-in', '/sign-in', { who: words.replaceAll('-', ' ') })])
      expect((await nobodyComesIn(work)).status).toBe(400);
  });
});

describe('what a passkey has signed', () => {
  test('opens the door once, within five minutes, and not to what was changed about it', async () => {
    const device = new Authenticator(scene.town.origin);
    const token = await anotherSession(scene.town, scene.una);
    const { options } = (await call('/api/passkeys/options', {}, token)).body;
    expect(said(await call('/api/passkeys', { answer: device.make(options), name: 'My telephone' }, token))).toBe(
      '201 ok',
    );
    const asked = async () =>
      JSON.parse((await guest.post('/sign-in/passkey/options', {})).html) as Record<string, unknown>;
    const send = (answer: object) => guest.post('/sign-in/passkey', { answer: JSON.stringify(answer) });
    const late = await asked();
    await db().update(passkeyChallenge).set({ expiresAt: PAST });
    expect((await nobodyComesIn(() => send(device.use(late)))).status).toBe(400);
    const lied = await asked();
    expect((await nobodyComesIn(() => send(device.use(lied, { origin: 'https://town.example' })))).status).toBe(400);
    expect((await nobodyComesIn(() => send(device.use(lied)))).status).toBe(400);
    const other = { id: scene.ids['/api/passkeys'] ?? '' };
    const swapped = device.use(await asked(), other);
    expect((await nobodyComesIn(() => send(swapped))).status).toBe(400);
    const answer = device.use(await asked());
    const before = await sessions();
    expect((await send(answer)).status).toBe(303);
    expect(await sessions()).toBe(before + 1);
    guest.cookies.clear();
    expect((await nobodyComesIn(() => send(answer))).status).toBe(400);
  });
});

describe('a passkey that a program brings', () => {
  const optionsOf = async (path: string, token: string | null): Promise<Record<string, unknown>> =>
    (await call(path, {}, token)).body.options;
  const making = '/api/passkeys/options';
  const using = '/api/sign-in/passkey/options';

  test('lets in whose it is, once for each question, and nobody by another key', async () => {
    const { token, personId } = scene.davie;
    const device = new Authenticator(scene.town.origin);
    const answer = device.make(await optionsOf(making, token));
    expect(said(await call('/api/passkeys', { answer, name: 'Mine' }, token))).toBe('201 ok');
    expect(said(await unchanged(() => call('/api/passkeys', { answer, name: 'Mine' }, token)))).toBe(
      '400 invalid_request',
    );
    const signed = device.use(await optionsOf(using, null));
    const bring = (by: object) => call('/api/sign-in/passkey', { answer: by }, null);
    expect((await bring(signed)).body.hat.personId).toBe(personId);
    expect(said(await nobodyComesIn(() => bring(signed)))).toBe('400 invalid_request');
    const forged = new Authenticator(scene.town.origin).use(await optionsOf(using, null), { id: String(answer['id']) });
    const elsewhere = new Authenticator(scene.corner.origin).use(await optionsOf(using, null));
    for (const wrong of [forged, elsewhere, {}])
      expect(said(await nobodyComesIn(() => bring(wrong)))).toBe('400 invalid_request');
  });

  test('is made only by whoever asked to', async () => {
    const device = new Authenticator(scene.town.origin);
    const answer = device.make(await optionsOf(making, scene.moira.token));
    const taken = await call('/api/passkeys', { answer, name: 'Mine' }, scene.davie.token);
    expect([said(taken), taken.body.facts.field]).toEqual(['400 invalid_request', 'passkey']);
  });
});

describe('the code on the poster of a gathering', () => {
  const path = () => scene.letters.find((address) => address.includes('/here/')) ?? '';
  const id = () => scene.ids['/api/gatherings'] ?? '';
  const moved = (hours: number) =>
    db()
      .update(gathering)
      .set({
        startsAt: sql`now() + ${hours} * interval '1 hour'`,
        endsAt: sql`now() + ${hours + 2} * interval '1 hour'`,
      })
      .where(eq(gathering.id, id()));

  test('is of no use before its time and after it, and twice counts once', async () => {
    const davie = await scene.visitor('davie');
    const csrf = await davie.csrf();
    for (const hours of [2, -4]) {
      await moved(hours);
      const seen = await unchanged(() => davie.post(path(), { csrf }));
      expect([hours, seen.status]).toEqual([hours, 409]);
    }
    await moved(0);
    for (const _ of 'ab') expect((await davie.post(path(), { csrf })).to).toBe(path());
    const { guests } = (await scene.town.call('GET', `/api/gatherings/${id()}`)).body;
    expect(guests.filter(({ name }: { name: string }) => name === 'davie')).toHaveLength(1);
  });

  test('of one that is called off, or of another one, signs nobody in', async () => {
    const davie = await scene.visitor('davie');
    const csrf = await davie.csrf();
    const other = (await call('/api/gatherings', { ...SOUP(), title: 'Another' })).body.id;
    const elsewhere = path().replace(id(), other);
    expect((await unchanged(() => davie.post(elsewhere, { csrf }))).status).toBe(404);
    expect((await call(`/api/gatherings/${id()}/cancel`, { reason: 'The hall is shut' })).status).toBe(200);
    expect((await unchanged(() => davie.post(path(), { csrf }))).status).toBe(409);
  });
});

const SOUP = () => ({
  kind: 'meeting',
  title: 'Soup',
  seats: 9,
  startsAt: new Date(Date.now() + 60_000).toISOString(),
  endsAt: new Date(Date.now() + 7_200_000).toISOString(),
});

describe('a receipt that is shown', () => {
  test('is nowhere once it was taken back: not as a page, not as a file, not in the API', async () => {
    const path = scene.letters.find((address) => address.startsWith('/r/')) ?? '';
    for (const address of [path, `${path}/file`]) expect((await guest.get(address)).status).toBe(200);
    await call(`/api/transfers/${scene.ids['/api/transfers']}/receipt/withdraw`, {}, scene.moira.token);
    for (const address of [path, `${path}/file`]) expect((await guest.get(address)).status).toBe(404);
    const { status } = await scene.town.call('GET', `/api/receipts/${path.slice(3)}`, undefined, { token: null });
    expect(status).toBe(404);
    const again = await call(
      `/api/transfers/${scene.ids['/api/transfers']}/receipt/share`,
      { names: true },
      scene.moira.token,
    );
    expect(new URL(again.body.url).pathname).not.toBe(path);
  });
});

describe('the link that renews an offer', () => {
  test('renews once, and not what has ended or has been renewed since', async () => {
    const id = scene.ids['/api/offers'] ?? '';
    const mine = and(eq(offer.bankId, bankId()), eq(offer.id, id));
    await db().update(offer).set({ expiresAt: sql`now() + interval '3 days'` }).where(mine);
    const link = async () => {
      const row = await getOffer(db(), bankId(), id);
      return row === undefined ? '' : renewPath(scene.town.bank, row);
    };
    const first = await link();
    expect((await guest.post(first, {})).status).toBe(200);
    expect((await unchanged(() => guest.post(first, {}))).status).toBe(404);
    const bring = (path: string) => call(`/api/offers/${id}/renew-by-letter`, { link: path }, null);
    expect(said(await unchanged(() => bring(first)))).toBe('404 not_found');
    const second = await link();
    expect(second).not.toBe(first);
    await call(`/api/offers/${id}/end`);
    expect((await unchanged(() => guest.post(second, {}))).status).toBe(404);
    expect(said(await unchanged(() => bring(second)))).toBe('404 not_found');
  });
});

describe('a slip', () => {
  const path = () => scene.letters.find((address) => address.startsWith('/slip/')) ?? '';

  test('takes one objection, whoever holds its paper', async () => {
    const token = path().split('/').at(-1) ?? '';
    expect(said(await call(`/api/slips/${token}/objection`, { words: 'Not mine' }, null))).toBe('200 ok');
    const again = await call(`/api/slips/${token}/objection`, { words: 'Something else' }, null);
    expect(said(again)).toBe('409 already_answered');
    const pressed = await unchanged(() => guest.post(`${path()}/objection`, { words: 'Something else' }));
    expect(pressed).toMatchObject({ status: 303, to: path() });
    expect((await guest.get(path())).html).not.toContain('Something else');
  });
});

describe('the word that one types to leave', () => {
  const davie = () => scene.davie;
  const ask = (word: string, body: object = {}) =>
    call(`/api/members/${davie().memberId}/leaving${word}`, body, davie().token);

  test('is of no use once it was taken back, and twice it ends nothing sooner', async () => {
    const { word } = (await ask('')).body;
    await ask('/stay');
    expect(said(await unchanged(() => ask('/confirm', { word })))).toBe('404 not_found');
    const again = (await ask('')).body;
    const first = await ask('/confirm', { word: again.word });
    const second = await ask('/confirm', { word: again.word });
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body.goesAt).toBe(first.body.goesAt);
    const rows = await db().select().from(leaving).where(eq(leaving.memberId, davie().memberId));
    expect(rows.map(({ word: kept }) => kept)).toEqual(['']);
    await ask('/stay');
  });
});

describe('the link that ends mails', () => {
  test('used twice does the same, and to nobody else', async () => {
    const link = scene.letters.find((address) => address.startsWith('/stop/')) ?? '';
    for (const _ of 'ab') expect((await guest.post(link, {}, { origin: '', 'sec-fetch-site': '' })).status).toBe(200);
    const wishes = rowsOf<{ member_id: string; mail: string }>(
      await db().execute(sql`select member_id, mail from notice_wish`),
    );
    expect(wishes.filter(({ mail }) => mail === 'none').map(({ member_id }) => member_id)).toEqual([
      scene.una.memberId,
    ]);
  });
});

describe('a link between two banks', () => {
  test('shows nothing after its days', async () => {
    const path = scene.letters.find((address) => address.startsWith('/invitations/')) ?? '';
    expect((await guest.get(path)).status).toBe(200);
    await db().execute(sql`update invitation set expires_at = ${PAST}`);
    const page = await guest.get(path);
    const program = await guest.get(path, { accept: 'application/json' });
    expect([page.status, program.status]).toEqual([409, 409]);
  });
});
