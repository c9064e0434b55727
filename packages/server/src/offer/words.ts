/**
 * Words by which offers are found.
 *
 * Promises: the same text gives the same words in every database, for they are made here: small letters, no accents,
 * one form of each Arabic letter. Whoever writes "Jardín", "JARDIN" or "jardin" means the same.
 *
 * @module
 */

/** How many words of an offer, and of a search, count. */
const MOST_WORDS = 300;
const MOST_ASKED = 8;
const LONGEST_WORD = 32;

/**
 * Letters that are written in more than one way. Arabic: alef, hamza carriers, teh marbuta, alef maksura, Persian
 * forms.
 */
const FORMS: Readonly<Record<string, string>> = {
  أ: 'ا',
  إ: 'ا',
  آ: 'ا',
  ٱ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ئ: 'ي',
  ؤ: 'و',
  ة: 'ه',
  ک: 'ك',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ı: 'i',
};
const FORM = new RegExp(`[${Object.keys(FORMS).join('')}]`, 'gu');

/** Small letters without accents, vowel marks or the stroke that only makes an Arabic word longer. */
export function normalised(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(FORM, (letter) => FORMS[letter] ?? letter)
    .normalize('NFKD')
    .replaceAll(/[\p{M}\u0640]/gu, '')
    .trim();
}

/**
 * The words of texts, each once. In Arabic the article is left out: members search for "garden" and "the garden" alike.
 */
export function wordsOf(texts: readonly string[], most: number = MOST_WORDS): string[] {
  const found = new Set<string>();
  for (const text of texts)
    for (const [word] of normalised(text).matchAll(/[\p{L}\p{N}]+/gu)) {
      found.add(word.replace(/^(?:وال|بال|ال)(?=\p{L}{3})/u, '').slice(0, LONGEST_WORD));
      if (found.size === most) return [...found];
    }
  return [...found];
}

/** A kind or a category beside the words. No word has this sign, and no category is named like a kind. */
export function markOf(sort: string): string {
  return `#${sort}`;
}

/** The words that somebody looks for. */
export function askedWords(query: string): string[] {
  return wordsOf([query.slice(0, 200)], MOST_ASKED);
}

/**
 * Whether a word may be the other one mistyped: one slip in a short word, two in a long one if it begins with the same
 * letter, for "plumber" is no "number". A slip is a letter too many, too few or another one, or two that changed
 * places.
 */
export function isAlike(asked: string, word: string): boolean {
  if (asked.length < 4) return false;
  const slips = asked.length < 6 || asked[0] !== word[0] ? 1 : 2;
  if (Math.abs(asked.length - word.length) > slips) return isStem(asked, word);
  return distance(asked, word) <= slips || isStem(asked, word);
}

/** Two forms of one word: "gardening" and "gardens" share more than their first five letters. */
export function isStem(asked: string, word: string): boolean {
  let same = 0;
  while (same < asked.length && asked[same] === word[same]) same++;
  const longer = Math.max(asked.length, word.length);
  return same >= 5 && longer - same <= 3;
}

/** Slips between two words (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
