/**
 * A drawing for each thing that offers are about, in the colours of the town around it, and members' own pictures.
 *
 * Promises: a drawing is one object that a child would name, in one line; no people, no letters. It says nothing that
 * words beside it do not say. A picture has its room on the page before it comes.
 *
 * @module
 */
import type { Category } from '../offer/categories.ts';
import { picturePath } from '../offer/pictures.ts';
import { SMALL } from '../offer/shrink.ts';

const drawings: Readonly<Record<Category, string>> = {
  repairs: 'M16 48L34 30M31 21A9 9 0 0 1 43 15L37 21L43 27L49 21A9 9 0 0 1 37 33L22 52Q18 54 15 51T16 48Z',
  garden: 'M32 54V28M32 38Q18 38 16 24Q30 24 32 38M32 32Q46 32 48 16Q34 16 32 32M20 54H44',
  kitchen: 'M14 28H50V42Q50 50 42 50H22Q14 50 14 42ZM10 28H54M24 20Q21 16 24 12M32 20Q29 16 32 12M40 20Q37 16 40 12',
  needlework: 'M46 14L18 46M46 14Q52 12 50 18L22 50M18 46L16 52L22 50M44 20Q30 14 24 22T16 34',
  screens: 'M12 16H52V42H12ZM32 42V50M22 50H42M20 24H36M20 31H30',
  languages: 'M10 14H40V34H24L16 41V34H10ZM46 24H54V44H48V50L40 44H28V40',
  lessons: 'M32 20Q22 13 10 16V46Q22 43 32 50Q42 43 54 46V16Q42 13 32 20ZM32 20V50',
  music: 'M24 46V16L48 11V40M24 25L48 20M24 46A6 5 0 1 1 12 46A6 5 0 1 1 24 46M48 40A6 5 0 1 1 36 40A6 5 0 1 1 48 40',
  papers: 'M10 18H54V46H10ZM10 18L32 35L54 18',
  errands: 'M14 26H50L46 50H18ZM22 26Q22 13 32 13T42 26M26 34V42M38 34V42',
  rides:
    'M27 42A9 9 0 1 1 9 42A9 9 0 1 1 27 42M55 42A9 9 0 1 1 37 42A9 9 0 1 1 55 42M18 42L26 24H40L46 42M26 24L34 42H18M23 20H29M40 24L38 17H44',
  company:
    'M14 24H42V40Q42 48 34 48H22Q14 48 14 40ZM42 28H47Q52 28 52 34T47 40H42M10 54H46M24 18Q21 14 24 10M32 18Q29 14 32 10',
  animals: 'M16 52V30L12 14L22 22H36L46 14L42 30V52M24 32V33M34 32V33M26 40Q29 43 32 40M42 44Q54 46 52 34',
  outings: 'M10 20H54V28Q48 28 48 33T54 38V46H10V38Q16 38 16 33T10 28ZM38 20V24M38 30V35M38 41V46',
};

export function OfferPicture({ category }: { category: Category }) {
  return (
    <svg class="offer-picture" viewBox="0 0 64 64" aria-hidden="true">
      <rect width="64" height="64" rx="8" />
      <path d={drawings[category]} />
    </svg>
  );
}

/** Of a member's own; its text is empty where the words beside it say enough. */
export function SmallPicture({ id, text }: { id: string; text: string }) {
  return (
    <img class="picture-small" src={picturePath(id, true)} alt={text} width={SMALL} height={SMALL} loading="lazy" />
  );
}

export function WholePicture(props: { id: string; text: string; width: number; height: number }) {
  const { id, text, width, height } = props;
  return (
    <a class="picture" href={picturePath(id)}>
      <img src={picturePath(id)} alt={text} width={width} height={height} />
    </a>
  );
}
