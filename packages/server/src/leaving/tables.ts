/**
 * Every table in which something of a member stands: how it is found, and what becomes of it when they leave.
 *
 * Promises: a table with a column that names a member or a person has a row here; a test asks for it. What stays after
 * somebody has left names them by their id alone, or proves what is owed.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm';
import { textArray } from '../ledger/ledger.ts';

export interface Whose {
  readonly bankId: string;
  readonly memberId: string;
  /** The people who act for this member and for nobody else. */
  readonly personIds: readonly string[];
}

interface Held {
  /** Which rows, as a condition. */
  readonly rows: (whose: Whose) => SQL;
  /** Columns that are secret, or nothing to anybody. */
  readonly without?: readonly string[];
  /** Rows that are somebody else's and name the member too, and what the member sees of them. */
  readonly others?: { readonly rows: (whose: Whose) => SQL; readonly only: readonly string[] };
  /** `delete`, what is set, or why the rows stay as they are. What is set, is set in the rows of others too. */
  readonly leaving: 'delete' | SQL | ((whose: Whose) => SQL) | { readonly stays: string };
}

const mine = ({ memberId }: Whose) => sql`member_id = ${memberId}`;
const myPeople = ({ personIds }: Whose) => sql`person_id = any(${textArray(personIds)})`;
const myTransfers = ({ memberId }: Whose) =>
  sql`(member_id = ${memberId} or (direction = 'local' and counterparty = ${memberId}))`;
const myExchange = ({ memberId }: Whose) => sql`(giver_id = ${memberId} or receiver_id = ${memberId})`;
/** Exchanges by their id or address, found once for each side by its own index and not row by row. */
const myExchangeKeys = ({ bankId, memberId }: Whose, columns: 'id' | 'pair_id, url') => {
  const from = sql.raw(`select ${columns} from exchange where bank_id =`);
  return sql`${from} ${bankId} and giver_id = ${memberId} union all ${from} ${bankId} and receiver_id = ${memberId}`;
};
const myExchangeIds = (whose: Whose) => sql`(${myExchangeKeys(whose, 'id')})`;
const myTransferIds = ({ bankId, memberId }: Whose) =>
  sql`(select id from transfer where bank_id = ${bankId} and member_id = ${memberId}
    union all select id from transfer where bank_id = ${bankId} and direction = 'local' and counterparty = ${memberId})`;
/** Slips of other members on which this one is the other side. */
const aboutMe = (whose: Whose) =>
  sql`(member_id <> ${whose.memberId} and (subject_id in ${myTransferIds(whose)} or subject_id in ${myExchangeIds(whose)}
    or subject_id in (select g.id from gathering g where g.bank_id = ${whose.bankId} and g.host_id = ${whose.memberId})))`;
/** Who put an objection right stands there as a name alone; one that somebody else of the bank has too is left. */
const iSettled = ({ personIds }: Whose) =>
  sql`coalesce(settled_by in (select p.name from person p where p.bank_id = t.bank_id and p.id = any(${textArray(personIds)}))
    and settled_by not in (select p.name from person p where p.bank_id = t.bank_id and p.id <> all(${textArray(personIds)})), false)`;
const ofMyExchanges = (whose: Whose) => sql`exchange_id in ${myExchangeIds(whose)}`;
/**
 * Messages between two banks about a member's hours: a gift's name the transfer, a step's and its words the exchange.
 */
export const ofExchangesOf = (whose: Whose) =>
  sql`(t.pair_id, t.exchange_id) in (select x.pair_id, key from transfer x, unnest(array[x.id, x.url]) key
      where x.bank_id = ${whose.bankId} and x.member_id = ${whose.memberId} and x.pair_id is not null
    union all ${myExchangeKeys(whose, 'pair_id, url')})`;
/**
 * Letters to an address that goes with the member: of a person who goes, one that still waited for its owner, or the
 * one they asked to join with. Not to one by which somebody else of the bank comes in, or is to.
 */
const toMyAddress = ({ bankId, memberId, personIds }: Whose) =>
  sql`("to" in (select p.email from person p where p.bank_id = ${bankId} and p.id = any(${textArray(personIds)})
      union all select w.email from waiting_hat w where w.bank_id = ${bankId} and w.member_id = ${memberId}
      union all select a.email from application a where a.bank_id = ${bankId} and a.member_id = ${memberId})
    and not exists (select 1 from person p
      where p.bank_id = ${bankId} and p.email = t."to" and p.id <> all(${textArray(personIds)}))
    and not exists (select 1 from waiting_hat w
      where w.bank_id = ${bankId} and w.email = t."to" and w.member_id <> ${memberId}))`;
const account = ({ memberId }: Whose) => `member:${memberId}`;

/** What was said in an act or a state of an exchange, without its words: numbers, days and kinds stay. */
const worded = (column: string) => sql`regexp_replace(${sql.raw(column)}::text,
  '"(content|place|because)": "([^"\\\\]|\\\\.)*"', '"\\1": ""', 'g')::jsonb`;

/** Whoever leaves, as {@link eraseMember} has said to the transaction. */
const ME = sql`current_setting('evenhour.erases')`;

/** Names and words are the other one's too where they said them; the name of whoever left goes everywhere. */
export const TABLES: Readonly<Record<string, Held>> = {
  member: {
    rows: ({ memberId }) => sql`id = ${memberId}`,
    without: ['name_key'],
    leaving: sql`name = '', name_key = '', status = 'left', about = '', speaks = '', how_far = '', when_free = '',
      place = '', place_key = '', latitude = null, longitude = null, ask_for = '', website = '', email = '', phone = '', reach = '',
      reach_shown = false, language = ''`,
  },
  account: { rows: (w) => sql`id = ${account(w)}`, leaving: { stays: 'a figure under an id: the books must add up' } },
  posting: {
    rows: (w) => sql`(debit = ${account(w)} or credit = ${account(w)})`,
    leaving: { stays: 'minutes between two ids: the books must add up' },
  },
  transfer: {
    rows: myTransfers,
    leaving: sql`salt = null,
      content = case when member_id = ${ME} or exchange_id is not null then '' else content end,
      counterparty = case when direction = 'local' then counterparty else '' end,
      counterparty_name = case when member_id = ${ME} or counterparty = ${ME} then '' else counterparty_name end`,
  },
  exchange_message: {
    rows: (w) => sql`pending = false and ${ofExchangesOf(w)}`,
    leaving: sql`document = '', answer = case when answer is null then null else '' end`,
  },
  exchange: {
    rows: myExchange,
    leaving: sql`title = '', salt = null, state = ${worded('state')},
      giver_name = case when giver_id = ${ME} then '' else giver_name end,
      receiver_name = case when receiver_id = ${ME} then '' else receiver_name end,
      giver_address = case when giver_id = ${ME} then '' else giver_address end,
      receiver_address = case when receiver_id = ${ME} then '' else receiver_address end`,
  },
  exchange_step: { rows: ofMyExchanges, leaving: sql`act = ${worded('act')}, document = null, person_id = null` },
  exchange_talk: {
    rows: ofMyExchanges,
    leaving: 'delete',
  },
  receipt_link: {
    rows: (w) => sql`transfer_id in ${myTransferIds(w)}`,
    without: ['seed', 'hash'],
    leaving: 'delete',
  },
  offer: {
    rows: mine,
    without: ['words'],
    leaving: sql`title = '', text = '', place = '', place_key = '', latitude = null, longitude = null, when_words = '',
      words = ''::tsvector, status = 'ended', listed = false, picture_id = null, picture_text = ''`,
  },
  picture: { rows: mine, without: ['small'], leaving: 'delete' },
  gathering: {
    rows: ({ memberId }) => sql`host_id = ${memberId}`,
    leaving: sql`title = '', text = '', place = '', place_key = '', latitude = null, longitude = null`,
  },
  gathering_guest: { rows: mine, leaving: sql`name = '', address = '', shown = false` },
  gathering_calendar: { rows: mine, leaving: 'delete' },
  fund_request: { rows: mine, leaving: sql`content = '', because = ''` },
  broker_act: {
    rows: mine,
    others: { rows: (w) => sql`(${aboutMe(w)} or ${myPeople(w)} or ${iSettled(w)})`, only: ['id', 'kind', 'at'] },
    leaving: (w) => sql`what = case when member_id = ${ME} then '{}'
        when ${aboutMe(w)} then what - array['to', 'other', 'title'] else what end,
      reason = case when member_id = ${ME} then '' else reason end,
      objection = case when member_id = ${ME} and objection is not null then '' else objection end,
      settled_how = case when member_id = ${ME} and settled_how is not null then '' else settled_how end,
      person_name = case when ${myPeople(w)} then '' else person_name end,
      settled_by = case when ${iSettled(w)} then '' else settled_by end`,
  },
  notice: { rows: mine, leaving: 'delete' },
  notice_wish: { rows: mine, leaving: 'delete' },
  // Before those tables in which the addresses stand.
  mail: {
    rows: (w) => sql`(${mine(w)} or ${myPeople(w)} or ${toMyAddress(w)})`,
    without: ['text', 'unsubscribe'],
    leaving: 'delete',
  },
  member_key: { rows: mine, without: ['sealed'], leaving: 'delete' },
  follower: { rows: mine, leaving: 'delete' },
  outbox_post: { rows: mine, leaving: 'delete' },
  token: { rows: mine, without: ['hash'], leaving: 'delete' },
  join_link: { rows: mine, without: ['hash'], leaving: 'delete' },
  application: {
    rows: mine,
    others: {
      rows: ({ memberId }) => sql`(invited_by = ${memberId} and member_id is distinct from ${memberId})`,
      only: ['id', 'created_at'],
    },
    leaving: sql`name = case when member_id = ${ME} then '' else name end, about = case when member_id = ${ME} then '' else about end,
      email = case when member_id = ${ME} then '' else email end, phone = case when member_id = ${ME} then '' else phone end,
      reach = case when member_id = ${ME} then '' else reach end, sentence = case when member_id = ${ME} then '' else sentence end,
      invited_by = case when invited_by = ${ME} then '' else invited_by end`,
  },
  waiting_hat: { rows: mine, leaving: 'delete' },
  session: {
    rows: (w) => sql`(${mine(w)} or ${myPeople(w)})`,
    without: ['hash'],
    leaving: 'delete',
  },
  sign_in_code: { rows: myPeople, without: ['address', 'code_hash', 'link_hash', 'asker_hash'], leaving: 'delete' },
  passkey: { rows: myPeople, without: ['public_key'], leaving: 'delete' },
  passkey_challenge: { rows: myPeople, without: ['challenge'], leaving: 'delete' },
  card: { rows: myPeople, without: ['words_hash'], leaving: 'delete' },
  hat: { rows: (w) => sql`(${mine(w)} or ${myPeople(w)})`, leaving: 'delete' },
  person: { rows: ({ personIds }) => sql`id = any(${textArray(personIds)})`, leaving: 'delete' },
  leaving: { rows: mine, without: ['word'], leaving: { stays: 'says that it was done, and when' } },
};
