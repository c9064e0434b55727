import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, startTowns, type Town, until } from '../testing/town.ts';

let leith: Town;
let gracia: Town;
let ids: { a: string; b: string };

beforeAll(async () => {
  [leith, gracia] = (await startTowns(['Leith', 'Gràcia'])) as [Town, Town];
  ids = await connect(leith, gracia, 600, 600);
  await leith.call('POST', '/api/members', { handle: 'moira', name: 'Moira' });
  await gracia.call('POST', '/api/members', { handle: 'rosa', name: 'Rosa' });
});
afterAll(async () => {
  await Promise.all([leith?.stop(), gracia?.stop()]);
});

test('an hour crosses and both banks say the same', async () => {
  const given = await leith.call('POST', '/api/transfers', {
    from: 'moira',
    to: `rosa@${gracia.host}`,
    minutes: 90,
    content: 'Catalan lessons',
  });
  expect(given.status, JSON.stringify(given.body)).toBe(202);
  const done = await leith.call('GET', `/api/transfers/${given.body.id}?waitMs=10000`);
  expect(done.body).toMatchObject({ status: 'settled', counterpartyName: 'Rosa', minutes: 90 });

  const moira = await leith.call('GET', '/api/members/moira');
  const rosa = await gracia.call('GET', '/api/members/rosa');
  expect(moira.body.balance).toMatchObject({ balanceMinutes: -90, heldMinutes: 0 });
  expect(rosa.body.balance).toMatchObject({ balanceMinutes: 90 });

  const [ours, theirs] = await Promise.all([
    leith.call('GET', `/api/agreements/${ids.a}`),
    gracia.call('GET', `/api/agreements/${ids.b}`),
  ]);
  expect(ours.body.position).toMatchObject({ owesMinutes: 90, openMinutes: 0, roomMinutes: 510 });
  expect(theirs.body.position).toMatchObject({ owesMinutes: -90, openMinutes: 0, roomMinutes: 690 });

  await leith.call('POST', `/api/agreements/${ids.a}/statement`);
  const said = await until(async () => (await gracia.call('GET', `/api/agreements/${ids.b}`)).body.statement);
  expect(said).toMatchObject({ theySayMinutes: -90, weSayMinutes: -90, agrees: true });

  const proof = await gracia.call(
    'GET',
    `/api/transfers/${(await gracia.call('GET', '/api/transfers?limit=1')).body.items[0].id}/proof`,
  );
  expect(proof.body.checked).toBe(true);
  expect(proof.body.entries.map((entry: any) => entry.kind)).toEqual(['Hold', 'HoldAccept', 'Post', 'Receipt']);
});
