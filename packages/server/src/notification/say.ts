/**
 * A notice in words, made when it is read.
 *
 * Promises: minutes and dates are said as the reader's language writes them, in the bank's time zone. A kind or a fact
 * that the catalogue does not know, as after a downgrade, says that there is something new. It is one line, whatever
 * others have written: nobody's name makes a paragraph or a link of its own in a mail of ours.
 *
 * @module
 */
import type { Reading } from '../web/format.ts';
import type { Words } from '../web/words.ts';
import { factsOfKind } from './kinds.ts';

export interface Sayable {
  readonly kind: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

export function sayNotice(words: Words, { kind, facts }: Sayable, town: string, reading: Reading): string {
  const shapes = factsOfKind(kind);
  const said = Object.entries(facts).map(([name, fact]) => [name, sayFact(words, shapes[name], fact, reading)]);
  return words.say(`notice.${kind}`, { ...Object.fromEntries(said), town }) ?? words.t('notices.something');
}

function sayFact(words: Words, shape: string | undefined, fact: string | number, reading: Reading): string {
  if (shape === 'minutes') return words.short(Number(fact));
  if (shape !== 'day' && shape !== 'moment') return String(fact).replaceAll(/\s+/g, ' ');
  const at = new Date(fact);
  if (Number.isNaN(at.getTime())) return String(fact);
  return shape === 'day' ? words.day(at, reading) : words.moment(at, reading);
}
