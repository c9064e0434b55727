import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { AuditError, audit, type Document } from './audit.ts';

interface Case {
  name: string;
  writer: string;
  outcome: string;
  debtMinutes: Record<string, number>;
  hash: string;
  document: Document;
}

const file = new URL('../../../protocol/vectors/journals.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as { core: Document; pair: string; cases: Case[] };
const appended = vectors.cases.filter(({ outcome }) => outcome === 'applied' || outcome === 'breach');
const banks = [...new Set(vectors.cases.map(({ writer }) => writer))];

function journals(cases: readonly Case[]): Record<string, Document[]> {
  return Object.fromEntries(
    banks.map((bank) => [bank, cases.filter(({ writer }) => writer === bank).map(({ document }) => document)]),
  );
}

describe('the auditor, which shares no code with the core', () => {
  test('imports nothing of ours', () => {
    const source = readFileSync(new URL('./audit.ts', import.meta.url), 'utf8');
    expect([...source.matchAll(/from '([^']+)'/g)].map((found) => found[1])).toEqual(['node:crypto']);
  });

  test('agrees with the vectors after every entry', () => {
    for (const [index, { debtMinutes, name }] of appended.entries()) {
      const result = audit(vectors.core, journals(appended.slice(0, index + 1)));
      for (const bank of banks)
        expect(result.owesMinutes[bank], name).toBe(debtMinutes[bank] === 0 ? 0 : debtMinutes[bank]);
    }
  });

  test('agrees with the vectors about which entries have effect', () => {
    const result = audit(vectors.core, journals(appended));
    expect(result.pair).toBe(vectors.pair);
    for (const bank of banks)
      expect(result.effect[bank]).toEqual(
        appended.filter(({ writer }) => writer === bank).map(({ outcome }) => outcome === 'applied'),
      );
    expect(Object.values(result.owesMinutes).reduce((a, b) => a + b)).toBe(0);
  });

  test('names the first entry that does not hold', () => {
    const all = journals(appended);
    const [bank = ''] = banks;
    const changed = (at: number, change: Document): Record<string, Document[]> => ({
      ...all,
      [bank]: (all[bank] ?? []).map((document, index) => (index === at ? { ...document, ...change } : document)),
    });
    expect(() => audit(vectors.core, changed(0, { minutes: 6000 }))).toThrow(
      new AuditError(bank, 1, 'is not signed by the key that the agreement pins'),
    );
    expect(() => audit(vectors.core, changed(3, { seq: 9 }))).toThrow('is not the next number');
    expect(() => audit(vectors.core, { ...all, [bank]: (all[bank] ?? []).slice(1) })).toThrow('is not the next number');
  });
});
