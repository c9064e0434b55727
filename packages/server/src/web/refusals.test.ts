import { REFUSAL_CODES } from '@evenhour/protocol';
import { expect, it } from 'vitest';
import { sayRefusal } from './refusals.ts';
import { wordsOf } from './words.ts';

const english = wordsOf('en');

const place = { bank: 'Leith', bridgeBuilder: 'Fiona Kerr', town: 'Gràcia', who: 'Rosa' };

it.each(REFUSAL_CODES)('says %s as a person would, and what to do', (code) => {
  for (const { what, todo } of [
    sayRefusal(english, { code }, place),
    sayRefusal(english, { code, facts: { roomMinutes: 90 } }, place),
  ]) {
    expect(what).toMatch(/^[A-Z].*\.$/);
    expect(todo).toMatch(/^[A-Z].*\.$/);
    expect(`${what} ${todo}`).not.toMatch(/undefined|\b(node|actor|inbox|journal|token|user|credit|debit|pending)\b/);
  }
});

it('says how much is still honoured when the core knows it', () => {
  const text = sayRefusal(english, { code: 'limit_reached', facts: { roomMinutes: 90 } }, place);
  expect(text.todo).toContain('Gràcia honours 1 h 30 min more');
});

it('has something kind for a code that pages do not know', () => {
  expect(sayRefusal(english, { code: 'context_mismatch' }, place)).toEqual(sayRefusal(english, null, place));
});
