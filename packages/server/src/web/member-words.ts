/**
 * Everything that the desk's page of members says.
 *
 * Promises: as `words.ts`. The words of a card are shown once, and the page says so.
 *
 * @module
 */
import { firstName } from './format.ts';

export const members = {
  title: 'Members',
  heading: 'Our members',
  lead: 'Everybody here has a page of hours. With the words on their card they come in and give.',
  add: 'Add a member',
  name: 'Their name',
  nameHint: 'As neighbours know them, with first and last name.',
  nameMissing: 'Write a name of at most 100 letters.',
  handle: 'Their short name',
  handleHint: 'Others write it when they give, such as rosa. It stays as it is.',
  handleWrong: 'Only small letters, figures, dots and dashes: such as rosa or rosa.vidal.',
  handleTaken: 'Somebody has this short name already, or had it once. Choose another one.',
  addButton: 'Add this member',
  made: (name: string) => `A card for ${name}`,
  madeText: (name: string, address: string) =>
    `Write these words on a card, letter by letter, and give it to ${firstName(name)} and to nobody else. They are not shown again. With them ${firstName(name)} comes in at ${address}.`,
  madeLabel: 'The words for the card',
  list: 'Who belongs to us',
  none: 'Nobody yet. The first one is the hardest.',
  card: 'Write a new card',
  cardFor: (name: string) => `for ${name}`,
  cardText: 'A new card is for somebody who has none, or has lost it. The words of an older card count as before.',
  resting: 'resting',
  more: 'More members',
  first: 'From the beginning',
};
