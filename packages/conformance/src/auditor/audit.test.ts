import { readdirSync, readFileSync } from 'node:fs';
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

interface Story {
  core: Document;
  pair: string;
  cases: Case[];
}

const read = (name: string): Story =>
  JSON.parse(readFileSync(new URL(`../../../protocol/vectors/${name}`, import.meta.url), 'utf8')) as Story;
const isAppended = ({ outcome }: Case): boolean => outcome === 'applied' || outcome === 'breach';

const vectors = read('journals.json');
const appended = vectors.cases.filter(isAppended);
const banks = [...new Set(vectors.cases.map(({ writer }) => writer))];

function journals(cases: readonly Case[]): Record<string, Document[]> {
  return Object.fromEntries(
    banks.map((bank) => [bank, cases.filter(({ writer }) => writer === bank).map(({ document }) => document)]),
  );
}

describe('the auditor, which shares no code with the core', () => {
  test('imports nothing of ours', () => {
    const imported = readdirSync(new URL('.', import.meta.url))
      .filter((name) => !name.endsWith('.test.ts'))
      .flatMap((name) => [...readFileSync(new URL(name, import.meta.url), 'utf8').matchAll(/from '([^']+)'/g)])
      .map((found) => found[1]);
    expect(new Set(imported)).toEqual(new Set(['./formulas.ts', './seals.ts', 'node:crypto']));
  });

  describe.each(['journals.json', 'restores.json', 'keys.json', 'successor.json'])('on %s', (name) => {
    const { core, pair, cases } = read(name);
    const taken = cases.filter(isAppended);

    test('says the same debts after every entry', () => {
      for (const [index, { debtMinutes, name: why }] of taken.entries()) {
        const result = audit(core, journals(taken.slice(0, index + 1)));
        // The vectors may say minus nothing.
        for (const bank of banks) expect(result.owesMinutes[bank], why).toBe((debtMinutes[bank] ?? 0) + 0);
      }
    });

    test('says which entries have effect', () => {
      const result = audit(core, journals(taken));
      expect(result.pair).toBe(pair);
      for (const bank of banks)
        expect(result.effect[bank]).toEqual(
          taken.filter(({ writer }) => writer === bank).map(({ outcome }) => outcome === 'applied'),
        );
      expect(Object.values(result.owesMinutes).reduce((a, b) => a + b)).toBe(0);
    });

    test('holds none of the entries that are not appended', () => {
      for (const [index, each] of cases.entries()) {
        if (isAppended(each)) continue;
        const before = cases.slice(0, index).filter(isAppended);
        expect(() => audit(core, journals([...before, each])), each.name).toThrow(AuditError);
      }
    });
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
