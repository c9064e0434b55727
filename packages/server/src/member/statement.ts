/**
 * What moved on an account in a stretch of time, for a page, for paper and as CSV.
 *
 * Promises: days are those of the bank's own clock; a stretch is a year at most, so its cost does not grow with the
 * years; a cell of a file is text to every spreadsheet, whatever somebody wrote into it.
 *
 * @module
 */
import { localTime, momentOf } from '../clock/zone.ts';
import type { Queries } from '../db/database.ts';
import { Refused } from '../node/refused.ts';
import type { Words } from '../web/words.ts';
import { type Period, type StatementLine, statementOf } from './members.ts';

const MOST_DAYS = 366;
const AT_ONCE = 200;
/** More than anybody does in a year; what is beyond is not read. */
const MOST_LINES = 5000;

/** Days such as `2026-11-22`, both counting. Either may be open. Refuses `invalid_request` for a day that is none. */
export function periodOf(first: string | undefined, last: string | undefined, timeZone: string): Period {
  return {
    ...(first !== undefined && { from: startOf('from', first, timeZone) }),
    ...(last !== undefined && { to: startOf('to', last, timeZone, 1) }),
  };
}

export interface WholePeriod {
  readonly from: Date;
  readonly to: Date;
  readonly firstDay: string;
  readonly lastDay: string;
}

/** The same, both ends known: without them, this year up to today. Refuses what is longer than a year. */
export function wholePeriod(
  first: string | undefined,
  last: string | undefined,
  timeZone: string,
  now: Date = new Date(),
): WholePeriod {
  const { year, month, day } = localTime(now, timeZone);
  const lastDay = last ?? [year, two(month), two(day)].join('-');
  const firstDay = first ?? `${lastDay.slice(0, 4)}-01-01`;
  const from = startOf('from', firstDay, timeZone);
  const to = startOf('to', lastDay, timeZone, 1);
  const days = (to.getTime() - from.getTime()) / 86_400_000;
  if (days <= 0) throw new Refused('invalid_request', { field: 'from', reason: 'is after the last day' });
  if (days > MOST_DAYS + 0.1)
    throw new Refused('invalid_request', { field: 'from', reason: 'is more than a year before' });
  return { firstDay, lastDay, from, to };
}

/** All lines of a stretch, oldest first. */
export async function linesOf(
  tx: Queries,
  bankId: string,
  accountId: string,
  period: WholePeriod,
): Promise<StatementLine[]> {
  const lines: StatementLine[] = [];
  let before: string | undefined;
  do {
    const page = await statementOf(tx, bankId, accountId, before, AT_ONCE, period);
    lines.push(...page);
    before = page.length === AT_ONCE ? page.at(-1)?.id : undefined;
  } while (before !== undefined && lines.length < MOST_LINES);
  return lines.reverse();
}

/** RFC 4180 with the mark of UTF-8, headed in the reader's language. Minutes as a number, and as `1:30`. */
export function statementCsv(lines: readonly StatementLine[], { t }: Words, timeZone: string): string {
  const head = [
    t('statement.csvDay'),
    t('statement.csvTime'),
    t('statement.csvWay'),
    t('statement.csvWho'),
    t('statement.csvTown'),
    t('statement.csvWhat'),
    t('statement.csvMinutes'),
    t('statement.csvHours'),
  ];
  const rows = lines.map(({ at, direction, counterpartyName, town, content, minutes }) => {
    const { year, month, day, hour, minute } = localTime(at, timeZone);
    return [
      `${year}-${two(month)}-${two(day)}`,
      `${two(hour)}:${two(minute)}`,
      t(direction === 'given' ? 'statement.labelGiven' : 'statement.labelCame'),
      counterpartyName,
      town ?? '',
      content,
      String(minutes),
      `${Math.floor(minutes / 60)}:${two(minutes % 60)}`,
    ];
  });
  return `\uFEFF${[head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;
}

/** A spreadsheet runs what begins with one of these signs, so such a cell begins with an apostrophe. */
function cell(text: string): string {
  const safe = /^\s*[=+\-@\t\r|]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const two = (number: number): string => String(number).padStart(2, '0');

/** When a day begins, or the one `later` days after it. */
function startOf(field: string, day: string, timeZone: string, later = 0): Date {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  const parts = { year: Number(year), month: Number(month), day: Number(date) };
  const real = new Date(Date.UTC(parts.year, parts.month - 1, parts.day));
  if (
    year === undefined ||
    real.getUTCDate() !== parts.day ||
    parts.year < 2000 ||
    real.getUTCMonth() !== parts.month - 1
  )
    throw new Refused('invalid_request', { field, reason: 'is no day' });
  return momentOf({ ...parts, day: parts.day + later, hour: 0 }, timeZone);
}
