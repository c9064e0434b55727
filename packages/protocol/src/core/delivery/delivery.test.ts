import { describe, expect, test } from 'vitest';
import { holdBody, TestBank, testTerms } from '../../testing/bank.ts';
import { headOf } from '../journal/decide.ts';
import type { Head } from '../journal/entry.ts';
import { type RefusalCode, refusal } from '../refusal.ts';
import {
  afterFault,
  afterGreeting,
  checkSession,
  PAIR_MODES,
  type PairAct,
  type PairMode,
  refusedIn,
  takeGreeting,
} from './greeting.ts';
import { type AfterRun, afterRun, type RunAnswer } from './run.ts';

const head = (seq: number, hash = `h${seq}`): Head => ({ epoch: 0, seq, hash });

describe('modes', () => {
  const ACTS: readonly PairAct[] = ['greet', 'write', 'send', 'apply', 'close', 'answer_greeting', 'read'];
  const CODES: Record<PairMode, RefusalCode> = {
    waiting: 'pair_waiting',
    recovering: 'pair_recovering',
    open: 'invalid_request',
    halted: 'pair_halted',
    closed: 'agreement_not_active',
  };
  test.each(Object.keys(CODES) as PairMode[])('%s', (mode) => {
    for (const act of ACTS)
      expect(refusedIn(mode, act)?.code, act).toBe(PAIR_MODES[mode].includes(act) ? undefined : CODES[mode]);
  });

  test('only an open pair moves anything, and every pair lets its partner read and greet', () => {
    for (const mode of Object.keys(CODES) as PairMode[]) {
      for (const act of ['write', 'send', 'apply'] as const)
        expect(refusedIn(mode, act) === null).toBe(mode === 'open');
      expect(refusedIn(mode, 'read')).toBe(null);
      expect(refusedIn(mode, 'answer_greeting')).toBe(null);
    }
  });

  test('a pair that may have to recover first is not closed by its partner yet', () => {
    for (const mode of Object.keys(CODES) as PairMode[])
      expect(refusedIn(mode, 'close') !== null).toBe(mode === 'waiting' || mode === 'recovering');
  });
});

describe('a greeting', () => {
  function pairWithTwoEntries(): TestBank {
    const [a, b] = [new TestBank(testTerms([600, 600]), 0), new TestBank(testTerms([600, 600]), 1)];
    for (const id of ['t1', 't2']) b.receive(a.forge(holdBody(id, 1)) && write(a, id));
    const accept = b.write({ kind: 'HoldAccept', transfer: 't1' });
    if (!accept.ok) throw new Error('cannot accept');
    a.receive(accept.appended.entry);
    return a;
  }
  function write(bank: TestBank, id: string) {
    const written = bank.write(holdBody(id, 1));
    if (!written.ok) throw new Error(written.refusal.code);
    return written.appended.entry;
  }
  const greeting = { session: 's1', nonce: 'n1' };

  test('names the head that is applied, and begins sending at what the partner acknowledged', () => {
    const a = pairWithTwoEntries();
    write(a, 't3');
    const taken = takeGreeting(a.pair, 'open', greeting, 's1', false);
    expect(taken).toEqual({
      ok: true,
      welcome: { session: 's1', head: a.pair.heads[1], sendAfter: headOf(a.journals[0][1] as never) },
    });
  });

  test.each([
    ['in another session than its header', 'open', 's2', false, 'stale_session'],
    ['that came before', 'open', 's1', true, 'known_already'],
  ] as const)('%s is refused', (_name, mode, session, seen, code) => {
    const taken = takeGreeting(pairWithTwoEntries().pair, mode, greeting, session, seen);
    expect(!taken.ok && taken.refusal.code).toBe(code);
  });

  test.each(['waiting', 'recovering', 'halted', 'closed'] as const)('is answered by a pair that is %s', (mode) => {
    expect(takeGreeting(pairWithTwoEntries().pair, mode, greeting, 's1', false).ok).toBe(true);
  });

  test.each([
    ['my head', head(3), 'h3', { next: 'open', sendAfter: head(3) }],
    ['one of my entries', head(1), 'h1', { next: 'open', sendAfter: head(1) }],
    ['my empty journal', head(0, 'genesis'), 'genesis', { next: 'open', sendAfter: head(0, 'genesis') }],
    ['more than I have', head(9), undefined, { next: 'recover' }],
    ['another entry at that place', head(3, 'x'), 'h3', { next: 'recover' }],
  ] as const)('answered with %s', (_name, answered, held, expected) => {
    expect(afterGreeting(answered, held)).toEqual(expected);
  });

  test('a session counts only once the partner has greeted with it', () => {
    expect(checkSession('s1', 's1')).toBe(null);
    expect(checkSession('s1', 's0')?.code).toBe('stale_session');
    expect(checkSession('', '')?.code).toBe('stale_session');
  });

  test('an ack that I never wrote is doubted once', () => {
    const unknown = refusal('chain_fault', { reason: 'ack_unknown' });
    expect([afterFault(unknown, false), afterFault(unknown, true)]).toEqual(['greet', 'halt']);
    expect(afterFault(refusal('chain_fault', { reason: 'prev_is_not_my_head' }), false)).toBe('halt');
    expect(afterFault(refusal('fork'), false)).toBe('halt');
  });
});

describe('the answer to a run of entries 3 to 5', () => {
  const sessions = { mine: 'm', partner: 'p' };
  const sent = { after: head(2), last: head(5), sessions };
  const at = (seq: number, code?: RefusalCode, hash?: string): RunAnswer => ({
    head: head(seq, hash),
    refused: code === undefined ? null : { seq: seq + 1, refusal: refusal(code) },
  });
  const whole = (code: RefusalCode): RunAnswer => ({ head: null, refused: { refusal: refusal(code) } });
  const ROWS: [string, RunAnswer, AfterRun][] = [
    ['all of it', at(5), { next: 'go_on', sendAfter: head(5) }],
    ['a part of it', at(4), { next: 'go_on', sendAfter: head(4) }],
    ['more than the run, from an earlier one', at(7), { next: 'go_on', sendAfter: head(7) }],
    ['a gap before it', at(1, 'gap'), { next: 'rewind', sendAfter: head(1) }],
    ['a gap within it', at(4, 'gap'), { next: 'go_on', sendAfter: head(4) }],
    ['nothing of it', at(2), { next: 'wait', refusal: null }],
    ['an entry that is none', at(3, 'proof_mismatch'), { next: 'wait', refusal: refusal('proof_mismatch') }],
    ['a fault', at(3, 'chain_fault'), { next: 'halt', refusal: refusal('chain_fault') }],
    ['a fork', at(3, 'fork'), { next: 'halt', refusal: refusal('fork') }],
    ['a head that is not mine', at(4, undefined, 'x'), { next: 'greet' }],
    ['a partner that waits', whole('pair_waiting'), { next: 'wait', refusal: refusal('pair_waiting') }],
    ['a partner that recovers', whole('pair_recovering'), { next: 'wait', refusal: refusal('pair_recovering') }],
    ['a partner that halted', whole('pair_halted'), { next: 'halt', refusal: refusal('pair_halted') }],
    ['too much at once', whole('too_many_requests'), { next: 'wait', refusal: refusal('too_many_requests') }],
    ['a stale session', whole('stale_session'), { next: 'greet' }],
    ['an agreement that is not in force there', whole('agreement_not_active'), { next: 'greet' }],
  ];
  test.each(ROWS)('%s', (_name, answer, expected) => {
    const held = answer.head === null ? undefined : `h${answer.head.seq}`;
    expect(afterRun(sent, answer, sessions, held)).toEqual(expected);
  });

  test.each([
    ['the partner', { mine: 'm', partner: 'p2' }],
    ['this bank', { mine: 'm2', partner: 'p' }],
  ])('is dropped once %s has greeted anew', (_name, now) => {
    expect(afterRun(sent, at(5), now, 'h5')).toEqual({ next: 'discard' });
  });
});
