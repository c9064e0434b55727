/**
 * Whether an entry has effect. One function, used by the bank that is about to sign an entry and
 * by the bank that receives it.
 *
 * Promises: the verdict depends only on the entry's own cut (everything before it in its journal,
 * and the other journal up to its `ack`), never on what else the judging bank has seen since. So
 * two honest banks never disagree, and a breach is a signed proof and not a race. Spec: normative
 * formulas, in their order.
 *
 * @module
 */
import { hashOfKey } from '../../wire/canonical.ts';
import { isEntryAmount, isLimit } from '../minutes.ts';
import { type Facts, type Refusal, refusal } from '../refusal.ts';
import type { Body, Party } from './entry.ts';
import { other } from './entry.ts';
import {
  type Book,
  exposureOf,
  isOpen,
  MAX_OPEN_HOLDS,
  roomOf,
  type Transfer,
  transferKey,
  type View,
} from './pair.ts';

/**
 * Judges `body` as the next entry of `author`.
 *
 * @param view the fold at the entry's own cut, before the entry
 * @param book holds the transfer that the entry names, if there is one
 * @returns `null` when the entry has effect, else the rule that it breaks
 */
export function judge(view: View, book: Book, author: Party, body: Body): Refusal | null {
  switch (body.kind) {
    case 'Hold':
      return judgeHold(view, book, author, body);
    case 'HoldAccept':
    case 'HoldDecline': {
      const transfer = book.get(transferKey(other(author), body.transfer));
      if (transfer !== undefined && (transfer.accepted !== null || transfer.declined !== null))
        return refusal('already_answered', naming(body));
      if (transfer === undefined || !isOpen(view, transfer)) return refusal('hold_not_open', naming(body));
      return null;
    }
    case 'Post': {
      const own = ownOpenHold(view, book, author, body.transfer);
      if ('code' in own) return own;
      const seen = view.cut[other(author)];
      if (own.accepted === null || own.accepted > seen) return refusal('not_accepted', naming(body));
      if (!isEntryAmount(body.minutes) || body.minutes > own.minutes)
        return refusal('minutes_out_of_range', { ...naming(body), heldMinutes: own.minutes });
      return null;
    }
    case 'Void': {
      const own = ownOpenHold(view, book, author, body.transfer);
      return 'code' in own ? own : null;
    }
    case 'Receipt': {
      const transfer = book.get(transferKey(other(author), body.transfer));
      if (transfer === undefined || transfer.posted === null || transfer.posted > view.cut[other(author)])
        return refusal('not_posted', naming(body));
      if (transfer.receipted !== null) return refusal('already_answered', naming(body));
      return null;
    }
    case 'Amend':
      if (body.limitMinutes !== undefined && !isLimit(body.limitMinutes))
        return refusal('amend_out_of_range', { limitMinutes: body.limitMinutes });
      if (body.keyChange !== undefined) {
        if (hashOfKey(body.keyChange.recoveryKey) !== view.recovery[author])
          return refusal('amend_out_of_range', { reason: 'recovery_key' });
        if (body.recoveryVerified !== true) return refusal('amend_out_of_range', { reason: 'recovery_signature' });
      }
      return null;
    case 'Checkpoint':
    case 'Resume':
      return null;
    // Entries of a feature that no agreement lists.
    case 'Fulfil':
    case 'Release':
      return refusal('not_supported', { feature: 'routing' });
  }
}

function judgeHold(view: View, book: Book, author: Party, body: Extract<Body, { kind: 'Hold' }>): Refusal | null {
  if (body.deciderKey !== undefined || body.routeRef !== undefined)
    return refusal('not_supported', { feature: 'routing' });
  if (book.has(transferKey(author, body.transfer))) return refusal('id_used', naming(body));
  if (!isEntryAmount(body.minutes)) return refusal('minutes_out_of_range', naming(body));
  if (view.suspended[author]) return refusal('pair_suspended', naming(body));
  if (exposureOf(view, author) + body.minutes > view.limits[author])
    return refusal('limit_reached', {
      ...naming(body),
      limitMinutes: view.limits[author],
      roomMinutes: roomOf(view, author),
    });
  if (view.openCount[author] + 1 > MAX_OPEN_HOLDS)
    return refusal('too_many_open', { ...naming(body), open: view.openCount[author] });
  return null;
}

/** The author's own hold, if it is open at the cut. */
function ownOpenHold(view: View, book: Book, author: Party, id: string): Transfer | Refusal {
  const own = book.get(transferKey(author, id));
  if (own !== undefined && isOpen(view, own)) return own;
  const theirs = book.get(transferKey(other(author), id));
  if (own === undefined && theirs !== undefined && theirs.hold <= view.cut[other(author)])
    return refusal('not_the_debtor', { transfer: id });
  return refusal('hold_not_open', { transfer: id });
}

function naming(body: { readonly transfer: string }): Facts {
  return { transfer: body.transfer };
}
