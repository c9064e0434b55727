/** Every language says the same things, whole, in its own words. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { REFUSAL_CODES } from '@evenhour/protocol';
import { describe, expect, it } from 'vitest';
import { argumentsOf, KINDS, parsed } from '../../../../../tools/messages.mjs';
import { readMessages } from '../catalogue.ts';
import { type Language, languages } from '../words.ts';

const tags = Object.keys(languages) as Language[];
const others = tags.filter((tag) => tag !== 'en');
const catalogues = Object.fromEntries(tags.map((tag) => [tag, readMessages(tag)])) as Record<
  Language,
  ReturnType<typeof readMessages>
>;

type Element = ReturnType<typeof parsed>[number];

/** Every element of a message, those inside its choices too. */
function elements(list: readonly Element[]): Element[] {
  return list.flatMap((element) => [
    element,
    ...Object.values(element.options ?? {}).flatMap(({ value }) => elements(value)),
  ]);
}

/** What a message says besides what it is told. */
function ownText(text: string): string {
  return elements(parsed(text))
    .filter(({ type }) => type === KINDS.literal)
    .map(({ value }) => value)
    .join(' ');
}

/** The choices of each plural of a message. */
function plurals(text: string): { readonly ordinal: boolean; readonly choices: string[] }[] {
  return elements(parsed(text))
    .filter(({ type }) => type === KINDS.plural)
    .map(({ options, pluralType }) => ({ ordinal: pluralType === 'ordinal', choices: Object.keys(options ?? {}) }));
}

/** What is wrong with the plural choices of a message in a language; empty when nothing is. */
function wrongPlurals(text: string, tag: Language): string[] {
  return plurals(text).flatMap(({ ordinal, choices }) => {
    const rules = new Intl.PluralRules(languages[tag].locale, { type: ordinal ? 'ordinal' : 'cardinal' });
    const wanted = rules.resolvedOptions().pluralCategories;
    const named = choices.filter((choice) => !/^=\d+$/.test(choice));
    return named.toSorted().join() === wanted.toSorted().join() ? [] : [`${named.join()} for ${wanted.join()}`];
  });
}

/** Values that are the same as the English ones, and why. */
const same: Record<string, string> = {
  'time.hours es': 'the sign of the hour is international',
  'time.minutes es': 'the sign of the minute is international',
  'members.no es': 'it is the same word',
  'receipt.fileName ar': 'the name of a file is in letters that every computer writes',
  'leave.fileName ar': 'the name of a file is in letters that every computer writes',
  'statement.fileName ar': 'the name of a file is in letters that every computer writes',
};

/**
 * Words that are never said to members. What is signed is shown in its own words, in the area `proof`; whoever runs
 * the program is told in its words what is wrong with it, in the area `doctor`.
 */
const never: Record<Language, RegExp> = {
  en: /(?<!\p{L})(service users?|users?|beneficiar(y|ies)|clients?|volunteers?|nodes?|actors?|inbox(es)?|journals?|tokens?|wallets?|transactions?|debits?|credits?|pending|sync(ed|s)?)(?!\p{L})/iu,
  es: /(?<!\p{L})(usuari[oa]s?|beneficiari[oa]s?|clientes?|voluntari[oa]s?|nodos?|actor(es)?|monederos?|transacci(ón|ones)|débitos?|créditos?|pendientes?|sincroniza\p{L}*|tokens?)(?!\p{L})/iu,
  ar: /مستخدم|مستفيد|عميل|عملاء|زبون|زبائن|متطوع|محفظة|معاملة مالية|معاملات|قيد الانتظار|مزامنة|دائن|العقدة/u,
};

it('keys.ts is what the English catalogue says', () => {
  const tool = fileURLToPath(new URL('../../../../../tools/messages.mjs', import.meta.url));
  expect(() => execFileSync(process.execPath, [tool, '--check'], { stdio: 'pipe' })).not.toThrow();
});

it.each(others)('%s says everything that English says, and nothing else', (tag) => {
  expect([...catalogues[tag].keys()].toSorted()).toEqual([...catalogues.en.keys()].toSorted());
});

it.each(others)('%s is told the same as English', (tag) => {
  const told = (text: string) => [...argumentsOf(text)].map(([name, type]) => `${name}: ${type}`).toSorted();
  for (const [key, text] of catalogues[tag]) expect(told(text), key).toEqual(told(catalogues.en.get(key) ?? ''));
});

it.each(tags)('%s has exactly the plural forms that it needs', (tag) => {
  const wrong = [...catalogues[tag]].flatMap(([key, text]) => wrongPlurals(text, tag).map((what) => `${key}: ${what}`));
  expect(wrong).toEqual([]);
});

it.each(others)('%s is translated', (tag) => {
  const untranslated = [...catalogues[tag]]
    .filter(([key, text]) => /\p{L}/u.test(ownText(text)) && text === catalogues.en.get(key))
    .map(([key]) => `${key} ${tag}`);
  expect(untranslated.toSorted()).toEqual(
    Object.keys(same)
      .filter((each) => each.endsWith(` ${tag}`))
      .toSorted(),
  );
});

it.each(tags)('%s has no empty text, and none with a space at its end', (tag) => {
  for (const [key, text] of catalogues[tag]) expect(text, key).toBe(text.trim() || 'something');
});

it('ar is written in Arabic letters', () => {
  for (const [key, text] of catalogues.ar) {
    const latin = ownText(text).replaceAll(
      /Evenhour|@?[\w.-]+\.(town|example)|https:\/\/town\.example\/invitations\/|https|EVENHOUR_\w+|rosa(\.vidal)?|evenhour( [a-z-]+)+|packages[\w/]+0001_guards\.sql/g,
      '',
    );
    if (!(`${key} ar` in same)) expect(latin, key).not.toMatch(/\p{Script=Latin}/u);
  }
});

it.each(tags)('%s speaks to members and not to machines', (tag) => {
  for (const [key, text] of catalogues[tag])
    if (!/^(proof|doctor)\./.test(key)) expect(ownText(text), key).not.toMatch(never[tag]);
});

it('knows every refusal that it says', () => {
  const own = [
    'other',
    'otherTown',
    'thisMember',
    'limit_reached_room',
    'not_enough_hours_left',
    'over_transfer_cap_limit',
    'too_large_picture',
  ];
  const said = [...catalogues.en.keys()].filter((key) => key.startsWith('refusal.')).map((key) => key.split('.')[1]);
  expect(said.filter((code) => !([...REFUSAL_CODES, ...own] as string[]).includes(code ?? ''))).toEqual([]);
});

describe('these tests', () => {
  it('see a plural form that is missing, and one too many', () => {
    expect(wrongPlurals('{n, plural, one {#} other {#}}', 'en')).toEqual([]);
    expect(wrongPlurals('{n, plural, =0 {x} one {#} other {#}}', 'en')).toEqual([]);
    expect(wrongPlurals('{n, plural, one {#} other {#}}', 'es')).toHaveLength(1);
    expect(wrongPlurals('{n, plural, one {#} two {#} other {#}}', 'en')).toHaveLength(1);
    expect(wrongPlurals('{a, select, x {{n, plural, other {#}}} other {}}', 'ar')).toHaveLength(1);
    expect(wrongPlurals('{n, selectordinal, one {#st} two {#nd} few {#rd} other {#th}}', 'en')).toEqual([]);
  });

  it('see a word that is never said', () => {
    for (const said of ['A service user', 'two volunteers', 'Pending', 'The client’s']) expect(said).toMatch(never.en);
    for (const said of ['una usuaria', 'los voluntarios', 'una transacción', 'Pendiente'])
      expect(said).toMatch(never.es);
    for (const said of ['المستخدم', 'متطوعون']) expect(said).toMatch(never.ar);
    expect('synchronise').not.toMatch(never.en);
  });
});
