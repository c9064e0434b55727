/**
 * Printed cards: a few plain words by which somebody without e-mail comes in.
 *
 * Promises: of the words only a slow hash is kept, under a secret that is not in the database; new words end the
 * old ones and what came in by them, at once; spaces, capitals and accents do not count when words are typed.
 *
 * @module
 */
import { randomInt, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { wordlist as english } from '@scure/bip39/wordlists/english.js';
import { wordlist as spanish } from '@scure/bip39/wordlists/spanish.js';
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { card } from '../db/schema.ts';
import type { Seal } from '../node/seal.ts';
import { arabic } from './arabic-words.ts';
import { endSessionsWith } from './sessions.ts';

/**
 * Each of 2,048 words, so that four make 44 bits. Who guesses has 2,000 tries an hour at a bank, from however many
 * places: in a whole year one chance in a million at one card, and one in twenty at any of 50,000.
 */
const LISTS: Readonly<Record<string, readonly string[]>> = { en: english, es: spanish, ar: arabic };
const WORDS = 4;

/** New words for a card, in the language of whoever is to read them. */
export function drawWords(language: string): string[] {
  const words = LISTS[language] ?? english;
  return Array.from({ length: WORDS }, () => (words[randomInt(words.length)] as string).normalize('NFC'));
}

/** 32 MB and some 60 ms for each guess. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const slow = promisify<string, Buffer, number, typeof SCRYPT, Buffer>(scrypt);

/** What is kept of the words. Takes a while: not for the inside of a transaction. */
export async function hashWords(seal: Seal, bankId: string, words: string): Promise<string> {
  return (await slow(plain(words), seal.derive(`${bankId} card`), 32, SCRYPT)).toString('base64url');
}

/**
 * Letters only, with one dash between words, however they were typed: capitals, accents, vowel signs, lengthened lines,
 * hamzas and the letters of a Persian keyboard do not count, nor the two dots at the end of a feminine word.
 */
export function plain(words: string): string {
  return words
    .slice(0, 500)
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Cf}ـء]/gu, '')
    .replaceAll('ة', 'ه')
    .replaceAll(/[ىی]/g, 'ي')
    .replaceAll('ک', 'ك')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '')
    .join('-');
}

/** Whether a text could be the words of a card: three or more words, and no sign of an address. */
export function looksLikeWords(text: string): boolean {
  return !text.includes('@') && plain(text).split('-').length >= 3;
}

/** Issues a card with these words. The one before it, and what came in by it, ends. Returns its id. */
export async function issueCard(tx: Queries, bankId: string, personId: string, wordsHash: string): Promise<string> {
  await revokeCards(tx, bankId, personId);
  const id = newId();
  await tx.insert(card).values({ bankId, id, personId, wordsHash });
  return id;
}

/** Ends a person's card and what came in by it. Returns whether there was one. */
export async function revokeCards(tx: Queries, bankId: string, personId: string): Promise<boolean> {
  const ended = await tx
    .update(card)
    .set({ revokedAt: sql`now()` })
    .where(counts(bankId, personId))
    .returning({ id: card.id });
  await endSessionsWith(tx, bankId, personId, { how: 'card' });
  return ended.length > 0;
}

/**
 * Lets nobody end a person's card before this transaction is done. Whoever ends it then finds what was begun here: of
 * what begins while they look, they would not know.
 */
export async function holdCard(tx: Queries, bankId: string, personId: string): Promise<void> {
  await tx.select({ id: card.id }).from(card).where(counts(bankId, personId)).for('share');
}

/** When the card that counts was issued; `null` when there is none. */
export async function cardOf(tx: Queries, bankId: string, personId: string): Promise<Date | null> {
  const [row] = await tx.select({ at: card.issuedAt }).from(card).where(counts(bankId, personId));
  return row?.at ?? null;
}

/** The person whose card has these words. */
export async function useCard(tx: Queries, bankId: string, wordsHash: string): Promise<string | null> {
  const [row] = await tx
    .update(card)
    .set({ usedAt: sql`now()` })
    .where(and(eq(card.bankId, bankId), eq(card.wordsHash, wordsHash), isNull(card.revokedAt)))
    .returning({ personId: card.personId });
  return row?.personId ?? null;
}

const counts = (bankId: string, personId: string) =>
  and(eq(card.bankId, bankId), eq(card.personId, personId), isNull(card.revokedAt));
