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
  return told;
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

test('the fake node answers as a real one does', async () => {
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
  expect(real.length).toBeGreaterThan(60);
  expect(plain(played)).toEqual(plain(real));
});
