/** A refusal as the person at the command line reads it. */
import type { Facts, RefusalCode } from '@evenhour/protocol';
import { expect, test } from 'vitest';
import { Refused } from '../node/refused.ts';
import { sayRefused } from './refused.ts';

const said = (code: RefusalCode, facts: Facts = {}) => sayRefused(new Refused(code, facts));

test('what stands in the way is said, and what to do', () => {
  const unsettled = { reason: 'not_settled' };
  expect(said('agreement_not_active', { ...unsettled, status: 'active' })).toMatch(/^the pair is not ended\. End it/);
  expect(said('agreement_not_active', { ...unsettled, status: 'closed' })).toMatch(/not settled yet.*--alone$/);
  const closing = { act: 'close' };
  expect(said('agreement_not_active', { ...closing, status: 'closed' })).toMatch(
    /^the pair is ended already.*--alone$/,
  );
  expect(said('agreement_not_active', { ...closing, status: 'offered' })).toMatch(/^an agreement that is offered has/);
  expect(said('not_found')).toMatch(/no such agreement/);
  expect(said('pair_waiting')).toMatch(/\(pair_waiting\)\. If the other bank is gone for good, add --alone$/);
  expect(said('pair_halted')).toMatch(/\(pair_halted\)$/);
});
