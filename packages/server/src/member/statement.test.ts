/** A statement for a stretch of time: its days, its file, and that no cell of it is run by a spreadsheet. */
import { describe, expect, test } from 'vitest';
import { wordsOf } from '../web/words.ts';
import type { StatementLine } from './members.ts';
import { periodOf, statementCsv, wholePeriod } from './statement.ts';

const line = (more: Partial<StatementLine>): StatementLine => ({
  id: '01',
  transferId: null,
  minutes: 95,
  direction: 'given',
  at: new Date('2026-03-01T23:30:00Z'),
  counterpartyName: 'Rosa Vidal',
  town: 'Gràcia',
  content: 'Catalan',
  transfer: null,
  ...more,
});
const csv = (lines: StatementLine[], language: 'en' | 'es' | 'ar' = 'en') =>
  statementCsv(lines, wordsOf(language), 'Europe/Madrid');

describe('the file', () => {
  test('has the mark of UTF-8, a head in the reader’s language, the town’s own day, minutes and hours', () => {
    const text = csv([line({})]);
    expect(text.charCodeAt(0)).toBe(0xfeff);
    const [head, row, end] = text.slice(1).split('\r\n');
    expect(head?.split(',')).toHaveLength(8);
    expect(row).toBe('2026-03-02,00:30,went from you,Rosa Vidal,Gràcia,Catalan,95,1:35');
    expect(end).toBe('');
    expect(csv([], 'es')).not.toBe(csv([]));
    expect(csv([], 'ar')).toMatch(/[\u0621-\u064a]/);
  });

  test.each(['=1+1', '+44', '-1', '@SUM(A1)', '\t=1', ' =1', '\r=1', '|x'])('does not let %j be run', (content) => {
    const what = csv([line({ content, counterpartyName: content })])
      .slice(1)
      .split('\r\n')
      .slice(1)
      .join('\r\n');
    expect(what).toContain(`'${content}`);
    expect(what).not.toMatch(/(^|,)"?[=+\-@\t|]/);
  });

  test('quotes what would end a cell', () => {
    expect(csv([line({ content: 'Soup, "hot"\nand bread' })])).toContain('"Soup, ""hot""\nand bread"');
  });
});

describe('the days', () => {
  test('begin and end by the town’s clock, and the last one counts', () => {
    const { from, to } = periodOf('2026-03-29', '2026-03-29', 'Europe/Madrid');
    expect([from?.toISOString(), to?.toISOString()]).toEqual(['2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z']);
    expect(periodOf(undefined, undefined, 'UTC')).toEqual({});
  });

  test('are this year up to today where nobody said', () => {
    const now = new Date('2026-11-22T23:30:00Z');
    expect(wholePeriod(undefined, undefined, 'Europe/Madrid', now)).toMatchObject({
      firstDay: '2026-01-01',
      lastDay: '2026-11-23',
    });
  });

  test.each([
    ['2026-02-30', '2026-03-01'],
    ['yesterday', '2026-03-01'],
    ['2026-03-02', '2026-03-01'],
    ['2024-01-01', '2026-03-01'],
  ])('from %s to %s is refused', (from, to) => {
    expect(() => wholePeriod(from, to, 'UTC')).toThrow('invalid_request');
  });
});
