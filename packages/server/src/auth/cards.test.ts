/** The words of cards: enough of them, none that could be taken for another one, and read however they are typed. */
import { wordlist as english } from '@scure/bip39/wordlists/english.js';
import { wordlist as spanish } from '@scure/bip39/wordlists/spanish.js';
import { describe, expect, test } from 'vitest';
import { createSeal } from '../node/seal.ts';
import { arabic } from './arabic-words.ts';
import { drawWords, hashWords, looksLikeWords, plain } from './cards.ts';

const LISTS = { en: english, es: spanish, ar: arabic };

/** What is left of an Arabic word when nobody looks at its dots. */
function withoutDots(word: string): string {
  const alike = ['بتثن', 'جحخ', 'دذ', 'رز', 'سش', 'صض', 'طظ', 'عغ', 'ف'];
  const letters = [...plain(word)];
  return letters
    .map((letter, at) => {
      if (at === letters.length - 1)
        return alike.find((group) => !group.includes('ن') && group.includes(letter))?.[0] ?? letter;
      if ('نيئ'.includes(letter)) return 'ب';
      return letter === 'ق' ? 'ف' : (alike.find((group) => group.includes(letter))?.[0] ?? letter);
    })
    .join('');
}

function twins(words: readonly string[], key: (word: string) => string): string[] {
  const first = new Map<string, string>();
  return words.flatMap((word) => {
    const known = first.get(key(word));
    first.set(key(word), word);
    return known === undefined ? [] : [`${known} ${word}`];
  });
}

describe.each(Object.entries(LISTS))('the words in %s', (language, words) => {
  test('are 2,048, and a card has four of them', () => {
    expect(words).toHaveLength(2048);
    const drawn = drawWords(language);
    expect(drawn).toHaveLength(4);
    for (const word of drawn) expect(words.map((each) => each.normalize('NFC'))).toContain(word);
  });

  test('are one word each, and all others when they are typed', () => {
    for (const word of words) expect(plain(word), word).toMatch(/^\p{L}{3,}$/u);
    expect(twins(words, plain)).toEqual([]);
  });
});

describe('the Arabic words', () => {
  test('are written plainly: no vowel signs, no lengthened line, no article', () => {
    for (const word of arabic) expect(word).toMatch(/^(?!ال\p{L}{3})[\u0621-\u063a\u0641-\u064a]{3,9}$/u);
  });

  test('are told from each other without dots, and without the end of a feminine word', () => {
    expect(twins(arabic, withoutDots)).toEqual([]);
    expect(twins(arabic, (word) => (word.endsWith('ة') ? plain(word).slice(0, -1) : plain(word)))).toEqual([]);
  });
});

test.each([
  ['إبريق فأس شتاء مدرسة', 'ابريق فاس شتا مدرسه'],
  ['مقهى سينما كعك جار', 'مقهي سينما کعک جار'],
  ['قَلَم بيـــت شَجَرَة نهر', 'قلم - بيت – شجرة، نهر'],
  ['شعاع ضيف مؤلف مئة', 'شعاع ضيف مولف ميه'],
  ['árbol niño café limón', 'ARBOL nino cafe  limon'],
])('%j is the same card as %j', async (printed, typed) => {
  const seal = createSeal('s'.repeat(40));
  expect(await hashWords(seal, 'bank', typed)).toBe(await hashWords(seal, 'bank', printed));
  expect(looksLikeWords(typed)).toBe(true);
});
