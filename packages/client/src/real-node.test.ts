/** The types tell the truth: every method of the client, against two real nodes that listen on loopback. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stopToken } from '../../server/src/notification/stop.ts';
import { getOffer } from '../../server/src/offer/offers.ts';
import { renewPath } from '../../server/src/offer/renewals.ts';
import type { OfferRow } from '../../server/src/offer/row.ts';
import { rememberAnswers } from '../../server/src/testing/answers.ts';
import { Authenticator } from '../../server/src/testing/authenticator.ts';
import { lastLetter } from '../../server/src/testing/letters.ts';
import { coordinator } from '../../server/src/testing/people.ts';
import { startTowns, type Town, until } from '../../server/src/testing/town.ts';
import { type Agreement, type Client, createClient, hours } from './index.ts';

/** The smallest GIF. */
const DOT = new Uint8Array(Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'));

let towns: [Town, Town];
let leith: Client;
let gracia: Client;
/** Somebody at Leith without a token. */
let guest: Client;
const answers = rememberAnswers(JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')));

/** A client whose answers are remembered, with the operator's token unless another or none is given. */
function watched(town: Town, token: string | null = town.token): Client {
  return createClient({ baseUrl: town.origin, ...(token !== null && { token }), fetch: answers.fetch });
}

/** A new member of Leith. */
async function newcomer(handle: string, name: string): Promise<Client> {
  await leith.members.add({ handle, name });
  return watched(towns[0], (await leith.members.issueToken(handle)).token);
}

beforeAll(async () => {
  towns = (await startTowns(['Leith', 'Gràcia'])) as [Town, Town];
  leith = watched(towns[0]);
  gracia = watched(towns[1]);
  guest = watched(towns[0], null);
});
afterAll(async () => {
  await Promise.all(towns?.map((town) => town.stop()) ?? []);
});

/** An offer of Gràcia's, as each of the two has it. */
async function offer(): Promise<{ offered: Agreement; ours: Agreement }> {
  const { link } = await leith.invitations.make({ grantsMinutes: 60, bridgeBuilder: 'Fiona' });
  const offered = await gracia.agreements.offer({ link, grantsMinutes: 60, bridgeBuilder: 'Rosa' });
  const ours = await until(async () => (await leith.agreements.list().all()).find(({ pair }) => pair === offered.pair));
  return { offered, ours };
}

test('a first offer is declined, a second one taken back, and the other town learns of both', async () => {
  const first = await offer();
  expect((await leith.agreements.decline(first.ours.id)).status).toBe('declined');
  await until(async () => (await gracia.agreements.get(first.offered.id)).status === 'declined');
  const second = await offer();
  expect((await gracia.agreements.withdraw(second.offered.id)).status).toBe('withdrawn');
  await until(async () => (await leith.agreements.get(second.ours.id)).status === 'withdrawn');
});

test('two towns agree, an hour and a half crosses, and both say the same', async () => {
  const { link, expiresAt } = await leith.invitations.make({
    grantsMinutes: 600,
    bridgeBuilder: 'Fiona',
    words: ['All hours are equal.'],
  });
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
  const draft = await gracia.invitations.read(link);
  expect(draft).toMatchObject({
    town: 'Leith',
    bridgeBuilder: 'Fiona',
    grantsMinutes: 600,
    words: ['All hours are equal.'],
  });

  const offered = await gracia.agreements.offer({ link, grantsMinutes: 300, bridgeBuilder: 'Rosa' });
  const ours = await until(async () => (await leith.agreements.list().all()).find(({ pair }) => pair === offered.pair));
  expect(ours).toMatchObject({ status: 'offered', ourTurn: true, town: 'Gràcia' });
  await leith.agreements.accept(ours.id);
  await until(async () => {
    const both = await Promise.all([leith.agreements.get(ours.id), gracia.agreements.get(offered.id)]);
    return both.every(({ tested, mode }) => tested && mode === 'open');
  });

  expect(await guest.towns()).toMatchObject([{ town: 'Gràcia', theyHonourMinutes: 300, weHonourMinutes: 600 }]);
  const moira = await leith.members.add({ handle: 'moira', name: 'Moira' });
  await gracia.members.add({ handle: 'rosa', name: 'Rosa' });
  const { token } = await leith.members.issueToken('moira');
  const hers = watched(towns[0], token);
  const given = await hers.give({ to: `rosa@${towns[1].host}`, minutes: hours(1.5), content: 'Catalan lessons' });
  expect(given).toMatchObject({ status: 'offered', direction: 'out', memberId: moira.id });
  const done = await leith.transfers.waitFor(given.id, { timeoutMs: 15_000 });
  expect(done).toMatchObject({ status: 'settled', counterpartyName: 'Rosa', minutes: 90 });
  expect((await hers.members.get('moira')).balance).toMatchObject({ balanceMinutes: -90, heldMinutes: 0 });
  expect((await gracia.members.get('rosa')).balance).toMatchObject({ balanceMinutes: 90 });

  const proof = await leith.transfers.proof(given.id);
  expect(proof.checked).toBe(true);
  expect(proof.entries.map(({ kind }) => kind)).toEqual(['Hold', 'HoldAccept', 'Post', 'Receipt']);
  const [received] = await gracia.transfers
    .list({ pageSize: 1 })
    .page()
    .then(({ items }) => items);
  expect(received).toMatchObject({ direction: 'in', status: 'settled', minutes: 90 });
  expect(await leith.members.statement('moira').all()).toMatchObject([{ minutes: 90, direction: 'given' }]);

  // Nothing leaves the town for a moment, so there is time to think again.
  const { outgoing } = towns[0].node.context;
  const { request } = outgoing;
  Object.assign(outgoing, { request: () => Promise.reject(new Error('away')) });
  const regretted = await hers.give({ to: `rosa@${towns[1].host}`, minutes: 30 });
  expect(await hers.transfers.takeBack(regretted.id)).toMatchObject({ status: 'returned', code: 'taken_back' });
  Object.assign(outgoing, { request });
  expect((await hers.members.get('moira')).balance).toMatchObject({ balanceMinutes: -90, heldMinutes: 0 });

  // More pages than one, of both kinds of cursor.
  const journal = await leith.agreements.journal(ours.id, { pageSize: 2 }).all();
  expect(journal.length).toBeGreaterThan(2);
  expect(journal.map(({ seq }) => seq)).toEqual(journal.map((_, index) => (journal[0]?.seq ?? 0) + index));
  expect((await leith.agreements.journal(ours.id, { author: 'them' }).all())[0]).toMatchObject({ author: 'them' });
  expect(await leith.members.list({ pageSize: 1 }).all()).toHaveLength(2);

  await leith.agreements.writeStatement(ours.id);
  const said = await until(async () => (await gracia.agreements.get(offered.id)).statement);
  expect(said).toMatchObject({ theySayMinutes: -90, weSayMinutes: -90, agrees: true });
  expect((await leith.agreements.resend(ours.id, 0)).known).toBeGreaterThan(0);
  expect((await leith.agreements.change(ours.id, { suspended: true })).position.weSuspended).toBe(true);
  expect(await leith.agreements.evidence(ours.id).all()).toEqual([]);
  await leith.agreements.close(ours.id, { because: 'We try how that is.' });
  const ended = await until(async () => (await leith.agreements.get(ours.id)).ending?.settlement);
  expect(ended).toMatchObject({ owesMinutes: 90, lossMinutes: 0, alone: false });
  const next = await leith.agreements.inviteSuccessor(ours.id, { grantsMinutes: 600, bridgeBuilder: 'Fiona' });
  expect(await gracia.invitations.read(next.link)).toMatchObject({ predecessor: ours.pair, opening: { minutes: 90 } });
  expect((await leith.members.setStatus('moira', 'suspended')).status).toBe('suspended');
  expect((await leith.doctor()).find(({ id }) => id === 'sum')?.ok).toBe(true);
  expect(await leith.bank()).toMatchObject({ name: 'Leith', books: { sumMinutes: 0, membersMinutes: -90 } });
});

test('people join, come in, wear hats, and end what they began', async () => {
  const town = towns[0];
  const made = await leith.joinLinks.make({ uses: 2, days: 3 });
  expect((await leith.joinLinks.list()).map(({ id }) => id)).toEqual([made.id]);
  expect(await guest.joinLinks.read(made.link)).toEqual({ town: 'Leith', inviter: '' });
  const joined = await guest.join({ link: made.link, name: 'Ewan Laing', phone: '0131 496 0199' });
  expect(joined).toMatchObject({ status: 'joined' });
  expect((await leith.joinLinks.revoke(made.id)).left).toBe(1);
  const entered = await guest.signIn.byCard((joined.cardWords ?? []).join(' '));
  expect(entered.hat).toMatchObject({ memberId: joined.memberId, role: 'acts' });
  const ewan = watched(town, entered.token);
  expect((await ewan.members.update('ewan', { about: 'Digging', reachShown: true })).profile?.reach?.phone).toBe(
    '0131 496 0199',
  );
  expect((await ewan.members.named('lai').all()).map(({ name }) => name)).toEqual(['Ewan Laing']);

  const { personId } = entered.hat;
  await leith.hats.give({ memberId: '', personId });
  expect((await leith.hats.of('desk')).map((hat) => hat.personId)).toEqual([personId]);
  const desk = await ewan.hats.wear('');
  expect(desk.hat.role).toBe('desk');
  expect(await ewan.hats.list()).toHaveLength(2);
  expect(await leith.hats.take(personId, '')).toEqual([]);

  const sessions = await ewan.sessions.list();
  expect(sessions.map(({ current }) => current)).toEqual([true]);
  const more = await guest.signIn.byCard((joined.cardWords ?? []).join(' '));
  const other = (await ewan.sessions.list()).find(({ current }) => !current);
  expect((await ewan.sessions.end(other?.id ?? '')).id).toBe(other?.id);
  expect(await ewan.sessions.endOthers()).toBe(0);
  expect(more.token).not.toBe(entered.token);

  const device = new Authenticator(town.origin);
  const key = await ewan.passkeys.add(device.make(await ewan.passkeys.options()), 'My telephone');
  expect((await ewan.passkeys.rename(key.id, 'Mine')).name).toBe('Mine');
  const again = await guest.signIn.byPasskey(device.use(await guest.signIn.passkeyOptions()));
  expect(again.hat.personId).toBe(personId);
  expect((await ewan.passkeys.list()).map(({ usedAt }) => usedAt !== null)).toEqual([true]);
  await ewan.passkeys.remove(key.id);
  expect((await leith.cards.issue('ewan')).words).toHaveLength(4);
  expect(await leith.cards.revoke('ewan')).toBe(true);

  expect(await ewan.person()).toMatchObject({ id: personId, name: 'Ewan Laing', email: null, banks: [] });
  const asked = await ewan.requestAddress('ewan@mail.example', { language: 'en' });
  const sent = /(\d{3}) (\d{3})/.exec(await lastLetter(town, 'ewan@mail.example')) ?? [];
  const changed = await ewan.changeAddress(asked.request, sent.slice(1).join(''), { language: 'en' });
  expect(changed).toMatchObject({ id: personId, email: 'ewan@mail.example' });
  await leith.hats.give({ memberId: '', email: 'nell@mail.example', name: 'Nell Gow' });
  expect(await leith.hats.waiting('desk')).toEqual([{ email: 'nell@mail.example', name: 'Nell Gow' }]);
  expect(await leith.hats.drop('nell@mail.example', '')).toEqual([]);

  const welcomed = await leith.members.takeIn({ name: 'Effie Begg', phone: '0131 496 0198' });
  expect(welcomed).toMatchObject({ member: { handle: 'effie' }, cardWords: { length: 4 } });
  expect((await guest.join({ name: 'Isla Reid', email: 'isla@mail.example' })).status).toBe('waiting');
  const [application] = await leith.applications.list().all();
  const decided = await leith.applications.decide(application?.id ?? '', true, { sentence: 'Come on Tuesday.' });
  expect(decided.member?.name).toBe('Isla Reid');
  const { request } = await guest.signIn.requestCode('isla@mail.example', { language: 'en' });
  const figures = /(\d{3}) (\d{3})/.exec(await lastLetter(town, 'isla@mail.example')) ?? [];
  expect((await guest.signIn.byCode(request, figures.slice(1).join(''))).hat.name).toBe('Isla Reid');
  await guest.signIn.requestCode('isla@mail.example', { language: 'en' });
  const link = /\S+\/sign-in\/link\/\S+/.exec(await lastLetter(town, 'isla@mail.example'))?.[0] ?? '';
  expect((await guest.signIn.byLink(link)).hat.name).toBe('Isla Reid');
});

test('two members ask, agree, do, record, disagree, confirm and thank', async () => {
  for (const handle of ['sona', 'lewis']) await leith.members.add({ handle, name: handle });
  await leith.members.update('sona', { phone: '0131 496 0999' });
  const sona = watched(towns[0], (await leith.members.issueToken('sona')).token);
  const lewis = watched(towns[0], (await leith.members.issueToken('lewis')).token);
  const ask = async () =>
    (await sona.exchanges.ask({ to: 'lewis', side: 'receiver', minutes: 60, content: 'Look at my bicycle' })).id;
  const open = async (id: string) => {
    const { open: version } = await sona.exchanges.get(id);
    if (version === null) throw new Error('nothing is open');
    return version;
  };
  const declined = await ask();
  expect((await lewis.exchanges.decline(declined, await open(declined), 'My knee')).status).toBe('declined');
  expect((await sona.exchanges.withdraw(await ask(), 'Too late')).status).toBe('cancelled');
  const cancelled = await ask();
  await lewis.exchanges.accept(cancelled, await open(cancelled));
  expect((await sona.exchanges.cancel(cancelled)).endedBy).toBe('receiver');
  const id = await ask();
  await lewis.exchanges.counter(id, { minutes: 90, content: 'It takes longer', place: 'The library' });
  expect((await sona.exchanges.accept(id, await open(id))).reserved).toBe('yes');
  await lewis.exchanges.say(id, 'See you there');
  await sona.exchanges.giveContact(id, 'phone');
  await lewis.exchanges.record(id, { minutes: 120, doneOn: '2026-11-23' });
  await lewis.exchanges.changeRecord(id, { minutes: 100 });
  await sona.exchanges.contest(id, await open(id), 'It was an hour');
  expect((await leith.exchanges.list().all()).map((each) => each.id)).toEqual([id]);
  await leith.exchanges.settle(id, { side: 'giver', minutes: 75, reason: 'Both came in' });
  const done = await sona.exchanges.confirm(id, await open(id));
  expect(done).toMatchObject({ status: 'confirmed', minutes: 75, reserved: 'settled' });
  await sona.exchanges.thank(id, 'It rolls again');
  await lewis.exchanges.showThanks(id, true);
  expect((await sona.exchanges.thanks('lewis').all()).map(({ text }) => text)).toEqual(['It rolls again']);
  expect((await lewis.exchanges.putRight(id, 15, 'It was an hour after all')).minutes).toBe(15);
  expect((await sona.exchanges.list({ which: 'done' }).all()).length).toBe(4);
});

test('of an exchange that took longer, a program comes to its hours and to the one receipt of all of them', async () => {
  const [ailsa, rory] = [await newcomer('ailsa', 'Ailsa Orr'), await newcomer('rory', 'Rory Bain')];
  const { id } = await ailsa.exchanges.ask({ to: 'rory', side: 'receiver', minutes: 60, content: 'The hedge' });
  const asked = await rory.exchanges.accept(id, { side: 'receiver', n: 1 });
  expect(asked.transferIds).toHaveLength(1);
  await rory.exchanges.record(id, { minutes: 90 });
  const { transferIds } = await ailsa.exchanges.confirm(id, { side: 'giver', n: 2 });
  const hours = await Promise.all(transferIds.map((each) => ailsa.transfers.get(each)));
  expect(hours).toMatchObject([
    { exchangeId: id, minutes: 60 },
    { exchangeId: id, minutes: 30 },
  ]);
  for (const part of transferIds) {
    const { checked } = await rory.receipts.get(part, { names: true });
    expect(checked).toMatchObject({ ok: true, facts: { minutes: 90, what: 'The hedge' } });
    expect(checked.facts?.parts.map(({ minutes }) => minutes)).toEqual([60, 30]);
  }
  expect((await leith.give({ from: 'ailsa', to: 'rory', minutes: 15 })).exchangeId).toBe(null);
});

test('an offer is made, found although mistyped, changed, rests and ends', async () => {
  const una = await newcomer('una', 'Una Scott');
  const { id } = await una.offers.create({ kind: 'offer', title: 'Bicycle repairs', category: 'repairs', minutes: 60 });
  await expect(guest.offers.list().all()).rejects.toMatchObject({ code: 'not_signed_in' });
  expect(await una.offers.list({ q: 'bicyle' }).all()).toMatchObject([{ id, byName: 'Una Scott' }]);
  expect(await leith.places.set({ name: 'The Shore', coordinates: { latitude: 55.976, longitude: -3.169 } })).toEqual({
    ...{ name: 'The Shore', coordinates: { latitude: 55.98, longitude: -3.17 }, waits: false },
  });
  expect(await una.places.list()).toHaveLength(1);
  expect(await una.offers.list({ near: 'the shore' }).all()).toMatchObject([{ id }]);
  expect(await leith.places.end('The Shore')).toEqual({ name: 'The Shore' });
  expect(await leith.places.list()).toEqual([]);
  const changed = await una.offers.update(id, { kind: 'offer', title: 'Bicycles and prams', category: 'repairs' });
  expect(changed).toMatchObject({ title: 'Bicycles and prams', minutes: null });
  const shown = await una.offers.setPicture(id, DOT, 'A dot');
  expect(shown.picture).toEqual({ url: expect.stringContaining('/pictures/'), text: 'A dot' });
  expect((await una.offers.setPicture(id, new Blob([DOT]))).picture?.text).toBe('');
  expect((await una.offers.endPicture(id)).picture).toBe(null);
  expect((await una.offers.pause(id, true)).status).toBe('paused');
  expect(await una.offers.list({ q: 'prams' }).all()).toEqual([]);
  expect((await una.offers.renew(id)).status).toBe('open');
  expect((await una.offers.newest()).map((each) => each.id)).toEqual([id]);
  expect(await guest.offers.newest({ limit: 1 })).toEqual([]);
  const { database, bank } = towns[0];
  const letter = renewPath(bank, (await getOffer(database.db, bank.id, id)) as OfferRow);
  expect((await guest.offers.renewByLetter(id, letter)).status).toBe('open');
  expect((await una.offers.of('una')).map((each) => each.id)).toEqual([id]);
  expect((await una.offers.end(id)).status).toBe('ended');
  expect((await una.offers.get(id)).status).toBe('ended');
});

test('a gift waits for a yes, is shown by a receipt, and the fund gives on', async () => {
  const [ben, nora] = [await newcomer('ben', 'Ben Orr'), await newcomer('nora', 'Nora Bain')];
  expect(await nora.gifts.setRule(true)).toEqual({ asks: true });
  const { id } = await ben.give({ to: 'nora', minutes: 90, content: 'The garden' });
  expect((await nora.gifts.waiting()).items).toMatchObject([{ giverName: 'Ben Orr', transfer: { id } }]);
  expect((await nora.gifts.answer(id, true)).status).toBe('settled');

  expect((await nora.receipts.get(id, { names: true })).checked).toMatchObject({ ok: true, facts: { minutes: 90 } });
  const { url } = await nora.receipts.share(id, false);
  const shown = await guest.receipts.open(url.split('/').at(-1) ?? '');
  expect(shown).toMatchObject({ names: false, checked: { ok: true, facts: { giver: null } } });
  await nora.receipts.withdraw(id);
  expect((await nora.receipts.get(id)).shared).toBe(null);
  const { csv } = await nora.members.statementFile('nora', { language: 'es' });
  expect(csv).toContain('The garden');

  await ben.give({ to: 'bank', minutes: 60 });
  const asked = await nora.fund.ask({ minutes: 45, content: 'A lift to the hospital' });
  const [waits] = await leith.fund.requests().all();
  expect(waits).toMatchObject({ id: asked.id, name: 'Nora Bain', status: 'waiting' });
  const granted = await leith.fund.answer(asked.id, { yes: true, minutes: 30, because: 'Lifts for a month' });
  expect(granted).toMatchObject({ status: 'granted', minutes: 30 });
  const { balanceMinutes, moves } = await guest.fund.get();
  expect(balanceMinutes).toBe(30);
  expect(moves.filter(({ what }) => what === 'gift')).toMatchObject([{ name: 'Ben Orr', minutes: 60 }]);
  const again = await nora.fund.ask({ minutes: 15, content: 'The way back' });
  expect((await nora.fund.withdraw(again.id)).status).toBe('withdrawn');
});

test('a coordinator writes down what a member said, who hears of it and objects', async () => {
  const nora = watched(towns[0], (await leith.members.issueToken('nora')).token);
  const by = await coordinator(towns[0]);
  const write = (minutes: number) =>
    leith.acts.writeDown({ by, member: 'nora', reason: 'She rang', deed: { kind: 'gift', to: 'ben', minutes } });
  const [first, second] = [await write(15), await write(20)];
  expect((await nora.acts.list().all()).map(({ id }) => id)).toEqual([second.id, first.id]);
  expect((await nora.acts.object(first.id, 'I said an hour')).objectedHow).toBe('page');
  const slip = second.link.split('/').at(-1) ?? '';
  expect((await guest.acts.readSlip(slip)).memberName).toBe('Nora Bain');
  expect((await guest.acts.objectBySlip(slip)).objectedHow).toBe('slip');
  expect((await leith.acts.open()).map(({ id }) => id)).toEqual([second.id, first.id]);
  expect((await leith.acts.settle(first.id, { by, how: 'Another slip' })).settledBy).toBe('Fiona Kerr');
  expect((await nora.acts.get(first.id)).settledHow).toBe('Another slip');

  const told = await nora.notices.list().all();
  expect(told.map(({ kind }) => kind)).toContain('broker_acted');
  expect(await nora.notices.read(told.slice(0, 1).map(({ id }) => id))).toEqual({ read: 1 });
  expect(await nora.notices.read()).toEqual({ read: told.length - 1 });
  expect((await nora.notices.setWishes({ mail: 'weekly', muted: ['town'] })).muted).toEqual(['town']);
  expect((await nora.notices.wishes()).mail).toBe('weekly');
  const { node, bank } = towns[0];
  const { id: memberId } = await nora.members.get('nora');
  const stop = stopToken(node.context.seal, [{ bankId: bank.id, memberId }]);
  expect(await guest.notices.stopMail(`${towns[0].origin}/stop/${stop}`)).toEqual(['Leith']);
  expect((await nora.notices.wishes()).mail).toBe('none');
});

test('people are called together, take seats, sign in, and their hours are written down', async () => {
  const [ben, dora] = [
    watched(towns[0], (await leith.members.issueToken('ben')).token),
    await newcomer('dora', 'Dora Kay'),
  ];
  const soup = (inMs: number) => ({
    ...({ kind: 'class', title: 'Soup and stitches', seats: 3, rule: 'guests_give', minutes: 30 } as const),
    startsAt: new Date(Date.now() + inMs).toISOString(),
    endsAt: new Date(Date.now() + inMs + 5_400_000).toISOString(),
  });
  const planned = await dora.gatherings.create(soup(86_400_000));
  expect((await ben.gatherings.signUp(planned.id, { shown: true })).me?.status).toBe('coming');
  const changed = await dora.gatherings.update(planned.id, { ...soup(90_000_000), place: 'The library' });
  expect(changed).toMatchObject({ place: 'The library', free: 2, names: ['Ben Orr'] });
  expect((await ben.gatherings.list({ which: 'attended', pageSize: 1 }).all()).map(({ id }) => id)).toEqual([
    planned.id,
  ]);
  const { link, ics } = await ben.gatherings.calendar();
  expect(ics).toContain('SUMMARY:Soup and stitches');
  expect((await ben.gatherings.renewCalendar()).link).not.toBe(link);
  expect((await ben.gatherings.withdraw(planned.id)).free).toBe(3);
  expect((await dora.gatherings.cancel(planned.id)).status).toBe('cancelled');

  const { id, hereCode } = await dora.gatherings.create(soup(1_000));
  expect((await ben.gatherings.signIn(id, hereCode ?? '')).me?.signedIn).toBe(true);
  const { guests } = await dora.gatherings.markPresent(id, { here: [], more: ['Somebody new'] });
  expect(guests.map(({ name }) => name).sort()).toEqual(['Ben Orr', 'Somebody new']);
  const lines = guests.map((each) => ({ guest: each.id, minutes: 30 }));
  await until(() => dora.gatherings.credit(id, lines).catch(() => null));
  const credited = await until(async () => {
    const seen = await dora.gatherings.get(id);
    return seen.guests.every(({ outcome }) => outcome !== null) ? seen : null;
  });
  expect(credited.guests.find(({ name }) => name === 'Ben Orr')).toMatchObject({ outcome: 'credited', minutes: 30 });
  expect((await dora.members.get('dora')).balance?.balanceMinutes).toBe(30);
});

test('a member takes everything along, is about to leave, and stays', async () => {
  const nora = watched(towns[0], (await leith.members.issueToken('nora')).token);
  expect((await nora.leave.everything('nora')).format).toBe('evenhour-member/1');
  expect(await nora.leave.get('nora')).toBe(null);
  const word = (await nora.leave.ask('nora'))?.word ?? '';
  expect((await nora.leave.confirm('nora', word)).goesAt).not.toBe(null);
  expect(await leith.leave.list().all()).toMatchObject([{ name: 'Nora Bain', word: '' }]);
  expect((await leith.leave.letFundPay('nora')).fundPays).toBe(true);
  await nora.leave.stay('nora');
  expect(await nora.leave.get('nora')).toBe(null);
});

test('every operation was asked and answered with exactly the shape that it says', () => {
  expect(answers.unasked()).toEqual([]);
  expect(answers.faults()).toEqual([]);
});
