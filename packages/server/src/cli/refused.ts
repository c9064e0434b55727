/** Refusals as the person at the command line reads them. */
import { REFUSALS } from '@evenhour/protocol';
import type { Refused } from '../node/refused.ts';

/** What stands in the way of something that was asked for here. */
export function sayRefused({ refusal: { code, facts } }: Refused): string {
  if (code === 'not_found') return 'this bank has no such agreement; see: evenhour pair list';
  if (facts['reason'] === 'not_settled')
    return facts['status'] === 'closed'
      ? 'the pair is ended and not settled yet. What stands between the two is settled when the other bank answers; if it is gone for good: evenhour pair close AGREEMENT --because "why" --alone'
      : 'the pair is not ended. End it first: evenhour pair close AGREEMENT --because "why"';
  if (code === 'agreement_not_active' && facts['act'] === 'close')
    return facts['status'] === 'closed'
      ? 'the pair is ended already. If the other bank is gone for good, add --alone'
      : `an agreement that is ${facts['status']} has no pair to end`;
  const advice = `${REFUSALS[code].advice} (${code})`;
  const waits = code === 'pair_waiting' || code === 'pair_recovering';
  return waits ? `${advice}. If the other bank is gone for good, add --alone` : advice;
}
