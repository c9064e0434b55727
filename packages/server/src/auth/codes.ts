/**
 * Six figures by mail, and the link beside them: to come in, and to come in by another address from now on.
 *
 * Promises: what is answered, and how long it takes, is the same whether the address is known or not; the figures
 * count only where they were asked for, ten minutes long and for five attempts, the link wherever its button is
 * pressed; figures and link come to an end together, and of two that use them at once one comes in.
 *
 * @module
 */
import { createHmac, randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { and, eq, gt, isNull, lt, lte, type SQL, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { mail, signInCode } from '../db/schema.ts';
import { mailAddress } from '../mail/address.ts';
import { queueMail, SIGN_IN_CODE } from '../mail/mail.ts';
import { findPerson, hasOwner, isAwaited, type PersonRow, personOf, setAddress } from '../member/people.ts';
import type { NodeContext } from '../node/env.ts';
import { Refused } from '../node/refused.ts';
import { DESK, notify } from '../notification/notify.ts';
import { type Language, wordsOf } from '../web/words.ts';
import { countAttempt, giveBack } from './attempts.ts';
import { hashToken } from './tokens.ts';

export type Here = Pick<NodeContext, 'database' | 'seal'>;

const CODE_MINUTES = 10;
const MOST_WRONG = 5;
/** The first way in of a new member waits for them so long. */
const WELCOME_DAYS = 7;
/** No request for a code is answered sooner: writing a mail must not show in the time. */
const LEAST_MS = 250;

/** Why an address is not asked for: the person has it. */
export const YOURS = 'you come in by it';

/**
 * Where the link of a mail leads; the page there has one button, so that a program that looks at links comes in
 * nowhere.
 */
export const linkPath = (secret: string) => `/sign-in/link/${secret}`;

/** An address as it is kept and compared. Refuses `invalid_request`. */
export function readAddress(text: string): string {
  const address = mailAddress(text)?.toLowerCase();
  if (address === undefined)
    throw new Refused('invalid_request', { field: 'email', reason: 'not an address for mail' });
  return address;
}

export interface CodeRequest {
  readonly email: string;
  readonly language: Language;
  /** Where the request came from. */
  readonly source: string;
}

/**
 * Sends a code to whoever comes in by this address, if anybody does. Returns the secret that stands for the request:
 * the figures count only together with it. Refuses `invalid_request`, `too_many_requests`.
 */
export async function requestCode({ database, seal }: Here, bank: Bank, asked: CodeRequest): Promise<string> {
  const email = readAddress(asked.email);
  await countAttempt(database.db, bank.id, 'code_source', asked.source);
  await countCode(database.db, bank.id, email, asked.source);
  return inLeast(database, async (tx) => {
    const { asker, code, link } = await writeCode(tx, { seal }, bank, { email, minutes: CODE_MINUTES });
    if (!(await isAwaited(tx, bank.id, email))) return asker;
    const { t } = wordsOf(asked.language);
    const town = bank.settings.name;
    await queueMail(tx, bank, {
      to: email,
      kind: SIGN_IN_CODE,
      language: asked.language,
      subject: t('letters.codeSubject', { town }),
      text: t('letters.codeText', { town, code, link: `${bank.origin}${linkPath(link)}` }),
    });
    return asker;
  });
}

/**
 * Sends six figures to an address by which a person wants to come in from now on; to one that is somebody else's, a
 * letter that says so. The answer is the same. Returns the secret that stands for the request. Refuses
 * `invalid_request`, also for the address that they have, `too_many_requests` and `not_found`.
 */
export async function requestAddress(
  { database, seal }: Here,
  bank: Bank,
  personId: string,
  asked: CodeRequest,
): Promise<string> {
  const email = readAddress(asked.email);
  const person = await findPerson(database.db, bank.id, personId);
  if (person === undefined) throw new Refused('not_found');
  if (person.email === email) throw new Refused('invalid_request', { field: 'email', reason: YOURS });
  await countAttempt(database.db, bank.id, 'code_person', personId);
  await countCode(database.db, bank.id, email, asked.source);
  return inLeast(database, async (tx) => {
    const { asker, code } = await writeCode(tx, { seal }, bank, { email, minutes: CODE_MINUTES, personId });
    const { t } = wordsOf(asked.language);
    const town = bank.settings.name;
    const taken = await hasOwner(tx, bank.id, email);
    await queueMail(tx, bank, {
      to: email,
      kind: SIGN_IN_CODE,
      personId,
      language: asked.language,
      subject: t('letters.addressSubject', { town }),
      text: taken ? t('letters.addressTaken', { town }) : t('letters.addressText', { town, code }),
    });
    return asker;
  });
}

/** Does the work, and answers no sooner than it ever does. */
async function inLeast<T>(database: Here['database'], work: (tx: Queries) => Promise<T>): Promise<T> {
  const least = sleep(LEAST_MS);
  const done = await database.transaction(work);
  await least;
  return done;
}

/** Counts what one source asks for first: what is refused it does not count against the owner of the address. */
async function countCode(db: Queries, bankId: string, email: string, source: string): Promise<void> {
  await countAttempt(db, bankId, 'code_here', [email, source]);
  await countAttempt(db, bankId, 'code_address', email);
}

/** A way in for whoever was just taken in: a link that waits a week, with the sentence of the desk. */
export async function sendWelcome(
  tx: Queries,
  here: Pick<Here, 'seal'>,
  bank: Bank,
  { email, name, sentence, language }: { email: string; name: string; sentence: string; language: Language },
): Promise<void> {
  const minutes = WELCOME_DAYS * 24 * 60;
  const { link } = await writeCode(tx, here, bank, { email, minutes });
  const { t } = wordsOf(language);
  const town = bank.settings.name;
  await queueMail(tx, bank, {
    to: email,
    kind: SIGN_IN_CODE,
    language,
    secretUntil: new Date(Date.now() + minutes * 60_000),
    subject: t('letters.welcomeSubject', { town }),
    text: t('letters.welcomeText', {
      town,
      name,
      sentence: sentence === '' ? t('letters.welcomeSentence') : sentence,
      link: `${bank.origin}${linkPath(link)}`,
      page: `${bank.origin}/sign-in`,
    }),
  });
}

interface Written {
  /** As a person reads them. */
  readonly code: string;
  readonly link: string;
  readonly asker: string;
}

async function writeCode(
  tx: Queries,
  { seal }: Pick<Here, 'seal'>,
  bank: Bank,
  { email, minutes, personId }: { readonly email: string; readonly minutes: number; readonly personId?: string },
): Promise<Written> {
  const [asker, link] = [randomBytes(24).toString('base64url'), randomBytes(24).toString('base64url')];
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  await tx.insert(signInCode).values({
    bankId: bank.id,
    id: newId(),
    personId: personId ?? null,
    address: seal.seal(sealOf(bank), email),
    codeHash: hashCode({ seal }, bank, asker, code),
    linkHash: hashToken(link),
    askerHash: hashToken(asker),
    expiresAt: sql`now() + ${minutes} * interval '1 minute'`,
  });
  return { asker, link, code: `${code.slice(0, 3)} ${code.slice(3)}` };
}

/** Why figures or a link did not let anybody in. */
export type CodeFault = 'wrong' | 'used' | 'expired' | 'too_often' | 'elsewhere';

/** Six figures, the secret of the request that they belong to, and where they come from. */
interface GivenCode {
  readonly asker: string;
  readonly code: string;
  readonly source: string;
}

/**
 * Takes six figures. Refuses `invalid_request` for the field `code` with a {@link CodeFault} as its reason, and
 * `too_many_requests`. `work` goes on in the same transaction, so a code is used only if it came to something.
 */
export async function redeemCode<T>(
  here: Here,
  bank: Bank,
  given: GivenCode,
  work: (tx: Queries, person: PersonRow) => Promise<T>,
): Promise<T> {
  return takeCode(here, bank, given, isNull(signInCode.personId), async (tx, email) => {
    const person = await personOf(tx, bank.id, email);
    return person === null ? null : { value: await work(tx, person) };
  });
}

/**
 * Takes the figures that {@link requestAddress} has sent: the address is the person's from then on. They stay in where
 * they are, and the address before it hears that it has changed. Refuses as {@link redeemCode}.
 */
export async function changeAddress(
  here: Here,
  bank: Bank,
  personId: string,
  given: GivenCode & { readonly language: Language },
): Promise<PersonRow> {
  return takeCode(here, bank, given, eq(signInCode.personId, personId), async (tx, email) => {
    const before = await findPerson(tx, bank.id, personId);
    const now = await setAddress(tx, bank.id, personId, email);
    if (before === undefined || now === null) return null;
    if (before.email !== null) {
      const { t } = wordsOf(given.language);
      const { name: town, phone } = bank.settings;
      await queueMail(tx, bank, {
        to: before.email,
        kind: 'address_changed',
        personId,
        language: given.language,
        subject: t('letters.changedSubject', { town }),
        text: [
          t('letters.changedText', { town, name: before.name }),
          phone === '' ? t('letters.changedCome') : t('letters.changedRing', { phone }),
        ].join('\n\n'),
      });
      // By the address itself they are found no longer.
      await tx
        .update(mail)
        .set({ personId })
        .where(and(eq(mail.bankId, bank.id), eq(mail.to, before.email)));
    }
    // Whoever found a card may have done it: the desk knows whom to ring.
    const { name } = now;
    const href = `/console/members#${personId}`;
    await notify(tx, bank, { memberId: DESK, kind: 'address_changed_of', facts: { name }, href });
    return { value: now };
  });
}

/** `work` answers `null` when the figures were right and come to nothing. */
async function takeCode<T>(
  { database, seal }: Here,
  bank: Bank,
  given: GivenCode,
  whose: SQL,
  work: (tx: Queries, email: string) => Promise<{ readonly value: T } | null>,
): Promise<T> {
  const { db } = database;
  // Counted before anybody looks, so that guesses at once are counted too.
  await countAttempt(db, bank.id, 'code_wrong', given.source);
  const mine = and(eq(signInCode.bankId, bank.id), eq(signInCode.askerHash, hashToken(given.asker)), whose);
  const meant = hashCode({ seal }, bank, given.asker, given.code.replaceAll(/\D/g, ''));
  const right = sql<boolean>`${signInCode.codeHash} = ${meant}`;
  const done = await database.transaction(async (tx) => {
    const [row] = await tx
      .update(signInCode)
      .set({
        wrong: sql`${signInCode.wrong} + case when ${right} then 0 else 1 end`,
        usedAt: sql`case when ${right} then now() end`,
      })
      .where(
        and(mine, isNull(signInCode.usedAt), lt(signInCode.wrong, MOST_WRONG), gt(signInCode.expiresAt, sql`now()`)),
      )
      .returning({ address: signInCode.address, usedAt: signInCode.usedAt });
    if (row === undefined || row.usedAt === null) return null;
    return work(tx, seal.open(sealOf(bank), row.address));
  });
  if (done !== null) {
    await giveBack(db, bank.id, 'code_wrong', given.source);
    return done.value;
  }
  const [row] = await db.select().from(signInCode).where(mine);
  return faulty('code', row === undefined ? 'elsewhere' : faultOf(row));
}

/** Takes the secret of a link. Refuses as {@link redeemCode}, for the field `link`. */
export async function redeemLink<T>(
  { database, seal }: Here,
  bank: Bank,
  given: { readonly link: string; readonly source: string },
  work: (tx: Queries, person: PersonRow) => Promise<T>,
): Promise<T> {
  const { db } = database;
  // Counted before anybody looks, so that guesses at once are counted too.
  await countAttempt(db, bank.id, 'code_wrong', given.source);
  const mine = and(
    eq(signInCode.bankId, bank.id),
    eq(signInCode.linkHash, hashToken(given.link)),
    isNull(signInCode.personId),
  );
  const done = await database.transaction(async (tx) => {
    const [row] = await tx
      .update(signInCode)
      .set({ usedAt: sql`now()` })
      .where(and(mine, isNull(signInCode.usedAt), gt(signInCode.expiresAt, sql`now()`)))
      .returning({ address: signInCode.address });
    const person = row === undefined ? null : await personOf(tx, bank.id, seal.open(sealOf(bank), row.address));
    return person === null ? null : { value: await work(tx, person) };
  });
  if (done !== null) {
    await giveBack(db, bank.id, 'code_wrong', given.source);
    return done.value;
  }
  const [row] = await db.select().from(signInCode).where(mine);
  return faulty('link', row === undefined ? 'wrong' : faultOf(row));
}

function faulty(field: 'code' | 'link', reason: CodeFault): never {
  throw new Refused('invalid_request', { field, reason });
}

function faultOf(row: typeof signInCode.$inferSelect): CodeFault {
  if (row.usedAt !== null) return 'used';
  if (row.expiresAt.getTime() <= Date.now()) return 'expired';
  return row.wrong >= MOST_WRONG ? 'too_often' : 'wrong';
}

/** Takes away codes whose time has long been over: until then their page can say so. */
export async function sweepCodes(tx: Queries): Promise<void> {
  await tx.delete(signInCode).where(lte(signInCode.expiresAt, sql`now() - interval '1 day'`));
}

/** Under a secret that is not in the database: six figures alone are quickly tried. */
function hashCode({ seal }: Pick<Here, 'seal'>, bank: Bank, asker: string, code: string): string {
  return createHmac('sha256', seal.derive('sign-in code')).update(`${bank.id} ${asker} ${code}`).digest('base64url');
}

const sealOf = (bank: Bank) => `${bank.id} sign-in`;
