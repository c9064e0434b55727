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
        /** Members, oldest first */
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
        post?: never;
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
        /** Make a token for a member; it is shown once */
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
        /** Agreements with other banks and where they stand */
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
            status: "active" | "suspended" | "moved";
            about: string;
            /** Format: date-time */
            createdAt: string;
            /** @description Only for the member and the operator; of a fund, for everybody. */
            balance?: {
                balanceMinutes: number;
                heldMinutes: number;
                floorMinutes: number | null;
                ceilingMinutes: number | null;
            };
        };
        NewMember: {
            handle: string;
            name: string;
            /** @enum {string} */
            kind?: "person" | "household" | "organisation";
            about?: string;
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
            content: string;
            transferId: string | null;
        };
        Check: {
            id: string;
            ok: boolean;
            says: string;
            fix?: string;
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
            minutes: number;
            content: string;
            /** @description The transfer's URL in the journals. */
            transfer: string | null;
            /** @enum {string} */
            purpose: "gift" | "test" | "test_back";
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
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Members, oldest first */
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
            /** @description Make a token for a member; it is shown once */
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
            /** @description Agreements with other banks and where they stand */
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
