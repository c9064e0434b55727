/**
 * Exchanges that begin here with a step that came from a partner: its own, or one of ours that a restore has forgotten.
 *
 * Promises: the member is found by the name that the partner's member wrote, and is one who takes part; an exchange
 * that was known before a restore has its old id, which stands in our own reference. An offer is answered only by an
 * ask of whoever made it, for what partners can find there; any other ask is one without an offer.
 *
 * @module
 */
import { otherSide, type RefusalCode, type Side, type StepMessage, type Terms } from '@evenhour/protocol';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { exchange as exchangeTable } from '../db/schema.ts';
import { membersByName } from '../member/members.ts';
import { getOffer } from '../offer/offers.ts';
import { isListed } from '../offer/row.ts';
import { titleOf } from './asking.ts';
import type { Exchange, ExchangeRow } from './exchange-store.ts';

/** Begins an exchange that a partner's member asks for, or says why not. */
export async function beginTheirs(
  tx: Queries,
  bank: Bank,
  pairId: string,
  { exchange: url, act, member, beginning }: StepMessage,
  id = newId(),
): Promise<Exchange | RefusalCode> {
  if (beginning === null || act.kind !== 'Offer' || member === null) return 'terms_unknown';
  const [name = '', host] = beginning.with.slice('acct:'.length).split('@');
  const here = host === bank.host ? (await membersByName(tx, bank.id, [name])).get(name) : undefined;
  if (here === undefined || here.kind === 'fund') return 'unknown_payee';
  if (here.status !== 'active') return 'payee_unavailable';
  const own = { memberId: here.id, name: here.name, address: `${bank.origin}/ap/${here.id}` };
  const theirs = { memberId: null, name: member.name, address: member.id };
  const ownSide = otherSide(beginning.side);
  const offer = await offerAsked(tx, bank, beginning.inReplyTo, here.id, ownSide);
  const row = { id, url, pairId, ownSide, salt: beginning.salt, offerUrl: beginning.inReplyTo ?? null };
  const sides = ownSide === 'giver' ? { giver: own, receiver: theirs } : { giver: theirs, receiver: own };
  return store(tx, bank, { ...row, ref: bank.references.make(here.id, id), terms: act.terms }, sides, offer);
}

interface Person {
  readonly memberId: string | null;
  readonly name: string;
  readonly address: string;
}

async function store(
  tx: Queries,
  bank: Bank,
  {
    ref,
    terms,
    ...row
  }: Pick<ExchangeRow, 'id' | 'url' | 'pairId' | 'salt' | 'offerUrl'> & {
    readonly ownSide: Side;
    readonly ref: string;
    readonly terms: Terms;
  },
  { giver, receiver }: Readonly<Record<Side, Person>>,
  offer: { readonly id: string; readonly title: string } | undefined,
): Promise<Exchange> {
  const [stored] = await tx
    .insert(exchangeTable)
    .values({
      ...row,
      bankId: bank.id,
      giverId: giver.memberId,
      receiverId: receiver.memberId,
      giverName: giver.name,
      receiverName: receiver.name,
      giverAddress: giver.address,
      receiverAddress: receiver.address,
      offerId: offer?.id ?? null,
      title: offer?.title ?? titleOf(terms.content),
      [row.ownSide === 'giver' ? 'giverRef' : 'receiverRef']: ref,
      state: { status: 'none' },
      status: 'none',
      minutes: terms.minutes,
    })
    .returning();
  if (stored === undefined) throw new Error('an exchange was not stored');
  return { row: stored, steps: { giver: [], receiver: [] } };
}

/** What to call somebody of whom only the address is known. */
function nameAt(acct: string): string {
  return acct.slice('acct:'.length).split('@')[0] ?? '';
}

/** The offer or need of this member that a partner's member answers, if partners can find one there for this side. */
async function offerAsked(tx: Queries, bank: Bank, url: string | undefined, memberId: string, side: Side) {
  if (url === undefined || new URL(url).origin !== bank.origin) return undefined;
  const offer = await getOffer(tx, bank.id, new URL(url).pathname.split('/').at(-1) ?? '');
  if (offer === undefined || offer.memberId !== memberId || offer.visibility === 'bank' || !isListed(offer))
    return undefined;
  return side === (offer.kind === 'offer' ? 'giver' : 'receiver') ? offer : undefined;
}

/** An exchange that a member of ours began and that a restore has forgotten, from its first step. */
export async function beginOwn(
  tx: Queries,
  bank: Bank,
  pairId: string,
  { exchange: url, act, member, beginning }: StepMessage,
  before: { readonly memberId: string; readonly exchangeId: string } | null,
): Promise<Exchange | null> {
  if (before === null || beginning === null || member === null || act.kind !== 'Offer') return null;
  const own = { memberId: before.memberId, name: member.name, address: member.id };
  const theirs = { memberId: null, name: nameAt(beginning.with), address: beginning.with };
  const row = { id: before.exchangeId, url, pairId, ownSide: beginning.side, salt: beginning.salt };
  const sides = beginning.side === 'giver' ? { giver: own, receiver: theirs } : { giver: theirs, receiver: own };
  return store(
    tx,
    bank,
    { ...row, offerUrl: beginning.inReplyTo ?? null, ref: member.ref, terms: act.terms },
    sides,
    undefined,
  );
}
