import { expect, test } from 'vitest';
import { chartOf, type Run } from './chart.ts';
import { median, percentile } from './stats.ts';

test('a median and percentiles are values that were there', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(percentile([5, 1, 4, 2, 3], 99)).toBe(5);
  expect(percentile([5, 1, 4, 2, 3], 50)).toBe(3);
  expect(median([])).toBeNaN();
});

test('a chart has a bar a run, a mark at the aim, and a word for what was reached', () => {
  const run = (at: string, drainSeconds: unknown, more: Partial<Run> = {}): Run => {
    return { at, load: 0.5, ok: true, commit: '0123456789abcdef', drainSeconds, ...more };
  };
  const chart = chartOf('backlog', [
    run('2026-11-22T09:30:00.000Z', 40, { load: 12.25, commit: '0123456789abcdef-dirty' }),
    run('2026-11-22T10:30:00.000Z', 10),
    run('2026-11-22T11:30:00.000Z', 5, { ok: false }),
    run('2026-11-22T12:30:00.000Z', null),
  ]);
  expect(chart.split('\n')).toEqual([
    'backlog drainSeconds, at most 20',
    '  2026-11-22 09:30  0123456+  load 12.3        40 |################################ | missed',
    '  2026-11-22 10:30  0123456   load  0.5        10 |########        :                | met',
    '  2026-11-22 11:30  0123456   load  0.5         5 |####            :                | not ok',
    '  2026-11-22 12:30  0123456   load  0.5         - |                :                | missed',
  ]);
  expect(chartOf('sim', [])).toBe('');
});
