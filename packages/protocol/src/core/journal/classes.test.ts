import { describe, expect, test } from 'vitest';
import { holdBody, TestBank, testTerms } from '../../testing/bank.ts';
import { hashOfKey } from '../../wire/canonical.ts';
import type { Received } from './decide.ts';
import type { Body, Entry, KeyChange, Party } from './entry.ts';
import { other } from './entry.ts';

/** What stands before each row: Leith (0) holds t1 to t4; t2 is accepted, t3 posted, t4 declined. */
function pair(): [TestBank, TestBank] {
  const terms = { ...testTerms([600, 300]), recovery: [hashOfKey('r0'), hashOfKey('r1')] as const };
  const banks: [TestBank, TestBank] = [new TestBank(terms, 0), new TestBank(terms, 1)];
  const say = (party: Party, body: Body): void => {
    const written = banks[party].write(body);
    if (!written.ok) throw new Error(written.refusal.code);
    banks[other(party)].receive(written.appended.entry);
  };
  for (const id of ['t1', 't2', 't3', 't4']) say(0, holdBody(id, 60));
  for (const transfer of ['t2', 't3']) say(1, { kind: 'HoldAccept', transfer });
  say(1, { kind: 'HoldDecline', transfer: 't4', code: 'payee_unavailable' });
  say(0, { kind: 'Post', transfer: 't3', minutes: 60 });
  return banks;
}

const keyChange = (recoveryKey: string): KeyChange => ({
  newKey: 'k',
  recoveryKey,
  nextRecovery: 'n',
  recoverySignature: 'z',
});

/** Class (c): who writes what, and the rule that it breaks. */
const BREACHES: [name: string, Party, Body, string][] = [
  ['a kind of a feature that is not agreed', 1, { kind: 'Release', transfer: 't1' }, 'not_supported'],
  ['the other kind', 1, { kind: 'Fulfil', transfer: 't1', minutes: 1, certificate: '' }, 'not_supported'],
  ['a routed hold', 0, { ...holdBody('t9', 1), routeRef: 'r' } as Body, 'not_supported'],
  ['a hold that names a decider', 0, { ...holdBody('t9', 1), deciderKey: 'k' } as Body, 'not_supported'],
  ['an id that is used', 0, holdBody('t4', 1), 'id_used'],
  ['a hold of nothing', 0, holdBody('t9', 0), 'minutes_out_of_range'],
  ['a hold of less than nothing', 0, holdBody('t9', -60), 'minutes_out_of_range'],
  ['a hold above what one entry may carry', 0, holdBody('t9', 600_001), 'minutes_out_of_range'],
  ['a hold one minute above the limit', 0, holdBody('t9', 421), 'limit_reached'],
  ['an answer to no hold', 1, { kind: 'HoldAccept', transfer: 'none' }, 'hold_not_open'],
  ['an answer to a hold of its own', 0, { kind: 'HoldAccept', transfer: 't1' }, 'hold_not_open'],
  ['a second accept', 1, { kind: 'HoldAccept', transfer: 't2' }, 'already_answered'],
  ['an accept after a decline', 1, { kind: 'HoldAccept', transfer: 't4' }, 'already_answered'],
  ['a decline after an accept', 1, { kind: 'HoldDecline', transfer: 't2', code: 'terms_unknown' }, 'already_answered'],
  ['a post by the creditor', 1, { kind: 'Post', transfer: 't2', minutes: 60 }, 'not_the_debtor'],
  ['a void by the creditor', 1, { kind: 'Void', transfer: 't2' }, 'not_the_debtor'],
  ['a post without an accept', 0, { kind: 'Post', transfer: 't1', minutes: 60 }, 'not_accepted'],
  ['a post of a declined hold', 0, { kind: 'Post', transfer: 't4', minutes: 60 }, 'hold_not_open'],
  ['a second post', 0, { kind: 'Post', transfer: 't3', minutes: 60 }, 'hold_not_open'],
  ['a post of more than is held', 0, { kind: 'Post', transfer: 't2', minutes: 61 }, 'minutes_out_of_range'],
  ['a post of nothing', 0, { kind: 'Post', transfer: 't2', minutes: 0 }, 'minutes_out_of_range'],
  ['a void after the post', 0, { kind: 'Void', transfer: 't3' }, 'hold_not_open'],
  ['a receipt without a post', 1, { kind: 'Receipt', transfer: 't2', unclaimed: false }, 'not_posted'],
  ['a receipt by the debtor', 0, { kind: 'Receipt', transfer: 't3', unclaimed: false }, 'not_posted'],
  ['a limit below nothing', 1, { kind: 'Amend', limitMinutes: -1 }, 'amend_out_of_range'],
  ['a limit above a million hours', 1, { kind: 'Amend', limitMinutes: 60_000_001 }, 'amend_out_of_range'],
  [
    'a key change by another recovery key',
    1,
    { kind: 'Amend', keyChange: keyChange('stolen'), recoveryVerified: true },
    'amend_out_of_range',
  ],
  [
    'a key change whose recovery signature does not verify',
    1,
    { kind: 'Amend', keyChange: keyChange('r1'), recoveryVerified: false },
    'amend_out_of_range',
  ],
];

function codeOf(result: Received): string {
  return result.outcome === 'appended' ? (result.breach?.code ?? 'applied') : result.refusal.code;
}

describe('class (c): kept without effect, refused by its writer, and nobody is blocked', () => {
  test.each(BREACHES)('%s', (_name, party, body, code) => {
    const banks = pair();
    const [writer, reader] = [banks[party], banks[other(party)]];
    expect(writer.write(body)).toMatchObject({ ok: false, refusal: { code } });
    const before = { ...reader.pair.views[reader.party], cut: null };
    const received = reader.receive(writer.cheat(body));
    expect([received.outcome, codeOf(received)]).toEqual(['appended', code]);
    expect({ ...reader.pair.views[reader.party], cut: null }).toEqual(before);
    expect(writer.pair.views[party]).toEqual(reader.pair.views[reader.party]);
    expect(writer.verdicts[party]).toEqual(reader.verdicts[party]);
    const next = writer.write({ kind: 'Amend', limitMinutes: 5 });
    expect(next.ok && codeOf(reader.receive(next.appended.entry))).toBe('applied');
  });

  test('a hold while the writer is suspended', () => {
    const [leith, gracia] = pair();
    const suspended = gracia.write({ kind: 'Amend', suspended: true });
    if (suspended.ok) leith.receive(suspended.appended.entry);
    expect(codeOf(gracia.receive(leith.cheat(holdBody('t9', 1))))).toBe('pair_suspended');
  });
});

/** Classes (0) and (b), and a fork: how Leith's next entry is bent, what becomes of it, and why. */
const UNFIT: [name: string, (head: Entry) => Partial<Entry>, outcome: string, code: string, reason?: string][] = [
  ['class (0): a gap', (head) => ({ seq: head.seq + 2 }), 'not_next', 'gap'],
  ['class (0): an older epoch', () => ({ epoch: 1 }), 'not_next', 'stale_epoch'],
  ['class (0): a place that is passed, in another epoch', () => ({ seq: 1, epoch: 9 }), 'not_next', 'stale_epoch'],
  [
    'class (0): a Resume at a place that is passed',
    (head) => ({ seq: head.seq, epoch: 9, body: { kind: 'Resume' } }),
    'not_next',
    'stale_epoch',
  ],
  ['class (b): another past', () => ({ prev: 'elsewhere' }), 'fault', 'chain_fault', 'prev_is_not_my_head'],
  ['class (b): the epoch rises', () => ({ epoch: 9 }), 'fault', 'chain_fault', 'epoch_rises'],
  [
    'class (b): a Resume that raises none',
    () => ({ body: { kind: 'Resume' } }),
    'fault',
    'chain_fault',
    'epoch_does_not_rise',
  ],
  [
    'class (b): an ack that goes back',
    () => ({ ack: { epoch: 0, seq: 1, hash: 'any' } }),
    'fault',
    'chain_fault',
    'ack_goes_back',
  ],
  [
    'class (b): an ack of what was never written',
    () => ({ ack: { epoch: 0, seq: 99, hash: 'any' } }),
    'fault',
    'chain_fault',
    'ack_unknown',
  ],
  [
    'class (b): an ack with another hash',
    (head) => ({ ack: { ...head.ack, hash: 'any' } }),
    'fault',
    'chain_fault',
    'ack_unknown',
  ],
  [
    'class (b): an ack in another epoch',
    (head) => ({ ack: { ...head.ack, epoch: 7 } }),
    'fault',
    'chain_fault',
    'ack_unknown',
  ],
  ['a fork', (head) => ({ seq: head.seq, prev: head.prev }), 'fault', 'fork'],
];

describe('classes (0) and (b), and a fork: not appended, and nothing changes', () => {
  test.each(UNFIT)('%s', (_name, bend, outcome, code, reason) => {
    const [leith, gracia] = pair();
    // Leith has begun an epoch once, so that there is an older one.
    gracia.receive(leith.resume(1));
    const head = leith.journals[0].at(-1) as Entry;
    const before = JSON.stringify(gracia.pair);
    const received = gracia.receive(leith.forge(holdBody('t9', 1), bend(head)));
    expect([received.outcome, codeOf(received)]).toEqual([outcome, code]);
    if (reason !== undefined) expect(received).toMatchObject({ refusal: { facts: { reason } } });
    expect(JSON.stringify(gracia.pair)).toBe(before);
    expect(codeOf(gracia.receive(leith.forge(holdBody('t8', 1))))).toBe('applied');
  });
});
