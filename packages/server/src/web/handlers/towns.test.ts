/** Which way a figure leans, and how it stands, worked out from what the API says. */
import { describe, expect, test } from 'vitest';
import type { AgreementView } from '../../agreement/view.ts';
import { KEY_IS_OLDER } from '../../bank/keys.ts';
import { waitingOf } from './console.tsx';
import { positionOf, standingOf, townOf } from './towns.ts';

const view: AgreementView = {
  id: '01J00000000000000000000000',
  pair: 'urn:evenhour:pair:x',
  status: 'active',
  mode: 'open',
  haltedBecause: null,
  town: 'Gràcia',
  partner: 'https://gracia.example/ap/bank',
  origin: 'https://gracia.example',
  public: true,
  words: [],
  ourBridgeBuilder: 'Fiona',
  theirBridgeBuilder: 'Núria',
  ourTurn: false,
  ourYesAt: null,
  theirYesAt: null,
  // A member here gave 90 minutes to a member there: we owe them.
  position: {
    owesMinutes: 90,
    openMinutes: 0,
    limitMinutes: 600,
    roomMinutes: 510,
    grantsMinutes: 300,
    theirRoomMinutes: 390,
    theirOpenMinutes: 0,
    weSuspended: false,
    theySuspended: false,
  },
  statement: { theySayMinutes: 90, weSayMinutes: 90, agrees: true, partsAtSeq: null, at: '2026-11-22T10:00:00.000Z' },
  journal: { ours: { epoch: 1, seq: 4, hash: 'x' }, theirs: { epoch: 1, seq: 4, hash: 'y' }, deliveredSeq: 4 },
  tested: true,
  delivery: { attempts: 0, nextAttemptAt: null, lastError: null, lastSeenAt: null },
  underway: [],
  silent: null,
  ending: null,
  openingMinutes: 0,
} as unknown as AgreementView;

const off = {
  attempts: 3,
  nextAttemptAt: '2026-11-22T10:05:00.000Z',
  lastError: 'x',
  lastSeenAt: '2026-11-22T09:00:00.000Z',
};
const changed = (change: object) => ({ ...view, ...change }) as AgreementView;

describe('figures', () => {
  test('what we owe is ours to give, and each limit stands at its own side', () => {
    expect(positionOf(view, [])).toMatchObject({
      toGiveMinutes: 90,
      comparison: { weSayMinutes: 90, theySayMinutes: 90 },
      theyHonourMinutes: 600,
      theyHonourMoreMinutes: 510,
      weHonourMinutes: 300,
      weHonourMoreMinutes: 390,
      bridgeBuilders: { ours: 'Fiona', theirs: 'Núria' },
    });
  });

  test('what they owe is theirs to give', () => {
    const theirs = changed({
      position: { ...view.position, owesMinutes: -60 },
      statement: {
        theySayMinutes: -60,
        weSayMinutes: -60,
        agrees: true,
        partsAtSeq: null,
        at: '2026-11-22T10:00:00.000Z',
      },
    });
    expect(positionOf(theirs, [])).toMatchObject({
      toGiveMinutes: -60,
      comparison: { weSayMinutes: -60, theySayMinutes: -60 },
    });
  });

  test('nothing compared is no comparison', () => {
    expect(positionOf(changed({ statement: null }), []).comparison).toBeNull();
  });
});

describe('how it stands', () => {
  const suspended = (who: object) => ({ position: { ...view.position, ...who } });
  test.each([
    ['open', {}, { kind: 'open' }],
    ['not greeted yet', { mode: 'waiting' }, { kind: 'waiting' }],
    ['not answering', { mode: 'waiting', delivery: off }, { kind: 'off', since: new Date(off.lastSeenAt) }],
    ['stopped by us', suspended({ weSuspended: true }), { kind: 'suspended', by: 'us' }],
    ['stopped by them', suspended({ weSuspended: true, theySuspended: true }), { kind: 'suspended', by: 'them' }],
    [
      'halted by a refusal',
      { mode: 'halted', haltedBecause: '{"code":"fork"}', delivery: off },
      { kind: 'halted', because: 'fork' },
    ],
    [
      'halted by a word',
      { mode: 'halted', haltedBecause: 'reconciliation' },
      { kind: 'halted', because: 'reconciliation' },
    ],
    [
      'an older key than they know',
      { mode: 'waiting', delivery: { ...off, lastError: `${KEY_IS_OLDER} Bring it.` } },
      { kind: 'halted', because: 'older_key' },
    ],
    ['halted for no known reason', { mode: 'halted', haltedBecause: null }, { kind: 'halted', because: null }],
    ['offered', { status: 'offered' }, { kind: 'agreeing' }],
    ['declined', { status: 'declined' }, { kind: 'ended' }],
    ['gone quiet', { silent: 'suspended' }, { kind: 'silent', gone: false }],
    ['gone', { silent: 'orphaned', position: { weSuspended: true } }, { kind: 'silent', gone: true }],
    ['closed', { status: 'closed', mode: 'halted' }, { kind: 'ended' }],
  ])('%s', (_name, change, standing) => {
    expect(standingOf(changed(change))).toMatchObject(standing);
  });
});

describe('what waits for the operator', () => {
  const kinds = (change: object, messages = 0) => waitingOf(changed(change), messages).map(({ kind }) => kind);
  test('nothing, when all is well', () => expect(kinds({})).toEqual([]));
  test('a yes', () => {
    expect(kinds({ status: 'offered', ourTurn: true })).toEqual(['your_yes']);
    expect(kinds({ status: 'offered' })).toEqual(['their_yes']);
    expect(kinds({ status: 'declined' })).toEqual([]);
  });
  test('a halt, and two figures', () => {
    const statement = {
      theySayMinutes: 60,
      weSayMinutes: 90,
      agrees: false,
      partsAtSeq: 7,
      at: '2026-11-22T10:00:00.000Z',
    };
    expect(kinds({ mode: 'halted', statement })).toEqual(['halted', 'disagree']);
    const difference = { kind: 'disagree', theySayMinutes: 60, weSayMinutes: 90, partsAtSeq: 7 };
    expect(waitingOf(changed({ statement }), 0)).toMatchObject([difference]);
  });
  test('a computer that is off, with what waits for it', () => {
    expect(waitingOf(changed({ delivery: off }), 3)).toMatchObject([{ kind: 'off', messages: 3 }]);
  });
  test('a limit that comes near, from four fifths on', () => {
    const owing = (owesMinutes: number) => kinds({ position: { ...view.position, owesMinutes } });
    expect(owing(479)).toEqual([]);
    expect(owing(480)).toEqual(['near_limit']);
  });
});

test.each([
  ['Gràcia', 'gracia'],
  ['Banc del Temps de Gràcia', 'gracia'],
  ['Leith Timebank', 'leith'],
  ['GALWAY', 'galway'],
  ['Leithgow', 'plain'],
  ['', 'plain'],
])('the town %s has the colours of %s', (name, theme) => {
  expect(townOf(name)).toEqual({ name, theme });
});
