/** One node, two banks: what belongs to one cannot be seen, moved or asked for at the other. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueToken } from '../auth/tokens.ts';
import { giveHat } from '../member/people.ts';
import { getOffer } from '../offer/offers.ts';
import { renewPath } from '../offer/renewals.ts';
import { exchangeAt } from '../testing/exchanges.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { type Answer, send } from '../testing/http.ts';
import { lastLetter } from '../testing/letters.ts';
import { coordinator, idlePasskey, signedInPerson } from '../testing/people.ts';
import { connect, type Town, until } from '../testing/town.ts';
import { pay, posted, promised, type Stage, said, setStage, unchanged } from '../testing/watch.ts';
import { type Bank, createBank } from './bank.ts';

let stage: Stage;
let leith: Town;
let gracia: Town;
let partner: FakePartner;
let neighbour: FakePartner;
/** Leith's own ids, tokens and links. */
let own: {
  member: string;
  fund: string;
  transfer: string;
  offer: string;
  exchange: string;
  gathering: string;
  agreement: string;
  token: string;
  memberToken: string;
  person: string;
  session: string;
  passkey: string;
  request: string;
  signInLink: string;
  renewal: string;
  cardWords: string;
  joinLink: string;
  joinLinkId: string;
  application: string;
  coordinator: string;
  act: string;
  slip: string;
  asked: string;
  waiting: string;
  link: string;
};

beforeAll(async () => {
  stage = await setStage(2);
  [partner, neighbour] = stage.partners as [FakePartner, FakePartner];
  leith = stage.town;
  gracia = await host(leith, `http://localhost:${new URL(leith.origin).port}`, 'Gràcia');
  await gracia.call('POST', '/api/members', { handle: 'rosa', name: 'Rosa' });
  await partner.agree(leith);
  await neighbour.agree(gracia);
  await pay(partner, 'moira', 60);
  const moira = (await leith.call('GET', '/api/members/moira')).body.id;
  const transfers = (await leith.call('GET', `/api/transfers?member=${moira}`)).body.items;
  const memberToken = (await leith.call('POST', `/api/members/${moira}/tokens`)).body.token;
  const invited = await leith.call('POST', '/api/invitations', { grantsMinutes: 60, bridgeBuilder: 'Fiona' });
  const planted = { member: moira, kind: 'offer', category: 'garden', title: 'Moira plants', visibility: 'public' };
  const offered = await leith.call('POST', '/api/offers', planted);
  await leith.call('POST', '/api/places', { name: 'The Shore', coordinates: { latitude: 55.98, longitude: -3.17 } });
  own = {
    member: moira,
    fund: (await leith.call('GET', '/api/members/bank')).body.id,
    transfer: transfers[0].id,
    offer: offered.body.id,
    renewal: await renewalOf(offered.body.id),
    agreement: partner.agreementId,
    token: leith.token,
    memberToken,
    ...(await peopleOf(moira)),
    ...(await givingOf(memberToken)),
    exchange: await exchangeAt(leith, 'claimed'),
    gathering: (await leith.call('POST', '/api/gatherings', GATHERING)).body.id,
    link: new URL(invited.body.link).pathname,
  };
  await Promise.all([partner.quiet(), neighbour.quiet(), posted(leith)]);
});
afterAll(() => stage?.stop());

/** What was written down for Moira, what she asks the fund for, and a gift that waits for her. */
async function givingOf(token: string) {
  const by = await coordinator(leith);
  const deed = { kind: 'gift', to: 'bank', minutes: 1 };
  const act = await leith.call('POST', '/api/acts', { by, member: 'moira', reason: 'She rang', deed });
  const asked = await leith.call('POST', '/api/fund/requests', { minutes: 5, content: 'A lift' }, { token });
  await leith.call('POST', '/api/gifts/rule', { asks: true }, { token });
  const waiting = await leith.call('POST', '/api/transfers', { from: 'una', to: 'moira', minutes: 2 });
  await leith.call('POST', '/api/gifts/rule', { asks: false }, { token });
  return {
    coordinator: by,
    act: act.body.id as string,
    slip: new URL(act.body.link).pathname.split('/').at(-1) as string,
    asked: asked.body.id as string,
    waiting: waiting.body.id as string,
  };
}

/** The link of the letter that renews an offer. */
async function renewalOf(id: string): Promise<string> {
  const row = await getOffer(leith.database.db, leith.bank.id, id);
  return row === undefined ? '' : renewPath(leith.bank, row);
}

/** Somebody of Leith who has every way in. */
async function peopleOf(memberId: string) {
  const una = await signedInPerson(leith, 'una', 'moira@mail.example');
  await giveHat(leith.database.db, leith.bank.id, { personId: una.personId, memberId, role: 'acts' });
  const sessions = await leith.call('GET', '/api/sessions', undefined, { token: una.token });
  const card = await leith.call('POST', `/api/members/${una.memberId}/card`, {});
  const link = await leith.call('POST', '/api/join-links', { uses: 9 });
  await leith.call('POST', '/api/join', { name: 'Ewan', phone: '1' });
  const waits = { memberId, email: 'nephew@mail.example', name: 'A nephew' };
  await leith.call('POST', '/api/hats', waits);
  const { request } = (await leith.call('POST', '/api/sign-in/codes', { email: 'moira@mail.example' })).body;
  return {
    person: una.personId,
    session: sessions.body.items[0].id as string,
    passkey: await idlePasskey(leith, una.personId),
    request,
    signInLink: /\S+\/sign-in\/link\/\S+/.exec(await lastLetter(leith, 'moira@mail.example'))?.[0] ?? '',
    cardWords: card.body.words.join(' ') as string,
    joinLink: link.body.link as string,
    joinLinkId: link.body.id as string,
    application: (await leith.call('GET', '/api/applications')).body.items[0].id as string,
  };
}

/** Hosts another bank on the node of a town. */
async function host(town: Town, origin: string, name: string): Promise<Town> {
  const { context } = town.node;
  await createBank(town.database, context.seal, { origin, name });
  await context.banks.reload();
  await context.presence.look();
  const bank = context.banks.byHost(new URL(origin).host) as Bank;
  const token = await issueToken(town.database.db, bank.id, 'operator', null);
  return {
    ...town,
    bank,
    origin,
    host: bank.host,
    token,
    async call(method, path, body, options = {}) {
      const as = options.token === undefined ? token : options.token;
      const answer = await ask(bank.host, method, path, body, as);
      return { status: answer.status, body: answer.body };
    },
  };
}

function ask(
  at: string,
  method: string,
  path: string,
  body: unknown,
  token: string | null,
  more: [string, string][] = [],
): Promise<Answer> {
  return send({
    port: Number(new URL(leith.origin).port),
    method,
    path,
    headers: [
      ['host', at],
      ['accept', 'application/json'],
      ...(token === null ? [] : [['authorization', `Bearer ${token}`] as const]),
      ...(method === 'POST'
        ? ([
            ['content-type', 'application/json'],
            ['idempotency-key', crypto.randomUUID()],
          ] as const)
        : []),
      ...more,
    ],
    ...(method === 'POST' && { body: Buffer.from(JSON.stringify(body ?? {})) }),
  });
}

/** What was recorded in Leith's exchange. */
const version = { side: 'giver', n: 2 };

/** A gathering of the town, in a while. */
const GATHERING = {
  kind: 'meeting',
  title: 'Soup',
  startsAt: new Date(Date.now() + 86_400_000).toISOString(),
  endsAt: new Date(Date.now() + 90_000_000).toISOString(),
  seats: 9,
};

/** For each operation: its path with Leith's ids, a body that Leith would take, and what Gràcia's operator hears. */
const OPERATIONS: Record<string, [path: () => string, body: () => unknown, expected: string]> = {
  getBank: [() => '/api/bank', () => null, 'its own'],
  listMembers: [() => '/api/members', () => null, 'its own'],
  addMember: [() => '/api/members', () => ({ handle: 'eve', name: 'Eve' }), 'its own'],
  getMember: [() => `/api/members/${own.member}`, () => null, '404 not_found'],
  setMemberStatus: [() => `/api/members/${own.member}/status`, () => ({ status: 'suspended' }), '404 not_found'],
  updateMember: [() => `/api/members/${own.member}`, () => ({ about: 'Eve' }), '404 not_found'],
  requestCode: [() => '/api/sign-in/codes', () => ({ email: 'moira@mail.example' }), 'its own'],
  signInByCode: [() => '/api/sign-in/code', () => ({ request: own.request, code: '000000' }), 'its own'],
  signInByCard: [() => '/api/sign-in/card', () => ({ words: own.cardWords }), 'its own'],
  signInByLink: [() => '/api/sign-in/link', () => ({ link: own.signInLink }), 'its own'],
  askForPasskey: [() => '/api/sign-in/passkey/options', () => ({}), 'its own'],
  signInByPasskey: [() => '/api/sign-in/passkey', () => ({ answer: { id: own.passkey } }), 'its own'],
  getPerson: [() => '/api/person', () => null, '403 not_allowed'],
  requestAddress: [() => '/api/person/address', () => ({ email: 'eve@mail.example' }), '403 not_allowed'],
  changeAddress: [
    () => '/api/person/address/confirm',
    () => ({ request: own.request, code: '000000' }),
    '403 not_allowed',
  ],
  listHats: [() => `/api/hats?member=${own.member}`, () => null, 'its own'],
  giveHat: [() => '/api/hats', () => ({ memberId: own.member, personId: own.person }), '404 not_found'],
  takeHat: [() => '/api/hats/take', () => ({ memberId: own.member, personId: own.person }), '404 not_found'],
  wearHat: [() => '/api/hats/wear', () => ({ memberId: own.member }), '403 not_allowed'],
  dropWaitingHat: [
    () => '/api/hats/drop',
    () => ({ memberId: own.member, email: 'nephew@mail.example' }),
    '404 not_found',
  ],
  listSessions: [() => '/api/sessions', () => null, '403 not_allowed'],
  endSession: [() => `/api/sessions/${own.session}/end`, () => ({}), '403 not_allowed'],
  endOtherSessions: [() => '/api/sessions/end-others', () => ({}), '403 not_allowed'],
  listPasskeys: [() => '/api/passkeys', () => null, '403 not_allowed'],
  offerPasskey: [() => '/api/passkeys/options', () => ({}), '403 not_allowed'],
  addPasskey: [() => '/api/passkeys', () => ({ answer: { id: own.passkey }, name: 'Eve' }), '403 not_allowed'],
  renamePasskey: [() => `/api/passkeys/${own.passkey}/name`, () => ({ name: 'Eve' }), '403 not_allowed'],
  removePasskey: [() => `/api/passkeys/${own.passkey}/remove`, () => ({}), '403 not_allowed'],
  issueCard: [() => `/api/members/${own.member}/card`, () => ({}), '404 not_found'],
  revokeCard: [() => `/api/members/${own.member}/card/revoke`, () => ({}), '404 not_found'],
  makeJoinLink: [() => '/api/join-links', () => ({}), 'its own'],
  listJoinLinks: [() => '/api/join-links', () => null, 'its own'],
  revokeJoinLink: [() => `/api/join-links/${own.joinLinkId}/revoke`, () => ({}), '404 not_found'],
  readJoinLink: [() => '/api/join-links/read', () => ({ link: own.joinLink }), 'its own'],
  join: [() => '/api/join', () => ({ link: own.joinLink, name: 'Eve', phone: '1' }), 'its own'],
  takeIn: [() => '/api/newcomers', () => ({ name: 'Eve' }), 'its own'],
  listApplications: [() => '/api/applications', () => null, 'its own'],
  decideApplication: [() => `/api/applications/${own.application}/decide`, () => ({ yes: true }), '404 not_found'],
  issueMemberToken: [() => `/api/members/${own.member}/tokens`, () => ({}), '404 not_found'],
  getStatementFile: [() => `/api/members/${own.member}/statement/file`, () => null, '404 not_found'],
  getEverything: [() => `/api/members/${own.member}/everything`, () => null, '404 not_found'],
  getLeaving: [() => `/api/members/${own.member}/leaving`, () => null, '404 not_found'],
  askToLeave: [() => `/api/members/${own.member}/leaving`, () => ({}), '404 not_found'],
  confirmLeaving: [() => `/api/members/${own.member}/leaving/confirm`, () => ({ word: 'stay' }), '404 not_found'],
  stay: [() => `/api/members/${own.member}/leaving/stay`, () => ({}), '404 not_found'],
  letFundPay: [() => `/api/members/${own.member}/leaving/fund`, () => ({}), '404 not_found'],
  listLeaving: [() => '/api/leaving', () => null, 'its own'],
  getReceipt: [() => `/api/transfers/${own.transfer}/receipt`, () => null, '404 not_found'],
  shareReceipt: [() => `/api/transfers/${own.transfer}/receipt/share`, () => ({ names: true }), '404 not_found'],
  withdrawReceipt: [() => `/api/transfers/${own.transfer}/receipt/withdraw`, () => ({}), '404 not_found'],
  openReceipt: [() => '/api/receipts/aaaaaaaaaaaaaaaaaaaa', () => null, '404 not_found'],
  getStatement: [() => `/api/members/${own.member}/statement`, () => null, '404 not_found'],
  examine: [() => '/api/doctor', () => null, 'its own'],
  give: [() => '/api/transfers', () => ({ from: own.member, to: 'bank', minutes: 1 }), '404 not_found'],
  listTransfers: [() => `/api/transfers?agreement=${own.agreement}`, () => null, '404 not_found'],
  getTransfer: [() => `/api/transfers/${own.transfer}`, () => null, '404 not_found'],
  takeBack: [() => `/api/transfers/${own.transfer}/take-back`, () => ({}), '404 not_found'],
  listWaitingGifts: [() => '/api/gifts', () => null, '403 not_allowed'],
  setGiftRule: [() => '/api/gifts/rule', () => ({ asks: true }), '403 not_allowed'],
  answerGift: [() => `/api/gifts/${own.waiting}/answer`, () => ({ yes: true }), '403 not_allowed'],
  getFund: [() => '/api/fund', () => null, 'its own'],
  listFundRequests: [() => '/api/fund/requests', () => null, 'its own'],
  askFund: [() => '/api/fund/requests', () => ({ minutes: 5, content: 'Eve' }), '403 not_allowed'],
  answerFundRequest: [
    () => `/api/fund/requests/${own.asked}/answer`,
    () => ({ yes: true, because: 'Eve' }),
    '404 not_found',
  ],
  withdrawFundRequest: [() => `/api/fund/requests/${own.asked}/withdraw`, () => ({}), '403 not_allowed'],
  writeDown: [
    () => '/api/acts',
    () => ({
      by: own.coordinator,
      member: own.member,
      reason: 'Eve',
      deed: { kind: 'gift', to: 'bank', minutes: 1 },
    }),
    '404 not_found',
  ],
  listActs: [() => `/api/acts?member=${own.member}`, () => null, '404 not_found'],
  getAct: [() => `/api/acts/${own.act}`, () => null, '404 not_found'],
  objectToAct: [() => `/api/acts/${own.act}/objection`, () => ({}), '404 not_found'],
  settleObjection: [() => `/api/acts/${own.act}/settle`, () => ({ by: own.coordinator, how: 'Eve' }), '404 not_found'],
  readSlip: [() => `/api/slips/${own.slip}`, () => null, '404 not_found'],
  objectBySlip: [() => `/api/slips/${own.slip}/objection`, () => ({}), '404 not_found'],
  getProof: [() => `/api/transfers/${own.transfer}/proof`, () => null, '404 not_found'],
  listNotices: [() => '/api/notices', () => null, 'its own'],
  readNotices: [() => '/api/notices/read', () => ({}), 'its own'],
  getWishes: [() => '/api/wishes', () => null, 'its own'],
  stopMail: [() => '/api/mail/stop', () => ({ link: `${own.member}.${own.slip}` }), 'its own'],
  setWishes: [() => '/api/wishes', () => ({ mail: 'none' }), 'its own'],
  createOffer: [
    () => '/api/offers',
    () => ({ member: own.member, kind: 'offer', category: 'garden', title: 'Eve' }),
    '404 not_found',
  ],
  updateOffer: [
    () => `/api/offers/${own.offer}`,
    () => ({ kind: 'offer', category: 'garden', title: 'Eve' }),
    '404 not_found',
  ],
  listOffers: [() => '/api/offers', () => null, 'its own'],
  listPlaces: [() => '/api/places', () => null, 'its own'],
  setPlace: [() => '/api/places', () => ({ name: 'Eve', coordinates: null }), 'its own'],
  endPlace: [() => '/api/places/end', () => ({ name: 'The Shore' }), '404 not_found'],
  listMemberOffers: [() => `/api/members/${own.member}/offers`, () => null, '404 not_found'],
  getOffer: [() => `/api/offers/${own.offer}`, () => null, '404 not_found'],
  listNewestOffers: [() => '/api/offers/newest', () => null, 'its own'],
  renewOfferByLetter: [
    () => `/api/offers/${own.offer}/renew-by-letter`,
    () => ({ link: own.renewal }),
    '404 not_found',
  ],
  renewOffer: [() => `/api/offers/${own.offer}/renew`, () => ({}), '404 not_found'],
  pauseOffer: [() => `/api/offers/${own.offer}/pause`, () => ({ paused: true }), '404 not_found'],
  setOfferPicture: [() => `/api/offers/${own.offer}/picture`, () => ({}), '404 not_found'],
  endOfferPicture: [() => `/api/offers/${own.offer}/picture/end`, () => ({}), '404 not_found'],
  endOffer: [() => `/api/offers/${own.offer}/end`, () => ({}), '404 not_found'],
  askExchange: [
    () => '/api/exchanges',
    () => ({ member: own.member, to: 'una', side: 'receiver', minutes: 1, content: 'Eve' }),
    '404 not_found',
  ],
  listExchanges: [() => `/api/exchanges?member=${own.member}`, () => null, '404 not_found'],
  getExchange: [() => `/api/exchanges/${own.exchange}`, () => null, '404 not_found'],
  acceptExchange: [() => `/api/exchanges/${own.exchange}/accept`, () => ({ answers: version }), '404 not_found'],
  declineExchange: [() => `/api/exchanges/${own.exchange}/decline`, () => ({ answers: version }), '404 not_found'],
  counterExchange: [
    () => `/api/exchanges/${own.exchange}/counter`,
    () => ({ minutes: 1, content: 'Eve' }),
    '404 not_found',
  ],
  withdrawExchange: [() => `/api/exchanges/${own.exchange}/withdraw`, () => ({}), '404 not_found'],
  cancelExchange: [() => `/api/exchanges/${own.exchange}/cancel`, () => ({}), '404 not_found'],
  recordHours: [() => `/api/exchanges/${own.exchange}/record`, () => ({ minutes: 1 }), '404 not_found'],
  changeRecord: [() => `/api/exchanges/${own.exchange}/record/change`, () => ({ minutes: 1 }), '404 not_found'],
  confirmHours: [() => `/api/exchanges/${own.exchange}/confirm`, () => ({ answers: version }), '404 not_found'],
  contestHours: [
    () => `/api/exchanges/${own.exchange}/contest`,
    () => ({ answers: version, because: 'Eve' }),
    '404 not_found',
  ],
  sayInExchange: [() => `/api/exchanges/${own.exchange}/say`, () => ({ text: 'Eve' }), '404 not_found'],
  thankForExchange: [() => `/api/exchanges/${own.exchange}/thanks`, () => ({ text: 'Eve' }), '404 not_found'],
  giveContact: [() => `/api/exchanges/${own.exchange}/contact`, () => ({ what: 'phone' }), '403 not_allowed'],
  showThanks: [() => `/api/exchanges/${own.exchange}/thanks/shown`, () => ({ shown: true }), '403 not_allowed'],
  settleDispute: [
    () => `/api/exchanges/${own.exchange}/settle`,
    () => ({ side: 'giver', minutes: 1 }),
    '404 not_found',
  ],
  putExchangeRight: [() => `/api/exchanges/${own.exchange}/right`, () => ({ minutes: 1 }), '404 not_found'],
  listThanks: [() => `/api/members/${own.member}/thanks`, () => null, '404 not_found'],
  invite: [() => '/api/invitations', () => ({ grantsMinutes: 60, bridgeBuilder: 'Eve' }), 'its own'],
  readInvitation: [
    () => '/api/invitations/read',
    () => ({ link: `${gracia.origin}${own.link}` }),
    '400 invalid_request',
  ],
  offerAgreement: [
    () => '/api/agreements',
    () => ({ link: `${gracia.origin}${own.link}`, grantsMinutes: 60, bridgeBuilder: 'Eve' }),
    '400 invalid_request',
  ],
  listTowns: [() => '/api/towns', () => null, 'its own'],
  listAgreements: [() => '/api/agreements', () => null, 'its own'],
  getAgreement: [() => `/api/agreements/${own.agreement}`, () => null, '404 not_found'],
  acceptAgreement: [() => `/api/agreements/${own.agreement}/accept`, () => ({}), '404 not_found'],
  declineAgreement: [() => `/api/agreements/${own.agreement}/decline`, () => ({}), '404 not_found'],
  withdrawAgreement: [() => `/api/agreements/${own.agreement}/withdraw`, () => ({}), '404 not_found'],
  closeAgreement: [
    () => `/api/agreements/${own.agreement}/close`,
    () => ({ because: 'It cannot go on.' }),
    '404 not_found',
  ],
  inviteSuccessor: [
    () => `/api/agreements/${own.agreement}/successor`,
    () => ({ grantsMinutes: 60, bridgeBuilder: 'Eve' }),
    '404 not_found',
  ],
  readEvidence: [() => `/api/agreements/${own.agreement}/evidence`, () => null, '404 not_found'],
  changeAgreement: [() => `/api/agreements/${own.agreement}/change`, () => ({ suspended: true }), '404 not_found'],
  writeStatement: [() => `/api/agreements/${own.agreement}/statement`, () => ({}), '404 not_found'],
  resend: [() => `/api/agreements/${own.agreement}/resend`, () => ({ afterSeq: 0 }), '404 not_found'],
  listGatherings: [() => '/api/gatherings', () => null, 'its own'],
  createGathering: [() => '/api/gatherings', () => GATHERING, 'its own'],
  getGathering: [() => `/api/gatherings/${own.gathering}`, () => null, '404 not_found'],
  changeGathering: [() => `/api/gatherings/${own.gathering}`, () => GATHERING, '404 not_found'],
  cancelGathering: [() => `/api/gatherings/${own.gathering}/cancel`, () => ({}), '404 not_found'],
  signUp: [() => `/api/gatherings/${own.gathering}/sign-up`, () => ({ member: own.member }), '404 not_found'],
  withdrawFromGathering: [() => `/api/gatherings/${own.gathering}/withdraw`, () => ({}), '404 not_found'],
  signIn: [() => `/api/gatherings/${own.gathering}/sign-in`, () => ({ code: 'x' }), '404 not_found'],
  markPresent: [() => `/api/gatherings/${own.gathering}/present`, () => ({ here: [] }), '404 not_found'],
  creditGathering: [() => `/api/gatherings/${own.gathering}/credit`, () => ({ lines: [] }), '404 not_found'],
  getCalendar: [() => '/api/calendar', () => null, '403 not_allowed'],
  renewCalendar: [() => '/api/calendar/renew', () => ({}), '403 not_allowed'],
  readJournal: [() => `/api/agreements/${own.agreement}/journal`, () => null, '404 not_found'],
};
/** Anyone may ask for these; the answer is about the bank that was asked. */
const PUBLIC = ['getBank'];
/** Anyone may try these too, and that they tried is counted; what is Leith's opens nothing at Gràcia. */
const OPEN: Readonly<Record<string, string>> = {
  getFund: '200 ok',
  listTowns: '200 ok',
  listNewestOffers: '200 ok',
  listGatherings: '200 ok',
  readSlip: '404 not_found',
  openReceipt: '404 not_found',
  objectBySlip: '404 not_found',
  requestCode: '202 ok',
  signInByCode: '400 invalid_request',
  signInByCard: '400 invalid_request',
  signInByLink: '400 invalid_request',
  askForPasskey: '200 ok',
  signInByPasskey: '400 invalid_request',
  renewOfferByLetter: '404 not_found',
  stopMail: '404 not_found',
  readJoinLink: '404 not_found',
  join: '404 not_found',
};

let methods: Record<string, string>;
beforeAll(async () => {
  const { body } = await ask(leith.host, 'GET', '/api/openapi.json', null, null);
  const operations = Object.values(body.paths as Record<string, Record<string, { operationId: string }>>).flatMap(
    (path) => Object.entries(path).map(([method, { operationId }]) => [operationId, method.toUpperCase()] as const),
  );
  methods = Object.fromEntries(operations);
});

test('every operation of the API is tried here', () => {
  expect(Object.keys(OPERATIONS).sort()).toEqual(Object.keys(methods).sort());
});

describe("Leith's token opens nothing at Gràcia", () => {
  describe.each(['the operator', 'a member', 'nobody'])('of %s', (who) => {
    test.each(Object.entries(OPERATIONS))('%s', async (name, [path, body]) => {
      const token = who === 'nobody' ? null : who === 'a member' ? own.memberToken : own.token;
      if (OPEN[name] !== undefined) {
        const tried = await ask(gracia.host, methods[name] as string, path(), body(), token);
        expect(said(tried)).toBe(OPEN[name]);
        return;
      }
      const answer = await unchanged(leith, () => ask(gracia.host, methods[name] as string, path(), body(), token));
      if (PUBLIC.includes(name)) expect(answer.body.name).toBe('Gràcia');
      else expect(said(answer)).toBe('401 not_signed_in');
    });
  });
});

describe("Leith's ids mean nothing to Gràcia's operator", () => {
  const foreign = Object.entries(OPERATIONS).filter(([, [, , expected]]) => expected !== 'its own');
  test.each(foreign)('%s', async (name, [path, body, expected]) => {
    const answer = await unchanged(leith, () =>
      ask(gracia.host, methods[name] as string, path(), body(), gracia.token),
    );
    expect(said(answer)).toBe(expected);
  });

  test('and its lists show nothing of Leith', async () => {
    for (const path of [
      '/api/members',
      '/api/transfers',
      '/api/agreements',
      '/api/doctor',
      '/api/bank',
      '/api/towns',
      '/api/offers/newest',
      '/api/places',
    ]) {
      const answer = await ask(gracia.host, 'GET', path, null, gracia.token);
      expect(answer.status).toBe(200);
      const text = answer.bytes.toString();
      for (const secret of [
        own.member,
        own.transfer,
        own.agreement,
        partner.tail,
        leith.bank.id,
        'Moira',
        leith.bank.settings.name,
      ])
        expect(text, path).not.toContain(secret);
    }
  });

  test("and a list asked for by Leith's member is not there", async () => {
    const answer = await ask(gracia.host, 'GET', `/api/transfers?member=${own.member}`, null, gracia.token);
    expect(said(answer)).toBe('404 not_found');
  });

  test('nor does a member of Leith by name', async () => {
    for (const to of ['moira', `moira@${leith.host}`]) {
      const answer = await ask(gracia.host, 'POST', '/api/transfers', { from: 'rosa', to, minutes: 1 }, gracia.token);
      expect(['unknown_payee', 'not_partners']).toContain(answer.body.code);
    }
  });

  test('and one Idempotency-Key does not reach across', async () => {
    const key: [string, string][] = [['idempotency-key', 'the-same-key']];
    const give = (at: string, from: string, token: string) =>
      send({
        port: Number(new URL(leith.origin).port),
        method: 'POST',
        path: '/api/transfers',
        headers: [['host', at], ['authorization', `Bearer ${token}`], ['content-type', 'application/json'], ...key],
        body: Buffer.from(JSON.stringify({ from, to: 'bank', minutes: 1 })),
      });
    const answers = [await give(leith.host, 'moira', own.token), await give(gracia.host, 'rosa', gracia.token)];
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(answers[0]?.body.id).not.toBe(answers[1]?.body.id);
  });
});

describe("Leith's partner is a stranger at Gràcia", () => {
  const at = () => ({ host: gracia.host });
  const CASES: Record<string, () => Promise<Answer>> = {
    'with entries': async () =>
      partner.send('/ap/journals', partner.page([{}]), { ...at(), signedUrl: `${gracia.origin}/ap/journals` }),
    'with messages': async () =>
      partner.send('/ap/exchanges', partner.page([{}]), { ...at(), signedUrl: `${gracia.origin}/ap/exchanges` }),
    'with a greeting': async () =>
      partner.send('/ap/journals/open', {}, { ...at(), signedUrl: `${gracia.origin}/ap/journals/open` }),
    'asking for a journal': async () => {
      const path = `/ap/journals/${partner.tail}`;
      return partner.send(path, '', { ...at(), method: 'GET', signedUrl: `${gracia.origin}${path}` });
    },
    'answering an agreement': async () => {
      const path = `/ap/agreements/${partner.tail}`;
      return partner.send(path, {}, { ...at(), signedUrl: `${gracia.origin}${path}` });
    },
    'with what was signed for Leith': async () => partner.send('/ap/journals', partner.page([{}]), at()),
  };
  test.each(Object.entries(CASES))('%s', async (_name, send) => {
    expect(said(await unchanged(leith, send))).toBe('403 unknown_partner');
  });

  test("and Gràcia's own partner may not write to Leith's pair", async () => {
    const entry = await partner.sign(partner.draftEntry(await promised(partner, 'moira', 5)));
    for (const page of [
      partner.page([entry]),
      { ...partner.page([entry]), partOf: neighbour.page([])['partOf'] as string },
    ]) {
      const answer = await unchanged(leith, () => neighbour.send('/ap/journals', page));
      expect(answer.body.code ?? answer.body.refused.code).toBe('foreign_pair');
    }
  });

  test("and a link of Leith's is none at Gràcia", async () => {
    expect((await ask(leith.host, 'GET', own.link, null, null)).status).toBe(200);
    expect(said(await ask(gracia.host, 'GET', own.link, null, null))).toBe('404 not_found');
    const { core } = await partner.draft(gracia, { town: 60, own: 60 });
    partner.town = leith;
    const offer = await partner.honourOffer(core, own.link.split('/').at(-1) ?? '');
    const options = { ...at(), session: '-', signedUrl: `${gracia.origin}/ap/agreements` };
    expect(said(await unchanged(leith, () => partner.send('/ap/agreements', offer, options)))).toBe('404 not_found');
  });

  test('and its members are not found there', async () => {
    for (const path of [`/ap/${own.member}`, `/.well-known/webfinger?resource=acct:moira@${leith.host}`]) {
      expect((await ask(leith.host, 'GET', path, null, null)).status).toBe(200);
      expect((await ask(gracia.host, 'GET', path, null, null)).status).toBe(404);
    }
  });
});

describe('the host names the bank', () => {
  const nameAt = async (at: string, more: [string, string][] = []): Promise<string> => {
    const answer = await ask(at, 'GET', '/api/bank', null, null, more);
    return answer.status === 200 ? answer.body.name : said(answer);
  };
  const CASES: Record<string, [() => string, string]> = {
    'its own': [() => leith.host, 'Leith'],
    'in capitals': [() => gracia.host.toUpperCase(), 'Gràcia'],
    'of nobody': [() => 'evil.example', '421 unknown_bank'],
    'without its port': [() => '127.0.0.1', '421 unknown_bank'],
    'with a dot': [() => leith.host.replace(':', '.:'), '421 unknown_bank'],
    'with another name before it': [() => `evil.${gracia.host}`, '421 unknown_bank'],
    'with a path': [() => `${leith.host}/x`, '400 ok'],
    'that is empty': [() => '', '421 unknown_bank'],
  };
  test.each(Object.entries(CASES))('%s', async (_name, [at, expected]) => {
    expect(await nameAt(at())).toBe(expected);
  });

  test.each(['x-forwarded-host', 'forwarded', 'x-host', 'x-original-host'])(
    'and not %s, from anyone',
    async (header) => {
      const value = header === 'forwarded' ? `host=${gracia.host}` : gracia.host;
      expect(await nameAt(leith.host, [[header, value]])).toBe('Leith');
      expect(await nameAt('evil.example', [[header, value]])).toBe('421 unknown_bank');
    },
  );

  test('unless a configured proxy says so', async () => {
    const behind = await setStage(0, { env: { EVENHOUR_TRUSTED_PROXIES: '10.0.0.0/8, 127.0.0.1' } });
    const other = await setStage(0, { env: { EVENHOUR_TRUSTED_PROXIES: '10.0.0.0/8, 127.0.0.2' } });
    try {
      const through = async ({ town }: Stage, at: string, forwarded: string): Promise<number> => {
        const headers = [
          ['host', at],
          ['x-forwarded-host', forwarded],
          ['accept', 'application/json'],
        ] as const;
        return (await send({ port: Number(new URL(town.origin).port), method: 'GET', path: '/api/bank', headers }))
          .status;
      };
      expect(await through(behind, 'inside', behind.town.host)).toBe(200);
      expect(await through(behind, behind.town.host, 'evil.example')).toBe(421);
      expect(await through(other, 'inside', other.town.host)).toBe(421);
      expect(await through(other, other.town.host, 'evil.example')).toBe(200);
    } finally {
      await Promise.all([behind.stop(), other.stop()]);
    }
  });
});

test('two banks of one node are partners like any others', async () => {
  const ids = await connect(leith, gracia, 600, 600);
  const given = await leith.call('POST', '/api/transfers', { from: 'moira', to: `rosa@${gracia.host}`, minutes: 30 });
  await until(async () => (await leith.call('GET', `/api/transfers/${given.body.id}`)).body.status === 'settled');
  expect((await gracia.call('GET', '/api/members/rosa')).body.balance.balanceMinutes).toBeGreaterThanOrEqual(29);
  const [ours, theirs] = [
    await leith.call('GET', `/api/agreements/${ids.a}`),
    await gracia.call('GET', `/api/agreements/${ids.b}`),
  ];
  expect([ours.body.position.owesMinutes, theirs.body.position.owesMinutes]).toEqual([30, -30]);
  const sums = await leith.database.db.execute(
    sql`select bank_id from account group by bank_id having sum(balance) <> 0`,
  );
  expect((sums as unknown as { rows: unknown[] }).rows).toEqual([]);
});
