/**
 * What a partner says of the two journals when it is asked where they end.
 *
 * @module
 */
import type { Head } from '@evenhour/protocol';
import { hashOf, type JsonObject } from '@evenhour/protocol/wire';
import type { FakePartner } from './fake-partner.ts';

/**
 * The partner says of each journal how far it holds it, its own and the town's. With `instead` the journal of its actor
 * goes on from there with another entry than the town has.
 */
export function holds(
  partner: FakePartner,
  { own = partner.head, peer = partner.townHead } = {},
  instead?: JsonObject,
): void {
  partner.replies.other = (seen) => {
    const url = new URL(seen.path, partner.origin);
    const ofTown = url.pathname.endsWith('/peer');
    const last = ofTown ? peer : own;
    const after = Number(url.searchParams.get('after'));
    const goesOn = instead !== undefined && (instead['actor'] === partner.actor) !== ofTown;
    const head = goesOn ? { epoch: instead['epoch'], seq: last.seq + 1, hash: hashOf(instead) } : last;
    const entries = goesOn && after === last.seq ? [instead] : [];
    return { status: after <= last.seq ? 200 : 409, body: { pair: partner.pair, head, entries } };
  };
}

/** Another entry of the partner's than the one after this head. */
export function another(partner: FakePartner, { seq, hash }: Head): Promise<JsonObject> {
  return partner.sign(partner.draftEntry({ kind: 'Amend', limitMinutes: 1 }, { seq: seq + 1, prev: hash }));
}
