/**
 * What a lying bank does, and what an honest partner must make of it.
 *
 * - `refused`: it is no entry, or not next, and leaves no trace
 * - `without_effect`: it is appended and moves nothing
 * - `halts`: it is kept as evidence and the pair halts
 *
 * @module
 */
const TABLE = {
  changed_leaf: 'refused',
  appended_context: 'refused',
  foreign_pair: 'refused',
  replayed_request: 'refused',
  unasked_fetch: 'refused',
  old_key: 'refused',
  over_limit: 'without_effect',
  used_id: 'without_effect',
  unaccepted_post: 'without_effect',
  post_too_much: 'without_effect',
  post_twice: 'without_effect',
  receipt_of_nothing: 'without_effect',
  receipt_twice: 'without_effect',
  accept_of_nothing: 'without_effect',
  answer_twice: 'without_effect',
  void_of_posted: 'without_effect',
  routed_kind: 'without_effect',
  wrong_statement: 'without_effect',
  wrong_recovery_key: 'without_effect',
  unsigned_key_change: 'without_effect',
  fork: 'halts',
  other_past: 'halts',
  ack_goes_back: 'halts',
  ack_goes_back_after_breach: 'halts',
  ack_of_another_hash: 'halts',
  ack_of_the_future: 'halts',
  epoch_rises: 'halts',
} as const satisfies Record<string, 'refused' | 'without_effect' | 'halts'>;

export type Lie = keyof typeof TABLE;

export const LIES = Object.keys(TABLE) as Lie[];

const AT_ONCE: readonly Lie[] = ['changed_leaf', 'appended_context', 'foreign_pair', 'old_key', 'fork'];

/** Whether an honest bank says no at once, whatever else it holds. */
export function isRefusedAtOnce(lie: Lie): boolean {
  return AT_ONCE.includes(lie);
}

export function halts(lie: Lie): boolean {
  return TABLE[lie] === 'halts';
}
