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
	"silent_days" integer DEFAULT 30 NOT NULL,
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
CREATE TABLE "account" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
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
CREATE TABLE "member" (
	"bank_id" text NOT NULL,
	"id" text NOT NULL,
	"handle" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"about" text DEFAULT '' NOT NULL,
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
	"purpose" text DEFAULT 'gift' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "transfer_bank_id_id_pk" PRIMARY KEY("bank_id","id"),
	CONSTRAINT "transfer_url" UNIQUE("bank_id","url"),
	CONSTRAINT "transfer_transfer" UNIQUE("bank_id","transfer")
);
--> statement-breakpoint
ALTER TABLE "bank_key" ADD CONSTRAINT "bank_key_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member" ADD CONSTRAINT "member_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "token" ADD CONSTRAINT "token_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pair" ADD CONSTRAINT "pair_bank_id_bank_id_fk" FOREIGN KEY ("bank_id") REFERENCES "public"."bank"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "posting_hold_ends_once" ON "posting" USING btree ("bank_id","hold_id") WHERE "posting"."hold_id" is not null;--> statement-breakpoint
CREATE INDEX "posting_by_debit" ON "posting" USING btree ("bank_id","debit","id");--> statement-breakpoint
CREATE INDEX "posting_by_credit" ON "posting" USING btree ("bank_id","credit","id");--> statement-breakpoint
CREATE INDEX "journal_by_transfer" ON "journal_entry" USING btree ("bank_id","pair_id","transfer");--> statement-breakpoint
CREATE INDEX "journal_amends" ON "journal_entry" USING btree ("bank_id","pair_id","author","seq") WHERE "journal_entry"."kind" = 'Amend';--> statement-breakpoint
CREATE UNIQUE INDEX "pair_one_a_partner" ON "pair" USING btree ("bank_id","peer_bank") WHERE "pair"."status" not in ('closed', 'declined', 'withdrawn');--> statement-breakpoint
CREATE INDEX "pair_transfer_underway" ON "pair_transfer" USING btree ("bank_id","pair_id") WHERE "pair_transfer"."underway";--> statement-breakpoint
CREATE INDEX "exchange_message_answers" ON "exchange_message" USING btree ("bank_id","pair_id","exchange_id") WHERE "exchange_message"."direction" = 'out';--> statement-breakpoint
CREATE INDEX "exchange_message_pending" ON "exchange_message" USING btree ("bank_id","pair_id","at") WHERE "exchange_message"."pending";--> statement-breakpoint
CREATE INDEX "transfer_by_member" ON "transfer" USING btree ("bank_id","member_id","id");--> statement-breakpoint
CREATE INDEX "transfer_by_detail" ON "transfer" USING btree ("bank_id","detail") WHERE "transfer"."direction" = 'in';--> statement-breakpoint
CREATE INDEX "transfer_unheld" ON "transfer" USING btree ("bank_id","pair_id") WHERE "transfer"."status" in ('offered', 'accepted');--> statement-breakpoint
CREATE VIEW "public"."standing_entry" AS (select "bank_id", "pair_id", "author", "epoch", "seq", "hash", "kind", "transfer", "minutes", "breach", "change", "ack_seq", "document", "at" from "journal_entry" where not exists (select 1 from "dropped_entry" d where d.bank_id = "journal_entry"."bank_id" and d.pair_id = "journal_entry"."pair_id"
        and d.author = "journal_entry"."author" and d.seq = "journal_entry"."seq" and d.epoch = "journal_entry"."epoch"));