/**
 * A small language for stories about one pair, that reads as a page.
 *
 * ```
 * leith limit 600 · gracia limit 300      # what each bank may owe
 * leith  holds    t1 120  -> applied
 * gracia accepts  t1      -> applied
 * leith  posts    t1 90   -> applied
 * gracia posts    t1 90   -> not_the_debtor
 * leith  sees     debt    -> 90
 * silence                                 # nothing is delivered
 * heal                                    # everything is
 * leith  saves                            # a backup
 * leith  restores                         # to the backup; what was on its way is of an older session
 * leith  recovers 7       -> applied      # learns from its partner and writes a Resume, 7 its random part
 * ```
 *
 * Promises: each line runs on the real core, is delivered at once unless there is silence, and is
 * compared with what stands after the arrow. `cheats` instead of the verb signs without asking
 * the rules. Unknown words fail.
 *
 * @module
 */

import { statementFor } from '../core/journal/decide.ts';
import type { Body, Entry, Party } from '../core/journal/entry.ts';
import { other } from '../core/journal/entry.ts';
import { debtOf, roomOf } from '../core/journal/pair.ts';
import { holdBody, TestBank, testTerms } from './bank.ts';

/** Runs a story. Throws an error that shows the line and both outcomes when one differs. */
export function runScenario(text: string): { banks: [TestBank, TestBank] } {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  const head = /^(\w+) limit (\d+) · (\w+) limit (\d+)(?: · opening (-?\d+))?$/.exec(lines[0] ?? '');
  if (head === null) throw new Error(`a story begins with both limits, not with: ${lines[0]}`);
  const names = [head[1] ?? '', head[3] ?? ''];
  const terms = testTerms([Number(head[2]), Number(head[4])], Number(head[5] ?? 0));
  const banks: [TestBank, TestBank] = [new TestBank(terms, 0), new TestBank(terms, 1)];
  const waiting: [Entry[], Entry[]] = [[], []];
  const backups: [TestBank, TestBank] = [banks[0].copy(), banks[1].copy()];
  let silent = false;

  const deliver = (): string => {
    let last = 'nothing to deliver';
    for (const author of [0, 1] as const) {
      for (const entry of waiting[author].splice(0)) {
        const result = banks[other(author)].receive(entry);
        last = result.outcome === 'appended' ? (result.breach?.code ?? 'applied') : result.refusal.code;
      }
    }
    return last;
  };

  for (const line of lines.slice(1)) {
    const [left = '', expected] = line.split('->').map((part) => part.trim());
    const words = left.split(/\s+/);
    const actual = step(words);
    if (expected !== undefined && actual !== expected)
      throw new Error(`${line}\n  expected: ${expected}\n  actual:   ${actual}`);
  }
  return { banks };

  function step(words: string[]): string {
    if (words[0] === 'silence') {
      silent = true;
      return 'silence';
    }
    if (words[0] === 'heal') {
      silent = false;
      return deliver();
    }
    const index = names.indexOf(words[0] ?? '');
    if (index === -1) throw new Error(`who is ${words[0]}?`);
    const party = index as Party;
    const bank = banks[party];
    if (words[1] === 'sees') return says(bank, words.slice(2));
    if (words[1] === 'saves') {
      backups[party] = bank.copy();
      return 'saved';
    }
    if (words[1] === 'restores') {
      banks[party] = backups[party].copy();
      waiting[party] = [];
      return 'restored';
    }
    if (words[1] === 'recovers') {
      const recovered = bank.recover(banks[other(party)]);
      if (!recovered.ok) return recovered.refusal.code;
      waiting[party] = [bank.resume(Number(words[2]))];
      return silent ? 'written' : deliver();
    }
    if (words[1] === 'repeats') {
      const entry = bank.journals[party].at(-1);
      if (entry === undefined) throw new Error('nothing to repeat');
      const result = banks[other(party)].receive(entry);
      return result.outcome === 'appended' ? 'applied' : result.refusal.code;
    }
    const cheats = words[1] === 'cheats';
    const verb = cheats ? words.slice(2) : words.slice(1);
    const body = bodyOf(verb, bank);
    if (cheats) {
      waiting[party].push(bank.cheat(body));
      return silent ? 'written' : deliver();
    }
    const written = bank.write(body);
    if (!written.ok) return written.refusal.code;
    waiting[party].push(written.appended.entry);
    if (silent) return 'written';
    return deliver();
  }

  function says(bank: TestBank, what: string[]): string {
    const view = bank.pair.views[bank.party];
    if (what[0] === 'debt') return String(debtOf(view, bank.party));
    if (what[0] === 'room') return String(roomOf(view, bank.party));
    if (what[0] === 'open') return String(view.openMinutes[bank.party]);
    throw new Error(`cannot see ${what.join(' ')}`);
  }
}

function bodyOf(words: string[], bank: TestBank): Body {
  const [verb, id = '', amount] = words;
  switch (verb) {
    case 'holds':
      return holdBody(id, Number(amount));
    case 'accepts':
      return { kind: 'HoldAccept', transfer: id };
    case 'declines':
      return { kind: 'HoldDecline', transfer: id, code: 'payee_unavailable' };
    case 'posts':
      return { kind: 'Post', transfer: id, minutes: Number(amount) };
    case 'voids':
      return { kind: 'Void', transfer: id };
    case 'receipts':
      return { kind: 'Receipt', transfer: id, unclaimed: false };
    case 'grants':
      return { kind: 'Amend', limitMinutes: Number(id) };
    case 'suspends':
      return { kind: 'Amend', suspended: true };
    case 'resumes':
      return { kind: 'Amend', suspended: false };
    case 'states':
      return { kind: 'Checkpoint', statement: statementFor(bank.pair) };
    case 'releases':
      return { kind: 'Release', transfer: id };
    default:
      throw new Error(`what does ${verb} mean?`);
  }
}
