/** Idempotency-Key on every POST of the API, as its own OpenAPI document lists them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gathering, leaving, person } from '../db/schema.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { stopToken } from '../notification/stop.ts';
import { getOffer } from '../offer/offers.ts';
import { renewPath } from '../offer/renewals.ts';
import { Authenticator } from '../testing/authenticator.ts';
import { exchangeAt } from '../testing/exchanges.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { lastLetter } from '../testing/letters.ts';
import { anotherSession, coordinator, idlePasskey, type Somebody, signedInPerson } from '../testing/people.ts';
import { snapshot, type Town, until } from '../testing/town.ts';
import { posted, type Stage, said, setStage, unchanged } from '../testing/watch.ts';

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { name: string; in: string; required?: boolean }[];
}

let stage: Stage;
let posts: Map<string, { path: string; operation: Operation }>;
let host: FakePartner;
let neighbour: FakePartner;
let friend: FakePartner;
/** A person with a mail address, who has signed in. */
let una: Somebody;
/** Who writes things down for members. */
let fiona: string;

beforeAll(async () => {
  stage = await setStage(3);
  [host, neighbour, friend] = stage.partners as [FakePartner, FakePartner, FakePartner];
  una = await signedInPerson(stage.town, 'una', 'una@mail.example');
  fiona = await coordinator(stage.town);
  const document = (await stage.town.call('GET', '/api/openapi.json')).body as {
    paths: Record<string, { post?: Operation }>;
  };
  posts = new Map(
    Object.entries(document.paths).flatMap(([path, { post }]) =>
      post === undefined ? [] : [[post.operationId, { path, operation: post }]],
    ),
  );
});
afterAll(() => stage?.stop());

async function post(
  path: string,
  body: unknown,
  key: string | null,
  token = stage.town.token,
): ReturnType<Town['call']> {
  const response = await fetch(`${stage.town.origin}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': `application/${body instanceof Uint8Array ? 'octet-stream' : 'json'}`,
      ...(key !== null && { 'idempotency-key': key }),
    },
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

/** What a request needs to be done: the id in its path, its body, and another body that could be meant. */
interface Case {
  readonly id?: () => Promise<string> | string;
  readonly body: () => unknown;
  readonly other?: () => unknown;
  /** Somebody who signed in as a person does it, and not the operator. */
  readonly person?: boolean;
  /** Waits until what it has set going is over. */
  readonly over?: () => Promise<void>;
}

/** The second bank's link works once, as links do. */
function oneLink(partner: FakePartner): string {
  const party = partner.party(600);
  const words = ['Our hours are yours.'];
  const draft = { party, words, public: true, noticeDays: 30, expiresAt: '2030-01-01T00:00:00Z' };
  let opened = 0;
  partner.town = stage.town;
  partner.replies.invitation = () =>
    opened++ === 0 ? { unsigned: true, body: draft } : { unsigned: true, status: 409 };
  return linkOf(partner);
}

/** An offer of ours that the other bank has and has not answered. */
async function ourOffer(partner: FakePartner): Promise<string> {
  const link = oneLink(partner);
  const made = await stage.town.call('POST', '/api/agreements', { link, grantsMinutes: 60, bridgeBuilder: 'Fiona' });
  return made.body.id;
}

/** An offer of another bank's that waits for our answer. */
async function theirOffer(partner: FakePartner): Promise<string> {
  await partner.offer(stage.town);
  return partner.agreementId;
}

const idOf = async (handle: string) => (await stage.town.call('GET', `/api/members/${handle}`)).body.id;
const deedFor = (minutes: number) => ({
  by: fiona,
  member: 'una',
  reason: 'She rang',
  deed: { kind: 'gift', to: 'bank', minutes },
});
const writtenDown = async (): Promise<string> => (await stage.town.call('POST', '/api/acts', deedFor(1))).body.id;

/** A gathering of the town that begins in so many minutes more than half an hour. */
const gatheringIn = (minutes: number) => ({
  kind: 'meeting',
  title: 'Soup',
  startsAt: new Date(NOON + (30 + minutes) * 60_000).toISOString(),
  endsAt: new Date(NOON + 4 * 60 * 60_000).toISOString(),
  seats: 9,
});
const NOON = Date.now();
let gatheringId = '';
const aGathering = async (): Promise<string> => {
  gatheringId = (await stage.town.call('POST', '/api/gatherings', gatheringIn(0))).body.id;
  return gatheringId;
};
const lastGathering = async () => (await stage.town.call('GET', `/api/gatherings/${gatheringId}`)).body;

/** Settled hours of Una's. */
const aReceipt = async (): Promise<string> =>
  (await stage.town.call('POST', '/api/transfers', { from: 'una', to: 'bank', minutes: 1 })).body.id;
/** Una has taken the first step, and the word is known. */
async function unaLeaves(): Promise<string> {
  await stage.town.call('POST', '/api/members/una/leaving', {}, { token: una.token });
  await stage.town.database.db.update(leaving).set({ word: 'word' });
  return 'una';
}
const unaStays = async (): Promise<void> => {
  await stage.town.call('POST', '/api/members/una/leaving/stay', {}, { token: una.token });
};

const linkOf = (partner: FakePartner) => `${partner.origin}/invitations/${'s'.repeat(32)}`;
const aPicture = (background: string) =>
  sharp({ create: { width: 8, height: 8, channels: 3, background } })
    .png()
    .toBuffer();
const aSaying = (title: string) => ({ kind: 'offer', category: 'garden', title });
const anOffer = (title: string) => ({ member: 'moira', ...aSaying(title) });
/** A place that is on the map. */
const placed = async (name: string) => {
  await stage.town.call('POST', '/api/places', { name, coordinates: { latitude: 55.98, longitude: -3.2 } });
  return { name };
};
const offered = async (): Promise<string> => (await stage.town.call('POST', '/api/offers', anOffer('Plants'))).body.id;

let lastOffer = '';

/** The figures and the link of a new letter to Una. */
async function unasLetter(): Promise<{ request: string; code: string; link: string }> {
  await stage.town.database.db.execute('delete from attempt');
  const { body } = await stage.town.call('POST', '/api/sign-in/codes', { email: 'una@mail.example' });
  const text = await lastLetter(stage.town, 'una@mail.example');
  const code = (/(\d{3}) (\d{3})/.exec(text) ?? []).slice(1).join('');
  return { request: body.request, code, link: /https?:\S+\/sign-in\/link\/\S+/.exec(text)?.[0] ?? '' };
}

/** The figures of a letter to an address that Una has not. */
async function unasNewAddress(): Promise<{ request: string; code: string }> {
  await stage.town.database.db.execute('delete from attempt');
  const email = `una-${crypto.randomUUID()}@mail.example`;
  const { body } = await stage.town.call('POST', '/api/person/address', { email }, { token: una.token });
  const text = await lastLetter(stage.town, email);
  return { request: body.request, code: (/(\d{3}) (\d{3})/.exec(text) ?? []).slice(1).join('') };
}

const optionsOf = async (path: string): Promise<Record<string, unknown>> =>
  (await stage.town.call('POST', path, {}, { token: una.token })).body.options;

let unasKey: Authenticator | undefined;
/** A device with a passkey of Una's. */
async function unasDevice(): Promise<Authenticator> {
  if (unasKey !== undefined) return unasKey;
  unasKey = new Authenticator(stage.town.origin);
  const answer = unasKey.make(await optionsOf('/api/passkeys/options'));
  await stage.town.call('POST', '/api/passkeys', { answer, name: 'My telephone' }, { token: una.token });
  return unasKey;
}

/** Why the desk does something for a member. */
const DESK = { reason: 'They rang' };
/** What Moira asked, and what Una recorded. */
const ASKED = { side: 'receiver', n: 1 };
const RECORDED = { side: 'giver', n: 2 };

const CASES: Record<string, Case> = {
  addMember: { body: () => ({ handle: 'rosa', name: 'Rosa' }), other: () => ({ handle: 'rosa', name: 'Rosalia' }) },
  setMemberStatus: { id: () => 'rosa', body: () => ({ status: 'active' }), other: () => ({ status: 'suspended' }) },
  updateMember: { id: () => 'rosa', body: () => ({ about: 'Catalan' }), other: () => ({ about: 'Irish' }) },
  requestCode: { body: () => ({ email: 'una@mail.example' }), other: () => ({ email: 'ina@mail.example' }) },
  signInByCode: {
    body: async () => {
      const { request, code } = await unasLetter();
      return { request, code };
    },
  },
  signInByLink: { body: async () => ({ link: (await unasLetter()).link }), other: () => ({ link: 'another' }) },
  requestAddress: {
    person: true,
    body: () => ({ email: 'una@another.example' }),
    other: () => ({ email: 'una@third.example' }),
    over: () => posted(stage.town),
  },
  changeAddress: {
    person: true,
    body: unasNewAddress,
    over: async () => {
      await posted(stage.town);
      await stage.town.database.db.update(person).set({ email: 'una@mail.example' }).where(eq(person.id, una.personId));
    },
  },
  askForPasskey: { body: () => ({}) },
  signInByPasskey: {
    body: async () => ({ answer: (await unasDevice()).use(await optionsOf('/api/sign-in/passkey/options')) }),
    other: () => ({ answer: {} }),
  },
  offerPasskey: { person: true, body: () => ({}) },
  addPasskey: {
    person: true,
    body: async () => ({
      answer: new Authenticator(stage.town.origin).make(await optionsOf('/api/passkeys/options')),
      name: 'My telephone',
    }),
    other: () => ({ answer: {}, name: 'My telephone' }),
  },
  signInByCard: {
    body: async () => {
      const card = await stage.town.call('POST', `/api/members/${una.memberId}/card`, {});
      return { words: card.body.words.join(' ') };
    },
  },
  giveHat: {
    body: async () => ({ memberId: (await idOf('rosa')) as string, personId: una.personId }),
    other: () => ({ memberId: '', personId: una.personId }),
  },
  wearHat: { person: true, body: async () => ({ memberId: await idOf('rosa') }), other: () => ({ memberId: '' }) },
  takeHat: {
    body: async () => ({ memberId: await idOf('rosa'), personId: una.personId }),
    other: () => ({ memberId: '', personId: una.personId }),
  },
  dropWaitingHat: {
    body: async () => {
      const waits = { memberId: una.memberId, email: 'nephew@mail.example' };
      await stage.town.call('POST', '/api/hats', { ...waits, name: 'Her nephew' });
      return waits;
    },
    other: () => ({ memberId: una.memberId, email: 'niece@mail.example' }),
  },
  endSession: {
    person: true,
    id: async () => {
      const token = await anotherSession(stage.town, una);
      const { body } = await stage.town.call('GET', '/api/sessions', undefined, { token });
      return body.items.find(({ current }: { current: boolean }) => current).id;
    },
    body: () => ({}),
  },
  endOtherSessions: { person: true, body: () => ({}) },
  renamePasskey: {
    person: true,
    id: () => idlePasskey(stage.town, una.personId),
    body: () => ({ name: 'My tablet' }),
    other: () => ({ name: 'Mine' }),
  },
  removePasskey: { person: true, id: () => idlePasskey(stage.town, una.personId), body: () => ({}) },
  issueCard: { id: () => una.memberId, body: () => ({}), other: () => ({ personId: una.personId }) },
  revokeCard: { id: () => una.memberId, body: () => ({}), other: () => ({ personId: una.personId }) },
  makeJoinLink: { body: () => ({ uses: 1 }), other: () => ({ uses: 2 }) },
  revokeJoinLink: {
    id: async () => (await stage.town.call('POST', '/api/join-links', {})).body.id,
    body: () => ({}),
  },
  readJoinLink: {
    body: async () => ({ link: (await stage.town.call('POST', '/api/join-links', {})).body.link }),
    other: () => ({ link: 'another' }),
  },
  join: {
    body: () => ({ name: 'Ewan', phone: '0131 496 0199' }),
    other: () => ({ name: 'Ewan', phone: '0131 496 0198' }),
  },
  takeIn: {
    body: () => ({ name: 'Effie', phone: '0131 496 0196' }),
    other: () => ({ name: 'Effie', phone: '0131 496 0195' }),
  },
  decideApplication: {
    id: async () => {
      await stage.town.call('POST', '/api/join', { name: 'Kirsty', phone: '0131 496 0197' });
      return (await stage.town.call('GET', '/api/applications')).body.items.at(-1).id;
    },
    body: () => ({ yes: true }),
    other: () => ({ yes: false }),
  },
  issueMemberToken: { id: () => 'rosa', body: () => ({}) },
  createOffer: { body: () => anOffer('Seeds'), other: () => anOffer('Bulbs') },
  updateOffer: { id: () => offered(), body: () => aSaying('Seeds'), other: () => aSaying('Bulbs') },
  renewOffer: { id: () => offered(), body: () => ({}) },
  renewOfferByLetter: {
    id: async () => {
      lastOffer = await offered();
      return lastOffer;
    },
    body: async () => {
      const row = await getOffer(stage.town.database.db, stage.town.bank.id, lastOffer);
      return { link: row === undefined ? '' : renewPath(stage.town.bank, row) };
    },
    other: () => ({ link: 'another' }),
  },
  pauseOffer: { id: () => offered(), body: () => ({ paused: true }), other: () => ({ paused: false }) },
  setOfferPicture: { id: () => offered(), body: () => aPicture('red'), other: () => aPicture('blue') },
  endOfferPicture: { id: () => offered(), body: () => ({}) },
  endOffer: { id: () => offered(), body: () => ({}) },
  setPlace: {
    body: () => ({ name: 'The Shore', coordinates: { latitude: 55.98, longitude: -3.17 } }),
    other: () => ({ name: 'The Shore', coordinates: null }),
  },
  endPlace: { body: () => placed('Newhaven'), other: () => ({ name: 'Portobello' }) },
  give: {
    body: () => ({ from: 'moira', to: 'rosa', minutes: 60 }),
    other: () => ({ from: 'moira', to: 'rosa', minutes: 61 }),
  },
  readNotices: { body: () => ({ ids: [] }), other: () => ({}) },
  stopMail: {
    body: () => ({
      link: stopToken(stage.town.node.context.seal, [{ bankId: stage.town.bank.id, memberId: una.memberId }]),
    }),
    other: () => ({ link: 'another' }),
  },
  setWishes: { body: () => ({ mail: 'daily' }), other: () => ({ mail: 'weekly' }) },
  invite: {
    body: () => ({ grantsMinutes: 60, bridgeBuilder: 'Fiona' }),
    other: () => ({ grantsMinutes: 61, bridgeBuilder: 'Fiona' }),
  },
  readInvitation: { body: () => ({ link: oneLink(host) }), other: () => ({ link: `${linkOf(host)}x` }) },
  offerAgreement: {
    body: () => ({ link: oneLink(host), grantsMinutes: 60, bridgeBuilder: 'Fiona' }),
    other: () => ({ link: linkOf(host), grantsMinutes: 61, bridgeBuilder: 'Fiona' }),
  },
  withdrawAgreement: { id: () => ourOffer(neighbour), body: () => ({}) },
  declineAgreement: { id: () => theirOffer(neighbour), body: () => ({}) },
  acceptAgreement: {
    id: () => theirOffer(neighbour),
    body: () => ({}),
    over: async () => {
      await until(async () => (await neighbour.greet()).status === 200);
      await neighbour.quiet();
    },
  },
  changeAgreement: {
    id: async () => (await friend.agree(stage.town)).agreementId,
    body: () => ({ grantsMinutes: 660 }),
    other: () => ({ grantsMinutes: 720 }),
  },
  writeStatement: { id: () => friend.agreementId, body: () => ({}) },
  resend: {
    id: () => friend.agreementId,
    body: () => ({ afterSeq: 0 }),
    other: () => ({ afterSeq: 1 }),
  },
  setGiftRule: { person: true, body: () => ({ asks: true }), other: () => ({ asks: false }) },
  answerGift: {
    person: true,
    id: async () => {
      await stage.town.call('POST', '/api/gifts/rule', { asks: true }, { token: una.token });
      return (await stage.town.call('POST', '/api/transfers', { from: 'moira', to: 'una', minutes: 5 })).body.id;
    },
    body: () => ({ yes: true }),
    other: () => ({ yes: false }),
  },
  askFund: {
    person: true,
    body: () => ({ minutes: 5, content: 'A lift' }),
    other: () => ({ minutes: 6, content: 'A lift' }),
  },
  answerFundRequest: {
    id: async () => {
      await stage.town.call('POST', '/api/transfers', { from: 'moira', to: 'bank', minutes: 5 });
      const asked = { minutes: 5, content: 'A lift' };
      return (await stage.town.call('POST', '/api/fund/requests', asked, { token: una.token })).body.id;
    },
    body: () => ({ yes: true, because: 'Lifts' }),
    other: () => ({ yes: false, because: 'Lifts' }),
  },
  withdrawFundRequest: {
    person: true,
    id: async () =>
      (await stage.town.call('POST', '/api/fund/requests', { minutes: 5, content: 'A lift' }, { token: una.token }))
        .body.id,
    body: () => ({}),
  },
  writeDown: { body: () => deedFor(1), other: () => deedFor(2) },
  objectToAct: { id: () => writtenDown(), body: () => ({ words: 'No' }), other: () => ({ words: 'Not so' }) },
  objectBySlip: {
    id: async () => {
      const { body } = await stage.town.call('GET', `/api/acts/${await writtenDown()}`);
      return body.link.split('/').at(-1);
    },
    body: () => ({ words: 'No' }),
    other: () => ({ words: 'Not so' }),
  },
  settleObjection: {
    id: async () => {
      const id = await writtenDown();
      await stage.town.call('POST', `/api/acts/${id}/objection`, {});
      return id;
    },
    body: () => ({ by: fiona, how: 'Given back' }),
    other: () => ({ by: fiona, how: 'Left so' }),
  },
  createGathering: { body: () => gatheringIn(1), other: () => gatheringIn(2) },
  changeGathering: { id: () => aGathering(), body: () => gatheringIn(3), other: () => gatheringIn(4) },
  cancelGathering: { id: () => aGathering(), body: () => ({}) },
  signUp: {
    id: () => aGathering(),
    body: () => ({ member: una.memberId, reason: 'She rang' }),
    other: () => ({ member: una.memberId, reason: 'He rang' }),
  },
  withdrawFromGathering: {
    person: true,
    id: async () => {
      const id = await aGathering();
      await stage.town.call('POST', `/api/gatherings/${id}/sign-up`, {}, { token: una.token });
      return id;
    },
    body: () => ({}),
  },
  signIn: {
    person: true,
    id: () => aGathering(),
    body: async () => ({ code: (await lastGathering()).hereCode }),
    other: () => ({ code: 'another' }),
  },
  markPresent: { id: () => aGathering(), body: () => ({ here: [] }), other: () => ({ here: [], more: ['A friend'] }) },
  creditGathering: {
    id: async () => {
      const id = await aGathering();
      const startsAt = new Date(Date.now() - 60_000);
      await stage.town.database.db.update(gathering).set({ startsAt }).where(eq(gathering.id, id));
      return id;
    },
    body: () => ({ lines: [] }),
  },
  renewCalendar: { person: true, body: () => ({}) },
  askExchange: {
    body: () => ({ ...DESK, member: 'moira', to: 'una', side: 'receiver', minutes: 10, content: 'Tea' }),
    other: () => ({ ...DESK, member: 'moira', to: 'una', side: 'receiver', minutes: 11, content: 'Tea' }),
  },
  acceptExchange: {
    id: () => exchangeAt(stage.town, 'proposed'),
    body: () => ({ ...DESK, side: 'giver', answers: ASKED }),
  },
  declineExchange: {
    id: () => exchangeAt(stage.town, 'proposed'),
    body: () => ({ ...DESK, side: 'giver', answers: ASKED }),
  },
  counterExchange: {
    id: () => exchangeAt(stage.town, 'proposed'),
    body: () => ({ ...DESK, side: 'giver', minutes: 20, content: 'More tea' }),
    other: () => ({ ...DESK, side: 'giver', minutes: 21, content: 'More tea' }),
  },
  withdrawExchange: { id: () => exchangeAt(stage.town, 'proposed'), body: () => ({ ...DESK, side: 'receiver' }) },
  cancelExchange: { id: () => exchangeAt(stage.town, 'agreed'), body: () => ({ ...DESK, side: 'receiver' }) },
  recordHours: {
    id: () => exchangeAt(stage.town, 'agreed'),
    body: () => ({ ...DESK, side: 'giver', minutes: 10 }),
    other: () => ({ ...DESK, side: 'giver', minutes: 11 }),
  },
  changeRecord: {
    id: () => exchangeAt(stage.town, 'claimed'),
    body: () => ({ ...DESK, side: 'giver', minutes: 9 }),
    other: () => ({ ...DESK, side: 'giver', minutes: 8 }),
  },
  confirmHours: {
    id: () => exchangeAt(stage.town, 'claimed'),
    body: () => ({ ...DESK, side: 'receiver', answers: RECORDED }),
  },
  contestHours: {
    id: () => exchangeAt(stage.town, 'claimed'),
    body: () => ({ ...DESK, side: 'receiver', answers: RECORDED, because: 'Less' }),
  },
  sayInExchange: {
    id: () => exchangeAt(stage.town, 'disputed'),
    body: () => ({ ...DESK, side: 'giver', text: 'Let us talk' }),
    other: () => ({ ...DESK, side: 'giver', text: 'No' }),
  },
  thankForExchange: {
    id: () => exchangeAt(stage.town, 'confirmed'),
    body: () => ({ ...DESK, side: 'giver', text: 'Thanks' }),
  },
  giveContact: {
    id: async () => {
      await stage.town.call('POST', '/api/members/una', { phone: '0131 496 0777' });
      return exchangeAt(stage.town, 'proposed');
    },
    body: () => ({ what: 'phone' }),
    other: () => ({ what: 'email' }),
    person: true,
  },
  showThanks: {
    id: async () => {
      const id = await exchangeAt(stage.town, 'confirmed');
      await stage.town.call('POST', `/api/exchanges/${id}/thanks`, { ...DESK, side: 'receiver', text: 'Thanks' });
      return id;
    },
    body: () => ({ shown: true }),
    other: () => ({ shown: false }),
    person: true,
  },
  settleDispute: {
    id: () => exchangeAt(stage.town, 'disputed'),
    body: () => ({ ...DESK, side: 'giver', minutes: 5 }),
    other: () => ({ ...DESK, side: 'giver', minutes: 6 }),
  },
  putExchangeRight: {
    id: () => exchangeAt(stage.town, 'confirmed'),
    body: () => ({ ...DESK, side: 'giver', minutes: 1 }),
    other: () => ({ ...DESK, side: 'giver', minutes: 2 }),
  },
  shareReceipt: { id: aReceipt, body: () => ({ names: true }), other: () => ({ names: false }), person: true },
  withdrawReceipt: { id: aReceipt, body: () => ({}), person: true },
  askToLeave: { id: () => 'una', body: () => ({}), person: true, over: unaStays },
  confirmLeaving: {
    id: unaLeaves,
    body: () => ({ word: 'word' }),
    other: () => ({ word: 'words' }),
    person: true,
    over: unaStays,
  },
  stay: { id: unaLeaves, body: () => ({}), person: true },
  letFundPay: { id: unaLeaves, body: () => ({}), over: unaStays },
  takeBack: {
    id: async () => {
      friend.replies.messages = ({ json }) => {
        const items = json['orderedItems'] as unknown as { id: string }[];
        return { body: { pair: friend.pair, results: items.map(({ id }) => ({ id, applied: true })), messages: [] } };
      };
      const gift = { from: 'moira', to: `anna@${friend.host}`, minutes: 30 };
      return (await stage.town.call('POST', '/api/transfers', gift)).body.id;
    },
    body: () => ({}),
  },
  closeAgreement: {
    id: () => friend.agreementId,
    body: () => ({ because: 'The two books do not fit any more.' }),
    other: () => ({ because: 'They have gone.' }),
    over: async () => {
      friend.replies.other = ({ path }) => {
        const head = path.includes('/peer') ? friend.townHead : friend.head;
        return { body: { pair: friend.pair, head, entries: [] } };
      };
      await until(async () => {
        const { body } = await stage.town.call('GET', `/api/agreements/${friend.agreementId}`);
        return body.ending?.settlement;
      });
    },
  },
  inviteSuccessor: {
    id: () => friend.agreementId,
    body: () => ({ grantsMinutes: 60, bridgeBuilder: 'Fiona' }),
    other: () => ({ grantsMinutes: 61, bridgeBuilder: 'Fiona' }),
  },
};

/** Until what was set going is over: nothing waits to be sent to another bank, and the rows stand still. */
async function quiet(): Promise<void> {
  let before = '';
  await until(async () => {
    const rows = await snapshot(stage.town.database);
    const pending = rowsOf(
      await stage.town.database.db.execute('select 1 from pair where honour_pending is not null'),
    )[0];
    const now = JSON.stringify(rows);
    const still = pending === undefined && now === before;
    before = now;
    await sleep(60);
    return still;
  });
}

test('the document asks for a key at every POST, and every POST is tried here', () => {
  expect([...posts.keys()].sort()).toEqual(Object.keys(CASES).sort());
  for (const { operation } of posts.values())
    expect(operation.parameters).toContainEqual(
      expect.objectContaining({ in: 'header', name: 'idempotency-key', required: true }),
    );
});

describe.each(Object.entries(CASES))('%s', (name, { id, body, other, over, person }) => {
  let path: string;
  const as = () => (person ? una.token : stage.town.token);
  beforeAll(async () => {
    path = posts.get(name)?.path.replace('{id}', (await id?.()) ?? '') ?? '';
    await quiet();
  });

  test.each([
    ['without a key', null, 'is missing'],
    ['with a key that is too short', 'short', 'must be'],
    ['with a key that is too long', 'x'.repeat(201), 'must be'],
    ['with a key of other signs', 'with spaces in it', 'must be'],
  ])('is refused %s', async (_how, key, reason) => {
    const sent = await body();
    await quiet();
    const answer = await unchanged(stage.town, () => post(path, sent, key, as()));
    expect(said(answer)).toBe('400 idempotency_key_missing');
    expect(answer.body.facts.reason).toContain(reason);
  });

  test('is done once for one key, answered the same, and refused for anything else', async () => {
    const key = crypto.randomUUID();
    const known = await body();
    const sent = known instanceof Uint8Array ? known : JSON.stringify(known);
    await quiet();
    const first = await until(async () => {
      const answer = await post(path, sent, key, as());
      return answer.status < 300 ? answer : null;
    }, 2_000);
    await over?.();
    await quiet();
    const [again, changed] = await unchanged(stage.town, async () => [
      await post(path, sent, key, as()),
      await post(path, (await other?.()) ?? `${sent} `, key, as()),
    ]);
    expect(again).toEqual(first);
    expect(said(changed as never)).toBe('422 idempotency_key_reused');
  });
});

test('an answer that holds a token is kept sealed', async () => {
  const { body } = await post('/api/members/moira/tokens', {}, crypto.randomUUID());
  const rows = rowsOf<{ body: string }>(
    await stage.town.database.db.execute('select body from idempotency where body is not null'),
  );
  expect(body.token).toMatch(/^eh_/);
  expect(rows.map((row) => row.body).join()).not.toContain(body.token);
});
