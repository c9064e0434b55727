/**
 * The types of the API. Made by tools/generate-client.mjs from the OpenAPI document of the server. Do not edit.
 *
 * @module
 */
export interface paths {
    "/api/bank": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This bank and its books */
        get: operations["getBank"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Members, oldest first; with `search` those whose names begin so, by name */
        get: operations["listMembers"];
        put?: never;
        /** Add a member */
        post: operations["addMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One member, by id or handle */
        get: operations["getMember"];
        put?: never;
        /** Change what a member says about themselves; what is left out stays */
        post: operations["updateMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Suspend a member, or let them in again */
        post: operations["setMemberStatus"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/{id}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a token for a member, with the bank's own token only; it is shown once */
        post: operations["issueMemberToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/{id}/statement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What moved on a member's account, newest first */
        get: operations["getStatement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/{id}/statement/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What moved on a member's account in a stretch of time, as CSV. A year at most */
        get: operations["getStatementFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/doctor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The promises that this bank can check of itself */
        get: operations["examine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sign-in/codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send six figures to an address, if anybody comes in by it. Needs no token */
        post: operations["requestCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sign-in/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange six figures for a token of thirty days. Needs no token */
        post: operations["signInByCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sign-in/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange the link of a letter for a token of thirty days, once. Needs no token */
        post: operations["signInByLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sign-in/card": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange the words of a card for a token of thirty days. Needs no token */
        post: operations["signInByCard"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sign-in/passkey/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a browser needs to come in with a passkey of this bank. Needs no token */
        post: operations["askForPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sign-in/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange what a passkey has signed for a token of thirty days. Needs no token */
        post: operations["signInByPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/hats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** For whom the caller may act; with `member` who may act for that member */
        get: operations["listHats"];
        put?: never;
        /** Let a person act for a member, or look after the desk; coordinators not themselves for a member not theirs */
        post: operations["giveHat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/hats/take": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a hat from a person; sessions that wear it end */
        post: operations["takeHat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/hats/drop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take back a hat that waits for the owner of an address */
        post: operations["dropWaitingHat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/hats/wear": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A token with another of the caller's hats; it ends when the caller's does */
        post: operations["wearHat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/person": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who the caller is, by which ways they come in, and their other banks of this node */
        get: operations["getPerson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/person/address": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send six figures to an address by which the caller wants to come in from now on */
        post: operations["requestAddress"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/person/address/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Come in by the new address, with the figures that were sent there; the one before hears of it */
        post: operations["changeAddress"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's own sessions, the latest first */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End one of the caller's own sessions */
        post: operations["endSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/end-others": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End all of the caller's own sessions but this one */
        post: operations["endOtherSessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passkeys/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a browser needs to make a passkey for the caller */
        post: operations["offerPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's own passkeys */
        get: operations["listPasskeys"];
        put?: never;
        /** Keep the passkey that a browser has made for the caller */
        post: operations["addPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passkeys/{id}/name": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Name one of the caller's own passkeys */
        post: operations["renamePasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/passkeys/{id}/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Remove one of the caller's own passkeys */
        post: operations["removePasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/{id}/card": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Issue a card; its words are shown once, and those of an older one stop */
        post: operations["issueCard"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/{id}/card/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the cards of whoever acts for a member */
        post: operations["revokeCard"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/join-links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's own open invitations, newest first */
        get: operations["listJoinLinks"];
        put?: never;
        /** A link by which somebody new may join; it is shown once */
        post: operations["makeJoinLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/join-links/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End an invitation */
        post: operations["revokeJoinLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/join-links/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Who invites by a link. Needs no token */
        post: operations["readJoinLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/join": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Join by an invitation, or ask the desk to be let in. Needs no token */
        post: operations["join"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/applications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who asks to join, oldest first */
        get: operations["listApplications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/newcomers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take somebody in, with a first way to come in: a letter, or a card */
        post: operations["takeIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/applications/{id}/decide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say yes or no to somebody who asks to join */
        post: operations["decideApplication"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transfers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Hours given and received, newest first */
        get: operations["listTransfers"];
        put?: never;
        /** Give hours to somebody here or in a partner town */
        post: operations["give"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transfers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One transfer; waits up to waitMs for its end */
        get: operations["getTransfer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transfers/{id}/take-back": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take back hours that the other town has not answered; the giver has them again */
        post: operations["takeBack"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transfers/{id}/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The signed entries and the ledger lines of one transfer */
        get: operations["getProof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transfers/{id}/receipt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The signed papers of settled hours, checked now, and the link by which they are shown. Of an exchange all its parts, whichever is named */
        get: operations["getReceipt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transfers/{id}/receipt/share": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a link under which anybody can check this receipt. For the member whose hours they are */
        post: operations["shareReceipt"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/transfers/{id}/receipt/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the link to a receipt. For the member who made it */
        post: operations["withdrawReceipt"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/receipts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A receipt that somebody shows, by the end of its link, checked now. Needs no token */
        get: operations["openReceipt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/{id}/everything": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that the bank has about a member. For the member */
        get: operations["getEverything"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/{id}/leaving": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether a member is about to leave */
        get: operations["getLeaving"];
        put?: never;
        /** The first step of leaving for good: answers a word to be said in the second. For the member */
        post: operations["askToLeave"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/{id}/leaving/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The second step, with the word. Everything goes after seven days, unless it is taken back */
        post: operations["confirmLeaving"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/{id}/leaving/stay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take leaving back. For the member */
        post: operations["stay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/{id}/leaving/fund": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The community fund makes up the hours that a leaving member still has to give. For the operator */
        post: operations["letFundPay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/leaving": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is about to leave. For the operator */
        get: operations["listLeaving"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/offers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Find offers and needs, here and in partner towns */
        get: operations["listOffers"];
        put?: never;
        /** Offer something, or say what you need */
        post: operations["createOffer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/offers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One offer or need, of this bank or of a partner. What is public needs no token */
        get: operations["getOffer"];
        put?: never;
        /** Say it in other words; all of it is said anew */
        post: operations["updateOffer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/offers/newest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was offered and needed last; without a token what is public */
        get: operations["listNewestOffers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/{id}/offers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A member's offers and needs, newest first; the member's own with those that rest or are over */
        get: operations["listMemberOffers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/offers/{id}/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Show it for another six months */
        post: operations["renewOffer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/offers/{id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take it away for good */
        post: operations["endOffer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/offers/{id}/renew-by-letter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Show it for another six months, by the link of a letter. Needs no token */
        post: operations["renewOfferByLetter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/offers/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let it rest, or show it again */
        post: operations["pauseOffer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/offers/{id}/picture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give it a picture of your own: JPEG, PNG, WebP, AVIF or GIF, at most 10 MB, sent as it is */
        post: operations["setOfferPicture"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/offers/{id}/picture/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take its picture away */
        post: operations["endOfferPicture"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/places": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The town's places; for the operator also those on no map, and names that members wrote and nobody placed */
        get: operations["listPlaces"];
        put?: never;
        /** Say where a place of the town is, and so where all is that names it */
        post: operations["setPlace"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/places/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a place off the list; what names it is nowhere again */
        post: operations["endPlace"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchanges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A member's exchanges, newest first; for the desk those in dispute */
        get: operations["listExchanges"];
        put?: never;
        /** Ask somebody, here or in a partner town; nothing moves until both have said yes */
        post: operations["askExchange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchanges/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One exchange with its story and what may be done now */
        get: operations["getExchange"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchanges/{id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say yes to what is proposed */
        post: operations["acceptExchange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchanges/{id}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say no to what is proposed */
        post: operations["declineExchange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchanges/{id}/counter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Propose other terms */
        post: operations["counterExchange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchanges/{id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take back what one has proposed */
        post: operations["withdrawExchange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchanges/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel what was agreed, before hours are recorded */
        post: operations["cancelExchange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchanges/{id}/record": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Record the hours; the other side confirms them */
        post: operations["recordHours"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchanges/{id}/record/change": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change what one recorded, before it is confirmed */
        post: operations["changeRecord"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchanges/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirm what the other side recorded; the hours move */
        post: operations["confirmHours"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchanges/{id}/contest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that a record is not right; the bridge builders look by a deadline */
        post: operations["contestHours"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchanges/{id}/say": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say something to the other one */
        post: operations["sayInExchange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchanges/{id}/thanks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Thank the other one, once */
        post: operations["thankForExchange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchanges/{id}/contact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give the other one the caller's own telephone number or address */
        post: operations["giveContact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchanges/{id}/thanks/shown": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Show the thanks that the caller received to others, or no more */
        post: operations["showThanks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchanges/{id}/settle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The desk writes down what its member of a dispute now stands by; the other side confirms it */
        post: operations["settleDispute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exchanges/{id}/right": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put right what was confirmed: hours to the other one, by a new line that names the first */
        post: operations["putExchangeRight"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/{id}/thanks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Thanks that a member received, newest first; for others those that the member shows */
        get: operations["listThanks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/gifts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gifts that wait for my yes, newest first */
        get: operations["listWaitingGifts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/gifts/rule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say whether gifts wait for my yes */
        post: operations["setGiftRule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/gifts/{id}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say yes or no to a gift that waits for me */
        post: operations["answerGift"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/fund/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My requests to the fund, newest first; for the operator, those that wait, oldest first */
        get: operations["listFundRequests"];
        put?: never;
        /** Ask the community fund for hours */
        post: operations["askFund"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/fund/requests/{id}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Grant hours from the fund, or do not, and say why */
        post: operations["answerFundRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/fund/requests/{id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take back a request that waits */
        post: operations["withdrawFundRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/fund": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The community fund, as everybody may see it */
        get: operations["getFund"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/gatherings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gatherings to come, or those of mine */
        get: operations["listGatherings"];
        put?: never;
        /** Call people together; the operator does for the town */
        post: operations["createGathering"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/gatherings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One gathering */
        get: operations["getGathering"];
        put?: never;
        /** Say all of it anew; guests hear of another time or place */
        post: operations["changeGathering"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/gatherings/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Call it off: guests are told, and hours are free again */
        post: operations["cancelGathering"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/gatherings/{id}/present": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say who came, those unannounced too */
        post: operations["markPresent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/gatherings/{id}/credit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Write down the hours of everybody who came; the others did not come */
        post: operations["creditGathering"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/gatherings/{id}/sign-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a seat, or a place on the waiting list */
        post: operations["signUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/gatherings/{id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a seat back; who waits moves up */
        post: operations["withdrawFromGathering"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/gatherings/{id}/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that I am here, with the code of the poster */
        post: operations["signIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calendar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My gatherings as a calendar, and its address */
        get: operations["getCalendar"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calendar/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make the address of my calendar anew; the one before ends */
        post: operations["renewCalendar"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/acts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What coordinators wrote down, newest first: for me, or for the operator all of it */
        get: operations["listActs"];
        put?: never;
        /** Do something for a member who does not do it themselves, with a reason and a slip */
        post: operations["writeDown"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/acts/{id}/settle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say how an objection was put right */
        post: operations["settleObjection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/acts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One thing that was written down */
        get: operations["getAct"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/acts/{id}/objection": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that it is not right; the operator writes down what was said by telephone */
        post: operations["objectToAct"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/slips/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The slip of this link. Needs no token */
        get: operations["readSlip"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/slips/{id}/objection": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that what is on the slip is not right. Needs no token */
        post: operations["objectBySlip"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/mail/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End mail about notices to whoever was sent the link at the foot of one. Needs no token */
        post: operations["stopMail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What I was told, newest first */
        get: operations["listNotices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notices/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark what I was told as read */
        post: operations["readNotices"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/wishes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How I wish to be told by mail */
        get: operations["getWishes"];
        put?: never;
        /** Say how I wish to be told by mail; what is left out stays */
        post: operations["setWishes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/towns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The towns whose agreement with us is public, and what it says. Needs no token */
        get: operations["listTowns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a link that invites another bank */
        post: operations["invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/invitations/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What another bank's link proposes */
        post: operations["readInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agreements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Agreements with other banks and where they stand; for members those that both have signed */
        get: operations["listAgreements"];
        put?: never;
        /** Say the first yes to another bank's invitation */
        post: operations["offerAgreement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agreements/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One agreement */
        get: operations["getAgreement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agreements/{id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say the second yes */
        post: operations["acceptAgreement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agreements/{id}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say no; the other bank is told */
        post: operations["declineAgreement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agreements/{id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take back an offer of ours that was not answered; the other bank is told */
        post: operations["withdrawAgreement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agreements/{id}/change": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change what we let the partner owe, or stop and resume new hours */
        post: operations["changeAgreement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agreements/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a pair for good; the other bank is told, and what stands between both is settled */
        post: operations["closeAgreement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agreements/{id}/successor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a link for the agreement that follows a closed one and carries its position over */
        post: operations["inviteSuccessor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agreements/{id}/statement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign what we compute, so that the partner can compare */
        post: operations["writeStatement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agreements/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send our journal again from a place; the partner counts nothing twice */
        post: operations["resend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agreements/{id}/journal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Signed entries of both journals, as they are held here */
        get: operations["readJournal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agreements/{id}/evidence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was kept of an agreement for people to look at; anybody can check the proof of a fork */
        get: operations["readEvidence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        Bank: {
            name: string;
            origin: string;
            actor: string;
            theme: string;
            phone: string;
            timeZone: string;
            bridgeBuilder: string;
            members: number;
            books: {
                membersMinutes: number;
                fundsMinutes: number;
                partnersMinutes: number;
                unclaimedMinutes: number;
                lossesMinutes: number;
                heldMinutes: number;
                sumMinutes: number;
            };
        };
        Problem: {
            type: string;
            title: string;
            status: number;
            /** @enum {string} */
            code: "too_large" | "too_many_requests" | "malformed_json" | "unknown_bank" | "unknown_partner" | "missing_signature" | "signature_mismatch" | "clock_skew" | "stale_session" | "schema_mismatch" | "context_mismatch" | "proof_malformed" | "proof_mismatch" | "foreign_origin" | "wrong_key" | "foreign_pair" | "known_already" | "gap" | "stale_epoch" | "fork" | "chain_fault" | "pair_waiting" | "pair_halted" | "pair_recovering" | "pair_reconciling" | "not_supported" | "id_used" | "pair_suspended" | "limit_reached" | "too_many_open" | "backlog" | "not_the_debtor" | "hold_not_open" | "already_answered" | "not_accepted" | "minutes_out_of_range" | "not_posted" | "amend_out_of_range" | "opening_over_limit" | "unknown_payee" | "payee_unavailable" | "terms_unknown" | "not_partners" | "same_account" | "not_enough_hours" | "account_full" | "over_transfer_cap" | "over_member_cap" | "member_inactive" | "agreement_not_active" | "agreement_exists" | "invitation_used" | "not_your_turn" | "taken_back" | "invalid_request" | "not_signed_in" | "not_allowed" | "not_found" | "method_not_allowed" | "handle_taken" | "idempotency_key_missing" | "idempotency_key_reused" | "partner_unreachable" | "private_address" | "shutting_down" | "internal_error";
            /** @enum {string} */
            fault: "local" | "peer";
            retryable: boolean;
            facts: {
                [key: string]: string | number | boolean;
            };
        };
        MemberPage: {
            items: components["schemas"]["Member"][];
            next: string | null;
        };
        Member: {
            id: string;
            handle: string;
            name: string;
            /** @enum {string} */
            kind: "person" | "household" | "organisation" | "fund";
            /** @enum {string} */
            status: "active" | "suspended" | "moved" | "left";
            about: string;
            /** Format: date-time */
            createdAt: string;
            profile?: components["schemas"]["Profile"];
            /** @description Only for the member and the operator; of a fund, for everybody. */
            balance?: {
                balanceMinutes: number;
                heldMinutes: number;
                floorMinutes: number | null;
                ceilingMinutes: number | null;
            };
        };
        /** @description Where one member is asked for. */
        Profile: {
            /** @description Languages, in their own words. */
            speaks: string;
            /** @description How far they go, in their own words. */
            howFar: string;
            whenFree: string;
            place: string;
            /** @description Degrees, rounded to about a kilometre. */
            coordinates: {
                latitude: number;
                longitude: number;
            } | null;
            /** @description Of a household or an organisation: whom to ask for. */
            askFor: string;
            website: string;
            /** @description How they are reached; `null` when that is not for the caller. */
            reach: {
                email: string;
                phone: string;
                words: string;
            } | null;
            /** @description Whether other members are told how they are reached. */
            reachShown: boolean;
            /** @description Of their pages and mails, such as `es`; empty: the bank's. */
            language: string;
        };
        NewMember: {
            handle: string;
            name: string;
            /** @enum {string} */
            kind?: "person" | "household" | "organisation";
            about?: string;
        };
        ProfileChange: {
            name?: string;
            about?: string;
            speaks?: string;
            howFar?: string;
            whenFree?: string;
            place?: string;
            coordinates?: {
                latitude: number;
                longitude: number;
            } | null;
            askFor?: string;
            website?: "" | string;
            email?: string;
            phone?: string;
            reach?: string;
            reachShown?: boolean;
            language?: "" | ("en" | "es" | "ar");
        };
        MemberStatus: {
            /** @enum {string} */
            status: "active" | "suspended";
        };
        Token: {
            token: string;
            memberId: string;
        };
        StatementPage: {
            items: components["schemas"]["StatementLine"][];
            next: string | null;
        };
        StatementLine: {
            id: string;
            /** Format: date-time */
            at: string;
            minutes: number;
            /** @enum {string} */
            direction: "given" | "came";
            counterpartyName: string;
            /** @description The other one's town; null in the own one. */
            town: string | null;
            content: string;
            transferId: string | null;
        };
        StatementFile: {
            name: string;
            /** @description RFC 4180, with the mark of UTF-8 at its beginning. */
            csv: string;
        };
        Check: {
            id: string;
            ok: boolean;
            says: string;
            fix?: string;
        };
        CodeSent: {
            /** @description Send it with the code. The answer is the same for an address that nobody has. */
            request: string;
        };
        CodeRequest: {
            email: string;
            /** @enum {string} */
            language?: "en" | "es" | "ar";
        };
        Entered: {
            token: string;
            hat: components["schemas"]["Hat"];
            hats: components["schemas"]["Hat"][];
        };
        Hat: {
            personId: string;
            personName: string;
            /** @description Empty for the desk. */
            memberId: string;
            /** @enum {string} */
            role: "acts" | "desk";
            /** @description The member's; empty for the desk. */
            name: string;
            /** @description For the desk: whether a card lets this person in. */
            hasCard?: boolean;
        };
        Code: {
            request: string;
            code: string;
            memberId?: string;
        };
        LetterLink: {
            /** @description Or its last part alone. */
            link: string;
            memberId?: string;
        };
        CardWords: {
            words: string;
            memberId?: string;
        };
        PasskeyOptions: {
            /** @description For `parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON` of browsers. */
            options: {
                [key: string]: unknown;
            };
        };
        PasskeyUse: {
            /** @description What `toJSON` of the credential says. */
            answer: {
                [key: string]: unknown;
            };
            memberId?: string;
        };
        Hats: {
            items: components["schemas"]["Hat"][];
            /** @description Of one member or the desk: who gets a hat once they have shown that the address is theirs. */
            waiting?: {
                email: string;
                name: string;
            }[];
        };
        Wearers: {
            items: components["schemas"]["Hat"][];
            /** @description Of one member or the desk: who gets a hat once they have shown that the address is theirs. */
            waiting: {
                email: string;
                name: string;
            }[];
        };
        NewHat: {
            /** @description Empty for the desk. */
            memberId: string;
            personId?: string;
            /** @description Instead of a person: whoever shows that the address is theirs. */
            email?: string;
            /** @description Of whoever has the address, if they are new here. */
            name?: string;
        };
        TakenHat: {
            memberId: string;
            personId: string;
        };
        WaitingHat: {
            memberId: string;
            email: string;
        };
        WornHat: {
            memberId: string;
        };
        Person: {
            id: string;
            name: string;
            /** @description The address that was shown to be theirs. */
            email: string | null;
            /** Format: date-time */
            cardIssuedAt: string | null;
            /** @description Other banks of this node where the same person has shown the same address. */
            banks: {
                name: string;
                origin: string;
            }[];
        };
        AddressCode: {
            request: string;
            code: string;
            /** @enum {string} */
            language?: "en" | "es" | "ar";
        };
        Sessions: {
            items: components["schemas"]["Session"][];
        };
        Session: {
            id: string;
            current: boolean;
            /** @description A program, not a browser. */
            app: boolean;
            /** @enum {string} */
            how: "code" | "link" | "passkey" | "card" | "invitation" | "token" | "demo";
            device: string;
            memberId: string | null;
            /** Format: date-time */
            startedAt: string;
            /** Format: date-time */
            seenAt: string;
            /** Format: date-time */
            expiresAt: string;
        };
        EndedSessions: {
            ended: number;
        };
        Passkey: {
            id: string;
            name: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            usedAt: string | null;
        };
        NewPasskey: {
            /** @description What `toJSON` of the credential says. */
            answer: {
                [key: string]: unknown;
            };
            name: string;
        };
        Passkeys: {
            items: components["schemas"]["Passkey"][];
        };
        PasskeyName: {
            name: string;
        };
        Card: {
            personId: string;
            /** @description Shown once. */
            words: string[];
            /** @description What the QR code of the card says. */
            link: string;
        };
        NewCard: {
            /** @description Of several who act for this member, which. */
            personId?: string;
        };
        RevokedCard: {
            revoked: boolean;
        };
        MadeJoinLink: components["schemas"]["JoinLink"] & {
            /** @description Shown once. */
            link: string;
        };
        JoinLink: {
            id: string;
            memberId: string;
            left: number;
            /** Format: date-time */
            expiresAt: string;
            /** Format: date-time */
            createdAt: string;
        };
        NewJoinLink: {
            uses?: number;
            days?: number;
        };
        JoinLinks: {
            items: components["schemas"]["JoinLink"][];
        };
        Inviter: {
            town: string;
            /** @description A member's name; empty for the desk. */
            inviter: string;
        };
        JoinLinkText: {
            link: string;
        };
        Joined: {
            /** @enum {string} */
            status: "waiting" | "joined";
            memberId: string | null;
            /** @description Shown once; only for somebody who joined without an address. */
            cardWords: string[] | null;
        };
        Newcomer: {
            /** @description An invitation; without one the desk is asked. */
            link?: string;
            name: string;
            /** @enum {string} */
            kind?: "person" | "household" | "organisation";
            /** @description What people come to them for. */
            about?: string;
            email?: string;
            phone?: string;
            reach?: string;
            /** @enum {string} */
            language?: "en" | "es" | "ar";
        };
        ApplicationPage: {
            items: components["schemas"]["Application"][];
            next: string | null;
        };
        Application: {
            id: string;
            name: string;
            /** @enum {string} */
            kind: "person" | "household" | "organisation";
            about: string;
            email: string;
            phone: string;
            reach: string;
            inviterName: string;
            /** @enum {string} */
            status: "waiting" | "yes" | "no";
            /** Format: date-time */
            createdAt: string;
        };
        Welcomed: {
            member: components["schemas"]["Member"];
            /** @description Shown once; for somebody without an address for mail. */
            cardWords: string[] | null;
        };
        TakenIn: {
            name: string;
            /** @enum {string} */
            kind?: "person" | "household" | "organisation";
            /** @description What people come to them for. */
            about?: string;
            email?: string;
            phone?: string;
            reach?: string;
            /** @enum {string} */
            language?: "en" | "es" | "ar";
            /** @description Left out: one from the name that nobody has. */
            handle?: string;
            /** @description What the letter says to them. */
            sentence?: string;
        };
        Decided: {
            application: components["schemas"]["Application"];
            member: components["schemas"]["Member"] | null;
            /** @description Shown once; for somebody without an address for mail. */
            cardWords: string[] | null;
        };
        Decision: {
            yes: boolean;
            sentence?: string;
        };
        Transfer: {
            id: string;
            /**
             * @description `local` inside the bank, `out` to a partner, `in` from one.
             * @enum {string}
             */
            direction: "local" | "out" | "in";
            /** @enum {string} */
            status: "offered" | "accepted" | "held" | "posted" | "settled" | "declined" | "returned";
            /** @description Why it was declined or came back. */
            code: string | null;
            facts: {
                [key: string]: string | number | boolean;
            } | null;
            memberId: string;
            counterparty: string;
            counterpartyName: string;
            agreementId: string | null;
            /** @description The exchange that these hours are of, whole or in part. */
            exchangeId: string | null;
            minutes: number;
            content: string;
            /** @description The transfer's URL in the journals. */
            transfer: string | null;
            /** @enum {string} */
            purpose: "gift" | "test" | "test_back" | "exchange" | "dispute" | "gathering" | "leaving";
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        NewTransfer: {
            /** @description The giver's id or handle at this bank; may be left out by a member. */
            from?: string;
            /** @description `rosa@gracia.example`, or a handle of this bank. */
            to: string;
            minutes: number;
            content?: string;
            /** @description Not to be named to other members, where the community fund is given to. */
            unnamed?: boolean;
            /**
             * Format: uri
             * @description The URL of the transfer that this one puts right.
             */
            reverses?: string;
        };
        TransferPage: {
            items: components["schemas"]["Transfer"][];
            next: string | null;
        };
        Proof: {
            transfer: components["schemas"]["Transfer"];
            /** @description Whether every signature was just verified with the keys that the agreement pins. */
            checked: boolean;
            entries: components["schemas"]["JournalEntry"][];
            postings: {
                id: string;
                /** @enum {string} */
                kind: "direct" | "hold" | "post" | "void";
                from: string;
                to: string;
                minutes: number;
                /** Format: date-time */
                at: string;
            }[];
        };
        JournalEntry: {
            /** @enum {string} */
            author: "us" | "them";
            epoch: number;
            seq: number;
            hash: string;
            kind: string;
            breach: string | null;
            /** Format: date-time */
            at: string;
            /** @description The entry exactly as it was signed. */
            document: {
                [key: string]: unknown;
            };
        };
        Receipt: {
            /** @description The signed papers. `evenhour verify` reads them from a file. */
            documents: {
                [key: string]: unknown;
            };
            checked: components["schemas"]["CheckedReceipt"];
            shared: components["schemas"]["SharedReceipt"] | null;
        };
        CheckedReceipt: {
            ok: boolean;
            /** @enum {string} */
            kind: "between" | "inside";
            steps: {
                /** @enum {string} */
                step: "agreement" | "hold" | "holdAccept" | "post" | "receipt" | "town" | "parts" | "details";
                ok: boolean;
            }[];
            /** @description What the papers say; null when they do not hold. */
            facts: {
                minutes: number;
                givenAt: string;
                receivedAt: string;
                /** @description One, or each part of an exchange whose hours moved in several. */
                parts: {
                    minutes: number;
                    givenAt: string;
                    receivedAt: string;
                }[];
                from: string;
                to: string;
                giver: string | null;
                receiver: string | null;
                what: string | null;
            } | null;
        };
        SharedReceipt: {
            /** @description Whoever has it can check this one receipt, without an account. */
            url: string;
            names: boolean;
            sharedAt: string;
        };
        OpenReceipt: {
            /** @description The signed papers. `evenhour verify` reads them from a file. */
            documents: {
                [key: string]: unknown;
            };
            checked: components["schemas"]["CheckedReceipt"];
            names: boolean;
        };
        Everything: {
            /** @enum {string} */
            format: "evenhour-member/1";
            bank: {
                name: string;
                origin: string;
            };
            madeAt: string;
            tables: {
                [key: string]: {
                    [key: string]: unknown;
                }[];
            };
        };
        Leaving: {
            memberId: string;
            /** @description What the second step asks for; empty once it was said. */
            word: string;
            askedAt: string;
            /** @description When everything goes, after the second step. */
            goesAt: string | null;
            fundPays: boolean;
            /**
             * @description What stands in the way, if anything.
             * @enum {string}
             */
            waitsFor: "" | "exchanges" | "hours" | "fund";
        };
        LeavingMember: components["schemas"]["Leaving"] & {
            name: string;
            balanceMinutes: number;
        };
        Offer: {
            id: string;
            /** @enum {string} */
            kind: "offer" | "need";
            title: string;
            text: string;
            language: string;
            category: string;
            place: string;
            /** @description In words. */
            when: string;
            /** @description `null`: per session, as long as both agree on. */
            minutes: number | null;
            /** @description Of a class, tickets or seats; `null` when there is nothing to count. */
            seatsLeft: number | null;
            /** @description Its own; `null` without one, and for those of partner towns. */
            picture: {
                /** @description WebP, at most 1200 by 900. With `?small` a square of 320. */
                url: string;
                /** @description What is to be seen in it, for whoever does not see it. */
                text: string;
            } | null;
            /** @description The host of its bank. */
            town: string;
            /** @description The agreement with its bank; `null` at home. */
            agreementId: string | null;
            /** Format: date-time */
            expiresAt: string;
            by: {
                name: string;
                memberId: string | null;
                actor: string;
            };
            /** @enum {string} */
            visibility: "bank" | "partners" | "public";
            /** @enum {string} */
            status: "open" | "paused" | "ended";
            /** Format: date-time */
            createdAt: string;
        };
        NewOffer: {
            /** @description For the operator: a member's id or handle. */
            member?: string;
            /** @enum {string} */
            kind: "offer" | "need";
            title: string;
            text?: string;
            language?: string;
            /** @enum {string} */
            category: "repairs" | "garden" | "kitchen" | "needlework" | "screens" | "languages" | "lessons" | "music" | "papers" | "errands" | "rides" | "company" | "animals" | "outings";
            place?: string;
            /** @description Degrees, kept to about a kilometre. Where the town has a place of this name, it is there. */
            latitude?: number;
            longitude?: number;
            when?: string;
            minutes?: number | null;
            seats?: number | null;
            /** @enum {string} */
            visibility?: "bank" | "partners" | "public";
        };
        OfferPage: {
            items: components["schemas"]["FoundOffer"][];
            next: string | null;
        };
        FoundOffer: {
            id: string;
            /** @enum {string} */
            kind: "offer" | "need";
            title: string;
            text: string;
            language: string;
            category: string;
            place: string;
            /** @description In words. */
            when: string;
            /** @description `null`: per session, as long as both agree on. */
            minutes: number | null;
            /** @description Of a class, tickets or seats; `null` when there is nothing to count. */
            seatsLeft: number | null;
            /** @description Its own; `null` without one, and for those of partner towns. */
            picture: {
                /** @description WebP, at most 1200 by 900. With `?small` a square of 320. */
                url: string;
                /** @description What is to be seen in it, for whoever does not see it. */
                text: string;
            } | null;
            /** @description The host of its bank. */
            town: string;
            /** @description The agreement with its bank; `null` at home. */
            agreementId: string | null;
            /** Format: date-time */
            expiresAt: string;
            byName: string;
            /** @description Whether it has all the words that were asked for. */
            exact: boolean;
        };
        OfferLetter: {
            /** @description Or its last part alone. */
            link: string;
        };
        Pause: {
            paused: boolean;
        };
        Place: {
            name: string;
            /** @description Degrees, to about a kilometre; `null` on no map. */
            coordinates: {
                latitude: number;
                longitude: number;
            } | null;
            /** @description Whether members wrote it and nobody has said where it is. */
            waits: boolean;
            /** @description For the operator: how much names it, up to 100. */
            count?: number;
        };
        NewPlace: components["schemas"]["PlaceName"] & {
            /** @description Degrees; `null`: it is on no map, such as "by telephone". */
            coordinates: {
                latitude: number;
                longitude: number;
            } | null;
        };
        PlaceName: {
            name: string;
        };
        Exchange: {
            id: string;
            /**
             * @description Of whoever asks; `null` for the desk when both are members of this bank.
             * @enum {string|null}
             */
            side: "giver" | "receiver" | null;
            giver: components["schemas"]["ExchangeSide"];
            receiver: components["schemas"]["ExchangeSide"];
            title: string;
            /** @enum {string} */
            status: "none" | "proposed" | "agreed" | "claimed" | "disputed" | "confirmed" | "declined" | "cancelled";
            /**
             * @description Whose turn it is.
             * @enum {string|null}
             */
            waitsFor: "giver" | "receiver" | "both" | null;
            /** @description As last recorded, agreed or proposed. */
            minutes: number;
            /** Format: date-time */
            startTime: string | null;
            /**
             * @description Of the receiver's hours: `no` is tried again, `settled` has moved what was confirmed, `over`: the two banks ended their agreement first.
             * @enum {string}
             */
            reserved: "none" | "asked" | "yes" | "no" | "settled" | "over";
            reservedCode: string | null;
            /**
             * @description Who said no, or took it back.
             * @enum {string|null}
             */
            endedBy: "giver" | "receiver" | null;
            /** Format: date-time */
            updatedAt: string;
            offerId: string | null;
            /** @description The transfers of its hours, oldest first. Once some are settled, each leads to the one receipt. */
            transferIds: string[];
            /** @description As the caller said when asking. */
            yesAhead: boolean;
            /** @description Whether what was recorded counts after a day, unless the caller says no. */
            countsByItself: boolean;
            /** @description What counts, or is proposed. */
            terms: {
                minutes: number;
                content: string;
                startTime?: string;
                place?: string;
            } | null;
            /** @enum {string|null} */
            proposedBy: "giver" | "receiver" | null;
            /** @description Other terms, proposed since it was agreed. */
            change: {
                /** @enum {string} */
                by: "giver" | "receiver";
                terms: {
                    minutes: number;
                    content: string;
                    startTime?: string;
                    place?: string;
                };
            } | null;
            record: {
                /** @enum {string} */
                by: "giver" | "receiver";
                minutes: number;
                doneOn: string | null;
            } | null;
            /** @description In a dispute: what the other side wrote down, if it did. */
            against: {
                /** @enum {string} */
                by: "giver" | "receiver";
                minutes: number;
                doneOn: string | null;
            } | null;
            because: string;
            /**
             * Format: date-time
             * @description When a dispute is to be settled.
             */
            deadline: string | null;
            /** @description What an answer has to name. */
            open: {
                /** @enum {string} */
                side: "giver" | "receiver";
                n: number;
            } | null;
            /** @description What the caller may do now. */
            acts: ("accept" | "decline" | "counter" | "withdraw" | "cancel" | "record" | "change_record" | "confirm" | "contest")[];
            /** @description False while the other town has not heard our last word; then nothing is written. */
            heard: boolean;
            story: components["schemas"]["ExchangeStep"][];
            talk: components["schemas"]["ExchangeTalk"][];
        };
        ExchangeSide: {
            /** @description `null` for somebody at a partner. */
            memberId: string | null;
            name: string;
            /**
             * @description `null` for somebody at a partner.
             * @enum {string|null}
             */
            kind: "person" | "household" | "organisation" | "fund" | null;
            /** @description `null` at this bank. */
            town: string | null;
        };
        ExchangeStep: {
            /** @enum {string} */
            by: "giver" | "receiver";
            n: number;
            kind: string;
            /** @enum {string} */
            wroteBy: "member" | "desk" | "bank";
            /** Format: date-time */
            at: string;
            /** @description False when it crossed another step and changed nothing. */
            counted: boolean;
            minutes: number | null;
            terms: {
                minutes: number;
                content: string;
                startTime?: string;
                place?: string;
            } | null;
            because: string;
        };
        ExchangeTalk: {
            id: string;
            /** @enum {string} */
            by: "giver" | "receiver";
            /** @enum {string} */
            wroteBy: "member" | "desk";
            /** @enum {string} */
            kind: "talk" | "thanks" | "contact";
            text: string;
            /** Format: date-time */
            at: string;
            /** @description Of thanks: whether whoever received it shows it to others. */
            shown: boolean;
        };
        NewExchange: {
            /** @description A member's id or handle: the desk says who asks. */
            member?: string;
            /** @description An offer or need, of this bank or of a partner. */
            offer?: string;
            /** @description Without an offer: `rosa@gracia.example`, or a handle here. */
            to?: string;
            /**
             * @description What the asker would do; an offer says so itself.
             * @enum {string}
             */
            side?: "giver" | "receiver";
            /** @description Hours that the other side records afterwards count after a day without a further yes of the asker: who receives, up to what is agreed; who gives, from that on. */
            yesAhead?: boolean;
            /** @description Why the desk does it, for the slip that the member gets. */
            reason?: string;
            /** @description The coordinator, when the operator’s own token does it. */
            by?: string;
            minutes: number;
            /** @description What is to be done, in words. */
            content: string;
            /** Format: date-time */
            startTime?: string;
            /** @description Where, in words. */
            place?: string;
        };
        ExchangePage: {
            items: components["schemas"]["ExchangeSummary"][];
            next: string | null;
        };
        ExchangeSummary: {
            id: string;
            /**
             * @description Of whoever asks; `null` for the desk when both are members of this bank.
             * @enum {string|null}
             */
            side: "giver" | "receiver" | null;
            giver: components["schemas"]["ExchangeSide"];
            receiver: components["schemas"]["ExchangeSide"];
            title: string;
            /** @enum {string} */
            status: "none" | "proposed" | "agreed" | "claimed" | "disputed" | "confirmed" | "declined" | "cancelled";
            /**
             * @description Whose turn it is.
             * @enum {string|null}
             */
            waitsFor: "giver" | "receiver" | "both" | null;
            /** @description As last recorded, agreed or proposed. */
            minutes: number;
            /** Format: date-time */
            startTime: string | null;
            /**
             * @description Of the receiver's hours: `no` is tried again, `settled` has moved what was confirmed, `over`: the two banks ended their agreement first.
             * @enum {string}
             */
            reserved: "none" | "asked" | "yes" | "no" | "settled" | "over";
            reservedCode: string | null;
            /**
             * @description Who said no, or took it back.
             * @enum {string|null}
             */
            endedBy: "giver" | "receiver" | null;
            /** Format: date-time */
            updatedAt: string;
        };
        ExchangeAnswer: {
            /**
             * @description The desk says for whom; members leave it out.
             * @enum {string}
             */
            side?: "giver" | "receiver";
            /** @description Why the desk does it, for the slip that the member gets. */
            reason?: string;
            /** @description The coordinator, when the operator’s own token does it. */
            by?: string;
            /** @description What is answered, as `open` of the exchange names it: an answer never answers something newer. */
            answers: {
                /** @enum {string} */
                side: "giver" | "receiver";
                n: number;
            };
        };
        ExchangeNo: {
            /**
             * @description The desk says for whom; members leave it out.
             * @enum {string}
             */
            side?: "giver" | "receiver";
            /** @description Why the desk does it, for the slip that the member gets. */
            reason?: string;
            /** @description The coordinator, when the operator’s own token does it. */
            by?: string;
            /** @description What is answered, as `open` of the exchange names it: an answer never answers something newer. */
            answers: {
                /** @enum {string} */
                side: "giver" | "receiver";
                n: number;
            };
            because?: string;
        };
        ExchangeCounter: {
            /**
             * @description The desk says for whom; members leave it out.
             * @enum {string}
             */
            side?: "giver" | "receiver";
            /** @description Why the desk does it, for the slip that the member gets. */
            reason?: string;
            /** @description The coordinator, when the operator’s own token does it. */
            by?: string;
            minutes: number;
            /** @description What is to be done, in words. */
            content: string;
            /** Format: date-time */
            startTime?: string;
            /** @description Where, in words. */
            place?: string;
        };
        ExchangeEnd: {
            /**
             * @description The desk says for whom; members leave it out.
             * @enum {string}
             */
            side?: "giver" | "receiver";
            /** @description Why the desk does it, for the slip that the member gets. */
            reason?: string;
            /** @description The coordinator, when the operator’s own token does it. */
            by?: string;
            because?: string;
        };
        NewHoursRecord: {
            /**
             * @description The desk says for whom; members leave it out.
             * @enum {string}
             */
            side?: "giver" | "receiver";
            /** @description Why the desk does it, for the slip that the member gets. */
            reason?: string;
            /** @description The coordinator, when the operator’s own token does it. */
            by?: string;
            /** @description 0: it did not happen. */
            minutes: number;
            /** Format: date */
            doneOn?: string;
        };
        ContestHours: {
            /**
             * @description The desk says for whom; members leave it out.
             * @enum {string}
             */
            side?: "giver" | "receiver";
            /** @description Why the desk does it, for the slip that the member gets. */
            reason?: string;
            /** @description The coordinator, when the operator’s own token does it. */
            by?: string;
            /** @description What is answered, as `open` of the exchange names it: an answer never answers something newer. */
            answers: {
                /** @enum {string} */
                side: "giver" | "receiver";
                n: number;
            };
            because: string;
        };
        ExchangeWords: {
            /**
             * @description The desk says for whom; members leave it out.
             * @enum {string}
             */
            side?: "giver" | "receiver";
            /** @description Why the desk does it, for the slip that the member gets. */
            reason?: string;
            /** @description The coordinator, when the operator’s own token does it. */
            by?: string;
            text: string;
        };
        GiveContact: {
            /** @enum {string} */
            what: "phone" | "email";
        };
        ShowThanks: {
            shown: boolean;
        };
        SettleDispute: {
            /** @enum {string} */
            side: "giver" | "receiver";
            /** @description What the member now stands by; 0: it did not happen. */
            minutes: number;
            /** @description What the fund gives the giver beside it, once both have said yes. */
            fundMinutes?: number;
            /** @description Why the desk does it, for the slip that the member gets. */
            reason?: string;
            /** @description The coordinator, when the operator’s own token does it. */
            by?: string;
        };
        PutExchangeRight: {
            /**
             * @description The desk says for whom; members leave it out.
             * @enum {string}
             */
            side?: "giver" | "receiver";
            /** @description Why the desk does it, for the slip that the member gets. */
            reason?: string;
            /** @description The coordinator, when the operator’s own token does it. */
            by?: string;
            minutes: number;
            content?: string;
        };
        ThanksPage: {
            items: components["schemas"]["Thanks"][];
            next: string | null;
        };
        Thanks: {
            exchangeId: string;
            id: string;
            text: string;
            shown: boolean;
            /** Format: date-time */
            at: string;
            name: string;
            title: string;
        };
        WaitingGifts: {
            asks: boolean;
            items: {
                giverName: string;
                transfer: components["schemas"]["Transfer"];
            }[];
        };
        GiftRule: {
            /** @description Whether gifts wait for a yes of this member. */
            asks: boolean;
        };
        GiftAnswer: {
            yes: boolean;
        };
        FundRequestPage: {
            items: components["schemas"]["FundRequest"][];
            next: string | null;
        };
        FundRequest: {
            id: string;
            memberId: string;
            name: string;
            /** @description As many as were asked for; after a yes, as many as were granted. */
            minutes: number;
            /** @description For the member and the desk. */
            content: string;
            /** @enum {string} */
            status: "waiting" | "granted" | "declined" | "withdrawn";
            because: string;
            decidedBy: string;
            transferId: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            decidedAt: string | null;
        };
        NewFundRequest: {
            minutes: number;
            content: string;
        };
        FundAnswer: {
            yes: boolean;
            /** @description With a yes; as many as were asked for, if left out. */
            minutes?: number;
            /** @description Public with a yes, for the member with a no. */
            because: string;
        };
        Fund: {
            balanceMinutes: number;
            grantCapMinutes: number;
            moves: {
                id: string;
                /** Format: date-time */
                at: string;
                minutes: number;
                /** @description Into the fund, or out of it. */
                came: boolean;
                /** @enum {string} */
                what: "gift" | "grant" | "dispute" | "gathering" | "leaving" | "test" | "other";
                /** @description Who gave it or has it. Whoever does not wish to be named, and somebody elsewhere, is not. */
                name: string | null;
                town: string | null;
                /** @description Of a grant the reason, of a gathering its title. */
                because: string;
                decidedBy: string;
            }[];
            next: string | null;
        };
        GatheringPage: {
            items: components["schemas"]["GatheringSummary"][];
            next: string | null;
        };
        GatheringSummary: {
            id: string;
            /** @enum {string} */
            kind: "meeting" | "class" | "choir" | "shift";
            title: string;
            language: string;
            place: string;
            /** Format: date-time */
            startsAt: string;
            /** Format: date-time */
            endsAt: string;
            seats: number;
            free: number;
            /**
             * @description What each guest does with `minutes`: gives them to the host, or receives them from the organisation that hosts, or from the community fund.
             * @enum {string}
             */
            rule: "none" | "guests_give" | "guests_receive";
            minutes: number;
            /** @enum {string} */
            visibility: "bank" | "partners" | "public";
            /** @enum {string} */
            status: "open" | "full" | "over" | "credited" | "cancelled";
            /** @description Empty: the desk, for the town. */
            hostId: string;
            hostName: string;
        };
        Gathering: {
            id: string;
            /** @enum {string} */
            kind: "meeting" | "class" | "choir" | "shift";
            title: string;
            language: string;
            place: string;
            /** Format: date-time */
            startsAt: string;
            /** Format: date-time */
            endsAt: string;
            seats: number;
            free: number;
            /**
             * @description What each guest does with `minutes`: gives them to the host, or receives them from the organisation that hosts, or from the community fund.
             * @enum {string}
             */
            rule: "none" | "guests_give" | "guests_receive";
            minutes: number;
            /** @enum {string} */
            visibility: "bank" | "partners" | "public";
            /** @enum {string} */
            status: "open" | "full" | "over" | "credited" | "cancelled";
            /** @description Empty: the desk, for the town. */
            hostId: string;
            hostName: string;
            text: string;
            /** @description How many wait for a seat. */
            waiting: number;
            /** @description By which partners find it. */
            offerId: string | null;
            /** @description Whether whoever asks is the host, or the desk. */
            mine: boolean;
            me: components["schemas"]["Guest"] | null;
            /** @description For the host and the desk. */
            guests: components["schemas"]["Guest"][];
            /** @description For members and the desk: of those who come, or came, and want to be seen. Empty without a token. */
            names: string[];
            /** @description For the host and the desk: what the poster says, to sign in. */
            hereCode: string | null;
            /** @description As an RFC 5545 calendar. */
            ics: string;
        };
        Guest: {
            id: string;
            memberId: string | null;
            name: string;
            /** @description The host of a partner's address; empty for somebody here. */
            town: string;
            /** @enum {string} */
            status: "coming" | "waiting" | "walk_in" | "withdrawn";
            present: boolean;
            /** @description Whether they signed in themselves. */
            signedIn: boolean;
            /** @description False while the hours of the seat could not be put aside. */
            reserved: boolean;
            /** @description What is written down for them. */
            minutes: number | null;
            /**
             * @description What became of it; `asked` waits for their yes, `waits` for room.
             * @enum {string|null}
             */
            outcome: "credited" | "asked" | "waits" | "declined" | "absent" | "came" | null;
            /** @description Why it waits. */
            code: string | null;
            exchangeId: string | null;
        };
        NewGathering: {
            /** @enum {string} */
            kind: "meeting" | "class" | "choir" | "shift";
            title: string;
            text?: string;
            language?: string;
            place?: string;
            /** @description Degrees; kept to about a kilometre. */
            latitude?: number;
            longitude?: number;
            /** Format: date-time */
            startsAt: string;
            /** Format: date-time */
            endsAt: string;
            seats: number;
            /**
             * @description What each guest does with `minutes`: gives them to the host, or receives them from the organisation that hosts, or from the community fund.
             * @enum {string}
             */
            rule?: "none" | "guests_give" | "guests_receive";
            /** @description Of each guest, in quarters of an hour. */
            minutes?: number;
            /**
             * @description `partners` and `public` are also found as an offer or a need.
             * @enum {string}
             */
            visibility?: "bank" | "partners" | "public";
        };
        GatheringChange: components["schemas"]["NewGathering"] & {
            /** @description Why the desk does it for a member, for their slip. */
            reason?: string;
            /** @description The coordinator, when the operator’s own token does it. */
            by?: string;
        };
        GatheringCancel: {
            /** @description Why the desk does it for a member, for their slip. */
            reason?: string;
            /** @description The coordinator, when the operator’s own token does it. */
            by?: string;
        };
        Presence: {
            /** @description The ids of the guests who are here; the others are not. */
            here: string[];
            /** @description Who came unannounced: names, handles or addresses. */
            more?: string[];
        };
        GatheringCredit: {
            /** @description Everybody who came, each with minutes in quarters of an hour. */
            lines: {
                guest: string;
                minutes: number;
            }[];
            /** @description Why the desk does it for a member, for their slip. */
            reason?: string;
            /** @description The coordinator, when the operator’s own token does it. */
            by?: string;
        };
        SignUp: {
            /** @description For the desk: whose seat it is. */
            member?: string;
            /** @description Whether other members see the name. */
            shown?: boolean;
            /** @description Why the desk does it for a member, for their slip. */
            reason?: string;
            /** @description The coordinator, when the operator’s own token does it. */
            by?: string;
        };
        Withdrawal: {
            /** @description For the host and the desk: whose seat is given back. They are told. */
            guest?: string;
            /** @description Why the desk does it for a member, for their slip. */
            reason?: string;
            /** @description The coordinator, when the operator’s own token does it. */
            by?: string;
        };
        HereCode: {
            code: string;
        };
        Calendar: {
            /** @description A secret address for a calendar program. */
            link: string;
            ics: string;
        };
        Act: {
            id: string;
            memberId: string;
            memberName: string;
            /** @description The coordinator. */
            personName: string;
            /** @enum {string} */
            kind: "gift" | "offer" | "profile" | "address" | "exchange" | "gathering";
            subjectId: string;
            what: {
                [key: string]: string | number;
            };
            reason: string;
            slip: string;
            /** @description Where the holder of the slip reads it, and objects, without signing in. */
            link: string;
            /** Format: date-time */
            at: string;
            /** Format: date-time */
            objectBefore: string;
            /** Format: date-time */
            objectedAt: string | null;
            /** @enum {string|null} */
            objectedHow: "page" | "slip" | "telephone" | null;
            objection: string | null;
            /** Format: date-time */
            settledAt: string | null;
            settledHow: string | null;
            settledBy: string | null;
        };
        NewAct: {
            /** @description For the bank's own token: the person id of the coordinator. One who signed in is it by themselves. */
            by?: string;
            /** @description The member's id or handle. */
            member: string;
            reason: string;
            /** @description As it stands on a paper pad; without, the bank counts. */
            slip?: string;
            deed: {
                /** @enum {string} */
                kind: "gift";
                to: string;
                minutes: number;
                content?: string;
            } | {
                /** @enum {string} */
                kind: "offer";
                offer: {
                    /** @enum {string} */
                    kind: "offer" | "need";
                    title: string;
                    text?: string;
                    /** @enum {string} */
                    language?: "en" | "es" | "ar";
                    /** @enum {string} */
                    category: "repairs" | "garden" | "kitchen" | "needlework" | "screens" | "languages" | "lessons" | "music" | "papers" | "errands" | "rides" | "company" | "animals" | "outings";
                    place?: string;
                    when?: string;
                    /** @description Left out: per session. */
                    minutes?: number;
                    /** @enum {string} */
                    visibility?: "bank" | "partners" | "public";
                };
            } | {
                /** @enum {string} */
                kind: "profile";
                profile: {
                    about?: string;
                    speaks?: string;
                    howFar?: string;
                    whenFree?: string;
                    phone?: string;
                    reach?: string;
                };
            } | {
                /** @enum {string} */
                kind: "address";
                /** @description To come in by: theirs once six figures from there were typed. */
                email: string;
                /** @description Of several who act for the member and have none, which. */
                personId?: string;
            } | {
                /** @enum {string} */
                kind: "ask";
                to?: string;
                /** @description An id or a URL, instead of `to` and `side`. */
                offer?: string;
                /**
                 * @description What the member would do.
                 * @enum {string}
                 */
                side?: "giver" | "receiver";
                minutes: number;
                content: string;
                /** Format: date-time */
                startTime?: string;
                place?: string;
            } | {
                /** @enum {string} */
                kind: "step";
                exchange: string;
                wish: {
                    /** @enum {string} */
                    do: "accept" | "confirm";
                    answers: {
                        /** @enum {string} */
                        side: "giver" | "receiver";
                        n: number;
                    };
                } | {
                    /** @enum {string} */
                    do: "decline";
                    answers: {
                        /** @enum {string} */
                        side: "giver" | "receiver";
                        n: number;
                    };
                    because?: string;
                } | {
                    /** @enum {string} */
                    do: "withdraw" | "cancel";
                    because?: string;
                } | {
                    /** @enum {string} */
                    do: "record" | "change_record";
                    minutes: number;
                    /** Format: date */
                    doneOn?: string;
                } | {
                    /** @enum {string} */
                    do: "contest";
                    answers: {
                        /** @enum {string} */
                        side: "giver" | "receiver";
                        n: number;
                    };
                    because: string;
                };
            };
        };
        Settling: {
            /** @description For the bank's own token: the person id of the coordinator. One who signed in is it by themselves. */
            by?: string;
            how: string;
        };
        ActPage: {
            items: components["schemas"]["Act"][];
            next: string | null;
        };
        Objection: {
            words?: string;
        };
        MailStopped: {
            /** @description Of which no more mail about notices comes. */
            towns: string[];
        };
        StopLink: {
            /** @description Or its last part alone. */
            link: string;
        };
        NoticePage: {
            items: components["schemas"]["Notice"][];
            next: string | null;
        };
        Notice: {
            id: string;
            /** @description What it is, such as `exchange_asked`. New ones may come. */
            kind: string;
            facts: {
                [key: string]: string | number;
            };
            /** @description The sentence, in the language that `Accept-Language` asks for. */
            text: string;
            /** @description A path at the bank's origin. */
            href: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            readAt: string | null;
        };
        NoticesRead: {
            read: number;
        };
        ReadNotices: {
            /** @description Left out: all. */
            ids?: string[];
        };
        Wishes: {
            /** @enum {string} */
            mail: "at_once" | "daily" | "weekly" | "none";
            /** @description Of the day on which a digest goes, by the bank's clock. */
            hour: number;
            /** @description On which a weekly digest goes; 1 is Monday. */
            weekday: number;
            /** @description No mail from this hour until `quietUntil`; a digest of these hours goes at their end. Both the same: none. */
            quietFrom: number;
            quietUntil: number;
            /** @description Groups that are never mailed. */
            muted: ("exchanges" | "offers" | "gatherings" | "town")[];
            /** @description Whether I am written to myself. All else holds for everybody who acts for the member, or is at the desk. */
            toMe: boolean | null;
        };
        WishesChange: {
            /** @enum {string} */
            mail?: "at_once" | "daily" | "weekly" | "none";
            /** @description Of the day on which a digest goes, by the bank's clock. */
            hour?: number;
            /** @description On which a weekly digest goes; 1 is Monday. */
            weekday?: number;
            /** @description No mail from this hour until `quietUntil`; a digest of these hours goes at their end. Both the same: none. */
            quietFrom?: number;
            quietUntil?: number;
            /** @description Groups that are never mailed. */
            muted?: ("exchanges" | "offers" | "gatherings" | "town")[];
            /** @description For whoever signed in as a person. */
            toMe?: boolean;
        };
        Towns: {
            items: components["schemas"]["Town"][];
        };
        Town: {
            agreementId: string;
            town: string;
            origin: string;
            /** @description `active`, `suspended` (a bank lets no new hours in) or `closed`. */
            status: string;
            words: string[];
            /** @description Up to how many of our hours, in minutes. */
            theyHonourMinutes: number;
            /** @description Up to how many of theirs, in minutes. */
            weHonourMinutes: number;
            ourBridgeBuilder: string;
            theirBridgeBuilder: string;
            /** Format: date-time */
            ourYesAt: string | null;
            /** Format: date-time */
            theirYesAt: string | null;
            ended: {
                /** @enum {string} */
                by: "us" | "them";
                because: string;
                /** Format: date-time */
                at: string;
            } | null;
        };
        Invitation: {
            id: string;
            link: string;
            /** Format: date-time */
            expiresAt: string;
        };
        NewInvitation: {
            /** @description What we let the other bank owe. */
            grantsMinutes: number;
            bridgeBuilder: string;
            words?: string[];
            public?: boolean;
        };
        InvitationDraft: {
            town: string;
            bank: string;
            bridgeBuilder: string;
            grantsMinutes: number;
            words: string[];
            public: boolean;
            noticeDays: number;
            /** Format: date-time */
            expiresAt: string;
            /** @description The closed pair that it follows. */
            predecessor?: string;
            /** @description What stands between the two banks from that pair. */
            opening?: {
                debtor: string;
                minutes: number;
            };
            suggestedMinutes: number;
        };
        InvitationLink: {
            link: string;
        };
        Agreement: {
            id: string;
            pair: string;
            /** @description `offered`, `active`, `suspended` (a bank lets no new hours in), `declined`, `withdrawn`, `notice`, `winding_up` or `closed`. */
            status: string;
            /** @enum {string} */
            mode: "waiting" | "recovering" | "open" | "halted" | "closed";
            haltedBecause: string | null;
            town: string;
            partner: string;
            origin: string;
            public: boolean;
            words: string[];
            ourBridgeBuilder: string;
            theirBridgeBuilder: string;
            /** @description Whether it is our turn to say yes or no. */
            ourTurn: boolean;
            /**
             * Format: date-time
             * @description When we signed.
             */
            ourYesAt: string | null;
            /**
             * Format: date-time
             * @description When they signed.
             */
            theirYesAt: string | null;
            position: {
                /** @description What we owe them; negative when they owe us. */
                owesMinutes: number;
                /** @description What we have promised them and not yet given. */
                openMinutes: number;
                /** @description What they let us owe. */
                limitMinutes: number;
                /** @description What is left of what they let us owe. */
                roomMinutes: number;
                /** @description What we let them owe. */
                grantsMinutes: number;
                /** @description What is left of what we let them owe. */
                theirRoomMinutes: number;
                /** @description What they have promised us and not yet given. */
                theirOpenMinutes: number;
                /** @description We let no new hours of theirs in. */
                weSuspended: boolean;
                /** @description They let no new hours of ours in. */
                theySuspended: boolean;
            };
            /** @description The partner's latest statement, and what our own figures say at the same place. */
            statement: {
                theySayMinutes: number;
                weSayMinutes: number;
                agrees: boolean;
                /** @description The entry of their journal that the two banks count differently, once it is found. */
                partsAtSeq: number | null;
                /** Format: date-time */
                at: string;
            } | null;
            /** @description What we owed them at the start, from the agreement before; negative when they did. */
            openingMinutes: number;
            /**
             * @description Set when the partner was not heard of for long: new hours wait, or it may be ended alone.
             * @enum {string|null}
             */
            silent: "suspended" | "orphaned" | null;
            /** @description How a closed agreement ended. */
            ending: {
                /**
                 * @description Who ended it.
                 * @enum {string}
                 */
                by: "us" | "them";
                /** @description Why, in our words. */
                because: string;
                /** Format: date-time */
                at: string;
                /** Format: date-time */
                settledAt: string | null;
                settlement: {
                    /** @description What we owe them at the end; negative when they owe us. */
                    owesMinutes: number;
                    /** @description Promised and not given: free again. */
                    releasedMinutes: number;
                    /** @description Given and never confirmed: given back. */
                    refundedMinutes: number;
                    /** @description Received and owed by nobody: in our community loss account. */
                    lossMinutes: number;
                    /** @description Whether the other bank could not be asked. */
                    alone: boolean;
                } | null;
            } | null;
            journal: {
                ours: {
                    epoch: number;
                    seq: number;
                    hash: string;
                };
                theirs: {
                    epoch: number;
                    seq: number;
                    hash: string;
                };
                deliveredSeq: number;
            };
            tested: boolean;
            delivery: {
                attempts: number;
                /** Format: date-time */
                nextAttemptAt: string | null;
                lastError: string | null;
                /** Format: date-time */
                lastSeenAt: string | null;
            };
            underway: {
                id: string;
                minutes: number;
                /** @enum {string} */
                from: "us" | "them";
                posted: boolean;
            }[];
        };
        NewAgreement: {
            link: string;
            grantsMinutes: number;
            bridgeBuilder: string;
        };
        AgreementChange: {
            grantsMinutes?: number;
            suspended?: boolean;
        };
        Closing: {
            /** @description Why; members read it. */
            because: string;
            /** @description The other bank is gone for good: settle at what it has signed. */
            alone?: boolean;
        };
        Successor: {
            grantsMinutes: number;
            bridgeBuilder: string;
        };
        Resent: {
            sent: number;
            known: number;
            head: {
                epoch: number;
                seq: number;
                hash: string;
            };
        };
        Resend: {
            afterSeq: number;
        };
        JournalPage: {
            items: components["schemas"]["JournalEntry"][];
            next: string | null;
        };
        EvidencePage: {
            items: components["schemas"]["Evidence"][];
            next: string | null;
        };
        Evidence: {
            id: string;
            code: string;
            /** Format: date-time */
            at: string;
            /** @description What was kept: an entry as it was signed, or a Fork. */
            document: {
                [key: string]: unknown;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export interface operations {
    getBank: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This bank and its books */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bank"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMembers: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Members, oldest first; with `search` those whose names begin so, by name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberPage"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addMember: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMember"];
            };
        };
        responses: {
            /** @description Add a member */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One member, by id or handle */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateMember: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProfileChange"];
            };
        };
        responses: {
            /** @description Change what a member says about themselves; what is left out stays */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setMemberStatus: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberStatus"];
            };
        };
        responses: {
            /** @description Suspend a member, or let them in again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    issueMemberToken: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Make a token for a member, with the bank's own token only; it is shown once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStatement: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                /** @description The first day, in the bank's time zone. */
                from?: string;
                /** @description The last day, which counts. */
                to?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What moved on a member's account, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatementPage"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStatementFile: {
        parameters: {
            query?: {
                /** @description The first day, in the bank's time zone. */
                from?: string;
                /** @description The last day, which counts. */
                to?: string;
                language?: "en" | "es" | "ar";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What moved on a member's account in a stretch of time, as CSV. A year at most */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatementFile"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    examine: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The promises that this bank can check of itself */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Check"][];
                    };
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    requestCode: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CodeRequest"];
            };
        };
        responses: {
            /** @description Send six figures to an address, if anybody comes in by it. Needs no token */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CodeSent"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signInByCode: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Code"];
            };
        };
        responses: {
            /** @description Exchange six figures for a token of thirty days. Needs no token */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entered"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signInByLink: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LetterLink"];
            };
        };
        responses: {
            /** @description Exchange the link of a letter for a token of thirty days, once. Needs no token */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entered"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signInByCard: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CardWords"];
            };
        };
        responses: {
            /** @description Exchange the words of a card for a token of thirty days. Needs no token */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entered"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    askForPasskey: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description What a browser needs to come in with a passkey of this bank. Needs no token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyOptions"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signInByPasskey: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyUse"];
            };
        };
        responses: {
            /** @description Exchange what a passkey has signed for a token of thirty days. Needs no token */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entered"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listHats: {
        parameters: {
            query?: {
                /** @description Who may act for this member; members ask for themselves only. For the desk also `desk`: its own. */
                member?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description For whom the caller may act; with `member` who may act for that member */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hats"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    giveHat: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewHat"];
            };
        };
        responses: {
            /** @description Let a person act for a member, or look after the desk; coordinators not themselves for a member not theirs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Wearers"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    takeHat: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TakenHat"];
            };
        };
        responses: {
            /** @description Take a hat from a person; sessions that wear it end */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Wearers"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dropWaitingHat: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WaitingHat"];
            };
        };
        responses: {
            /** @description Take back a hat that waits for the owner of an address */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Wearers"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    wearHat: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WornHat"];
            };
        };
        responses: {
            /** @description A token with another of the caller's hats; it ends when the caller's does */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entered"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPerson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who the caller is, by which ways they come in, and their other banks of this node */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    requestAddress: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CodeRequest"];
            };
        };
        responses: {
            /** @description Send six figures to an address by which the caller wants to come in from now on */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CodeSent"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeAddress: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddressCode"];
            };
        };
        responses: {
            /** @description Come in by the new address, with the figures that were sent there; the one before hears of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller's own sessions, the latest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sessions"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description End one of the caller's own sessions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endOtherSessions: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description End all of the caller's own sessions but this one */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndedSessions"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    offerPasskey: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description What a browser needs to make a passkey for the caller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyOptions"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPasskeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller's own passkeys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkeys"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addPasskey: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPasskey"];
            };
        };
        responses: {
            /** @description Keep the passkey that a browser has made for the caller */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renamePasskey: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyName"];
            };
        };
        responses: {
            /** @description Name one of the caller's own passkeys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removePasskey: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Remove one of the caller's own passkeys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    issueCard: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCard"];
            };
        };
        responses: {
            /** @description Issue a card; its words are shown once, and those of an older one stop */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Card"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeCard: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCard"];
            };
        };
        responses: {
            /** @description End the cards of whoever acts for a member */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevokedCard"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listJoinLinks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller's own open invitations, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JoinLinks"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    makeJoinLink: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewJoinLink"];
            };
        };
        responses: {
            /** @description A link by which somebody new may join; it is shown once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeJoinLink"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeJoinLink: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description End an invitation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JoinLink"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readJoinLink: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JoinLinkText"];
            };
        };
        responses: {
            /** @description Who invites by a link. Needs no token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Inviter"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    join: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Newcomer"];
            };
        };
        responses: {
            /** @description Join by an invitation, or ask the desk to be let in. Needs no token */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Joined"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listApplications: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who asks to join, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApplicationPage"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    takeIn: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TakenIn"];
            };
        };
        responses: {
            /** @description Take somebody in, with a first way to come in: a letter, or a card */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Welcomed"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decideApplication: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Decision"];
            };
        };
        responses: {
            /** @description Say yes or no to somebody who asks to join */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decided"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTransfers: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                /** @description A member's id or handle. Members see their own only. */
                member?: string;
                /** @description Only hours that crossed by this agreement, by its id. */
                agreement?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Hours given and received, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransferPage"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    give: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTransfer"];
            };
        };
        responses: {
            /** @description Give hours to somebody here or in a partner town */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transfer"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTransfer: {
        parameters: {
            query?: {
                waitMs?: number | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One transfer; waits up to waitMs for its end */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transfer"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    takeBack: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Take back hours that the other town has not answered; the giver has them again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transfer"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProof: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The signed entries and the ledger lines of one transfer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proof"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReceipt: {
        parameters: {
            query?: {
                /** @description With names and words. */
                names?: "true" | "false";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The signed papers of settled hours, checked now, and the link by which they are shown. Of an exchange all its parts, whichever is named */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    shareReceipt: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Whether names and words are shown too. */
                    names: boolean;
                };
            };
        };
        responses: {
            /** @description Make a link under which anybody can check this receipt. For the member whose hours they are */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SharedReceipt"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdrawReceipt: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description End the link to a receipt. For the member who made it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        shared: false;
                    };
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openReceipt: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A receipt that somebody shows, by the end of its link, checked now. Needs no token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenReceipt"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEverything: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Everything that the bank has about a member. For the member */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Everything"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLeaving: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether a member is about to leave */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        leaving: components["schemas"]["Leaving"] | null;
                    };
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    askToLeave: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The first step of leaving for good: answers a word to be said in the second. For the member */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Leaving"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirmLeaving: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    word: string;
                };
            };
        };
        responses: {
            /** @description The second step, with the word. Everything goes after seven days, unless it is taken back */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Leaving"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stay: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Take leaving back. For the member */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        leaving: components["schemas"]["Leaving"] | null;
                    };
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    letFundPay: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The community fund makes up the hours that a leaving member still has to give. For the operator */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Leaving"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listLeaving: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who is about to leave. For the operator */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["LeavingMember"][];
                    };
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listOffers: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                /** @description Words; a mistyped one finds its neighbours. */
                q?: string;
                kind?: "offer" | "need";
                category?: "repairs" | "garden" | "kitchen" | "needlework" | "screens" | "languages" | "lessons" | "music" | "papers" | "errands" | "rides" | "company" | "animals" | "outings";
                /** @description The host of a bank: this one or a partner's. */
                town?: string;
                /** @description What is near comes first: near a place of the town, or `me` for where a member's own place is. */
                near?: string;
                /** @description The same in degrees, without `near`. */
                latitude?: number | null;
                longitude?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Find offers and needs, here and in partner towns */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferPage"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createOffer: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOffer"];
            };
        };
        responses: {
            /** @description Offer something, or say what you need */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Offer"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOffer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One offer or need, of this bank or of a partner. What is public needs no token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Offer"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateOffer: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    kind: "offer" | "need";
                    title: string;
                    text?: string;
                    language?: string;
                    /** @enum {string} */
                    category: "repairs" | "garden" | "kitchen" | "needlework" | "screens" | "languages" | "lessons" | "music" | "papers" | "errands" | "rides" | "company" | "animals" | "outings";
                    place?: string;
                    /** @description Degrees, kept to about a kilometre. Where the town has a place of this name, it is there. */
                    latitude?: number;
                    longitude?: number;
                    when?: string;
                    minutes?: number | null;
                    seats?: number | null;
                    /** @enum {string} */
                    visibility?: "bank" | "partners" | "public";
                };
            };
        };
        responses: {
            /** @description Say it in other words; all of it is said anew */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Offer"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listNewestOffers: {
        parameters: {
            query?: {
                /** @description Of each kind. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was offered and needed last; without a token what is public */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Offer"][];
                    };
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMemberOffers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A member's offers and needs, newest first; the member's own with those that rest or are over */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Offer"][];
                    };
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renewOffer: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Show it for another six months */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Offer"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endOffer: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Take it away for good */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Offer"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renewOfferByLetter: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OfferLetter"];
            };
        };
        responses: {
            /** @description Show it for another six months, by the link of a letter. Needs no token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Offer"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pauseOffer: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Pause"];
            };
        };
        responses: {
            /** @description Let it rest, or show it again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Offer"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setOfferPicture: {
        parameters: {
            query?: {
                /** @description What is to be seen in it, for whoever does not see it. */
                text?: string;
            };
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Give it a picture of your own: JPEG, PNG, WebP, AVIF or GIF, at most 10 MB, sent as it is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Offer"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endOfferPicture: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Take its picture away */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Offer"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPlaces: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The town's places; for the operator also those on no map, and names that members wrote and nobody placed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Place"][];
                    };
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setPlace: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPlace"];
            };
        };
        responses: {
            /** @description Say where a place of the town is, and so where all is that names it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Place"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endPlace: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlaceName"];
            };
        };
        responses: {
            /** @description Take a place off the list; what names it is nowhere again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlaceName"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listExchanges: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                /** @description The desk says whose. Without, the desk's are those in dispute. */
                member?: string;
                which?: "open" | "done";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A member's exchanges, newest first; for the desk those in dispute */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExchangePage"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    askExchange: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewExchange"];
            };
        };
        responses: {
            /** @description Ask somebody, here or in a partner town; nothing moves until both have said yes */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getExchange: {
        parameters: {
            query?: {
                /** @description The desk says from which side it looks. */
                side?: "giver" | "receiver";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One exchange with its story and what may be done now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acceptExchange: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExchangeAnswer"];
            };
        };
        responses: {
            /** @description Say yes to what is proposed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    declineExchange: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExchangeNo"];
            };
        };
        responses: {
            /** @description Say no to what is proposed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    counterExchange: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExchangeCounter"];
            };
        };
        responses: {
            /** @description Propose other terms */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdrawExchange: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExchangeEnd"];
            };
        };
        responses: {
            /** @description Take back what one has proposed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelExchange: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExchangeEnd"];
            };
        };
        responses: {
            /** @description Cancel what was agreed, before hours are recorded */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recordHours: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewHoursRecord"];
            };
        };
        responses: {
            /** @description Record the hours; the other side confirms them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeRecord: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewHoursRecord"];
            };
        };
        responses: {
            /** @description Change what one recorded, before it is confirmed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirmHours: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExchangeAnswer"];
            };
        };
        responses: {
            /** @description Confirm what the other side recorded; the hours move */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    contestHours: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ContestHours"];
            };
        };
        responses: {
            /** @description Say that a record is not right; the bridge builders look by a deadline */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sayInExchange: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExchangeWords"];
            };
        };
        responses: {
            /** @description Say something to the other one */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    thankForExchange: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExchangeWords"];
            };
        };
        responses: {
            /** @description Thank the other one, once */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    giveContact: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GiveContact"];
            };
        };
        responses: {
            /** @description Give the other one the caller's own telephone number or address */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showThanks: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShowThanks"];
            };
        };
        responses: {
            /** @description Show the thanks that the caller received to others, or no more */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    settleDispute: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettleDispute"];
            };
        };
        responses: {
            /** @description The desk writes down what its member of a dispute now stands by; the other side confirms it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putExchangeRight: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutExchangeRight"];
            };
        };
        responses: {
            /** @description Put right what was confirmed: hours to the other one, by a new line that names the first */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transfer"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listThanks: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Thanks that a member received, newest first; for others those that the member shows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThanksPage"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWaitingGifts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gifts that wait for my yes, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WaitingGifts"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setGiftRule: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GiftRule"];
            };
        };
        responses: {
            /** @description Say whether gifts wait for my yes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GiftRule"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    answerGift: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GiftAnswer"];
            };
        };
        responses: {
            /** @description Say yes or no to a gift that waits for me */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transfer"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFundRequests: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description My requests to the fund, newest first; for the operator, those that wait, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FundRequestPage"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    askFund: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewFundRequest"];
            };
        };
        responses: {
            /** @description Ask the community fund for hours */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FundRequest"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    answerFundRequest: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FundAnswer"];
            };
        };
        responses: {
            /** @description Grant hours from the fund, or do not, and say why */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FundRequest"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdrawFundRequest: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Take back a request that waits */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FundRequest"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getFund: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The community fund, as everybody may see it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fund"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listGatherings: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                /** @description What comes, soonest first; or what I host, or go and went to, latest first. */
                which?: "coming" | "hosted" | "attended";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gatherings to come, or those of mine */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatheringPage"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createGathering: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewGathering"];
            };
        };
        responses: {
            /** @description Call people together; the operator does for the town */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gathering"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getGathering: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One gathering */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gathering"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeGathering: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GatheringChange"];
            };
        };
        responses: {
            /** @description Say all of it anew; guests hear of another time or place */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gathering"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelGathering: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GatheringCancel"];
            };
        };
        responses: {
            /** @description Call it off: guests are told, and hours are free again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gathering"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    markPresent: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Presence"];
            };
        };
        responses: {
            /** @description Say who came, those unannounced too */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gathering"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    creditGathering: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GatheringCredit"];
            };
        };
        responses: {
            /** @description Write down the hours of everybody who came; the others did not come */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gathering"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signUp: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignUp"];
            };
        };
        responses: {
            /** @description Take a seat, or a place on the waiting list */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gathering"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdrawFromGathering: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Withdrawal"];
            };
        };
        responses: {
            /** @description Give a seat back; who waits moves up */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gathering"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HereCode"];
            };
        };
        responses: {
            /** @description Say that I am here, with the code of the poster */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gathering"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCalendar: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description My gatherings as a calendar, and its address */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Calendar"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renewCalendar: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Make the address of my calendar anew; the one before ends */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Calendar"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listActs: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                /** @description A member's id or handle. */
                member?: string;
                /** @description For the operator, `open`: objections that nobody has put right yet, at most `limit` of all members. */
                which?: "all" | "open";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What coordinators wrote down, newest first: for me, or for the operator all of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActPage"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    writeDown: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAct"];
            };
        };
        responses: {
            /** @description Do something for a member who does not do it themselves, with a reason and a slip */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Act"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    settleObjection: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Settling"];
            };
        };
        responses: {
            /** @description Say how an objection was put right */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Act"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAct: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One thing that was written down */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Act"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    objectToAct: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Objection"];
            };
        };
        responses: {
            /** @description Say that it is not right; the operator writes down what was said by telephone */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Act"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readSlip: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The slip of this link. Needs no token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Act"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    objectBySlip: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Objection"];
            };
        };
        responses: {
            /** @description Say that what is on the slip is not right. Needs no token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Act"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stopMail: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StopLink"];
            };
        };
        responses: {
            /** @description End mail about notices to whoever was sent the link at the foot of one. Needs no token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailStopped"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listNotices: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What I was told, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NoticePage"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readNotices: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReadNotices"];
            };
        };
        responses: {
            /** @description Mark what I was told as read */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NoticesRead"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWishes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How I wish to be told by mail */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Wishes"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setWishes: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WishesChange"];
            };
        };
        responses: {
            /** @description Say how I wish to be told by mail; what is left out stays */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Wishes"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTowns: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The towns whose agreement with us is public, and what it says. Needs no token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Towns"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    invite: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInvitation"];
            };
        };
        responses: {
            /** @description Make a link that invites another bank */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readInvitation: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationLink"];
            };
        };
        responses: {
            /** @description What another bank's link proposes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationDraft"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAgreements: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Agreements with other banks and where they stand; for members those that both have signed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Agreement"][];
                    };
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    offerAgreement: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAgreement"];
            };
        };
        responses: {
            /** @description Say the first yes to another bank's invitation */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agreement"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAgreement: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One agreement */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agreement"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acceptAgreement: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Say the second yes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agreement"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    declineAgreement: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Say no; the other bank is told */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agreement"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdrawAgreement: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Take back an offer of ours that was not answered; the other bank is told */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agreement"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeAgreement: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgreementChange"];
            };
        };
        responses: {
            /** @description Change what we let the partner owe, or stop and resume new hours */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agreement"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    closeAgreement: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Closing"];
            };
        };
        responses: {
            /** @description End a pair for good; the other bank is told, and what stands between both is settled */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agreement"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    inviteSuccessor: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Successor"];
            };
        };
        responses: {
            /** @description Make a link for the agreement that follows a closed one and carries its position over */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    writeStatement: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Sign what we compute, so that the partner can compare */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agreement"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resend: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each thing that you want done; the same when you repeat a request. */
                "idempotency-key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Resend"];
            };
        };
        responses: {
            /** @description Send our journal again from a place; the partner counts nothing twice */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Resent"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readJournal: {
        parameters: {
            query?: {
                author?: "us" | "them";
                cursor?: number | null;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed entries of both journals, as they are held here */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JournalPage"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readEvidence: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was kept of an agreement for people to look at; anybody can check the proof of a fork */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EvidencePage"];
                };
            };
            /** @description Refused, with a code and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
