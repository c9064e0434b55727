/**
 * What the pages are tried out with: three made-up towns on one morning.
 *
 * Promises: every page can be rendered from these values alone; nothing of a running bank uses them.
 *
 * @module
 */
import type * as m from './models.ts';
import { wordsOf } from './words.ts';

export const now = new Date('2026-11-22T10:02:15Z');
export const before = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

export const leith: m.BankView = {
  name: 'Leith',
  theme: 'leith',
  phone: '0131 496 0123',
  bridgeBuilder: 'Fiona Kerr',
  timeZone: 'Europe/London',
};
export const gracia: m.Town = { name: 'Gràcia', theme: 'gracia' };
export const galway: m.Town = { name: 'Galway', theme: 'galway' };
export const corner: m.Town = { name: 'Corner House', theme: 'plain' };

const base = {
  words: wordsOf('en'),
  here: '/',
  unread: 3,
  bank: leith,
  csrf: 'c5rf',
  now,
  sourceUrl: 'https://example.org/evenhour',
  liveUrl: 'http://localhost:4000/',
};
export const guest: m.Frame = { ...base, viewer: { kind: 'guest' } };
export const moira: m.Frame = { ...base, viewer: { kind: 'member', name: 'Moira Baird' } };
export const fiona: m.Frame = { ...base, viewer: { kind: 'operator', name: 'Fiona Kerr' } };
export const plain: m.Frame = { ...guest, bank: { ...leith, name: 'Corner House', theme: 'plain' } };

export const demoMembers: readonly m.DemoMember[] = [
  { id: 'm1', name: 'Rosa Vidal', about: 'Catalan over the telephone, and how to greet a mother-in-law' },
  { id: 'm2', name: 'Moira Baird', about: 'English conversation, hems, zips and curtains' },
  { id: 'm3', name: 'Davie Muir', about: '' },
];

export const homeModel: m.HomeModel = {
  memberCount: 214,
  demoMembers,
  offers: [{ href: '/offers/o1', kind: 'offer', title: 'Hems, zips and curtains', who: '' }],
  waiting: [],
  partners: [
    { town: gracia, standing: { kind: 'open' }, theyHonourMoreMinutes: 720 },
    {
      town: galway,
      standing: { kind: 'off', nextAttemptAt: before(-38), since: before(22) },
      theyHonourMoreMinutes: 1560,
    },
  ],
};

export const memberHome: m.MemberHomeModel = {
  name: 'Moira',
  about: 'English conversation by telephone',
  balanceMinutes: 150,
  moved: { givenMinutes: 690, cameMinutes: 840, timeGivenMinutes: 840, timeReceivedMinutes: 600 },
  waiting: [
    { what: 'claimed', href: '/exchanges/e1', name: 'Rosa', title: 'Catalan', minutes: 90 },
    { what: 'asked', href: '/exchanges/e2', name: 'Davie', title: 'A zip', minutes: 60 },
  ],
  told: [{ href: '/notices', text: 'Callum said thank you.' }],
  resting: [
    { what: 'waiting', href: '/exchanges/e3', name: 'Callum', title: 'The kitchen tap', minutes: 60, startTime: null },
    { what: 'agreed', href: '/exchanges/e4', name: 'Samira', title: 'Soup', minutes: 120, startTime: before(-3000) },
  ],
  mine: [{ href: '/offers/o2', kind: 'offer', title: 'English conversation', who: '' }],
  others: [
    { href: '/offers/o3', kind: 'offer', title: 'Bicycles', who: 'Callum' },
    { href: '/offers/o4', kind: 'need', title: 'Company on the 22 bus', who: 'Agnes' },
  ],
  thanks: { text: 'Amb la Moira no em fa por anar a poc a poc.', name: 'Jordi', title: 'English conversation' },
  partners: homeModel.partners,
};
export const emptyHome: m.MemberHomeModel = {
  ...memberHome,
  balanceMinutes: 0,
  moved: { givenMinutes: 0, cameMinutes: 0, timeGivenMinutes: 0, timeReceivedMinutes: 0 },
  ...{ waiting: [], told: [], resting: [], mine: [], others: [], partners: [], thanks: null },
};

const position: m.Position = {
  agreementId: 'a1',
  town: gracia,
  standing: { kind: 'open' },
  toGiveMinutes: 2040,
  comparison: { weSayMinutes: 2040, theySayMinutes: 2040, at: before(412) },
  theyHonourMinutes: 2760,
  weHonourMinutes: 2400,
  theyHonourMoreMinutes: 720,
  weHonourMoreMinutes: 4440,
  underway: [
    { minutes: 90, from: 'us', step: 'asked', since: before(2) },
    { minutes: 60, from: 'them', step: 'sent', since: before(1) },
  ],
  bridgeBuilders: { ours: 'Fiona Kerr', theirs: 'Núria Soler' },
};

const second: m.Position = {
  ...position,
  agreementId: 'a2',
  town: galway,
  standing: { kind: 'off', nextAttemptAt: before(-38) },
  toGiveMinutes: -360,
  comparison: { weSayMinutes: -360, theySayMinutes: -360, at: before(412) },
  theyHonourMinutes: 1200,
  weHonourMinutes: 1200,
  theyHonourMoreMinutes: 1560,
  weHonourMoreMinutes: 840,
  underway: [],
  bridgeBuilders: { ours: 'Fiona Kerr', theirs: 'Bríd Joyce' },
};

const third: m.Position = {
  ...position,
  agreementId: 'a3',
  town: corner,
  standing: { kind: 'halted', because: 'reconciliation' },
  toGiveMinutes: 60,
  comparison: { weSayMinutes: 60, theySayMinutes: 90, at: before(412) },
  underway: [],
  theyHonourMoreMinutes: 0,
};

const fourth: m.Position = {
  ...third,
  agreementId: 'a4',
  standing: { kind: 'waiting' },
  toGiveMinutes: 0,
  comparison: null,
};

export const books: m.Books = { membersMinutes: -1800, fundsMinutes: 120, partnersMinutes: 1680, otherMinutes: 0 };
export const positionsModel: m.PositionsModel = { positions: [position, second, third, fourth], books };

const line = (id: string, given: boolean, rest: Partial<m.StatementLine>): m.StatementLine => ({
  id,
  at: before(4000 * Number(id)),
  what: 'Hemmed two pairs of curtains',
  who: 'Agnes Tulloch',
  town: null,
  minutes: 120,
  direction: given ? 'given' : 'came',
  status: 'settled',
  proofId: null,
  receiptId: null,
  furtherHref: null,
  ...rest,
});

export const statementModel: m.StatementModel = {
  name: 'Moira Baird',
  balanceMinutes: 150,
  heldMinutes: 90,
  moved: { givenMinutes: 690, cameMinutes: 840, timeGivenMinutes: 840, timeReceivedMinutes: 600 },
  firstDay: '2026-01-01',
  lastDay: '2026-11-22',
  olderHref: '/me?before=9',
  newerHref: null,
  lines: [
    line('0', true, {
      what: 'Catalan over the telephone',
      who: 'Rosa Vidal',
      town: 'Gràcia',
      minutes: 90,
      status: 'underway',
    }),
    line('1', true, { what: 'Parish books', who: 'Bríd Joyce', town: 'Galway', minutes: 180, status: 'waiting' }),
    line('2', false, {
      what: 'English conversation by telephone',
      who: 'Jordi Puig',
      town: 'Gràcia',
      minutes: 90,
      proofId: 'e7',
    }),
    line('3', true, {
      what: 'A very long talk',
      who: 'Núria',
      town: 'Gràcia',
      minutes: 2400,
      status: 'returned',
      refusal: { code: 'limit_reached', facts: { roomMinutes: 720 } },
    }),
    line('4', true, {}),
    line('5', false, { what: '', who: 'Callum Reid', minutes: 60 }),
  ],
};

export const emptyStatement: m.StatementModel = {
  name: 'Davie Muir',
  balanceMinutes: 0,
  heldMinutes: 0,
  moved: { givenMinutes: 0, cameMinutes: 0, timeGivenMinutes: 0, timeReceivedMinutes: 0 },
  firstDay: '2026-01-01',
  lastDay: '2026-11-22',
  olderHref: null,
  newerHref: null,
  lines: [],
};

export const giveModel: m.GiveModel = {
  towns: [
    { value: 'leith', town: leith, partner: null },
    { value: 'gracia', town: gracia, partner: { standing: { kind: 'open' }, theyHonourMoreMinutes: 720 } },
    {
      value: 'galway',
      town: galway,
      partner: { standing: { kind: 'off', nextAttemptAt: before(-38) }, theyHonourMoreMinutes: 1560 },
    },
  ],
  balanceMinutes: 150,
  values: { to: 'other', town: 'gracia', who: '', length: '60', hours: '', minutes: '', what: '', unnamed: '' },
  choices: [
    { value: 'agnes@leith', name: 'Agnes Tulloch', town: null, fund: false },
    { value: 'rosa@gracia', name: 'Rosa Vidal', town: 'Gràcia', fund: false },
    { value: 'bank@leith', name: '', town: null, fund: true },
    { value: 'bank@gracia', name: '', town: 'Gràcia', fund: true },
  ],
  key: '01J0',
  errors: {},
  refusal: null,
};

export const giveRefused: m.GiveModel = {
  ...giveModel,
  values: {
    to: 'other',
    town: 'gracia',
    who: 'rosa',
    length: 'other',
    hours: '40',
    minutes: '',
    what: 'Catalan',
    unnamed: '',
  },
  errors: { length: 'too_long' },
  refusal: { code: 'limit_reached', facts: { roomMinutes: 720 } },
};

export const givenModel: m.GivenModel = {
  minutes: 90,
  what: 'Catalan over the telephone',
  who: 'Rosa Vidal',
  town: gracia,
  at: now,
  status: 'underway',
  standing: { kind: 'off', nextAttemptAt: before(-1) },
  refusal: null,
  proofId: null,
  slips: [],
  takeBackHref: null,
};

const entry = (kind: string, by: m.Town, seq: number): m.SignedEntry => ({
  kind,
  by,
  epoch: 1,
  seq,
  hash: 'uEiBZ0t3w6b1Wb4k3fZ2nq5m9r8vYxg7dHcTj0sLkQaPeoA',
  at: before(1),
  document: JSON.stringify({
    '@context': ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/evenhour/v1'],
    type: ['Activity', kind],
    actor: `https://${by.theme}.example/bank`,
    seq,
    minutes: 90,
    proof: {
      type: 'DataIntegrityProof',
      cryptosuite: 'eddsa-jcs-2022',
      proofValue: 'z3FXQjecWufY46yg5abdVZsXqLhxhueuSoZgaSBpqJBmkHNbB',
    },
  }),
});

const entries = [
  entry('Hold', leith, 41),
  entry('HoldAccept', gracia, 37),
  entry('Post', leith, 42),
  entry('Receipt', gracia, 38),
];
const giver: m.Party = { name: 'Moira Baird', town: leith };
const receiver: m.Party = { name: 'Rosa Vidal', town: gracia };

export const proofModel: m.ProofModel = {
  giver,
  receiver,
  minutes: 90,
  what: 'Catalan over the telephone',
  at: before(1),
  checked: true,
  ledger: [
    { kind: 'hold', from: 'Moira Baird', to: 'Gràcia', minutes: 90, at: before(1) },
    { kind: 'post', from: 'Moira Baird', to: 'Gràcia', minutes: 90, at: before(1) },
  ],
  entries,
};

export const membersModel: m.MembersModel = {
  applications: [
    {
      id: 'a1',
      name: 'Ewan Laing',
      about: 'Digging and lifting',
      email: '',
      phone: '0131 496 0199',
      reach: 'after six',
      inviterName: 'Moira Baird',
      createdAt: new Date('2026-11-20T10:00:00Z'),
    },
  ],
  search: '',
  members: [
    { id: 'm1', name: 'Moira Baird', handle: 'moira', resting: false },
    { id: 'm2', name: 'Davie Muir', handle: 'davie', resting: true },
  ],
  firstHref: '/console/members',
  moreHref: '/console/members?after=m2',
  values: { name: 'Rosa', kind: 'person', about: '', email: '', phone: '', reach: '', handle: 'Rosa!' },
  errors: { handle: 'Only small letters.' },
};

export const consoleModel: m.ConsoleModel = {
  waiting: [
    { kind: 'your_yes', town: corner, agreementId: 'a9' },
    { kind: 'disagree', town: corner, agreementId: 'a3', weSayMinutes: 2010, theySayMinutes: 2040, partsAtSeq: 41 },
    { kind: 'near_limit', town: gracia, toGiveMinutes: 2040, theyHonourMinutes: 2760 },
    { kind: 'off', town: galway, since: before(22), nextAttemptAt: before(-38), messages: 1 },
    { kind: 'halted', town: corner, agreementId: 'a3', because: 'fork' },
    { kind: 'their_yes', town: corner, agreementId: 'a9' },
  ],
  positions: [position, second],
  books,
  people: [
    { kind: 'applications', count: 1 },
    { kind: 'fund', count: 2 },
    { kind: 'disputes', count: 1 },
    { kind: 'objections', count: 3 },
    { kind: 'leaving', count: 1 },
  ],
  checks: [
    { id: 'sum', ok: true, sentence: 'All hours add up to 0. 214 members and two towns, checked at 03:10.' },
    {
      id: 'backup',
      ok: false,
      sentence: 'The last backup is nine days old.',
      fix: 'Run evenhour backup, and look whether the disk is full.',
    },
  ],
};

const towns: m.DemoModel['towns'] = [
  { ...leith, id: 'leith', href: 'http://localhost:4001/', on: true, openMinutes: -1680 },
  { ...gracia, id: 'gracia', href: 'http://localhost:4002/', timeZone: 'Europe/Madrid', on: true, openMinutes: 2220 },
  { ...galway, id: 'galway', href: 'http://localhost:4003/', timeZone: 'Europe/Dublin', on: false, openMinutes: -540 },
];

export const demoModel: m.DemoModel = {
  now,
  held: false,
  csrf: 'c5rf',
  sourceUrl: 'https://example.org/evenhour',
  towns,
  pairs: [
    { a: 0, b: 1, aSaysMinutes: 2040, bSaysMinutes: 2040 },
    { a: 1, b: 2, aSaysMinutes: -180, bSaysMinutes: -120 },
    { a: 2, b: 0, aSaysMinutes: 360, bSaysMinutes: 360 },
  ],
  hours: [
    { id: 'h1', from: 0, to: 1, minutes: 90, step: 'moving' },
    { id: 'h2', from: 0, to: 2, minutes: 60, step: 'waiting' },
    { id: 'h3', from: 1, to: 2, minutes: 30, step: 'waiting' },
  ],
  sums: { membersMinutes: -180, fundsMinutes: 120, underwayMinutes: 60 },
  checkedAt: now,
  chosenTown: 'galway',
  log: [
    { id: '8', at: before(0), hour: 'h1', kind: 'settled', giver, receiver, minutes: 90, tookMs: 38 },
    {
      id: '7',
      at: before(0),
      hour: 'h1',
      kind: 'sent',
      giver,
      receiver,
      minutes: 90,
      what: 'Catalan over the telephone',
    },
    { id: '6', at: before(1), kind: 'plug_out', town: 'Galway' },
    { id: '5', at: before(2), hour: 'h0', kind: 'replayed', from: 'Leith', to: 'Gràcia' },
    { id: '4', at: before(3), kind: 'forged', pretended: 'Gràcia', to: 'Leith' },
    { id: '3', at: before(4), kind: 'limit', from: 'Leith', to: 'Gràcia', minutes: 6000, honoursMinutes: 720 },
    { id: '2', at: before(5), kind: 'plug_in', town: 'Galway' },
    { id: '1', at: before(6), kind: 'returned', giver, receiver, minutes: 30, code: 'unknown_payee' },
    { id: '0', at: before(7), kind: 'note', title: 'Three towns started.', text: 'Six yeses.' },
  ],
  opened: null,
};

export const demoOpened: m.DemoModel = {
  ...demoModel,
  held: true,
  opened: {
    id: 'h1',
    giver,
    receiver,
    minutes: 90,
    what: 'Catalan over the telephone',
    at: before(1),
    checked: true,
    ledgers: [
      { town: leith, lines: proofModel.ledger },
      { town: gracia, lines: [{ kind: 'direct', from: 'Leith', to: 'Rosa Vidal', minutes: 90, at: before(1) }] },
    ],
    entries,
  },
};
