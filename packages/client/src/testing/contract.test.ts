/**
 * The fake node and a real one are told the same story and must answer with the same words.
 *
 * Everything a client can see is compared, after ids and times are replaced by the order in which they came.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, startTowns, type Town } from '../../../server/src/testing/town.ts';
import { type Agreement, type Client, createClient, EvenhourError } from '../index.ts';
import { fakeNode } from './index.ts';

let leith: Town;
let gracia: Town;

beforeAll(async () => {
  [leith, gracia] = (await startTowns(['Leith', 'Gràcia'])) as [Town, Town];
  await connect(leith, gracia, 600, 600);
  await gracia.call('POST', '/api/members', { handle: 'rosa', name: 'Rosa' });
});
afterAll(async () => {
  await Promise.all([leith?.stop(), gracia?.stop()]);
});

type As = (token?: string) => Client;

/** Tells the story and returns all that was answered. */
async function story(as: As, operator: string, partner: string): Promise<unknown[]> {
  const told: unknown[] = [];
  const say = async <T>(what: string, promise: Promise<T>): Promise<T> => {
    const answer = await promise.catch((error: unknown) => {
      if (!(error instanceof EvenhourError)) throw error;
      const { code, fault, retryable, status, advice, retryAfterMs } = error;
      const { reason: _, ...facts } = error.facts;
      return { code, fault, retryable, status, advice, retryAfterMs, facts };
    });
    told.push([what, answer]);
    return answer as T;
  };
  const us = as(operator);

  const ana = await say('ana comes', us.members.add({ handle: 'ana', name: ' Ana ' }, { idempotencyKey: 'add-ana-1' }));
  await say('the same again', us.members.add({ handle: 'ana', name: ' Ana ' }, { idempotencyKey: 'add-ana-1' }));
  await say('the key for another', us.members.add({ handle: 'bea', name: 'Bea' }, { idempotencyKey: 'add-ana-1' }));
  await say('a name twice', us.members.add({ handle: 'ana', name: 'Other' }));
  await say('ben comes', us.members.add({ handle: 'ben', name: 'Ben', kind: 'household', about: 'Bikes' }));
  await say('a bad handle', us.members.add({ handle: 'Ana B', name: 'Ana' }));
  await say('two bad fields', us.members.add({ handle: '', name: '', kind: 'person' }));
  await say('a bad kind', us.members.add({ handle: 'x', name: 'X', kind: 'fund' as 'person' }));
  await say('a field too many', us.members.add({ handle: 'x', name: 'X', colour: 'red' } as never));
  await say('a short key', us.members.add({ handle: 'x', name: 'X' }, { idempotencyKey: 'short' }));
  await say('a status', us.members.setStatus('ben', 'gone' as 'active'));

  const token = await us.members.issueToken('ana');
  const her = as(token.token);
  await say('ana reads herself', her.members.get('ana'));
  await say('ana reads ben', her.members.get('ben'));
  await say('ana reads nobody', her.members.get('nobody'));
  await say(
    'the fund',
    her.members.get('bank').then(({ balance: _, ...rest }) => rest),
  );
  await say('a stranger', as().members.get('ana'));
  await say('a wrong token', as('eh_wrong').members.list().all());
  await say('ana adds a member', her.members.add({ handle: 'x', name: 'X' }));
  await say('ana reads what ben gave', her.members.statement('ben').all());
  await say('ana asks the doctor', her.doctor());

  await say('ana gives to ben', her.give({ to: 'ben', minutes: 90, content: 'Bicycle repair' }));
  await say('for another', her.give({ from: 'ben', to: 'ana', minutes: 90 }));
  await say('to herself', her.give({ to: '@ANA', minutes: 90 }));
  await say('to nobody', her.give({ to: 'nobody', minutes: 90 }));
  await say('no minutes', her.give({ to: 'ben', minutes: 0 }));
  await say('half a minute', her.give({ to: 'ben', minutes: 1.5 }));
  await say('no giver', us.give({ to: 'ben', minutes: 5 }));
  await say('unknown giver', us.give({ from: 'nobody', to: 'ben', minutes: 5 }));
  await say('too many at once', her.give({ to: 'ben', minutes: 1201 }));
  await say('more than she has', her.give({ to: 'ben', minutes: 511 }));
  await say('all she has', her.give({ to: 'ben', minutes: 510 }));
  await say('one more', her.give({ to: 'ben', minutes: 1 }));
  await say('ben is suspended', us.members.setStatus('ben', 'suspended'));
  await say('to the suspended', us.give({ from: 'bank', to: 'ben', minutes: 5 }));
  await say('from the suspended', us.give({ from: 'ben', to: 'ana', minutes: 5 }));
  await say('ben is back', us.members.setStatus('ben', 'active'));
  await say('the fund suspended', us.members.setStatus('bank', 'suspended'));

  const crossing = await say(
    'ben gives across',
    us.give({ from: 'ben', to: `rosa@${partner}`, minutes: 90, content: 'Catalan' }),
  );
  await say('it arrives', us.transfers.waitFor(crossing.id));
  const lost = await us.give({ from: 'ben', to: `nobody@${partner}`, minutes: 60, content: 'Lost' });
  await say('it comes back', us.transfers.waitFor(lost.id));
  await say('back after the end', us.transfers.takeBack(lost.id));
  await say('back of another', her.transfers.takeBack(lost.id));
  await say('beyond the limit', us.give({ from: 'ben', to: `rosa@${partner}`, minutes: 511 }));
  await say('to no partner', us.give({ from: 'ben', to: 'rosa@elsewhere.example', minutes: 5 }));
  await say('ana beyond her own', her.give({ to: `rosa@${partner}`, minutes: 30 }));

  await say('ben after all', us.members.get('ben'));
  await say('ana after all', us.members.get(ana.id));
  await say('statement', us.members.statement('ben').all());
  await say('her statement', her.members.statement('ana').all());
  const ben = (await us.members.get('ben')).id;
  await say('list of ben', us.transfers.list({ member: ben, pageSize: 2 }).all());
  await say('list by handle', us.transfers.list({ member: 'ben', pageSize: 2 }).all());
  await say('list of nobody', us.transfers.list({ member: 'nobody' }).all());
  await say('first page', us.transfers.list({ member: ben }).page({ limit: 1 }));
  await say('her list', her.transfers.list().all());
  await say('not hers', her.transfers.get(crossing.id));
  await say('a bad page', us.members.list({ pageSize: 201 }).all());
  await say('unknown agreement', us.transfers.list({ agreement: 'none' }).all());
  await say(
    'proof',
    us.transfers.proof(crossing.id).then(({ postings }) => postings.map(({ kind, minutes }) => ({ kind, minutes }))),
  );
  await say(
    'proof of the lost',
    us.transfers.proof(lost.id).then(({ postings }) => postings.map(({ kind, minutes }) => ({ kind, minutes }))),
  );

  const [agreement] = await us.agreements.list().all();
  const id = agreement?.id ?? '';
  await say('across only', us.transfers.list({ agreement: id, member: ben }).all());
  const seen = (promise: Promise<Agreement>) =>
    promise.then(({ town, status, mode, tested, position, origin, partner: bank }) => ({
      town,
      status,
      mode,
      tested,
      position,
      origin,
      bank,
    }));
  await say('agreement', seen(us.agreements.get(id)));
  await say('no agreement', us.agreements.get('none'));
  await say('ana changes it', her.agreements.change(id, { suspended: true }));
  await say('an empty change', us.agreements.change(id, {}));
  await say(
    'members',
    us.members
      .list({ pageSize: 1 })
      .all()
      .then((all) => all.map(({ handle }) => handle)),
  );
  await say('bank', us.bank());
  await say(
    'doctor',
    us.doctor().then((checks) => checks.find((check) => check.id === 'sum')),
  );
  await exchanges(say, as, us, partner);
  return told;
}

type Say = <T>(what: string, promise: Promise<T>) => Promise<T>;

/** Cara offers, Dan asks, and what may come of it. */
async function exchanges(say: Say, as: As, us: Client, partner: string): Promise<void> {
  for (const handle of ['cara', 'dan']) await say(`${handle} comes`, us.members.add({ handle, name: handle }));
  const cara = as((await us.members.issueToken('cara')).token);
  const dan = as((await us.members.issueToken('dan')).token);
  const lessons = { kind: 'offer', title: 'Catalan lessons', category: 'languages', seats: 1, minutes: 60 } as const;
  const offer = await say('cara offers', cara.offers.create(lessons));
  await say('a bad category', cara.offers.create({ ...lessons, category: 'gold' as 'rides' }));
  await say('no author', us.offers.create(lessons));
  const other = await say('for her', us.offers.create({ ...lessons, member: 'cara', title: 'Soup', seats: null }));
  await say('found', dan.offers.list({ q: 'catalan' }).all());
  await say('not found', dan.offers.list({ kind: 'need' }).all());
  await say('not his', dan.offers.end(other.id));
  await say('rests', cara.offers.pause(other.id, true));
  await say('nobody sees it', dan.offers.get(other.id));
  await say('but she', cara.offers.of('cara'));
  await say('nor in her list', dan.offers.of('cara'));
  await say('shown again', cara.offers.renew(other.id));
  await say('in other words', cara.offers.update(other.id, { ...lessons, title: 'Stew', seats: null }));
  await say('ended', cara.offers.end(other.id));
  await say('too late', cara.offers.pause(other.id, true));
  await say('a stranger searches', as().offers.list().all());

  const words = { minutes: 60, content: 'Mine is rusty', startTime: '2027-03-01T15:00:00+01:00' };
  await say('neither', dan.exchanges.ask(words));
  await say('no side', dan.exchanges.ask({ ...words, to: 'cara' }));
  await say('nobody', dan.exchanges.ask({ ...words, to: 'nobody', side: 'giver' }));
  await say('oneself', dan.exchanges.ask({ ...words, to: '@Dan', side: 'giver' }));
  await say('no partner', dan.exchanges.ask({ ...words, to: `x@not.${partner}`, side: 'giver' }));
  await say('too long', dan.exchanges.ask({ ...words, to: 'cara', side: 'giver', minutes: 1201 }));
  await say('an ended offer', dan.exchanges.ask({ ...words, offer: other.id }));
  const ask = (what: string) => say(what, dan.exchanges.ask({ ...words, offer: offer.id }));
  const told = async (id: string) => (await us.exchanges.get(id)).open ?? { side: 'giver' as const, n: 1 };

  const no = await ask('a first one');
  await say('not his turn', dan.exchanges.accept(no.id, await told(no.id)));
  await say('another answer', cara.exchanges.accept(no.id, { side: 'receiver', n: 2 }));
  await say('declined', cara.exchanges.decline(no.id, await told(no.id), 'My knee'));
  await say('words too late', dan.exchanges.say(no.id, 'Get well'));
  await say('taken back', dan.exchanges.withdraw((await ask('a second one')).id));

  const { id } = await ask('a third one');
  await say('an hour more', cara.exchanges.counter(id, { minutes: 120, content: 'Two hours', place: 'Library' }));
  await say('agreed', dan.exchanges.accept(id, await told(id)));
  await say('put aside', dan.members.get('dan'));
  await say('no place is left', dan.offers.get(offer.id));
  await say('no place to ask for', dan.exchanges.ask({ ...words, offer: offer.id }));
  await say('shorter', dan.exchanges.counter(id, { minutes: 90, content: 'Half' }));
  await say('as it was', cara.exchanges.decline(id, await told(id)));
  await say('shorter again', dan.exchanges.counter(id, { minutes: 100, content: 'Half' }));
  await say('shorter it is', cara.exchanges.accept(id, await told(id)));
  await say('words', cara.exchanges.say(id, 'See you'));
  await say('the desk says', us.exchanges.say(id, 'Hello', { side: 'giver', reason: 'They rang' }));
  await say('the desk says not why', us.exchanges.say(id, 'Hello', { side: 'giver' }));
  await say('too early for thanks', dan.exchanges.thank(id, 'Thank you'));
  await say('recorded', cara.exchanges.record(id, { minutes: 150, doneOn: '2026-11-20' }));
  await say('put right', cara.exchanges.changeRecord(id, { minutes: 140 }));
  await say('again the same', cara.exchanges.changeRecord(id, { minutes: 140 }));
  await say('in dispute', dan.exchanges.contest(id, await told(id), 'It was less'));
  await say('for the desk', us.exchanges.list().all());
  await say('less', cara.exchanges.record(id, { minutes: 90 }));
  await say('no side of the desk', us.exchanges.confirm(id, await told(id)));
  await say('confirmed', dan.exchanges.confirm(id, await told(id)));
  await say('no more', dan.exchanges.cancel(id));
  await say('thanks', dan.exchanges.thank(id, 'Thank you'));
  await say('thanks again', dan.exchanges.thank(id, 'Thank you so much'));
  await say('not yours', as((await us.members.issueToken('ana')).token).exchanges.get(id));

  const direct = await say('directly', cara.exchanges.ask({ ...words, minutes: 600, to: 'dan', side: 'giver' }));
  await say('more than he has', dan.exchanges.accept(direct.id, await told(direct.id)));
  await say('less is there', cara.exchanges.counter(direct.id, { minutes: 60, content: 'One' }));
  await say('that he has', dan.exchanges.accept(direct.id, await told(direct.id)));
  await say('both record', dan.exchanges.record(direct.id, { minutes: 75 }));
  await say('and agree', cara.exchanges.record(direct.id, { minutes: 70 }));
  const off = await say('once more', cara.exchanges.ask({ ...words, to: 'dan', side: 'giver' }));
  await say('yes', dan.exchanges.accept(off.id, await told(off.id)));
  await say('cancelled', dan.exchanges.cancel(off.id, 'Snow'));
  const apart = await say('a last one', cara.exchanges.ask({ ...words, to: 'dan', side: 'giver' }));
  await say('yes again', us.exchanges.accept(apart.id, await told(apart.id), { side: 'receiver', reason: 'He rang' }));
  await say('his hour', dan.exchanges.record(apart.id, { minutes: 30 }));
  await say('is not hers', cara.exchanges.record(apart.id, { minutes: 60 }));
  await say('open', dan.exchanges.list({ which: 'open' }).all());
  await say('done', us.exchanges.list({ member: 'dan', which: 'done', pageSize: 2 }).all());
  await say('what dan has', dan.members.get('dan'));
  await say('what dan gave', dan.members.statement('dan').all());
  await say('what moved', us.transfers.list({ member: 'dan' }).all());
}

/** Ids and times by the order in which they were first seen, so that two runs can be compared. */
function plain(told: unknown[]): unknown {
  const ids = new Map<string, string>();
  return JSON.parse(
    JSON.stringify(told)
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
      .replace(/[0-9A-HJKMNP-TV-Z]{26}/g, (id) => ids.get(id) ?? ids.set(id, `id ${ids.size + 1}`).get(id) ?? ''),
  );
}

test('the fake node answers as a real one does', { timeout: 60_000 }, async () => {
  const sleep = async () => {};
  const real = await story((token) => createClient({ baseUrl: leith.origin, token, sleep }), leith.token, gracia.host);
  const fake = fakeNode({
    baseUrl: leith.origin,
    name: 'Leith',
    partners: [{ host: gracia.host, town: 'Gràcia', limitMinutes: 600, grantsMinutes: 600, members: ['rosa'] }],
  });
  const played = await story(
    (token) => createClient({ baseUrl: fake.baseUrl, token, sleep, fetch: fake.fetch }),
    fake.token,
    gracia.host,
  );
  expect(real.length).toBeGreaterThan(130);
  expect(plain(played)).toEqual(plain(real));
});
