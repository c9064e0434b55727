/**
 * The values of the API by their names. They are made from the bank's OpenAPI document.
 *
 * Fields that end in `Minutes` are whole minutes; 60 are an hour. Times are RFC 3339 in UTC.
 *
 * @module
 */
import type { components } from './generated/api.ts';

type Schemas = components['schemas'];

/** A bank and the sums of its books. */
export type Bank = Schemas['Bank'];
/** A member. `balance` is there for the member and the operator only. */
export type Member = Schemas['Member'];
export type NewMember = Schemas['NewMember'];
/** A member's token; it is shown once. */
export type Token = Schemas['Token'];
/** What moved on a member's account. */
export type StatementLine = Schemas['StatementLine'];
/** Hours given or received, and how far they have come. */
export type Transfer = Schemas['Transfer'];
export type NewTransfer = Schemas['NewTransfer'];
/** The signed entries and the ledger lines of one transfer. */
export type Proof = Schemas['Proof'];
export type JournalEntry = Schemas['JournalEntry'];
export type Invitation = Schemas['Invitation'];
export type NewInvitation = Schemas['NewInvitation'];
/** What another bank's invitation proposes. */
export type InvitationDraft = Schemas['InvitationDraft'];
/** An agreement with another bank and where it stands. */
export type Agreement = Schemas['Agreement'];
export type NewAgreement = Schemas['NewAgreement'];
export type AgreementChange = Schemas['AgreementChange'];
/** Why an agreement is ended, and whether the other bank is gone for good. */
export type Closing = Schemas['Closing'];
/** What we say in an invitation to the agreement after a closed one. */
export type Successor = Schemas['Successor'];
/** A signed document that somebody has to look at. */
export type Evidence = Schemas['Evidence'];
/** What a resent journal did at the partner. */
export type Resent = Schemas['Resent'];
/** One promise of the bank that it has just checked. */
export type Check = Schemas['Check'];
