-- What the database itself holds, whatever the program does.
--
-- 1. Postings, journal entries and evidence are only ever inserted.
-- 2. Balances change by postings only, and by exactly what the postings say.
-- 3. A hold ends once, with at most what it promised.
-- 4. An account never falls below its floor or rises above its ceiling by a new posting.
-- 5. What a bank owes and has promised a partner rises only within the partner's limit.
--
-- A recovery takes in again what both banks had signed before the backup was restored. It says so in its own
-- transaction, and only there 4 and 5 are not asked: they were, when it was signed.
--
-- Errors carry one of the SQLSTATEs EH001 to EH006, and the account or pair in DETAIL.

CREATE FUNCTION evenhour_only_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'EH001';
END $$;
--> statement-breakpoint
CREATE TRIGGER posting_immutable BEFORE UPDATE OR DELETE ON posting FOR EACH ROW EXECUTE FUNCTION evenhour_only_insert();
--> statement-breakpoint
CREATE TRIGGER posting_no_truncate BEFORE TRUNCATE ON posting EXECUTE FUNCTION evenhour_only_insert();
--> statement-breakpoint
CREATE TRIGGER journal_entry_immutable BEFORE UPDATE OR DELETE ON journal_entry FOR EACH ROW EXECUTE FUNCTION evenhour_only_insert();
--> statement-breakpoint
CREATE TRIGGER journal_entry_no_truncate BEFORE TRUNCATE ON journal_entry EXECUTE FUNCTION evenhour_only_insert();
--> statement-breakpoint
CREATE TRIGGER evidence_immutable BEFORE UPDATE OR DELETE ON evidence FOR EACH ROW EXECUTE FUNCTION evenhour_only_insert();
--> statement-breakpoint
CREATE TRIGGER evidence_no_truncate BEFORE TRUNCATE ON evidence EXECUTE FUNCTION evenhour_only_insert();
--> statement-breakpoint
CREATE TRIGGER account_no_delete BEFORE DELETE ON account FOR EACH ROW EXECUTE FUNCTION evenhour_only_insert();
--> statement-breakpoint
CREATE TRIGGER account_no_truncate BEFORE TRUNCATE ON account EXECUTE FUNCTION evenhour_only_insert();
--> statement-breakpoint

ALTER TABLE posting
  ADD CONSTRAINT posting_minutes_positive CHECK (CASE WHEN kind = 'void' THEN minutes = 0 ELSE minutes > 0 END),
  ADD CONSTRAINT posting_two_accounts CHECK (debit <> credit),
  ADD CONSTRAINT posting_ends_a_hold CHECK ((kind IN ('post', 'void')) = (hold_id IS NOT NULL) AND (hold_id IS NULL) = (held_minutes IS NULL)),
  ADD CONSTRAINT posting_within_hold CHECK (hold_id IS NULL OR (held_minutes > 0 AND minutes <= held_minutes)),
  ADD CONSTRAINT posting_kind CHECK (kind IN ('direct', 'hold', 'post', 'void'));
--> statement-breakpoint
ALTER TABLE account
  ADD CONSTRAINT account_held CHECK (held >= 0),
  ADD CONSTRAINT account_balance CHECK (balance = came - given),
  ADD CONSTRAINT account_time CHECK (given_time <= given AND came_time <= came),
  ADD CONSTRAINT account_range CHECK (floor IS NULL OR ceiling IS NULL OR floor <= ceiling);
--> statement-breakpoint

CREATE FUNCTION evenhour_recovers() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(current_setting('evenhour.recovers', true), '') = 'yes'
$$;
--> statement-breakpoint

CREATE FUNCTION evenhour_account_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF (NEW.given, NEW.came, NEW.given_time, NEW.came_time, NEW.balance, NEW.held) <> (0, 0, 0, 0, 0, 0) THEN
      RAISE EXCEPTION 'an account begins with nothing' USING ERRCODE = 'EH002', DETAIL = NEW.id;
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.given, NEW.came, NEW.given_time, NEW.came_time, NEW.balance, NEW.held)
      IS DISTINCT FROM (OLD.given, OLD.came, OLD.given_time, OLD.came_time, OLD.balance, OLD.held) THEN
    IF pg_trigger_depth() < 2 THEN
      RAISE EXCEPTION 'balances change by postings only' USING ERRCODE = 'EH002', DETAIL = NEW.id;
    END IF;
    IF NEW.balance - NEW.held < OLD.balance - OLD.held AND NEW.balance - NEW.held < NEW.floor AND NOT evenhour_recovers() THEN
      RAISE EXCEPTION 'not enough hours' USING ERRCODE = 'EH003', DETAIL = NEW.id;
    END IF;
    IF NEW.balance > OLD.balance AND NEW.balance > NEW.ceiling AND NOT evenhour_recovers() THEN
      RAISE EXCEPTION 'the account is full' USING ERRCODE = 'EH004', DETAIL = NEW.id;
    END IF;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER account_guard BEFORE INSERT OR UPDATE ON account FOR EACH ROW EXECUTE FUNCTION evenhour_account_guard();
--> statement-breakpoint

-- Accounts are locked in the order of their ids. That they are there is asked here, for a whole run at once: accounts and
-- postings are never removed, so foreign keys would only ask the same again for each row.
CREATE FUNCTION evenhour_apply_postings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM (SELECT bank_id, debit AS id FROM new_posting UNION SELECT bank_id, credit FROM new_posting) named
    WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.bank_id = named.bank_id AND a.id = named.id)
  ) THEN
    RAISE EXCEPTION 'a posting names an account that is not there' USING ERRCODE = '23503';
  END IF;
  IF EXISTS (
    SELECT 1 FROM new_posting p LEFT JOIN posting h ON h.bank_id = p.bank_id AND h.id = p.hold_id
    WHERE p.hold_id IS NOT NULL
      AND (h.kind IS DISTINCT FROM 'hold' OR h.minutes <> p.held_minutes OR h.debit <> p.debit OR h.credit <> p.credit)
  ) THEN
    RAISE EXCEPTION 'a posting does not match its hold' USING ERRCODE = 'EH005';
  END IF;
  PERFORM 1 FROM account a
    WHERE (a.bank_id, a.id) IN (SELECT bank_id, debit FROM new_posting UNION SELECT bank_id, credit FROM new_posting WHERE kind IN ('direct', 'post'))
    ORDER BY a.bank_id, a.id FOR NO KEY UPDATE;
  WITH moved AS (
    SELECT p.*, coalesce(t.purpose NOT IN ('gift', 'test', 'test_back', 'leaving'), false) AS for_time
    FROM new_posting p LEFT JOIN transfer t ON t.bank_id = p.bank_id AND t.id = p.transfer_id
    WHERE p.kind IN ('direct', 'post')
  )
  UPDATE account a SET given = a.given + d.given, came = a.came + d.came, balance = a.balance + d.came - d.given, held = a.held + d.held,
    given_time = a.given_time + coalesce(d.given_time, 0), came_time = a.came_time + coalesce(d.came_time, 0)
  FROM (
    SELECT bank_id, id, sum(given)::bigint AS given, sum(came)::bigint AS came, sum(held)::bigint AS held,
      sum(given) FILTER (WHERE for_time)::bigint AS given_time, sum(came) FILTER (WHERE for_time)::bigint AS came_time
    FROM (
      SELECT bank_id, debit AS id, minutes AS given, 0 AS came, -coalesce(held_minutes, 0) AS held, for_time FROM moved
      UNION ALL
      SELECT bank_id, credit, 0, minutes, 0, for_time FROM moved
      UNION ALL
      SELECT bank_id, debit, 0, 0, minutes, false FROM new_posting WHERE kind = 'hold'
      UNION ALL
      SELECT bank_id, debit, 0, 0, -held_minutes, false FROM new_posting WHERE kind = 'void'
    ) parts GROUP BY bank_id, id
  ) d
  WHERE a.bank_id = d.bank_id AND a.id = d.id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER posting_apply AFTER INSERT ON posting REFERENCING NEW TABLE AS new_posting FOR EACH STATEMENT EXECUTE FUNCTION evenhour_apply_postings();
--> statement-breakpoint

-- A limit that the partner lowers later does not undo what was promised before, so only a rise is checked.
CREATE FUNCTION evenhour_pair_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.debt_minutes + NEW.open_minutes > OLD.debt_minutes + OLD.open_minutes
     AND NEW.debt_minutes + NEW.open_minutes > NEW.limit_minutes AND NOT evenhour_recovers() THEN
    RAISE EXCEPTION 'the partner honours fewer hours than this' USING ERRCODE = 'EH006', DETAIL = NEW.id;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER pair_guard BEFORE UPDATE ON pair FOR EACH ROW EXECUTE FUNCTION evenhour_pair_guard();
--> statement-breakpoint
-- Words that look alike, for searches with typing mistakes. The owner of a database may add this extension.
create extension if not exists pg_trgm;
--> statement-breakpoint
create index offer_word_alike on offer_word using gin (word gin_trgm_ops);
--> statement-breakpoint

-- What a coordinator wrote down stays. Beside it an objection and how it was settled are written once.
CREATE FUNCTION evenhour_broker_act_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  objection text[] := array['objected_at', 'objected_how', 'objection'];
  settling text[] := array['settled_at', 'settled_how', 'settled_by'];
  words text[] := array['what', 'reason', 'objection', 'settled_how', 'settled_by', 'person_name'];
BEGIN
  -- What a slip says of somebody goes with them; that there was one stays. On the slips of others their name goes.
  IF coalesce(current_setting('evenhour.erases', true), '') <> ''
     AND to_jsonb(NEW) - words = to_jsonb(OLD) - words
     AND NEW.person_name IN ('', OLD.person_name)
     AND (NEW.settled_by IS NOT DISTINCT FROM OLD.settled_by OR NEW.settled_by = '')
     AND ((OLD.member_id = current_setting('evenhour.erases') AND NEW.reason = '' AND NEW.what = '{}'::jsonb)
       OR ((NEW.reason, NEW.objection, NEW.settled_how) IS NOT DISTINCT FROM (OLD.reason, OLD.objection, OLD.settled_how)
         AND NEW.what IN (OLD.what, OLD.what - array['to', 'other', 'title']))) THEN
    RETURN NEW;
  END IF;
  IF to_jsonb(NEW) - objection - settling IS DISTINCT FROM to_jsonb(OLD) - objection - settling
     OR (OLD.objected_at IS NOT NULL AND to_jsonb(NEW) - settling IS DISTINCT FROM to_jsonb(OLD) - settling)
     OR (OLD.settled_at IS NOT NULL AND to_jsonb(NEW) IS DISTINCT FROM to_jsonb(OLD)) THEN
    RAISE EXCEPTION 'what was written down for a member is never changed' USING ERRCODE = 'EH001';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER broker_act_guard BEFORE UPDATE ON broker_act FOR EACH ROW EXECUTE FUNCTION evenhour_broker_act_guard();
--> statement-breakpoint
CREATE TRIGGER broker_act_no_delete BEFORE DELETE ON broker_act FOR EACH ROW EXECUTE FUNCTION evenhour_only_insert();
--> statement-breakpoint
CREATE TRIGGER broker_act_no_truncate BEFORE TRUNCATE ON broker_act EXECUTE FUNCTION evenhour_only_insert();
