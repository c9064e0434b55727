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
/** What a member says about themselves. `reach` is `null` where that is not for the caller. */
export type Profile = Schemas['Profile'];
export type ProfileChange = Schemas['ProfileChange'];
/** For whom a person may act; `memberId` is empty for the desk. */
export type Hat = Schemas['Hat'];
export type NewHat = Schemas['NewHat'];
/** A token of thirty days, the hat that it wears, and the others that could be worn. */
export type Entered = Schemas['Entered'];
/** An address whose owner gets a hat once they have shown that it is theirs. */
export type WaitingHat = Schemas['Wearers']['waiting'][number];
/** Somebody who signed in, by which ways they come in, and their other banks of this node. */
export type Person = Schemas['Person'];
/** What browsers and devices say to each other about passkeys. */
export type WebAuthn = Schemas['PasskeyOptions']['options'];
/** What stands for a request for a code. */
export type CodeSent = Schemas['CodeSent'];
export type Session = Schemas['Session'];
export type Passkey = Schemas['Passkey'];
/** The words of a card; they are shown once. */
export type Card = Schemas['Card'];
export type NewJoinLink = Schemas['NewJoinLink'];
export type JoinLink = Schemas['JoinLink'];
export type MadeJoinLink = Schemas['MadeJoinLink'];
/** Who invites by a link. */
export type Inviter = Schemas['Inviter'];
export type Newcomer = Schemas['Newcomer'];
/** Somebody whom the desk takes in. */
export type TakenIn = Schemas['TakenIn'];
/** A new member, with the words of a card when there is no address for mail. */
export type Welcomed = Schemas['Welcomed'];
/** Whether somebody belongs now or waits for the desk. */
export type Joined = Schemas['Joined'];
export type Application = Schemas['Application'];
export type Decided = Schemas['Decided'];
/** A member's token; it is shown once. */
export type Token = Schemas['Token'];
/** What moved on a member's account. */
export type StatementLine = Schemas['StatementLine'];
/** Hours given or received, and how far they have come. */
export type Transfer = Schemas['Transfer'];
export type NewTransfer = Schemas['NewTransfer'];
/** Gifts that wait for a member's yes. */
export type WaitingGifts = Schemas['WaitingGifts'];
export type GiftRule = Schemas['GiftRule'];
/** The community fund as everybody may see it. */
export type Fund = Schemas['Fund'];
export type FundRequest = Schemas['FundRequest'];
export type NewFundRequest = Schemas['NewFundRequest'];
export type FundAnswer = Schemas['FundAnswer'];
/** Something that a coordinator wrote down for a member. */
export type Act = Schemas['Act'];
export type NewAct = Schemas['NewAct'];
export type Settling = Schemas['Settling'];
/** A meeting, class, choir or shift, as whoever asks may see it. */
export type Gathering = Schemas['Gathering'];
export type GatheringSummary = Schemas['GatheringSummary'];
export type NewGathering = Schemas['NewGathering'];
/** Somebody who comes, waits or came, and what became of their hours. */
export type Guest = Schemas['Guest'];
export type SignUp = Schemas['SignUp'];
export type Withdrawal = Schemas['Withdrawal'];
export type Presence = Schemas['Presence'];
export type GatheringCredit = Schemas['GatheringCredit'];
/** A member's own gatherings, and the secret address under which programs read them. */
export type Calendar = Schemas['Calendar'];
/** What a member offers or needs. */
export type Offer = Schemas['Offer'];
export type NewOffer = Schemas['NewOffer'];
/** A place of the town. `waits`: members wrote it, and nobody has said where it is. */
export type Place = Schemas['Place'];
export type NewPlace = Schemas['NewPlace'];
export type PlaceName = Schemas['PlaceName'];
/** One that a search has found. */
export type FoundOffer = Schemas['FoundOffer'];
/** One thing that somebody was told; `text` says it in the language of `Accept-Language`. */
export type Notice = Schemas['Notice'];
/** How many were marked as read. */
export type NoticesRead = Schemas['NoticesRead'];
/** How somebody wishes to be told by mail. */
export type Wishes = Schemas['Wishes'];
export type WishesChange = Schemas['WishesChange'];
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
/** A town whose agreement with us is public, and what it says. */
export type Town = Schemas['Town'];
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
/** What two members do, with its story. */
export type Exchange = Schemas['Exchange'];
/** What a list says of it. */
export type ExchangeSummary = Schemas['ExchangeSummary'];
export type ExchangeSide = 'giver' | 'receiver';
export type ExchangeTerms = NonNullable<Exchange['terms']>;
/** What an answer names. */
export type ExchangeVersion = NonNullable<Exchange['open']>;
export type NewExchange = Schemas['NewExchange'];
export type NewHoursRecord = Omit<Schemas['NewHoursRecord'], 'side'>;
/** What the desk writes down for its member of a dispute. */
export type Settlement = Schemas['SettleDispute'];
export type Thanks = Schemas['Thanks'];
/** The signed papers of settled hours, and the link by which a member shows them. */
export type Receipt = Schemas['Receipt'];
export type SharedReceipt = Schemas['SharedReceipt'];
/** A receipt that somebody shows. */
export type OpenReceipt = Schemas['OpenReceipt'];
/** A stretch of a statement as CSV. */
export type StatementFile = Schemas['StatementFile'];
/** Everything that the bank has about a member, by table. */
export type Everything = Schemas['Everything'];
/** How far somebody's leaving has come. */
export type Leaving = Schemas['Leaving'];
export type LeavingMember = Schemas['LeavingMember'];
