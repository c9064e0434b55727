/** Whatever the desk does in an exchange for a member is in the list of what was done for members. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Streets, startStreets } from '../testing/streets.ts';
import { paint } from '../testing/town.ts';

let streets: Streets;
let id: string;
const call = (method: 'GET' | 'POST', path: string, body?: unknown, token: string = streets.tokens.moira) =>
  streets.leith.call(method, path, body, { token });
const desk = (path: string, body: unknown) => call('POST', path, body, streets.leith.token);
const acts = async () => (await call('GET', '/api/acts', undefined, streets.leith.token)).body.items;

beforeAll(async () => {
  streets = await startStreets();
  await paint(streets.leith, { bridgeBuilder: 'Fiona Kerr' });
  const terms = { minutes: 60, content: 'The kitchen tap' };
  const asked = await call('POST', '/api/exchanges', { to: 'agnes', side: 'receiver', ...terms });
  id = asked.body.id;
});
afterAll(() => streets?.stop());

test('a yes, a record and the end of a dispute: each has a slip, and its member is told', async () => {
  const yes = { side: 'giver', answers: { side: 'receiver', n: 1 }, reason: 'She rang: her tablet is broken.' };
  expect((await desk(`/api/exchanges/${id}/accept`, yes)).status).toBe(200);
  const record = { side: 'giver', minutes: 90 };
  for (const reason of [undefined, '', '  ']) {
    const { body } = await desk(`/api/exchanges/${id}/record`, { ...record, reason });
    expect(body).toMatchObject({ code: 'invalid_request', facts: { field: 'reason' } });
  }
  expect((await desk(`/api/exchanges/${id}/record`, { ...record, reason: 'She rang again.' })).status).toBe(200);
  const contest = { answers: { side: 'giver', n: 2 }, because: 'It was one hour' };
  expect((await call('POST', `/api/exchanges/${id}/contest`, contest)).body.status).toBe('disputed');
  const settled = await desk(`/api/exchanges/${id}/settle`, { side: 'giver', minutes: 60, reason: 'Both came in.' });
  expect(settled.body.status).toBe('claimed');
  const found = await acts();
  expect(found).toMatchObject([
    { memberName: 'Agnes Tulloch', kind: 'exchange', reason: 'Both came in.', subjectId: id },
    { memberName: 'Agnes Tulloch', kind: 'exchange', reason: 'She rang again.' },
    { memberName: 'Agnes Tulloch', kind: 'exchange', reason: 'She rang: her tablet is broken.' },
  ]);
  const told = (await call('GET', '/api/notices', undefined, streets.tokens.agnes)).body.items;
  expect(told.filter(({ kind }: { kind: string }) => kind === 'broker_acted')).toHaveLength(3);
  // The bank's own token is nobody by name, whoever builds the bridges of the town.
  expect(found.map(({ personName }: { personName: string }) => personName)).toEqual(['', '', '']);
  const visitor = await streets.visitor('leith').signIn(streets.leith.token);
  const slips = (await visitor.get('/console/slips')).html;
  expect(slips).toContain('Both came in.');
  expect(slips).toContain('Written down for Agnes Tulloch by the office, slip 3');
  expect((await visitor.get(`/slips/${found[0].id}`)).html).toContain('<dd>the office</dd>');
});

test('what is refused, and what a member does, is not in it', async () => {
  const before = (await acts()).length;
  const late = { side: 'giver', minutes: 30, reason: 'Too late.' };
  expect((await desk(`/api/exchanges/${id}/settle`, late)).body.code).toBe('already_answered');
  expect((await desk(`/api/exchanges/${id}/record`, { minutes: 30 })).body.code).toBe('invalid_request');
  await call('POST', `/api/exchanges/${id}/confirm`, { answers: { side: 'giver', n: 3 } });
  expect(await acts()).toHaveLength(before);
});

test('the desk asks for a member', async () => {
  const ask = { member: 'moira', to: 'agnes', side: 'giver', minutes: 30, content: 'A walk', reason: 'No telephone.' };
  expect((await desk('/api/exchanges', ask)).status).toBe(201);
  expect((await acts())[0]).toMatchObject({ memberName: 'Moira Baird', reason: 'No telephone.', what: { did: 'ask' } });
});
