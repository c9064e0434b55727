/** Every operation of the API with an id in its address, by those it is not for: nothing is shown or done. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginSession } from '../auth/sessions.ts';
import { brokerAct } from '../db/schema.ts';
import { said } from '../testing/watch.ts';
import { type Asked, operationsOf } from './operations.ts';
import { openScene, type Scene } from './scene.ts';
import { Standing } from './standing.ts';

let scene: Scene;
let standing: Standing;
let operations: readonly Asked[];
let withId: readonly Asked[];

/** A neighbour who signed in as a person, a member whose token is nobody's in particular, and somebody without any. */
const WHO = ['a neighbour', 'a member without hats', 'a guest'] as const;
const tokens = new Map<(typeof WHO)[number], string | null>([['a guest', null]]);

/** What is for every member of a bank, and why. */
const FOR_MEMBERS: Readonly<Record<string, string>> = {
  getMember: 'members know each other; how to reach somebody, and what they have, is left out',
  listMemberOffers: 'offers are to be found',
  listThanks: 'those that the member shows',
  getOffer: 'offers are to be found',
  getGathering: 'gatherings are to be found; who comes is named where they want it',
  signUp: 'a seat is for whoever comes',
  getAgreement: 'what two towns have signed concerns everybody in them',
};
/** What is for everybody, as the one in the scene is public. */
const FOR_GUESTS: readonly string[] = ['getOffer', 'getGathering'];
/** Whoever holds the secret in the address may, so they are tried with one that is almost right. */
const SECRETS: readonly string[] = ['readSlip', 'objectBySlip', 'openReceipt'];

/** What a coordinator does for the bank or for themselves: it moves no hours of a member, and says nothing as one. */
const OFFICE: readonly string[] = [
  ...['addMember', 'setMemberStatus', 'decideApplication', 'takeHat', 'makeJoinLink', 'revokeJoinLink'],
  ...['requestCode', 'askForPasskey', 'offerPasskey', 'requestAddress', 'endOtherSessions', 'readNotices', 'setWishes'],
  ...['setPlace', 'endPlace', 'answerFundRequest', 'createGathering', 'objectToAct'],
  ...['invite', 'readInvitation', 'changeAgreement', 'closeAgreement', 'inviteSuccessor'],
];
/** What would be done as the member, without a word to them. */
const NEVER_THE_OFFICE: readonly string[] = [
  ...[
    'issueMemberToken',
    'updateMember',
    'createOffer',
    'updateOffer',
    'pauseOffer',
    'renewOffer',
    'endOffer',
    'setOfferPicture',
    'endOfferPicture',
  ],
];
/** What the scene lets a coordinator do for a member. */
const SLIPS: readonly string[] = ['changeRecord', 'cancelGathering', 'writeDown'];

/** What names a member or a person in what is sent. */
const NAMES: readonly string[] = ['member', 'memberId', 'personId', 'from', 'by'];

const PRIVATE = ['0131 496 0777', 'She rang', 'A lift', 'balanceMinutes', 'hereCode":"'];
/** Comes to the public gathering, and lets the other members see the name. */
const GUEST = 'Ailsa Rennie';

beforeAll(async () => {
  scene = await openScene();
  operations = await operationsOf(scene);
  withId = operations.filter(({ pattern }) => pattern.includes('{id}'));
  await scene.town.call('POST', '/api/members', { handle: 'plain', name: 'Plain' });
  tokens.set('a neighbour', scene.davie.token);
  tokens.set('a member without hats', (await scene.town.call('POST', '/api/members/plain/tokens')).body.token);
  await comes();
  // That somebody tried is counted.
  standing = new Standing(scene.town, ['attempt']);
  await standing.settle();
}, 240_000);
afterAll(() => scene?.stop());

async function comes(): Promise<void> {
  const { town, ids } = scene;
  const path = `/api/gatherings/${ids['/api/gatherings']}`;
  await town.call('POST', '/api/members', { handle: 'ailsa', name: GUEST });
  const { token } = (await town.call('POST', '/api/members/ailsa/tokens')).body;
  await town.call('POST', `${path}/sign-up`, { shown: true }, { token });
  const { hereCode: code } = (await town.call('GET', path)).body;
  await town.call('POST', `${path}/sign-in`, { code }, { token });
}

const ask = ({ method, body }: Asked, address: string, token: string | null) =>
  scene.town.call(method as 'GET' | 'POST', address, body, { token });

test('there are such operations, each about something that is there', () => {
  expect(withId.length).toBeGreaterThan(60);
  const known = Object.values(scene.ids);
  const elsewhere = withId.filter(({ address }) => !known.some((id) => address().split('/').includes(id)));
  expect(elsewhere.map(({ name }) => name)).toEqual([]);
  const names = withId.map(({ name }) => name);
  for (const name of [...Object.keys(FOR_MEMBERS), ...FOR_GUESTS, ...SECRETS]) expect(names).toContain(name);
});

describe.each(WHO)('%s', (who) => {
  const mine = (name: string) => (who === 'a guest' ? FOR_GUESTS.includes(name) : FOR_MEMBERS[name] !== undefined);
  const sent =
    who === 'a guest' ? /^(?:401 not_signed_in|403 not_allowed|404 not_found)$/ : /^(?:403 not_allowed|404 not_found)$/;

  test('is told nothing of what is somebody else’s, and changes nothing', { timeout: 240_000 }, async () => {
    const token = tokens.get(who) ?? null;
    const wrong: string[] = [];
    for (const operation of withId) {
      const { name, address } = operation;
      // The one thing that a neighbour may do with what is Moira's.
      if (name === 'signUp' && mine(name)) continue;
      const at = SECRETS.includes(name) ? almost(operation) : address();
      const answer = await standing.unchanged(() => ask(operation, at, token), name);
      const told = said(answer);
      if (mine(name) ? answer.status !== 200 : !sent.test(told)) wrong.push(`${name}: ${told}`);
      const hidden = who === 'a guest' ? [...PRIVATE, GUEST] : PRIVATE;
      for (const words of hidden) if (JSON.stringify(answer.body).includes(words)) wrong.push(`${name} says ${words}`);
    }
    expect(wrong).toEqual([]);
  });

  test('names somebody else in what is sent, and nothing is done for them', { timeout: 240_000 }, async () => {
    const token = tokens.get(who) ?? null;
    const naming = operations.filter(
      ({ pattern, body, fields }) =>
        body !== undefined &&
        !pattern.includes('{id}') &&
        fields.some(({ where, name }) => where === 'body' && NAMES.includes(name.split('.').at(-1) ?? '')),
    );
    expect(naming.length).toBeGreaterThan(8);
    const done: string[] = [];
    for (const operation of naming) {
      const { name, address } = operation;
      const answer = await standing.unchanged(() => ask(operation, address(), token), name);
      if (answer.status < 400) done.push(`${name}: ${said(answer)}`);
    }
    expect(done).toEqual([]);
  });

  test('asks about somebody else by a question in vain', async () => {
    const token = tokens.get(who) ?? null;
    const lists = operations.filter(({ fields }) =>
      fields.some(({ where, name }) => where === 'query' && name === 'member'),
    );
    expect(lists.length).toBeGreaterThan(2);
    for (const list of lists) {
      const answer = await standing.unchanged(() =>
        ask(list, `${list.address()}?member=${scene.moira.memberId}`, token),
      );
      const own = await ask(list, list.address(), token);
      expect([list.name, answer.status >= 400 || JSON.stringify(answer) === JSON.stringify(own)]).toEqual([
        list.name,
        true,
      ]);
    }
  });
});

test('a coordinator does nothing for a member without a slip', { timeout: 240_000 }, async () => {
  const { bank, database } = scene.town;
  const { db } = database;
  const who = { role: 'operator', personId: scene.fiona } as const;
  const token = await beginSession(db, bank.id, who, { how: 'code', agent: 'Evenhour', app: true });
  const [wrong, slips]: [string[], string[]] = [[], []];
  for (const operation of operations.filter(({ method }) => method === 'POST')) {
    const { name, address } = operation;
    const before = await db.$count(brokerAct);
    const answer = await ask(operation, address(), token);
    if ((await db.$count(brokerAct)) > before) slips.push(name);
    else if (answer.status < 400 && !OFFICE.includes(name)) wrong.push(`${name}: ${said(answer)}`);
    if (NEVER_THE_OFFICE.includes(name) && said(answer) !== '403 not_allowed') wrong.push(`${name}: ${said(answer)}`);
  }
  expect(wrong).toEqual([]);
  expect(slips).toEqual(SLIPS);
});

test('who comes to a public gathering is named to members alone, and everybody is told how many come', async () => {
  const path = `/api/gatherings/${scene.ids['/api/gatherings']}`;
  const seen = async (who: (typeof WHO)[number]) =>
    (await scene.town.call('GET', path, undefined, { token: tokens.get(who) ?? null })).body;
  const [neighbour, guest] = [await seen('a neighbour'), await seen('a guest')];
  expect([neighbour.names, guest.names]).toEqual([[GUEST], []]);
  expect(guest.free).toBe(neighbour.free);
  const { html } = await (await scene.visitor('guest')).get(`/gatherings/${scene.ids['/gatherings']}`);
  expect(html).not.toContain(GUEST);
  expect(html).toContain('2 seats taken');
});

test('an agreement that only one town has signed is for the desk', async () => {
  const id = scene.ids['/agreements'];
  for (const token of [...tokens.values()]) {
    const answer = await scene.town.call('GET', `/api/agreements/${id}`, undefined, { token });
    expect(said(answer)).toBe(token === null ? '401 not_signed_in' : '404 not_found');
    const listed = await scene.town.call('GET', token === null ? '/api/towns' : '/api/agreements', undefined, {
      token,
    });
    expect(listed.status).toBe(200);
    expect(JSON.stringify(listed.body)).not.toContain(id);
  }
  expect((await scene.town.call('GET', `/api/agreements/${id}`)).status).toBe(200);
});

test('a guest finds offers that are public, and no others', async () => {
  const { items } = (await scene.town.call('GET', `/api/members/${scene.davie.memberId}/offers`)).body;
  const as = { token: null };
  expect(said(await scene.town.call('GET', `/api/offers/${items[0].id}`, undefined, as))).toBe('401 not_signed_in');
  // Newer ones that are not for guests take no place from them.
  for (const kind of ['offer', 'need'])
    await scene.town.call('POST', '/api/offers', { member: 'davie', kind, category: 'company', title: 'For members' });
  const newest = (await scene.town.call('GET', '/api/offers/newest?limit=1', undefined, as)).body.items;
  const seen = newest.map(({ visibility }: { visibility: string }) => visibility);
  expect([seen.length > 0, new Set(seen)]).toEqual([true, new Set(['public'])]);
});

test('of a member who rests only the desk and they themselves know', async () => {
  const { id } = (await scene.town.call('POST', '/api/members', { handle: 'resting', name: 'Resting' })).body;
  const own = (await scene.town.call('POST', `/api/members/${id}/tokens`)).body.token;
  await scene.town.call('POST', `/api/members/${id}/status`, { status: 'suspended' });
  const known = async (token: string): Promise<boolean[]> => {
    const ones = ['', '/offers', '/thanks'].map((path) =>
      scene.town.call('GET', `/api/members/${id}${path}`, undefined, { token }),
    );
    const lists = ['/api/members?limit=200', '/api/members?limit=200&search=rest'].map((path) =>
      scene.town.call('GET', path, undefined, { token }),
    );
    const told = (await Promise.all(ones)).map(({ status }) => status === 200);
    return [...told, ...(await Promise.all(lists)).map(({ body }) => JSON.stringify(body).includes(id))];
  };
  expect(await known(scene.davie.token)).toEqual([false, false, false, false, false]);
  expect(await known(scene.town.token)).toEqual([true, true, true, true, true]);
  // By name one finds those who can be asked.
  expect(await known(own)).toEqual([true, true, true, true, false]);
});

/** The address with a secret of which the last letter is another one. */
function almost({ address }: Asked): string {
  const known = Object.values(scene.ids).find((id) => address().split('/').includes(id)) ?? '';
  return address(`${known.slice(0, -1)}${known.endsWith('A') ? 'B' : 'A'}`);
}
