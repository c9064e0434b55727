/**
 * Gatherings for calendars: one as a file, and a member's own under a secret address.
 *
 * Promises: RFC 5545 with times in UTC, lines of at most 75 bytes, and an id that stays; what was called off says so.
 * The address of a member's calendar is a secret that they can make anew, and then the one before says nothing.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { gatheringCalendar } from '../db/schema.ts';
import { Refused } from '../node/refused.ts';
import { attendedBy, type GatheringRow, gatheringPath, hostedBy } from './store.ts';

const MOST = 200;
const LINE_BYTES = 75;

/** One calendar with these gatherings. */
export function calendarOf(bank: Pick<Bank, 'host' | 'origin' | 'settings'>, rows: readonly GatheringRow[]): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Evenhour//Gatherings//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `X-WR-CALNAME:${escaped(bank.settings.name)}`,
    ...rows.flatMap((row) => eventOf(bank, row)),
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

function eventOf(bank: Pick<Bank, 'host' | 'origin'>, row: GatheringRow): string[] {
  return [
    'BEGIN:VEVENT',
    `UID:${row.id.toLowerCase()}@${bank.host}`,
    `SEQUENCE:${row.sequence}`,
    `DTSTAMP:${utc(row.updatedAt)}`,
    `DTSTART:${utc(row.startsAt)}`,
    `DTEND:${utc(row.endsAt)}`,
    `SUMMARY:${escaped(row.title)}`,
    ...(row.text === '' ? [] : [`DESCRIPTION:${escaped(row.text)}`]),
    ...(row.place === '' ? [] : [`LOCATION:${escaped(row.place)}`]),
    `URL:${bank.origin}${gatheringPath(row.id)}`,
    `STATUS:${row.status === 'cancelled' ? 'CANCELLED' : 'CONFIRMED'}`,
    'END:VEVENT',
  ];
}

/** `20261126T110000Z`. */
function utc(at: Date): string {
  return `${at.toISOString().replaceAll(/[-:]/g, '').slice(0, 15)}Z`;
}

function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll(';', '\\;')
    .replaceAll(',', '\\,')
    .replaceAll(/\r\n|\r|\n/g, '\\n');
}

/** A long line goes on after a break and a space; no letter is cut in two. */
function folded(line: string): string {
  const pieces: string[] = [];
  let piece = '';
  for (const letter of line) {
    if (Buffer.byteLength(piece + letter) > LINE_BYTES) {
      pieces.push(piece);
      piece = ' ';
    }
    piece += letter;
  }
  return [...pieces, piece].join('\r\n');
}

/** The secret of the address under which a member's calendar is read. */
export async function calendarToken(tx: Queries, bank: Bank, memberId: string): Promise<string> {
  return tokenOf(bank, memberId, await renewedOf(tx, bank.id, memberId));
}

/** Makes the address anew. */
export async function renewCalendar(tx: Queries, bank: Bank, memberId: string): Promise<string> {
  const [row] = await tx
    .insert(gatheringCalendar)
    .values({ bankId: bank.id, memberId, renewed: 1 })
    .onConflictDoUpdate({
      target: [gatheringCalendar.bankId, gatheringCalendar.memberId],
      set: { renewed: sql`${gatheringCalendar.renewed} + 1` },
    })
    .returning();
  return tokenOf(bank, memberId, row?.renewed ?? 0);
}

/** The calendar behind a secret: where its member goes, and what they host. Refuses `not_found`. */
export async function calendarBehind(tx: Queries, bank: Bank, token: string): Promise<string> {
  const memberId = token.split('.')[0] ?? '';
  const meant = Buffer.from(await calendarToken(tx, bank, memberId));
  const given = Buffer.from(token);
  if (meant.length !== given.length || !timingSafeEqual(meant, given)) throw new Refused('not_found');
  const hosted = await hostedBy(tx, bank.id, memberId, MOST);
  const attended = await attendedBy(tx, bank.id, memberId, MOST);
  const going = attended.flatMap(({ gathering, guest }) =>
    guest.status === 'coming' || guest.status === 'walk_in' ? [gathering] : [],
  );
  const rows = [...hosted, ...going].toSorted((a, b) => a.startsAt.getTime() - b.startsAt.getTime());
  return calendarOf(bank, rows);
}

function tokenOf({ id, seal }: Bank, memberId: string, renewed: number): string {
  const secret = createHmac('sha256', seal.derive(`${id} calendar`)).update(`${memberId} ${renewed}`);
  return `${memberId}.${secret.digest('base64url')}`;
}

async function renewedOf(tx: Queries, bankId: string, memberId: string): Promise<number> {
  const [row] = await tx
    .select({ renewed: gatheringCalendar.renewed })
    .from(gatheringCalendar)
    .where(and(eq(gatheringCalendar.bankId, bankId), eq(gatheringCalendar.memberId, memberId)));
  return row?.renewed ?? 0;
}
