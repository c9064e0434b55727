/**
 * How somebody comes to belong to a bank: by an invitation, by asking, or through the desk.
 *
 * Promises: an invitation lets in as many as it says and not one more, however many come at once; asking tells
 * nothing about who belongs already; whoever is taken in gets a way to come in, by mail or on a card.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { and, asc, desc, eq, gt, isNull, sql } from 'drizzle-orm';
import { drawWords, hashWords, issueCard } from '../auth/cards.ts';
import { type Here, readAddress, sendWelcome } from '../auth/codes.ts';
import { hashToken } from '../auth/tokens.ts';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { application, joinLink, member } from '../db/schema.ts';
import { queueMail } from '../mail/mail.ts';
import { Refused } from '../node/refused.ts';
import { notify } from '../notification/notify.ts';
import { languageOr, wordsOf } from '../web/words.ts';
import { handlesFor } from './handles.ts';
import { addMember, type MemberRow } from './members.ts';
import { addPerson, DESK_HAT, giveHat } from './people.ts';
import { updateProfile } from './profile.ts';

export type JoinLinkRow = typeof joinLink.$inferSelect;
export type ApplicationRow = typeof application.$inferSelect;

/** Who wants to belong. Texts may be empty, save the name and one way to reach them. */
export interface Newcomer {
  readonly name: string;
  readonly kind: 'person' | 'household' | 'organisation';
  readonly about: string;
  readonly email: string;
  readonly phone: string;
  readonly reach: string;
  /** Of the pages, as `es`. */
  readonly language: string;
}

const DAY_MS = 86_400_000;
const MOST_LINKS = 20;
const REFUSED_KEPT_DAYS = 90;

const joinPath = (secret: string) => `/join/${secret}`;

/** Makes a link. `memberId` is who invites; empty for the desk. Refuses `invalid_request` when too many are open. */
export async function makeJoinLink(
  tx: Queries,
  bank: Bank,
  { memberId, uses, days }: { readonly memberId: string; readonly uses: number; readonly days: number },
): Promise<{ row: JoinLinkRow; link: string }> {
  const open = (await joinLinksOf(tx, bank.id, memberId)).length;
  if (memberId !== '' && open >= MOST_LINKS)
    throw new Refused('invalid_request', { field: 'link', reason: 'too many' });
  const secret = randomBytes(24).toString('base64url');
  const [row] = await tx
    .insert(joinLink)
    .values({
      bankId: bank.id,
      id: newId(),
      hash: hashToken(secret),
      memberId,
      left: uses,
      expiresAt: new Date(Date.now() + days * DAY_MS),
    })
    .returning();
  return { row: row as JoinLinkRow, link: `${bank.origin}${joinPath(secret)}` };
}

const isOpen = and(isNull(joinLink.revokedAt), gt(joinLink.left, 0), gt(joinLink.expiresAt, sql`now()`));

/** Links that still let somebody in, newest first. */
export async function joinLinksOf(tx: Queries, bankId: string, memberId: string): Promise<JoinLinkRow[]> {
  return tx
    .select()
    .from(joinLink)
    .where(and(eq(joinLink.bankId, bankId), eq(joinLink.memberId, memberId), isOpen))
    .orderBy(desc(joinLink.id))
    .limit(MOST_LINKS);
}

/** Refuses `not_found` for a link that is somebody else's; the desk (`null`) may end any. */
export async function revokeJoinLink(
  tx: Queries,
  bankId: string,
  id: string,
  memberId: string | null,
): Promise<JoinLinkRow> {
  const [row] = await tx
    .update(joinLink)
    .set({ revokedAt: sql`now()` })
    .where(
      and(
        eq(joinLink.bankId, bankId),
        eq(joinLink.id, id),
        memberId === null ? undefined : eq(joinLink.memberId, memberId),
      ),
    )
    .returning();
  if (row === undefined) throw new Refused('not_found');
  return row;
}

/** Who invites by this link: a member's name, or empty for the desk. Refuses `not_found`, also when it is over. */
export async function readJoinLink(tx: Queries, bankId: string, secret: string): Promise<{ readonly inviter: string }> {
  const [row] = await tx
    .select({ name: member.name })
    .from(joinLink)
    .leftJoin(member, and(eq(member.bankId, joinLink.bankId), eq(member.id, joinLink.memberId)))
    .where(and(eq(joinLink.bankId, bankId), eq(joinLink.hash, hashToken(secret)), isOpen));
  if (row === undefined) throw new Refused('not_found');
  return { inviter: row.name ?? '' };
}

/** A new member, and the words of a card when no address for mail is known. */
export interface Welcomed {
  readonly member: MemberRow;
  /** Set when they came in without an address. */
  readonly personId: string | null;
  readonly cardWords: readonly string[] | null;
}

/** The words of a card and what is kept of them, made before a transaction because that takes a while. */
export interface CardReady {
  readonly words: readonly string[];
  readonly hash: string;
}

export async function prepareCard({ seal }: Pick<Here, 'seal'>, bank: Bank, language: string): Promise<CardReady> {
  const words = drawWords(languageOr(language, bank));
  return { words, hash: await hashWords(seal, bank.id, words.join(' ')) };
}

/** Joins by a link: at once, or with a coordinator's yes where the bank wants one for a member's invitation. */
export async function joinByLink(
  tx: Queries,
  here: Pick<Here, 'seal'>,
  bank: Bank,
  secret: string,
  given: Newcomer,
  ready: CardReady,
): Promise<Welcomed | null> {
  const [used] = await tx
    .update(joinLink)
    .set({ left: sql`${joinLink.left} - 1` })
    .where(and(eq(joinLink.bankId, bank.id), eq(joinLink.hash, hashToken(secret)), isOpen))
    .returning();
  if (used === undefined) throw new Refused('not_found');
  const newcomer = reachable(given);
  if (used.memberId !== '' && bank.settings.invitedNeedYes) {
    await apply(tx, bank, newcomer, used.memberId);
    return null;
  }
  const welcomed = await takeIn(tx, here, bank, newcomer, '', ready);
  if (used.memberId !== '')
    await notify(tx, bank, {
      memberId: used.memberId,
      kind: 'invited_joined',
      facts: { name: welcomed.member.name },
      href: `/members/${welcomed.member.id}`,
    });
  return welcomed;
}

/** Asks to join. `invitedBy` is a member's id, or empty. */
export async function apply(tx: Queries, bank: Bank, given: Newcomer, invitedBy = ''): Promise<ApplicationRow> {
  const [row] = await tx
    .insert(application)
    .values({ bankId: bank.id, id: newId(), ...reachable(given), invitedBy })
    .returning();
  const asked = row as ApplicationRow;
  await notify(tx, bank, {
    memberId: DESK_HAT,
    kind: 'application_waiting',
    facts: { name: given.name },
    href: `/console/members#${asked.id}`,
  });
  return asked;
}

/** Refuses `invalid_request` without any way to reach them, or with an address that cannot be one. */
function reachable(given: Newcomer): Newcomer {
  if (given.email === '' && given.phone === '' && given.reach === '')
    throw new Refused('invalid_request', { field: 'phone', reason: 'say how you can be reached' });
  return { ...given, email: given.email === '' ? '' : readAddress(given.email) };
}

/** Applications that wait, oldest first. */
export async function waitingApplications(
  tx: Queries,
  bankId: string,
  after: string | undefined,
  limit: number,
): Promise<(ApplicationRow & { readonly inviterName: string })[]> {
  const rows = await tx
    .select({ row: application, inviterName: member.name })
    .from(application)
    .leftJoin(member, and(eq(member.bankId, application.bankId), eq(member.id, application.invitedBy)))
    .where(
      and(
        eq(application.bankId, bankId),
        eq(application.status, 'waiting'),
        after === undefined ? undefined : gt(application.id, after),
      ),
    )
    .orderBy(asc(application.id))
    .limit(limit);
  return rows.map(({ row, inviterName }) => ({ ...row, inviterName: inviterName ?? '' }));
}

/** The language of an application; empty when there is none. */
export async function languageAsked(tx: Queries, bankId: string, id: string): Promise<string> {
  const [row] = await tx
    .select({ language: application.language })
    .from(application)
    .where(and(eq(application.bankId, bankId), eq(application.id, id)));
  return row?.language ?? '';
}

export interface Decision {
  readonly yes: boolean;
  /** What they are told. */
  readonly sentence: string;
}

/** Says yes or no, once. Refuses `not_found`, and `already_answered` when somebody was quicker. */
export async function decide(
  tx: Queries,
  here: Pick<Here, 'seal'>,
  bank: Bank,
  id: string,
  { yes, sentence }: Decision,
  ready: CardReady,
): Promise<{ readonly row: ApplicationRow; readonly welcomed: Welcomed | null }> {
  const mine = and(eq(application.bankId, bank.id), eq(application.id, id));
  const [row] = await tx
    .update(application)
    .set({ status: yes ? 'yes' : 'no', sentence, decidedAt: sql`now()` })
    .where(and(mine, eq(application.status, 'waiting')))
    .returning();
  if (row === undefined) {
    const [known] = await tx.select({ id: application.id }).from(application).where(mine);
    throw new Refused(known === undefined ? 'not_found' : 'already_answered');
  }
  if (!yes) {
    if (row.email !== '') await sendNo(tx, bank, row);
    return { row, welcomed: null };
  }
  const welcomed = await takeIn(tx, here, bank, row, sentence, ready);
  await tx.update(application).set({ memberId: welcomed.member.id }).where(mine);
  if (row.invitedBy !== '')
    await notify(tx, bank, {
      memberId: row.invitedBy,
      kind: 'invited_joined',
      facts: { name: row.name },
      href: `/members/${welcomed.member.id}`,
    });
  return { row: { ...row, memberId: welcomed.member.id }, welcomed };
}

/** Takes away, in all banks, those who were told no and are no member: how to reach them is of no more use. */
export async function sweepApplications(db: Queries): Promise<void> {
  await db
    .delete(application)
    .where(
      and(
        eq(application.status, 'no'),
        isNull(application.memberId),
        sql`${application.decidedAt} < now() - ${REFUSED_KEPT_DAYS} * interval '1 day'`,
      ),
    );
}

async function sendNo(tx: Queries, bank: Bank, { email, name, sentence, language }: ApplicationRow): Promise<void> {
  const spoken = languageOr(language, bank);
  const { t } = wordsOf(spoken);
  const town = bank.settings.name;
  await queueMail(tx, bank, {
    to: email,
    kind: 'joining',
    language: spoken,
    subject: t('letters.noSubject', { town }),
    text: t('letters.noText', { town, name, sentence: sentence === '' ? t('letters.noSentence') : sentence }),
  });
}

/**
 * Takes somebody in: a member with an account, and the first way in. With an address for mail that is a link, and
 * whoever shows that the address is theirs gets the hat; without one it is a card.
 */
export async function takeIn(
  tx: Queries,
  here: Pick<Here, 'seal'>,
  bank: Bank,
  given: Newcomer & { readonly handle?: string },
  sentence: string,
  ready: CardReady,
): Promise<Welcomed> {
  const { name, kind, about, phone, reach, language, email } = given;
  const handle = given.handle ?? handlesFor(name);
  const { id } = await addMember(tx, bank, { handle, name, kind, about });
  const row = await updateProfile(tx, bank.id, id, { email, phone, reach, language });
  if (email !== '') {
    await giveHat(tx, bank.id, { email, name, memberId: id, role: 'acts' });
    await sendWelcome(tx, here, bank, { email, name, sentence, language: languageOr(language, bank) });
    return { member: row, personId: null, cardWords: null };
  }
  const { id: personId } = await addPerson(tx, bank.id, name);
  await giveHat(tx, bank.id, { personId, memberId: id, role: 'acts' });
  await issueCard(tx, bank.id, personId, ready.hash);
  return { member: row, personId, cardWords: ready.words };
}
