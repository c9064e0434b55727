/**
 * What the pages about agreements are tried out with; as `samples.ts`.
 *
 * @module
 */
import type * as m from './models.ts';
import { before, corner, galway, gracia } from './samples.ts';

const articles = [
  'An hour of anybody’s time in Leith is worth an hour of anybody’s time in Gràcia. There is no rate, no fee and no money between us.',
  'Every night each town says how many hours stand between us. If the figures differ by a single minute, new hours wait.',
  'If one of us wants to stop, we say so sixty days before. Hours already given stay given.',
];

export const agreementModel: m.AgreementModel = {
  id: 'a1',
  town: gracia,
  words: articles,
  theyHonourMinutes: 2760,
  weHonourMinutes: 2400,
  bridgeBuilders: { ours: 'Fiona Kerr', theirs: 'Núria Soler' },
  ourYesAt: new Date('2026-05-12T09:00:00Z'),
  theirYesAt: new Date('2026-05-13T09:00:00Z'),
  status: 'active',
  standing: { kind: 'open' },
  difference: null,
  readers: 'all',
  ended: null,
  fromBeforeMinutes: 0,
  canChange: null,
  canClose: null,
  next: null,
  canAnswer: false,
  canWithdraw: false,
  refusal: null,
};

const ended: m.EndedModel = {
  id: 'e1',
  town: galway,
  by: 'us',
  because: 'Their computer was restored and our two books do not fit any more.',
  at: before(40_000),
  settled: { toGiveMinutes: -600, backMinutes: 180, lossMinutes: 45, alone: true },
};

export const lossesModel: m.LossesModel = {
  carriedMinutes: 45,
  ended: [ended, { ...ended, id: 'e2', town: corner, by: 'them', because: '', settled: null }],
};

export const agreementHalted: m.AgreementModel = {
  ...agreementModel,
  standing: { kind: 'silent', since: before(150_000), gone: true },
  fromBeforeMinutes: 300,
  canChange: { weSuspended: false },
  canClose: 'gone',
};

export const agreementDisputed: m.AgreementModel = {
  ...agreementModel,
  difference: { weSayMinutes: 60, theySayMinutes: 30, partsAtSeq: 41 },
};

export const agreementEnded: m.AgreementModel = {
  ...agreementModel,
  town: galway,
  status: 'closed',
  standing: { kind: 'ended' },
  ended,
  next: 'follow',
};

export const agreementOurTurn: m.AgreementModel = {
  ...agreementModel,
  ourYesAt: null,
  status: 'offered',
  readers: 'soon',
  canAnswer: true,
  standing: { kind: 'agreeing' },
};

export const invitationModel: m.InvitationModel = {
  made: { link: 'https://leith.example/invitations/9f2c#Qm9yZWQ', honourMinutes: 2400, expiresAt: before(-20_000) },
  open: [{ id: 'i1', honourMinutes: 600, expiresAt: before(-9000) }],
  suggestedMinutes: 2400,
  values: { hours: '40', bridgeBuilder: 'Fiona Kerr', link: 'nonsense' },
  errors: { link: 'This is our own link.' },
};

export const inviteOpenedModel: m.InviteOpenedModel = {
  link: 'https://gracia.example/invitations/1',
  town: gracia,
  theyHonourMinutes: 2760,
  bridgeBuilder: 'Núria Soler',
  words: articles,
  fromBeforeMinutes: -600,
  expiresAt: before(-20_000),
  suggestedMinutes: 2400,
  values: { hours: '40', bridgeBuilder: '' },
  errors: { bridgeBuilder: 'missing' },
  refusal: null,
};
