/**
 * Sessions: who came in at one bank, in a browser or with a program, for a while.
 *
 * Promises: a session is kept as a hash and says nothing at another bank; a browser's opens no API and a
 * program's no page; it is over after thirty days or at once when it is ended. A person sees their own sessions
 * and nobody else's. One that is over lets nobody in and is kept for half a year, so that its device is known again;
 * one that was taken from somebody is gone, and its device with it.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { and, desc, eq, gt, lte, ne, type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { session } from '../db/schema.ts';
import { Refused } from '../node/refused.ts';
import { type Caller, hashToken } from './tokens.ts';

/** Whose session it is; the fields of a {@link Caller} that do not follow from its secret. */
export type SessionOf =
  | { readonly role: 'operator'; readonly personId?: string }
  | { readonly role: 'member'; readonly memberId: string; readonly personId?: string };

export type SessionRow = typeof session.$inferSelect;

export interface Beginning {
  readonly how: SessionRow['how'];
  /** What the browser says about itself, or the name of the program. */
  readonly agent: string;
  readonly app?: boolean;
  /** When it is over, if that is decided already. */
  readonly until?: Date;
}

const SESSION_DAYS = 30;
/** How long a device is known after the last session there. */
const KNOWN_DAYS = 180;
const SECRET = { browser: /^es_[A-Za-z0-9_-]{32}$/, app: /^ea_[A-Za-z0-9_-]{32}$/ } as const;
/** That it was used is written at most so often. */
const SEEN_MINUTES = 10;

/** Begins a session and returns its secret: a browser's goes into a cookie, a program's is a bearer token. */
export async function beginSession(
  tx: Queries,
  bankId: string,
  who: SessionOf,
  { how, agent, app = false, until }: Beginning,
): Promise<string> {
  const secret = `${app ? 'ea' : 'es'}_${randomBytes(24).toString('base64url')}`;
  await tx.insert(session).values({
    bankId,
    hash: hashToken(secret),
    id: newId(),
    personId: who.personId ?? null,
    role: who.role,
    memberId: who.role === 'member' ? who.memberId : null,
    app,
    how,
    device: deviceOf(agent),
    expiresAt: until ?? sql`now() + ${SESSION_DAYS} * interval '1 day'`,
  });
  return secret;
}

/** Who a session's secret stands for now. */
export async function findSessionCaller(
  tx: Queries,
  bankId: string,
  secret: string,
  kind: 'browser' | 'app' = 'browser',
): Promise<Caller | null> {
  if (!SECRET[kind].test(secret)) return null;
  const tokenHash = hashToken(secret);
  const [row] = await tx
    .select({
      role: session.role,
      memberId: session.memberId,
      personId: session.personId,
      stale: sql<boolean>`${session.seenAt} < now() - ${SEEN_MINUTES} * interval '1 minute'`,
    })
    .from(session)
    .where(and(one(bankId, tokenHash), eq(session.app, kind === 'app'), lives()));
  if (row === undefined) return null;
  if (row.stale) await tx.update(session).set({ seenAt: sql`now()` }).where(one(bankId, tokenHash));
  const person = row.personId === null ? {} : { personId: row.personId };
  if (row.role === 'operator') return { role: 'operator', tokenHash, ...person };
  return { role: 'member', memberId: row.memberId ?? '', tokenHash, ...person };
}

/** A session that is not over, by the hash of its secret. */
export async function findSessionOf(tx: Queries, bankId: string, hash: string): Promise<SessionRow | undefined> {
  const [row] = await tx
    .select()
    .from(session)
    .where(and(one(bankId, hash), lives()));
  return row;
}

/** Ends a session, by the hash of its secret. Its device stays known. */
export async function endSessionOf(tx: Queries, bankId: string, hash: string): Promise<void> {
  await tx
    .update(session)
    .set({ expiresAt: sql`now()` })
    .where(and(one(bankId, hash), lives()));
}

/** On which devices a person has come in, as {@link deviceOf} names them; of sessions that are over too. */
export async function devicesOf(tx: Queries, bankId: string, personId: string): Promise<ReadonlySet<string>> {
  const rows = await tx.selectDistinct({ device: session.device }).from(session).where(ofPerson(bankId, personId));
  return new Set(rows.map(({ device }) => device));
}

/** A person's sessions, the latest first. */
export async function sessionsOf(tx: Queries, bankId: string, personId: string): Promise<SessionRow[]> {
  return tx
    .select()
    .from(session)
    .where(and(ofPerson(bankId, personId), lives()))
    .orderBy(desc(session.seenAt), desc(session.id))
    .limit(100);
}

/** Takes one of a person's own sessions. Refuses `not_found`. */
export async function endOwnSession(tx: Queries, bankId: string, personId: string, id: string): Promise<SessionRow> {
  const [ended] = await tx
    .delete(session)
    .where(and(ofPerson(bankId, personId), eq(session.id, id), lives()))
    .returning();
  if (ended === undefined) throw new Refused('not_found');
  return ended;
}

/** Takes all of a person's sessions but the one with this hash. Returns how many were not over. */
export async function endOtherSessions(
  tx: Queries,
  bankId: string,
  personId: string,
  keepHash: string,
): Promise<number> {
  const ended = await tx
    .delete(session)
    .where(and(ofPerson(bankId, personId), ne(session.hash, keepHash)))
    .returning({ lived: sql<boolean>`${lives()}` });
  return ended.filter(({ lived }) => lived).length;
}

/** Takes a person's sessions: those that wear one hat, or those that began in one way. */
export async function endSessionsWith(
  tx: Queries,
  bankId: string,
  personId: string,
  which: { readonly memberId: string } | { readonly how: SessionRow['how'] },
): Promise<void> {
  const chosen: SQL | undefined =
    'how' in which
      ? eq(session.how, which.how)
      : which.memberId === ''
        ? eq(session.role, 'operator')
        : eq(session.memberId, which.memberId);
  await tx.delete(session).where(and(ofPerson(bankId, personId), chosen));
}

/** Takes away sessions that have long been over, of all banks. */
export async function sweepSessions(tx: Queries): Promise<void> {
  await tx.delete(session).where(lte(session.expiresAt, sql`now() - ${KNOWN_DAYS} * interval '1 day'`));
}

const one = (bankId: string, hash: string) => and(eq(session.bankId, bankId), eq(session.hash, hash));
const lives = () => gt(session.expiresAt, sql`now()`);
const ofPerson = (bankId: string, personId: string) => and(eq(session.bankId, bankId), eq(session.personId, personId));

const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ['Edge', /\bEdgA?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS|Chromium)\//],
  ['Safari', /\bSafari\//],
];
const MACHINES: readonly (readonly [string, RegExp])[] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['Mac', /\bMacintosh\b/],
  ['Linux', /\bLinux\b/],
];

/** The browser and the machine by the names on their boxes, such as `Firefox, Android`; empty when neither is known. */
export function deviceOf(agent: string): string {
  const named = (of: typeof BROWSERS) => of.find(([, sign]) => sign.test(agent))?.[0];
  return [named(BROWSERS), named(MACHINES)].filter((name) => name !== undefined).join(', ');
}
