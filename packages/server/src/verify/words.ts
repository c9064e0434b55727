/** What `evenhour verify` says of an entry or a document that is none. */
import { REFUSALS, type Refusal } from '@evenhour/protocol';

const FAULTS: Readonly<Record<string, string>> = {
  not_my_next: 'does not continue the journal: an entry before it is missing, changed or in another place',
  prev_is_not_my_head: 'does not continue the journal: the entry before it is another one',
  ack: 'acknowledges another entry than the one that theirs.jsonl has there',
  ack_unknown: 'acknowledges an entry that the other journal does not have',
  ack_goes_back: 'acknowledges less than an entry before it',
  epoch: 'is of another epoch than the entry before it',
  epoch_rises: 'begins an epoch, which only a Resume does',
  epoch_does_not_rise: 'is a Resume that begins no epoch',
};

/** Why an entry does not continue its journal. */
export function sayFault(reason: unknown): string {
  return (typeof reason === 'string' ? FAULTS[reason] : undefined) ?? (FAULTS['not_my_next'] as string);
}

export function sayRefused({ code, facts }: Refusal): string {
  const path = facts['path'] ?? facts['reason'];
  return `${REFUSALS[code].advice} (${code}${path === undefined ? '' : `: ${path}`})`;
}
