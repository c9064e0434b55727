/** A gathering of twenty from two towns, by the API, with what crosses between two real nodes. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gathering, peerOffer } from '../db/schema.ts';
import { OfferReader } from '../delivery/offer-reader.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { type Town, until } from '../testing/town.ts';
import { MINUTE, soup } from './testing.ts';

let streets: Streets;
beforeAll(async () => {
  streets = await startStreets();
});
afterAll(() => streets?.stop());

async function member(town: Town, handle: string): Promise<string> {
  await town.call('POST', '/api/members', { handle, name: `${handle} Reid` });
  return (await town.call('POST', `/api/members/${handle}/tokens`)).body.token;
}

test('each town’s members take seats, one act writes everybody down, and hours cross', {
  timeout: 90_000,
}, async () => {
  const { leith, gracia, tokens } = streets;
  const here = await Promise.all(Array.from({ length: 14 }, (_, n) => member(leith, `here${n}`)));
  const there = await Promise.all(Array.from({ length: 6 }, (_, n) => member(gracia, `there${n}`)));
  const { place, startsAt, endsAt, ...said } = soup();
  const input = { ...said, place: place.name, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() };
  const called = await leith.call(
    'POST',
    '/api/gatherings',
    { ...input, seats: 19, visibility: 'partners' },
    { token: tokens.moira },
  );
  expect(called.status).toBe(201);
  const { id } = called.body;
  const path = `/api/gatherings/${id}`;
  for (const token of here)
    expect((await leith.call('POST', `${path}/sign-up`, {}, { token })).body.me.status).toBe('coming');

  // Gràcia’s members find it as an offer of Leith’s.
  const reader = new OfferReader(gracia.node.context);
  for (const partner of gracia.node.context.partners.all()) await reader.read(partner);
  await reader.stop();
  const offer = await until(async () => {
    const found = await gracia.call('GET', '/api/offers?q=Stitches', undefined, { token: there[0] as string });
    return found.body.items.find((each: { title: string }) => each.title === 'Soup and Stitches');
  }, 30_000);
  const asked: string[] = [];
  for (const token of there) {
    const ask = { offer: offer.id, minutes: 30, content: 'I would like to come' };
    asked.push((await gracia.call('POST', '/api/exchanges', ask, { token })).body.id);
  }
  // What is over cannot be asked for, while the next reading has not taken it away.
  const { db } = gracia.database;
  const expired = new Date(Date.now() - MINUTE);
  await db.update(peerOffer).set({ expiresAt: expired }).where(eq(peerOffer.id, offer.id));
  const late = { offer: offer.id, minutes: 30, content: 'Too late' };
  expect((await gracia.call('POST', '/api/exchanges', late, { token: there[0] as string })).body.code).toBe(
    'not_found',
  );
  const statusOf = async (n: number) =>
    (await gracia.call('GET', `/api/exchanges/${asked[n]}`, undefined, { token: there[n] as string })).body;
  const states = await until(async () => {
    const all = await Promise.all(asked.map((_, n) => statusOf(n)));
    return all.every(({ status }) => status !== 'proposed') ? all : null;
  }, 30_000);
  // Five seats were left for six, and the sixth hears why.
  expect(states.map(({ status }) => status).sort()).toEqual([...Array(5).fill('agreed'), 'declined']);
  const seen = (await leith.call('GET', path, undefined, { token: tokens.moira })).body;
  expect(seen).toMatchObject({ free: 0, status: 'full' });
  const guests = seen.guests as { id: string; town: string }[];
  expect(guests.filter(({ town }) => town === gracia.host)).toHaveLength(5);

  await leith.database.db
    .update(gathering)
    .set({ startsAt: new Date(Date.now() - MINUTE), endsAt: new Date(Date.now() + 90 * MINUTE) });
  const signedIn = await Promise.all(
    here.map((token) => leith.call('POST', `${path}/sign-in`, { code: seen.hereCode }, { token })),
  );
  expect(signedIn.map(({ status }) => status)).toEqual(here.map(() => 200));
  const lines = guests.map((guest) => ({ guest: guest.id, minutes: 30 }));
  const credited = await leith.call('POST', `${path}/credit`, { lines }, { token: tokens.moira });
  const outcomes = (credited.body.guests as { outcome: string }[]).map(({ outcome }) => outcome);
  expect(outcomes.filter((each) => each === 'credited')).toHaveLength(14);

  // Whoever came from Gràcia is asked there, and says yes.
  for (const [n, token] of there.entries()) {
    if (states[n]?.status !== 'agreed') continue;
    const exchange = await until(async () => {
      const now = await statusOf(n);
      return now.status === 'claimed' ? now : null;
    }, 30_000);
    await gracia.call('POST', `/api/exchanges/${asked[n]}/confirm`, { answers: exchange.open }, { token });
  }
  const done = await until(async () => {
    const { body } = await leith.call('GET', path, undefined, { token: tokens.moira });
    return body.guests.every((each: { outcome: string }) => each.outcome === 'credited') ? body : null;
  }, 45_000);
  expect(done.guests).toHaveLength(19);
  const moira = (await leith.call('GET', '/api/members/moira')).body;
  expect(moira.balance.balanceMinutes).toBe(19 * 30);
});

test('what the other town would not take can be written down again once it would', { timeout: 60_000 }, async () => {
  const { leith, gracia } = streets;
  const { place, startsAt, endsAt, ...said } = soup();
  const when = { startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() };
  const called = await leith.call('POST', '/api/gatherings', {
    ...{ ...said, ...when, place: place.name },
    ...{ title: 'Planting', rule: 'guests_receive' },
  });
  await leith.call('POST', '/api/transfers', { from: 'agnes', to: 'bank', minutes: 60 });
  const { id } = called.body;
  const path = `/api/gatherings/${id}`;
  await leith.database.db
    .update(gathering)
    .set({ startsAt: new Date(Date.now() - MINUTE), endsAt: new Date(Date.now() + 90 * MINUTE) })
    .where(eq(gathering.id, id));
  const [guest] = (await leith.call('POST', `${path}/present`, { here: [], more: [`late@${gracia.host}`] })).body
    .guests;
  const lines = [{ guest: guest.id, minutes: 30 }];
  const becomes = (wanted: string) =>
    until(async () => {
      const [{ outcome, code }] = (await leith.call('GET', path)).body.guests;
      return outcome === wanted ? { code } : null;
    }, 20_000);
  expect((await leith.call('POST', `${path}/credit`, { lines })).status).toBe(200);
  expect(await becomes('declined')).toEqual({ code: 'unknown_payee' });
  await member(gracia, 'late');
  await leith.call('POST', `${path}/credit`, { lines });
  await becomes('credited');
  await leith.call('POST', `${path}/credit`, { lines });
  expect((await gracia.call('GET', '/api/members/late')).body.balance.balanceMinutes).toBe(30);
});
