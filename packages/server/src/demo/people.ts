/**
 * The three towns of the demo and the people in them. All of them are made up.
 *
 * Promises: nothing here reaches a real bank; telephone numbers are from ranges that nobody is given.
 *
 * @module
 */

/** An hour at home before the demo began: the giver had it from the receiver, and gives it for that. */
type Past = readonly [daysAgo: number, giver: string, receiver: string, minutes: number, content: string];

export interface Person {
  readonly handle: string;
  readonly name: string;
  /** What people come to them for. */
  readonly about: string;
  /** What they do for people in other towns, by telephone or post, and are given hours for. */
  readonly does: string;
}

export interface TownPlan {
  readonly id: 'leith' | 'gracia' | 'galway';
  readonly name: string;
  readonly phone: string;
  readonly bridgeBuilder: string;
  readonly language: string;
  readonly timeZone: string;
  readonly people: readonly Person[];
  readonly past: readonly Past[];
}

const person = (handle: string, name: string, about: string, does: string): Person => ({ handle, name, about, does });

/** The common pot, which every bank has. */
const POT = 'bank';

const leith: TownPlan = {
  id: 'leith',
  name: 'Leith',
  phone: '0131 496 0123',
  bridgeBuilder: 'Fiona Kerr',
  language: 'en',
  timeZone: 'Europe/London',
  people: [
    person(
      'moira',
      'Moira Baird',
      'Hems, zips and curtains; English by telephone',
      'English conversation by telephone',
    ),
    person(
      'davie',
      'Davie Muir',
      'Drove a tram for twenty years and remembers every stop',
      'Stories from the last trams',
    ),
    person('agnes', 'Agnes Tulloch', 'Letters written by hand, and a listening ear', 'A letter written by hand'),
    person('callum', 'Callum Reid', 'Kitchen taps, bicycle brakes', 'Talked through a dripping tap'),
    person('priya', 'Priya Nair', 'Fills in forms with you, not for you', 'Filled in a form together'),
    person('ewan', 'Ewan Laing', 'Digging, lifting, lifts to the dentist', 'Which potatoes to plant, and when'),
    person('samira', 'Samira Hakimi', 'Arabic over tea; Soup and Stitches', 'Arabic for beginners by telephone'),
    person('kirsty', 'Kirsty Sim', 'Fiddle tunes and company on the bus', 'A Scottish tune, hummed down the telephone'),
  ],
  past: [
    [47, 'agnes', 'moira', 120, 'Hemmed two pairs of curtains'],
    [41, 'moira', 'callum', 60, 'Kitchen tap, first visit'],
    [38, 'agnes', POT, 60, 'For whoever needs it'],
    [33, 'davie', 'ewan', 180, 'Dug the back green'],
    [27, 'samira', 'priya', 90, 'Set up a new telephone'],
    [21, 'agnes', 'kirsty', 60, 'Company on the 22 bus'],
    [16, 'kirsty', 'samira', 120, 'Soup and Stitches, hosting'],
    [9, 'ewan', 'davie', 60, 'Sorted a box of old photographs'],
    [3, 'callum', 'moira', 60, 'Mended a tent zip'],
  ],
};

const gracia: TownPlan = {
  id: 'gracia',
  name: 'Gràcia',
  phone: '93 000 00 11',
  bridgeBuilder: 'Núria Soler',
  language: 'en',
  timeZone: 'Europe/Madrid',
  people: [
    person('rosa', 'Rosa Vidal', 'Catalan, slowly and with patience', 'Catalan over the telephone'),
    person('jordi', 'Jordi Puig', 'Computers for people who do not like them', 'A slow computer, by telephone'),
    person('montse', 'Montse Ferrer', 'Draws your window with you', 'Drew a window, by post'),
    person('pau', 'Pau Roca', 'Bread, and why yours did not rise', 'Why the bread did not rise'),
    person('laia', 'Laia Camps', 'Reads aloud; minds children after school', 'A chapter read aloud'),
    person('oriol', 'Oriol Mas', 'Shelves, hinges, shutters', 'How to hang a shutter'),
    person('fatima', 'Fatima El Amrani', 'Couscous for forty; sewing', 'Couscous for forty, step by step'),
    person('enric', 'Enric Bosch', 'Accordion, and the history of the square', 'A waltz for the accordion'),
  ],
  past: [
    [52, 'fatima', 'rosa', 120, 'Catalan for the interview'],
    [44, 'montse', 'oriol', 90, 'Two hinges and a shutter'],
    [36, 'fatima', POT, 120, 'Supper for the neighbours'],
    [30, 'enric', 'pau', 60, 'Bread for the festa'],
    [24, 'rosa', 'jordi', 60, 'The photographs came back'],
    [18, 'pau', 'laia', 150, 'Minded the twins'],
    [11, 'laia', 'enric', 60, 'Played at the birthday'],
    [4, 'jordi', 'montse', 90, 'Drew the shop front'],
  ],
};

const galway: TownPlan = {
  id: 'galway',
  name: 'Galway',
  phone: '091 000 012',
  bridgeBuilder: 'Máire Ní Fhátharta',
  language: 'en',
  timeZone: 'Europe/Dublin',
  people: [
    person('brid', 'Bríd Joyce', 'Finds your people in the parish books', 'A grandmother found in the parish books'),
    person('colm', 'Colm Folan', 'Fiddle, currachs and knots', 'Three knots, by post'),
    person('maire', 'Máire Ní Fhátharta', 'Irish for beginners', 'Irish by telephone'),
    person('sean', 'Seán Conneely', 'Dry stone walls, and when to leave one alone', 'How to mend a dry stone wall'),
    person(
      'niamh',
      'Niamh Burke',
      'Knitting, and getting wool to behave',
      'An Aran sleeve, unravelled and knitted again',
    ),
    person('tomas', 'Tomás Lydon', 'Lifts to the market; reads the weather', 'What the sky will do'),
    person('aoife', 'Aoife Hession', 'Bees and hedges', 'A bad-tempered hive, talked down'),
    person('peadar', 'Peadar Mannion', 'Letters to the council', 'A letter to the council'),
  ],
  past: [
    [49, 'brid', 'sean', 180, 'The gap in the orchard wall'],
    [42, 'colm', 'niamh', 90, 'A jumper for the boat'],
    [35, 'peadar', 'tomas', 60, 'A lift to the market'],
    [29, 'aoife', 'brid', 120, 'Her people in Inis Oírr'],
    [23, 'aoife', POT, 60, 'Honey for the door'],
    [17, 'sean', 'peadar', 60, 'A letter to the council'],
    [10, 'niamh', 'colm', 60, 'Mended the spinning wheel'],
    [2, 'tomas', 'maire', 90, 'Irish for the road signs'],
  ],
};

/** Top, right and left on the live page. */
export const TOWNS: readonly [TownPlan, TownPlan, TownPlan] = [leith, gracia, galway];

/** What two towns agree: `[a, b, what a may be ahead by at b, what b may be ahead by at a]`, in minutes. */
export const AGREEMENTS: readonly (readonly [a: number, b: number, aMayOwe: number, bMayOwe: number])[] = [
  [0, 1, 46 * 60, 30 * 60],
  [1, 2, 20 * 60, 20 * 60],
  [2, 0, 40 * 60, 20 * 60],
];
