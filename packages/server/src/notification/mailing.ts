/**
 * Mails what waits for a member: one thing at once, or a digest.
 *
 * Promises: each notice is mailed once to everybody who acts for the member and has not said that they want no such
 * mail, and not any more when it was read on the page; an alarm reaches all of them. A digest tells of all the banks of
 * this node at which the reader has the same address and wants digests; banks elsewhere send their own. Addresses are
 * those that people have shown to be theirs.
 *
 * @module
 */
import { and, asc, eq, inArray, isNotNull, lte, or, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { DueHandler } from '../clock/due.ts';
import type { Queries } from '../db/database.ts';
import { hat, member, notice, noticeWish, person } from '../db/schema.ts';
import { queueMail } from '../mail/mail.ts';
import type { Seal } from '../node/seal.ts';
import { paths } from '../web/paths.ts';
import { isLanguage, type Language, type Words, wordsOf } from '../web/words.ts';
import { ALARMS } from './kinds.ts';
import type { NoticeRow } from './notices.ts';
import { DESK } from './notify.ts';
import { sayNotice } from './say.ts';
import { stopToken, type Told } from './stop.ts';
import { wishesOf } from './wishes.ts';

export interface MailingContext {
  readonly seal: Seal;
  /** A bank that this node may speak for now. */
  bank(id: string): Bank | undefined;
}

/** So many are told one by one. */
const IN_ONE_MAIL = 30;

/** What the clock does for the rows of `notify`; its subject is the member and the time. */
export function mailNotices(context: MailingContext): DueHandler {
  return async (tx, bank, subject, now) => {
    const memberId = subject.slice(0, subject.lastIndexOf(' '));
    const due = await tx
      .select()
      .from(notice)
      .where(and(eq(notice.bankId, bank.id), eq(notice.memberId, memberId), lte(notice.mailAt, now)))
      .orderBy(asc(notice.id))
      .for('update');
    await done(tx, due);
    const news = due.filter(({ readAt }) => readAt === null);
    if (news.length === 0) return;
    const { mail } = await wishesOf(tx, bank.id, memberId);
    const digest = mail === 'daily' || mail === 'weekly';
    const alarms = news.filter(({ kind }) => ALARMS.has(kind));
    for (const reader of await readersOf(tx, bank.id, memberId)) {
      const others = digest && reader.mailed ? await otherNews(context, tx, reader) : [];
      const own = (reader.mailed ? news : alarms).map((row) => ({ row, personId: reader.personId }));
      if (own.length > 0) await write(context, tx, bank, reader, [...own, ...others], now);
    }
  };
}

async function done(tx: Queries, rows: readonly NoticeRow[]): Promise<void> {
  if (rows.length === 0) return;
  const these = sql.join(
    rows.map(({ bankId, id }) => sql`(${bankId}, ${id})`),
    sql`, `,
  );
  await tx.update(notice).set({ mailAt: null }).where(sql`(${notice.bankId}, ${notice.id}) in (${these})`);
}

interface Reader {
  readonly email: string;
  readonly name: string;
  readonly bankId: string;
  readonly personId: string;
  readonly memberId: string;
  /** False: alarms alone. */
  readonly mailed: boolean;
  /** Of the member that is told; empty: the bank's. */
  readonly language: string;
}

/** What one letter tells, and who its reader is at that bank. */
interface News {
  readonly row: NoticeRow;
  readonly personId: string;
}

/** Who acts for a member, or looks after the desk, and has an address. */
async function readersOf(tx: Queries, bankId: string, memberId: string): Promise<Reader[]> {
  const rows = await tx
    .select({
      ...{ email: person.email, name: person.name, personId: person.id },
      ...{ mailed: hat.mailed, language: member.language },
    })
    .from(hat)
    .innerJoin(person, and(eq(person.bankId, hat.bankId), eq(person.id, hat.personId)))
    .leftJoin(member, and(eq(member.bankId, hat.bankId), eq(member.id, hat.memberId)))
    .where(
      and(
        eq(hat.bankId, bankId),
        eq(hat.memberId, memberId),
        isNotNull(person.email),
        memberId === DESK ? undefined : eq(member.status, 'active'),
      ),
    );
  return rows.map(({ email, language, ...row }) => ({
    ...{ ...row, bankId, memberId },
    ...{ email: email ?? '', language: language ?? '' },
  }));
}

/** Whether mail for a member would reach anybody. */
export async function hasReader(db: Queries, bankId: string, memberId: string): Promise<boolean> {
  return (await readersOf(db, bankId, memberId)).length > 0;
}

/** Takes what waits for the same address elsewhere on this node, where nobody else waits for it too. */
async function otherNews(context: MailingContext, tx: Queries, reader: Reader): Promise<News[]> {
  const own = sql`(select count(*) from ${hat} h where h.bank_id = ${hat.bankId} and h.member_id = ${hat.memberId}) = 1`;
  const rows = await tx
    .select({ row: notice, personId: person.id })
    .from(person)
    .innerJoin(hat, and(eq(hat.bankId, person.bankId), eq(hat.personId, person.id)))
    .innerJoin(noticeWish, and(eq(noticeWish.bankId, hat.bankId), eq(noticeWish.memberId, hat.memberId)))
    .innerJoin(notice, and(eq(notice.bankId, hat.bankId), eq(notice.memberId, hat.memberId), isNotNull(notice.mailAt)))
    .where(
      and(
        eq(person.email, reader.email),
        eq(hat.mailed, true),
        inArray(noticeWish.mail, ['daily', 'weekly']),
        or(sql`${notice.bankId} <> ${reader.bankId}`, sql`${notice.memberId} <> ${reader.memberId}`),
        sql`${hat.memberId} <> ${DESK}`,
        own,
      ),
    )
    .orderBy(asc(notice.id))
    .limit(10 * IN_ONE_MAIL)
    .for('update', { of: notice, skipLocked: true });
  const found = rows.filter(({ row }) => context.bank(row.bankId) !== undefined);
  await done(
    tx,
    found.map(({ row }) => row),
  );
  return found.filter(({ row }) => row.readAt === null);
}

/** `from` writes it; its own things come first. */
async function write(
  context: MailingContext,
  tx: Queries,
  from: Bank,
  reader: Reader,
  told: readonly News[],
  now: Date,
): Promise<void> {
  const news = told.map(({ row }) => row);
  const words = wordsOf(languageOf(reader.language, from));
  const banks = [...new Set(news.map(({ bankId }) => bankId))].flatMap((id) => context.bank(id) ?? []);
  const towns = words.list(banks.map(({ settings }) => settings.name));
  const sections = banks.flatMap((bank) => {
    const its = news.filter(({ bankId }) => bankId === bank.id);
    const head = banks.length === 1 ? [] : [words.t('notices.mail.townHead', { town: bank.settings.name })];
    return [...head, ...tellAll(words, bank, its, now)];
  });
  const { t } = words;
  const [only] = news;
  const subject =
    news.length === 1 && only !== undefined
      ? say(words, from, only, now)
      : t('notices.mail.subjectMany', { n: news.length, towns });
  const stop = linkToStop(context, from, told);
  const { phone } = from.settings;
  const why = reader.memberId === DESK ? t('notices.mail.whyDesk', { towns }) : t('notices.mail.why', { towns });
  const text = [
    t('notices.mail.hello', { name: reader.name }),
    ...sections,
    ...(phone === '' ? [] : [t('notices.mail.ring', { phone })]),
    ...(stop === undefined ? [] : [`${why}\n${stop}`]),
  ].join('\n\n');
  const { memberId, email: to } = reader;
  const unsubscribe = stop === undefined ? {} : { unsubscribe: stop };
  await queueMail(
    tx,
    from,
    { to, subject, text, kind: 'notices', memberId, language: words.language, ...unsubscribe },
    now,
  );
}

function languageOf(chosen: string, bank: Bank): Language {
  if (isLanguage(chosen)) return chosen;
  return isLanguage(bank.settings.language) ? bank.settings.language : 'en';
}

function tellAll(words: Words, bank: Bank, news: readonly NoticeRow[], now: Date): string[] {
  const told = news
    .slice(0, IN_ONE_MAIL)
    .map((row) => `${say(words, bank, row, now)}\n${bank.origin}${paths.notice(row.id)}`);
  const left = news.length - told.length;
  if (left === 0) return told;
  return [...told, `${words.t('notices.mail.more', { n: left })}\n${bank.origin}${paths.notices}`];
}

function say(words: Words, bank: Bank, row: NoticeRow, now: Date): string {
  return sayNotice(words, row, bank.settings.name, { timeZone: bank.settings.timeZone, now });
}

/** None for an alarm, which cannot be stopped. */
function linkToStop(context: MailingContext, from: Bank, news: readonly News[]): string | undefined {
  if (news.every(({ row }) => ALARMS.has(row.kind))) return undefined;
  const told = new Map(
    news.map(({ row: { bankId, memberId }, personId }): [string, Told] => [
      `${bankId} ${memberId}`,
      { bankId, memberId, personId },
    ]),
  );
  return `${from.origin}${paths.stopMail(stopToken(context.seal, [...told.values()]))}`;
}
