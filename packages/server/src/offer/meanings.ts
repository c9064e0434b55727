/**
 * What else a word may mean, by the tables beside the categories.
 *
 * Promises: a word that stands in a table means what it says there, or what it is a form of; only one that nobody has
 * written is taken for its neighbours too.
 *
 * @module
 */
import { CATEGORIES, CATEGORY_WORDS, type Category, SAME_THING } from './categories.ts';
import { isAlike, isStem, wordsOf } from './words.ts';

interface Meaning {
  /** Other words for it. */
  readonly same: readonly string[];
  /** Where it may be found under another name. */
  readonly categories: readonly Category[];
  /** Nobody knows the word, so it may be another one mistyped. */
  readonly isSlip: boolean;
}

const THINGS = SAME_THING.map((line) => wordsOf([line]));
const IN_CATEGORY = CATEGORIES.map((category) => ({ category, words: wordsOf([CATEGORY_WORDS[category]]) }));

/** @param written whether somebody at this bank has written the word, so that it is no slip */
export function meaningOf(asked: string, written: boolean): Meaning {
  const told = meant((word) => word === asked || isStem(asked, word));
  const isSlip = !written && told.same.length === 0 && told.categories.length === 0;
  return { ...(isSlip ? meant((word) => isAlike(asked, word)) : told), isSlip };
}

function meant(fits: (word: string) => boolean): Omit<Meaning, 'isSlip'> {
  return {
    same: [...new Set(THINGS.filter((words) => words.some(fits)).flat())],
    categories: IN_CATEGORY.filter(({ words }) => words.some(fits)).map(({ category }) => category),
  };
}
