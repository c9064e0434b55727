CREATE TABLE "bank" (
	"id" text PRIMARY KEY NOT NULL,
	"origin" text NOT NULL,
	"host" text NOT NULL,
	"name" text NOT NULL,
	"theme" text NOT NULL,
	"phone" text NOT NULL,
	"bridge_builder" text NOT NULL,
	"language" text NOT NULL,
	"time_zone" text NOT NULL,
	"floor_minutes" bigint NOT NULL,
	"ceiling_minutes" bigint,
	"transfer_cap_minutes" bigint NOT NULL,
	"member_cap_minutes" bigint NOT NULL,
	"fund_floor_minutes" bigint DEFAULT 0 NOT NULL,
	"grant_cap_minutes" bigint DEFAULT 600 NOT NULL,
	"object_days" integer DEFAULT 14 NOT NULL,
	"confirm_after_days" integer,
	"silent_days" integer DEFAULT 30 NOT NULL,
	"invited_need_yes" boolean DEFAULT false NOT NULL,
	"presence" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "bank_origin_unique" UNIQUE("origin"),
	CONSTRAINT "bank_host_unique" UNIQUE("host")
);
--> statement-breakpoint
CREATE TABLE "bank_key" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"purpose" text NOT NULL,
	"public_key" text NOT NULL,
	"sealed" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "bank_key_bank_id_public_key_pk" PRIMARY KEY("bank_id","public_key")
);
--> statement-breakpoint
CREATE TABLE "broker_act" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"person_id" text NOT NULL,
	"person_name" text NOT NULL,
	"member_id" text NOT NULL,
	"kind" text NOT NULL,
	"subject_id" text NOT NULL,
	"what" jsonb NOT NULL,
	"reason" text NOT NULL,
	"slip" text NOT NULL,
	"counted" integer,
	"at" timestamp with time zone NOT NULL,
	"object_before" timestamp with time zone NOT NULL,
	"objected_at" timestamp with time zone,
	"objected_how" text,
	"objection" text,
	"settled_at" timestamp with time zone,
	"settled_how" text,
	"settled_by" text,
	CONSTRAINT "broker_act_bank_id_id_pk" PRIMARY KEY("bank_id","id"),
	CONSTRAINT "broker_act_slip" UNIQUE("bank_id","slip"),
	CONSTRAINT "broker_act_counted" UNIQUE("bank_id","counted")
);
--> statement-breakpoint
CREATE TABLE "exchange" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"url" text NOT NULL,
	"pair_id" text,
	"own_side" text NOT NULL,
	"giver_id" text,
	"receiver_id" text,
	"giver_name" text NOT NULL,
	"receiver_name" text NOT NULL,
	"giver_address" text NOT NULL,
	"receiver_address" text NOT NULL,
	"offer_id" text,
	"offer_url" text,
	"title" text NOT NULL,
	"salt" text,
	"giver_ref" text,
	"receiver_ref" text,
	"heard_applied" integer DEFAULT 0 NOT NULL,
	"heard_written" integer DEFAULT 0 NOT NULL,
	"state" jsonb NOT NULL,
	"status" text NOT NULL,
	"waits_for" text,
	"minutes" bigint NOT NULL,
	"start_time" timestamp with time zone,
	"reserved" text DEFAULT 'none' NOT NULL,
	"reserved_code" text,
	"yes_ahead" text,
	"fund_minutes" bigint DEFAULT 0 NOT NULL,
	"seat" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "exchange_bank_id_id_pk" PRIMARY KEY("bank_id","id"),
	CONSTRAINT "exchange_url" UNIQUE("bank_id","url")
);
--> statement-breakpoint
CREATE TABLE "exchange_step" (
	"bank_id" text NOT NULL,
	"exchange_id" text NOT NULL,
	"side" text NOT NULL,
	"n" integer NOT NULL,
	"seen" integer NOT NULL,
	"act" jsonb NOT NULL,
	"hash" text,
	"document" text,
	"by" text NOT NULL,
	"person_id" text,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "exchange_step_bank_id_exchange_id_side_n_pk" PRIMARY KEY("bank_id","exchange_id","side","n")
);
--> statement-breakpoint
CREATE TABLE "exchange_talk" (
	"bank_id" text NOT NULL,
	"exchange_id" text NOT NULL,
	"id" text NOT NULL,
	"side" text NOT NULL,
	"kind" text NOT NULL,
	"text" text NOT NULL,
	"by" text NOT NULL,
	"shown" boolean DEFAULT false NOT NULL,
	"to_id" text,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "exchange_talk_bank_id_exchange_id_id_pk" PRIMARY KEY("bank_id","exchange_id","id")
);
--> statement-breakpoint
CREATE TABLE "follower" (
	"bank_id" text NOT NULL,
	"member_id" text NOT NULL,
	"actor" text NOT NULL,
	"inbox" text NOT NULL,
	"shared_inbox" text,
	"follow" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "follower_bank_id_member_id_actor_pk" PRIMARY KEY("bank_id","member_id","actor")
);
--> statement-breakpoint
CREATE TABLE "member_key" (
	"bank_id" text NOT NULL,
	"member_id" text NOT NULL,
	"public_key" text NOT NULL,
	"sealed" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "member_key_bank_id_member_id_pk" PRIMARY KEY("bank_id","member_id")
);
--> statement-breakpoint
CREATE TABLE "outbox_post" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"member_id" text NOT NULL,
	"inbox" text NOT NULL,
	"document" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "outbox_post_bank_id_id_pk" PRIMARY KEY("bank_id","id")
);
--> statement-breakpoint
CREATE TABLE "fund_request" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"member_id" text NOT NULL,
	"minutes" bigint NOT NULL,
	"content" text NOT NULL,
	"status" text DEFAULT 'waiting' NOT NULL,
	"because" text DEFAULT '' NOT NULL,
	"decided_by" text DEFAULT '' NOT NULL,
	"transfer_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"decided_at" timestamp with time zone,
	CONSTRAINT "fund_request_bank_id_id_pk" PRIMARY KEY("bank_id","id")
);
--> statement-breakpoint
CREATE TABLE "gathering" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"host_id" text NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"text" text NOT NULL,
	"language" text NOT NULL,
	"place" text NOT NULL,
	"place_key" text DEFAULT '' NOT NULL,
	"latitude" smallint,
	"longitude" smallint,
	"starts_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"seats" integer NOT NULL,
	"taken" integer DEFAULT 0 NOT NULL,
	"rule" text NOT NULL,
	"minutes" bigint NOT NULL,
	"payer_id" text,
	"visibility" text NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"offer_id" text,
	"sequence" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "gathering_bank_id_id_pk" PRIMARY KEY("bank_id","id")
);
--> statement-breakpoint
CREATE TABLE "gathering_calendar" (
	"bank_id" text NOT NULL,
	"member_id" text NOT NULL,
	"renewed" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "gathering_calendar_bank_id_member_id_pk" PRIMARY KEY("bank_id","member_id")
);
--> statement-breakpoint
CREATE TABLE "gathering_guest" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"gathering_id" text NOT NULL,
	"member_id" text,
	"name" text NOT NULL,
	"address" text NOT NULL,
	"status" text NOT NULL,
	"own_act" boolean NOT NULL,
	"shown" boolean DEFAULT false NOT NULL,
	"present_at" timestamp with time zone,
	"present_by" text,
	"minutes" bigint,
	"outcome" text,
	"code" text,
	"offer_seat" boolean DEFAULT false NOT NULL,
	"exchange_id" text,
	"transfer_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "gathering_guest_bank_id_id_pk" PRIMARY KEY("bank_id","id")
);
--> statement-breakpoint
CREATE TABLE "leaving" (
	"bank_id" text NOT NULL,
	"member_id" text NOT NULL,
	"word" text NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"goes_at" timestamp with time zone,
	"fund_pays" boolean DEFAULT false NOT NULL,
	"waits_for" text DEFAULT '' NOT NULL,
	"gone_at" timestamp with time zone,
	CONSTRAINT "leaving_bank_id_member_id_pk" PRIMARY KEY("bank_id","member_id")
);
--> statement-breakpoint
CREATE TABLE "account" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"given" bigint DEFAULT 0 NOT NULL,
	"came" bigint DEFAULT 0 NOT NULL,
	"given_time" bigint DEFAULT 0 NOT NULL,
	"came_time" bigint DEFAULT 0 NOT NULL,
	"balance" bigint DEFAULT 0 NOT NULL,
	"held" bigint DEFAULT 0 NOT NULL,
	"floor" bigint,
	"ceiling" bigint,
	CONSTRAINT "account_bank_id_id_pk" PRIMARY KEY("bank_id","id")
);
--> statement-breakpoint
CREATE TABLE "posting" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"debit" text NOT NULL,
	"credit" text NOT NULL,
	"minutes" bigint NOT NULL,
	"hold_id" text,
	"held_minutes" bigint,
	"cause" text NOT NULL,
	"transfer_id" text,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "posting_bank_id_id_pk" PRIMARY KEY("bank_id","id"),
	CONSTRAINT "posting_once" UNIQUE("bank_id","cause","kind")
);
--> statement-breakpoint
CREATE TABLE "due" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "due_bank_id_id_pk" PRIMARY KEY("bank_id","id"),
	CONSTRAINT "due_once" UNIQUE("bank_id","kind","subject")
);
--> statement-breakpoint
CREATE TABLE "mail" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"member_id" text,
	"person_id" text,
	"to" text NOT NULL,
	"subject" text NOT NULL,
	"text" text NOT NULL,
	"language" text NOT NULL,
	"unsubscribe" text,
	"secret_until" timestamp with time zone,
	"status" text DEFAULT 'waiting' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp with time zone NOT NULL,
	"last_error" text,
	"sender_id" text,
	"sender_until" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"done_at" timestamp with time zone,
	CONSTRAINT "mail_bank_id_id_pk" PRIMARY KEY("bank_id","id")
);
--> statement-breakpoint
CREATE TABLE "member" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"handle" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"about" text DEFAULT '' NOT NULL,
	"name_key" text DEFAULT '' NOT NULL,
	"speaks" text DEFAULT '' NOT NULL,
	"how_far" text DEFAULT '' NOT NULL,
	"when_free" text DEFAULT '' NOT NULL,
	"place" text DEFAULT '' NOT NULL,
	"place_key" text DEFAULT '' NOT NULL,
	"latitude" smallint,
	"longitude" smallint,
	"ask_for" text DEFAULT '' NOT NULL,
	"website" text DEFAULT '' NOT NULL,
	"email" text DEFAULT '' NOT NULL,
	"phone" text DEFAULT '' NOT NULL,
	"reach" text DEFAULT '' NOT NULL,
	"reach_shown" boolean DEFAULT false NOT NULL,
	"language" text DEFAULT '' NOT NULL,
	"asks_gifts" boolean DEFAULT false NOT NULL,
	"account_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "member_bank_id_id_pk" PRIMARY KEY("bank_id","id"),
	CONSTRAINT "member_handle" UNIQUE("bank_id","handle")
);
--> statement-breakpoint
CREATE TABLE "token" (
	"bank_id" text NOT NULL,
	"hash" text NOT NULL,
	"role" text NOT NULL,
	"member_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "token_bank_id_hash_pk" PRIMARY KEY("bank_id","hash")
);
--> statement-breakpoint
CREATE TABLE "idempotency" (
	"bank_id" text NOT NULL,
	"key" text NOT NULL,
	"digest" text NOT NULL,
	"status" integer,
	"body" text,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_bank_id_key_pk" PRIMARY KEY("bank_id","key")
);
--> statement-breakpoint
CREATE TABLE "kv" (
	"bank_id" text NOT NULL,
	"key" text NOT NULL,
	"value" jsonb NOT NULL,
	"expires_at" timestamp with time zone,
	CONSTRAINT "kv_bank_id_key_pk" PRIMARY KEY("bank_id","key")
);
--> statement-breakpoint
CREATE TABLE "request_nonce" (
	"bank_id" text NOT NULL,
	"nonce" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "request_nonce_bank_id_nonce_pk" PRIMARY KEY("bank_id","nonce")
);
--> statement-breakpoint
CREATE TABLE "notice" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"member_id" text NOT NULL,
	"kind" text NOT NULL,
	"facts" jsonb NOT NULL,
	"href" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"read_at" timestamp with time zone,
	"mail_at" timestamp with time zone,
	CONSTRAINT "notice_bank_id_id_pk" PRIMARY KEY("bank_id","id")
);
--> statement-breakpoint
CREATE TABLE "notice_wish" (
	"bank_id" text NOT NULL,
	"member_id" text NOT NULL,
	"mail" text NOT NULL,
	"hour" integer NOT NULL,
	"weekday" integer NOT NULL,
	"quiet_from" integer NOT NULL,
	"quiet_until" integer NOT NULL,
	"muted" text[] NOT NULL,
	CONSTRAINT "notice_wish_bank_id_member_id_pk" PRIMARY KEY("bank_id","member_id")
);
--> statement-breakpoint
CREATE TABLE "offer" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"member_id" text NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"text" text NOT NULL,
	"language" text NOT NULL,
	"category" text NOT NULL,
	"place" text NOT NULL,
	"latitude" smallint,
	"longitude" smallint,
	"when_words" text NOT NULL,
	"minutes" integer,
	"seats" integer,
	"seats_taken" integer DEFAULT 0 NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"words" "tsvector" NOT NULL,
	"place_key" text DEFAULT '' NOT NULL,
	"picture_id" text,
	"picture_text" text DEFAULT '' NOT NULL,
	"visibility" text NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"listed" boolean DEFAULT true NOT NULL,
	"change" bigint NOT NULL,
	"shared" boolean DEFAULT false NOT NULL,
	"posts" integer DEFAULT 0 NOT NULL,
	"posted" boolean DEFAULT false NOT NULL,
	"reminded_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "offer_bank_id_id_pk" PRIMARY KEY("bank_id","id")
);
--> statement-breakpoint
CREATE TABLE "offer_changes" (
	"bank_id" text PRIMARY KEY NOT NULL,
	"last" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "offer_word" (
	"bank_id" text NOT NULL,
	"word" text collate "C" NOT NULL,
	"uses" integer NOT NULL,
	CONSTRAINT "offer_word_bank_id_word_pk" PRIMARY KEY("bank_id","word")
);
--> statement-breakpoint
CREATE TABLE "peer_offer" (
	"bank_id" text NOT NULL,
	"pair_id" text NOT NULL,
	"id" text NOT NULL,
	"url" text NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"text" text NOT NULL,
	"language" text NOT NULL,
	"category" text NOT NULL,
	"place" text NOT NULL,
	"latitude" smallint,
	"longitude" smallint,
	"when_words" text NOT NULL,
	"minutes" integer,
	"seats" integer,
	"seats_taken" integer DEFAULT 0 NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"words" "tsvector" NOT NULL,
	"by" text NOT NULL,
	"by_name" text NOT NULL,
	"round" integer NOT NULL,
	"published_at" timestamp with time zone NOT NULL,
	CONSTRAINT "peer_offer_bank_id_pair_id_url_pk" PRIMARY KEY("bank_id","pair_id","url")
);
--> statement-breakpoint
CREATE TABLE "peer_offers" (
	"bank_id" text NOT NULL,
	"pair_id" text NOT NULL,
	"after" bigint DEFAULT 0 NOT NULL,
	"life" text DEFAULT '' NOT NULL,
	"round" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp with time zone DEFAULT now() NOT NULL,
	"read_at" timestamp with time zone,
	CONSTRAINT "peer_offers_bank_id_pair_id_pk" PRIMARY KEY("bank_id","pair_id")
);
--> statement-breakpoint
CREATE TABLE "picture" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"member_id" text NOT NULL,
	"offer_id" text,
	"bytes" "bytea" NOT NULL,
	"width" smallint NOT NULL,
	"height" smallint NOT NULL,
	"small" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "picture_bank_id_id_pk" PRIMARY KEY("bank_id","id")
);
--> statement-breakpoint
CREATE TABLE "place" (
	"bank_id" text NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"latitude" smallint,
	"longitude" smallint,
	CONSTRAINT "place_bank_id_key_pk" PRIMARY KEY("bank_id","key")
);
--> statement-breakpoint
CREATE TABLE "dropped_entry" (
	"bank_id" text NOT NULL,
	"pair_id" text NOT NULL,
	"author" smallint NOT NULL,
	"epoch" bigint NOT NULL,
	"seq" bigint NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "dropped_entry_bank_id_pair_id_author_seq_epoch_pk" PRIMARY KEY("bank_id","pair_id","author","seq","epoch")
);
--> statement-breakpoint
CREATE TABLE "evidence" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"pair_id" text NOT NULL,
	"code" text NOT NULL,
	"document" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "evidence_bank_id_id_pk" PRIMARY KEY("bank_id","id")
);
--> statement-breakpoint
CREATE TABLE "invitation" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"token_hash" text NOT NULL,
	"grants_minutes" bigint NOT NULL,
	"bridge_builder" text NOT NULL,
	"words" jsonb NOT NULL,
	"public" boolean NOT NULL,
	"predecessor" text,
	"opening" jsonb,
	"status" text DEFAULT 'open' NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invitation_bank_id_id_pk" PRIMARY KEY("bank_id","id"),
	CONSTRAINT "invitation_token" UNIQUE("bank_id","token_hash")
);
--> statement-breakpoint
CREATE TABLE "journal_entry" (
	"bank_id" text NOT NULL,
	"pair_id" text NOT NULL,
	"author" smallint NOT NULL,
	"epoch" bigint NOT NULL,
	"seq" bigint NOT NULL,
	"hash" text NOT NULL,
	"kind" text NOT NULL,
	"transfer" text,
	"minutes" bigint,
	"breach" text,
	"change" jsonb,
	"ack_seq" bigint NOT NULL,
	"document" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "journal_entry_bank_id_pair_id_author_seq_epoch_pk" PRIMARY KEY("bank_id","pair_id","author","seq","epoch")
);
--> statement-breakpoint
CREATE TABLE "pair" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"agreement_id" text NOT NULL,
	"peer_bank" text NOT NULL,
	"peer_origin" text NOT NULL,
	"peer_name" text NOT NULL,
	"me" smallint NOT NULL,
	"core" jsonb NOT NULL,
	"genesis" text NOT NULL,
	"offer" text,
	"accept" text,
	"status" text NOT NULL,
	"invitation_id" text,
	"mode" text DEFAULT 'waiting' NOT NULL,
	"doubted" boolean DEFAULT false NOT NULL,
	"halted_because" text,
	"state" jsonb NOT NULL,
	"version" text DEFAULT '' NOT NULL,
	"debt_minutes" bigint DEFAULT 0 NOT NULL,
	"open_minutes" bigint DEFAULT 0 NOT NULL,
	"limit_minutes" bigint DEFAULT 0 NOT NULL,
	"my_session" text DEFAULT '' NOT NULL,
	"peer_session" text DEFAULT '' NOT NULL,
	"delivered_seq" bigint DEFAULT 0 NOT NULL,
	"send_after_seq" bigint DEFAULT 0 NOT NULL,
	"statement" jsonb,
	"statement_agrees" boolean,
	"statement_we_say_minutes" bigint,
	"statement_at" timestamp with time zone,
	"stated_seqs" bigint DEFAULT 0 NOT NULL,
	"tested_at" timestamp with time zone,
	"mirror_id" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_error" text,
	"key_changes" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"peer_key" text,
	"own_key" text,
	"presented" jsonb,
	"honour_pending" text,
	"sender_id" text,
	"sender_until" timestamp with time zone,
	"last_seen_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "pair_bank_id_id_pk" PRIMARY KEY("bank_id","id"),
	CONSTRAINT "pair_agreement" UNIQUE("bank_id","agreement_id")
);
--> statement-breakpoint
CREATE TABLE "pair_end" (
	"bank_id" text NOT NULL,
	"pair_id" text NOT NULL,
	"own" text,
	"theirs" text,
	"because" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"settlement" jsonb,
	"settled_at" timestamp with time zone,
	CONSTRAINT "pair_end_bank_id_pair_id_pk" PRIMARY KEY("bank_id","pair_id")
);
--> statement-breakpoint
CREATE TABLE "pair_transfer" (
	"bank_id" text NOT NULL,
	"pair_id" text NOT NULL,
	"debtor" smallint NOT NULL,
	"id" text NOT NULL,
	"state" jsonb NOT NULL,
	"underway" boolean NOT NULL,
	CONSTRAINT "pair_transfer_bank_id_pair_id_debtor_id_pk" PRIMARY KEY("bank_id","pair_id","debtor","id")
);
--> statement-breakpoint
CREATE TABLE "application" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"about" text NOT NULL,
	"email" text NOT NULL,
	"phone" text NOT NULL,
	"reach" text NOT NULL,
	"language" text NOT NULL,
	"invited_by" text NOT NULL,
	"status" text DEFAULT 'waiting' NOT NULL,
	"sentence" text DEFAULT '' NOT NULL,
	"member_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"decided_at" timestamp with time zone,
	CONSTRAINT "application_bank_id_id_pk" PRIMARY KEY("bank_id","id")
);
--> statement-breakpoint
CREATE TABLE "attempt" (
	"bank_id" text NOT NULL,
	"what" text NOT NULL,
	"source" text NOT NULL,
	"count" integer NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "attempt_bank_id_what_source_pk" PRIMARY KEY("bank_id","what","source")
);
--> statement-breakpoint
CREATE TABLE "card" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"person_id" text NOT NULL,
	"words_hash" text NOT NULL,
	"issued_at" timestamp with time zone DEFAULT now() NOT NULL,
	"used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "card_bank_id_id_pk" PRIMARY KEY("bank_id","id")
);
--> statement-breakpoint
CREATE TABLE "hat" (
	"bank_id" text NOT NULL,
	"person_id" text NOT NULL,
	"member_id" text NOT NULL,
	"role" text NOT NULL,
	"mailed" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "hat_bank_id_person_id_member_id_pk" PRIMARY KEY("bank_id","person_id","member_id")
);
--> statement-breakpoint
CREATE TABLE "join_link" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"hash" text NOT NULL,
	"member_id" text NOT NULL,
	"left" integer NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "join_link_bank_id_id_pk" PRIMARY KEY("bank_id","id"),
	CONSTRAINT "join_link_hash" UNIQUE("bank_id","hash")
);
--> statement-breakpoint
CREATE TABLE "passkey" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"person_id" text NOT NULL,
	"public_key" text NOT NULL,
	"counter" integer NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "passkey_bank_id_id_pk" PRIMARY KEY("bank_id","id")
);
--> statement-breakpoint
CREATE TABLE "passkey_challenge" (
	"bank_id" text NOT NULL,
	"challenge" text NOT NULL,
	"person_id" text,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "passkey_challenge_bank_id_challenge_pk" PRIMARY KEY("bank_id","challenge")
);
--> statement-breakpoint
CREATE TABLE "person" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"email" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "person_bank_id_id_pk" PRIMARY KEY("bank_id","id"),
	CONSTRAINT "person_email" UNIQUE("bank_id","email")
);
--> statement-breakpoint
CREATE TABLE "session" (
	"bank_id" text NOT NULL,
	"hash" text NOT NULL,
	"id" text NOT NULL,
	"person_id" text,
	"role" text NOT NULL,
	"member_id" text,
	"app" boolean DEFAULT false NOT NULL,
	"how" text NOT NULL,
	"device" text NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "session_bank_id_hash_pk" PRIMARY KEY("bank_id","hash")
);
--> statement-breakpoint
CREATE TABLE "sign_in_code" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"person_id" text,
	"address" text NOT NULL,
	"code_hash" text NOT NULL,
	"link_hash" text NOT NULL,
	"asker_hash" text NOT NULL,
	"wrong" integer DEFAULT 0 NOT NULL,
	"used_at" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "sign_in_code_bank_id_id_pk" PRIMARY KEY("bank_id","id"),
	CONSTRAINT "sign_in_link" UNIQUE("bank_id","link_hash"),
	CONSTRAINT "sign_in_asker" UNIQUE("bank_id","asker_hash")
);
--> statement-breakpoint
CREATE TABLE "waiting_hat" (
	"bank_id" text NOT NULL,
	"email" text NOT NULL,
	"member_id" text NOT NULL,
	"role" text NOT NULL,
	"name" text NOT NULL,
	"person_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "waiting_hat_bank_id_email_member_id_pk" PRIMARY KEY("bank_id","email","member_id")
);
--> statement-breakpoint
CREATE TABLE "receipt_link" (
	"bank_id" text NOT NULL,
	"transfer_id" text NOT NULL,
	"member_id" text NOT NULL,
	"seed" text NOT NULL,
	"hash" text NOT NULL,
	"names" boolean NOT NULL,
	"document" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "receipt_link_bank_id_transfer_id_member_id_pk" PRIMARY KEY("bank_id","transfer_id","member_id"),
	CONSTRAINT "receipt_link_hash" UNIQUE("bank_id","hash")
);
--> statement-breakpoint
CREATE TABLE "exchange_message" (
	"bank_id" text NOT NULL,
	"pair_id" text NOT NULL,
	"id" text NOT NULL,
	"direction" text NOT NULL,
	"exchange_id" text NOT NULL,
	"hash" text NOT NULL,
	"document" text NOT NULL,
	"pending" boolean NOT NULL,
	"answer" text,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "exchange_message_bank_id_pair_id_id_pk" PRIMARY KEY("bank_id","pair_id","id")
);
--> statement-breakpoint
CREATE TABLE "transfer" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"direction" text NOT NULL,
	"pair_id" text,
	"url" text NOT NULL,
	"member_id" text NOT NULL,
	"account_id" text NOT NULL,
	"counterparty" text NOT NULL,
	"counterparty_name" text NOT NULL,
	"minutes" bigint NOT NULL,
	"content" text NOT NULL,
	"status" text NOT NULL,
	"code" text,
	"facts" jsonb,
	"transfer" text,
	"own_ref" text NOT NULL,
	"peer_ref" text,
	"salt" text,
	"detail" text,
	"reverses" text,
	"hold_id" text,
	"unnamed" boolean DEFAULT false NOT NULL,
	"purpose" text DEFAULT 'gift' NOT NULL,
	"exchange_id" text,
	"part" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "transfer_bank_id_id_pk" PRIMARY KEY("bank_id","id"),
	CONSTRAINT "transfer_url" UNIQUE("bank_id","url"),
	CONSTRAINT "transfer_transfer" UNIQUE("bank_id","transfer"),
	CONSTRAINT "transfer_part" UNIQUE("bank_id","exchange_id","part")
);
--> statement-breakpoint
ALTER TABLE "bank_key" ADD CONSTRAINT "bank_key_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "broker_act" ADD CONSTRAINT "broker_act_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exchange" ADD CONSTRAINT "exchange_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exchange_step" ADD CONSTRAINT "exchange_step_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exchange_talk" ADD CONSTRAINT "exchange_talk_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "fund_request" ADD CONSTRAINT "fund_request_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gathering" ADD CONSTRAINT "gathering_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gathering_calendar" ADD CONSTRAINT "gathering_calendar_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gathering_guest" ADD CONSTRAINT "gathering_guest_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leaving" ADD CONSTRAINT "leaving_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "due" ADD CONSTRAINT "due_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mail" ADD CONSTRAINT "mail_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member" ADD CONSTRAINT "member_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "token" ADD CONSTRAINT "token_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notice" ADD CONSTRAINT "notice_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notice_wish" ADD CONSTRAINT "notice_wish_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "offer" ADD CONSTRAINT "offer_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "offer_changes" ADD CONSTRAINT "offer_changes_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "picture" ADD CONSTRAINT "picture_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "place" ADD CONSTRAINT "place_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pair" ADD CONSTRAINT "pair_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "application" ADD CONSTRAINT "application_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "card" ADD CONSTRAINT "card_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hat" ADD CONSTRAINT "hat_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "join_link" ADD CONSTRAINT "join_link_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passkey" ADD CONSTRAINT "passkey_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passkey_challenge" ADD CONSTRAINT "passkey_challenge_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "person" ADD CONSTRAINT "person_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sign_in_code" ADD CONSTRAINT "sign_in_code_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "waiting_hat" ADD CONSTRAINT "waiting_hat_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receipt_link" ADD CONSTRAINT "receipt_link_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "broker_act_of_member" ON "broker_act" USING btree ("bank_id","member_id","id");--> statement-breakpoint
CREATE INDEX "broker_act_of_subject" ON "broker_act" USING btree ("bank_id","subject_id");--> statement-breakpoint
CREATE INDEX "broker_act_open" ON "broker_act" USING btree ("bank_id","id") WHERE "broker_act"."objected_at" is not null and "broker_act"."settled_at" is null;--> statement-breakpoint
CREATE INDEX "exchange_of_giver" ON "exchange" USING btree ("bank_id","giver_id","id");--> statement-breakpoint
CREATE INDEX "exchange_of_receiver" ON "exchange" USING btree ("bank_id","receiver_id","id");--> statement-breakpoint
CREATE INDEX "exchange_open_of_giver" ON "exchange" USING btree ("bank_id","giver_id","id") WHERE (reserved <> 'over' and (status in ('proposed', 'agreed', 'claimed', 'disputed') or (status = 'confirmed' and reserved <> 'settled')));--> statement-breakpoint
CREATE INDEX "exchange_open_of_receiver" ON "exchange" USING btree ("bank_id","receiver_id","id") WHERE (reserved <> 'over' and (status in ('proposed', 'agreed', 'claimed', 'disputed') or (status = 'confirmed' and reserved <> 'settled')));--> statement-breakpoint
CREATE INDEX "exchange_disputed" ON "exchange" USING btree ("bank_id","id") WHERE status = 'disputed';--> statement-breakpoint
CREATE INDEX "exchange_open_of_pair" ON "exchange" USING btree ("bank_id","pair_id","url") WHERE status in ('proposed', 'agreed', 'claimed', 'disputed');--> statement-breakpoint
CREATE INDEX "exchange_changed_of_pair" ON "exchange" USING btree ("bank_id","pair_id","updated_at") WHERE pair_id is not null;--> statement-breakpoint
CREATE INDEX "exchange_waits_for_hours" ON "exchange" USING btree ("bank_id","pair_id","id") WHERE reserved = 'no';--> statement-breakpoint
CREATE INDEX "exchange_thanks_of" ON "exchange_talk" USING btree ("bank_id","to_id","id") WHERE kind = 'thanks';--> statement-breakpoint
CREATE INDEX "exchange_thanks_shown" ON "exchange_talk" USING btree ("bank_id","to_id","id") WHERE kind = 'thanks' and shown;--> statement-breakpoint
CREATE UNIQUE INDEX "exchange_thanks_once" ON "exchange_talk" USING btree ("bank_id","exchange_id","side") WHERE kind = 'thanks';--> statement-breakpoint
CREATE INDEX "outbox_post_next" ON "outbox_post" USING btree ("next_attempt_at");--> statement-breakpoint
CREATE INDEX "outbox_post_by_inbox" ON "outbox_post" USING btree ("bank_id","inbox","id");--> statement-breakpoint
CREATE INDEX "fund_request_waiting" ON "fund_request" USING btree ("bank_id","id") WHERE "fund_request"."status" = 'waiting';--> statement-breakpoint
CREATE INDEX "fund_request_of_member" ON "fund_request" USING btree ("bank_id","member_id","id");--> statement-breakpoint
CREATE INDEX "gathering_to_come" ON "gathering" USING btree ("bank_id","ends_at","id") WHERE "gathering"."status" = 'open';--> statement-breakpoint
CREATE INDEX "gathering_by_place" ON "gathering" USING btree ("bank_id","place_key") WHERE "gathering"."place_key" <> '' and "gathering"."status" = 'open';--> statement-breakpoint
CREATE INDEX "gathering_of_host" ON "gathering" USING btree ("bank_id","host_id","starts_at");--> statement-breakpoint
CREATE UNIQUE INDEX "gathering_of_offer" ON "gathering" USING btree ("bank_id","offer_id") WHERE "gathering"."offer_id" is not null;--> statement-breakpoint
CREATE INDEX "guest_of_gathering" ON "gathering_guest" USING btree ("bank_id","gathering_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "guest_once" ON "gathering_guest" USING btree ("bank_id","gathering_id","member_id") WHERE "gathering_guest"."member_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "guest_of_exchange" ON "gathering_guest" USING btree ("bank_id","exchange_id") WHERE "gathering_guest"."exchange_id" is not null;--> statement-breakpoint
CREATE INDEX "gatherings_of_guest" ON "gathering_guest" USING btree ("bank_id","member_id","id") WHERE "gathering_guest"."member_id" is not null;--> statement-breakpoint
CREATE INDEX "leaving_by_day" ON "leaving" USING btree ("bank_id","gone_at","goes_at");--> statement-breakpoint
CREATE UNIQUE INDEX "posting_hold_ends_once" ON "posting" USING btree ("bank_id","hold_id") WHERE "posting"."hold_id" is not null;--> statement-breakpoint
CREATE INDEX "posting_by_debit" ON "posting" USING btree ("bank_id","debit","id");--> statement-breakpoint
CREATE INDEX "posting_by_credit" ON "posting" USING btree ("bank_id","credit","id");--> statement-breakpoint
CREATE INDEX "posting_by_transfer" ON "posting" USING btree ("bank_id","transfer_id","id") WHERE "posting"."transfer_id" is not null;--> statement-breakpoint
CREATE INDEX "due_by_time" ON "due" USING btree ("at");--> statement-breakpoint
CREATE INDEX "mail_waiting" ON "mail" USING btree ("next_at") WHERE "mail"."status" = 'waiting';--> statement-breakpoint
CREATE INDEX "mail_done" ON "mail" USING btree ("done_at") WHERE "mail"."status" <> 'waiting';--> statement-breakpoint
CREATE INDEX "member_by_name" ON "member" USING btree ("bank_id","name_key","id");--> statement-breakpoint
CREATE INDEX "member_by_place" ON "member" USING btree ("bank_id","place_key") WHERE "member"."place_key" <> '';--> statement-breakpoint
CREATE INDEX "member_words" ON "member" USING gin (to_tsvector('simple', "name_key"));--> statement-breakpoint
CREATE INDEX "notice_of_member" ON "notice" USING btree ("bank_id","member_id","id");--> statement-breakpoint
CREATE INDEX "notice_unread" ON "notice" USING btree ("bank_id","member_id") WHERE "notice"."read_at" is null;--> statement-breakpoint
CREATE INDEX "notice_to_mail" ON "notice" USING btree ("bank_id","member_id","mail_at") WHERE "notice"."mail_at" is not null;--> statement-breakpoint
CREATE INDEX "notice_by_age" ON "notice" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "offer_by_member" ON "offer" USING btree ("bank_id","member_id","id");--> statement-breakpoint
CREATE INDEX "offer_newest" ON "offer" USING btree ("bank_id","id") WHERE "offer"."listed";--> statement-breakpoint
CREATE INDEX "offer_newest_public" ON "offer" USING btree ("bank_id","kind","id") WHERE "offer"."listed" and "offer"."visibility" = 'public';--> statement-breakpoint
CREATE INDEX "offer_by_kind" ON "offer" USING btree ("bank_id","kind","id") WHERE "offer"."listed";--> statement-breakpoint
CREATE INDEX "offer_by_category" ON "offer" USING btree ("bank_id","kind","category","id") WHERE "offer"."listed";--> statement-breakpoint
CREATE INDEX "offer_by_words" ON "offer" USING gin ("words") WHERE "offer"."listed";--> statement-breakpoint
CREATE INDEX "offer_by_point" ON "offer" USING btree ("bank_id","latitude","longitude","id") WHERE "offer"."listed";--> statement-breakpoint
CREATE INDEX "offer_by_place" ON "offer" USING btree ("bank_id","place_key") WHERE "offer"."place_key" <> '' and "offer"."status" <> 'ended';--> statement-breakpoint
CREATE INDEX "offer_by_change" ON "offer" USING btree ("bank_id","change") WHERE "offer"."shared";--> statement-breakpoint
CREATE INDEX "offer_by_end" ON "offer" USING btree ("bank_id","expires_at") WHERE "offer"."listed";--> statement-breakpoint
CREATE INDEX "peer_offer_by_id" ON "peer_offer" USING btree ("bank_id","id");--> statement-breakpoint
CREATE INDEX "peer_offer_newest" ON "peer_offer" USING btree ("bank_id","pair_id","id");--> statement-breakpoint
CREATE INDEX "peer_offer_by_kind" ON "peer_offer" USING btree ("bank_id","pair_id","kind","id");--> statement-breakpoint
CREATE INDEX "peer_offer_by_category" ON "peer_offer" USING btree ("bank_id","pair_id","kind","category","id");--> statement-breakpoint
CREATE INDEX "peer_offer_by_words" ON "peer_offer" USING gin ("words");--> statement-breakpoint
CREATE INDEX "peer_offer_by_point" ON "peer_offer" USING btree ("bank_id","pair_id","latitude","longitude","id");--> statement-breakpoint
CREATE INDEX "peer_offer_by_round" ON "peer_offer" USING btree ("bank_id","pair_id","round");--> statement-breakpoint
CREATE UNIQUE INDEX "picture_by_offer" ON "picture" USING btree ("bank_id","offer_id");--> statement-breakpoint
CREATE INDEX "picture_by_member" ON "picture" USING btree ("bank_id","member_id");--> statement-breakpoint
CREATE INDEX "picture_unused" ON "picture" USING btree ("created_at") WHERE "picture"."offer_id" is null;--> statement-breakpoint
CREATE INDEX "journal_by_transfer" ON "journal_entry" USING btree ("bank_id","pair_id","transfer");--> statement-breakpoint
CREATE INDEX "journal_amends" ON "journal_entry" USING btree ("bank_id","pair_id","author","seq") WHERE "journal_entry"."kind" = 'Amend';--> statement-breakpoint
CREATE UNIQUE INDEX "pair_one_a_partner" ON "pair" USING btree ("bank_id","peer_bank") WHERE "pair"."status" not in ('closed', 'declined', 'withdrawn');--> statement-breakpoint
CREATE INDEX "pair_transfer_underway" ON "pair_transfer" USING btree ("bank_id","pair_id") WHERE "pair_transfer"."underway";--> statement-breakpoint
CREATE INDEX "application_waiting" ON "application" USING btree ("bank_id","status","id");--> statement-breakpoint
CREATE INDEX "attempt_over" ON "attempt" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "card_words" ON "card" USING btree ("bank_id","words_hash");--> statement-breakpoint
CREATE INDEX "card_of_person" ON "card" USING btree ("bank_id","person_id");--> statement-breakpoint
CREATE INDEX "hat_of_member" ON "hat" USING btree ("bank_id","member_id");--> statement-breakpoint
CREATE INDEX "join_link_of_member" ON "join_link" USING btree ("bank_id","member_id","id");--> statement-breakpoint
CREATE INDEX "passkey_of_person" ON "passkey" USING btree ("bank_id","person_id");--> statement-breakpoint
CREATE INDEX "passkey_challenge_over" ON "passkey_challenge" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "person_at_banks" ON "person" USING btree ("email") WHERE "person"."email" is not null;--> statement-breakpoint
CREATE INDEX "session_of_person" ON "session" USING btree ("bank_id","person_id");--> statement-breakpoint
CREATE INDEX "session_over" ON "session" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sign_in_code_over" ON "sign_in_code" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "waiting_hat_of_member" ON "waiting_hat" USING btree ("bank_id","member_id");--> statement-breakpoint
CREATE INDEX "exchange_message_of_exchange" ON "exchange_message" USING btree ("bank_id","pair_id","exchange_id");--> statement-breakpoint
CREATE INDEX "exchange_message_pending" ON "exchange_message" USING btree ("bank_id","pair_id","at") WHERE "exchange_message"."pending";--> statement-breakpoint
CREATE INDEX "transfer_by_member" ON "transfer" USING btree ("bank_id","member_id","id");--> statement-breakpoint
CREATE INDEX "transfer_by_receiver" ON "transfer" USING btree ("bank_id","counterparty","id") WHERE "transfer"."direction" = 'local';--> statement-breakpoint
CREATE INDEX "transfer_asked_here" ON "transfer" USING btree ("bank_id","counterparty","id") WHERE "transfer"."direction" = 'local' and "transfer"."status" = 'offered';--> statement-breakpoint
CREATE INDEX "transfer_unmoved" ON "transfer" USING btree ("bank_id","member_id","id") WHERE status in ('offered', 'accepted', 'held', 'declined', 'returned');--> statement-breakpoint
CREATE INDEX "transfer_by_detail" ON "transfer" USING btree ("bank_id","detail") WHERE "transfer"."direction" = 'in';--> statement-breakpoint
CREATE INDEX "transfer_unheld" ON "transfer" USING btree ("bank_id","pair_id") WHERE "transfer"."status" in ('offered', 'accepted');--> statement-breakpoint
CREATE VIEW "public"."standing_entry" AS (select "bank_id", "pair_id", "author", "epoch", "seq", "hash", "kind", "transfer", "minutes", "breach", "change", "ack_seq", "document", "at" from "journal_entry" where not exists (select 1 from "dropped_entry" d where d.bank_id = "journal_entry"."bank_id" and d.pair_id = "journal_entry"."pair_id"
        and d.author = "journal_entry"."author" and d.seq = "journal_entry"."seq" and d.epoch = "journal_entry"."epoch"));