/**
 * Mail that is promised in a transaction and posted after it.
 *
 * Promises: mail goes out only if its transaction was committed; no word of anybody can become a header or a second
 * address; words that hold a secret are not sent after its time.
 *
 * @module
 */
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { mail } from '../db/schema.ts';
import { dueAfter } from '../delivery/signals.ts';
import { Refused } from '../node/refused.ts';
import { mailAddress } from './address.ts';

/** The kind of a mail with a code for signing in: its words are wiped, and are of no use after a while. */
export const SIGN_IN_CODE = 'sign_in_code';

export interface NewMail {
  /** One address, as a person wrote it. */
  readonly to: string;
  /** One line. */
  readonly subject: string;
  /**
   * Paragraphs with an empty line between them. An address on a line of its own becomes a button where there is HTML.
   */
  readonly text: string;
  /** What it is about, such as `notices` or {@link SIGN_IN_CODE}. */
  readonly kind: string;
  readonly memberId?: string;
  /** Whose letter it is where the address does not say so: one that they had before, or have still to show. */
  readonly personId?: string;
  /** Of the words. Default the bank's. */
  readonly language?: string;
  /** An address at which a POST without signing in ends mail like this (RFC 8058). */
  readonly unsubscribe?: string;
  /** The words hold a secret that is over then. Of a {@link SIGN_IN_CODE} fifteen minutes from now, if not said. */
  readonly secretUntil?: Date;
}

const CODE_MS = 15 * 60_000;
const LONGEST_SUBJECT = 150;
const LONGEST_TEXT = 60_000;

/** Writes mail into the outbox. Refuses `invalid_request` for an address that cannot be one. */
export async function queueMail(
  tx: Queries,
  bank: { readonly id: string; readonly settings: { readonly language: string } },
  input: NewMail,
  now: Date = new Date(),
): Promise<void> {
  const to = mailAddress(input.to);
  if (to === null) throw new Refused('invalid_request', { field: 'to', reason: 'not an address for mail' });
  const secretUntil =
    input.secretUntil ?? (input.kind === SIGN_IN_CODE ? new Date(now.getTime() + CODE_MS) : undefined);
  await tx.insert(mail).values({
    bankId: bank.id,
    id: newId(),
    kind: input.kind,
    memberId: input.memberId ?? null,
    personId: input.personId ?? null,
    to,
    subject: oneLine(input.subject),
    text: paragraphs(input.text),
    language: input.language ?? bank.settings.language,
    unsubscribe: input.unsubscribe ?? null,
    secretUntil: secretUntil ?? null,
    nextAt: now,
    createdAt: now,
  });
  dueAfter(tx);
}

/** Control characters, halves of letters, and what turns the direction of writing; names may stand isolated. */
const CONTROLS = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066\u2067]+/gu;

/** Text for a header: one line, whatever was in it. */
export function oneLine(text: string): string {
  const line = text.replaceAll(CONTROLS, ' ').replaceAll(/ {2,}/g, ' ').trim();
  return line.length <= LONGEST_SUBJECT ? line : `${line.slice(0, LONGEST_SUBJECT - 1).replaceAll(CONTROLS, '')}…`;
}

function paragraphs(text: string): string {
  const lines = text.slice(0, LONGEST_TEXT).split(/\r\n|[\r\n\u2028\u2029]/);
  return lines
    .map((line) => line.replaceAll(CONTROLS, ' ').trimEnd())
    .join('\n')
    .trim();
}
