/**
 * The words of the pages, in the reader's language.
 *
 * A text is an ICU message in `messages/{en,es,ar}/<area>.json`; a new file there is a new area. Write the English
 * one, the Spanish ("tú") and the Arabic one (all six plural forms), then run `node tools/messages.mjs`, which
 * types the keys and what each is told:
 *
 *     const { t, short, firstName } = frame.words;     // a page, before <Page>, which provides it to the parts
 *     const { t, short } = useWords();                 // any component inside <Page>
 *     c.var.words.t('give.sent', { who })              // a handler
 *     wordsOf('es').t('mail.greeting', { name })       // mail, or whatever has no request
 *     t('home.members', { members: 3 })                // {members, plural, one {…} other {…}}: a number
 *     t('standing.more', { town, hours: short(90) })   // {hours}: a text; minutes and dates are said first
 *
 * Keys are written whole, or as `a.${b}.c` with `b` of a known set: a test finds keys that nothing uses. A key that
 * is known only when it runs (`notice.<kind>`, refusals) is said with `say`, which answers `null` for an unknown one.
 *
 * @module
 */
import { createContext, useContext } from 'hono/jsx';
import { type Arguments, catalogueOf, readMessages } from './catalogue.ts';
import { type Formats, formatsOf } from './format.ts';
import type { Messages } from './messages/keys.ts';

/** `name` is as its own speakers write it. `asksReaders`: pages ask a native reader for corrections. */
export const languages = {
  en: { name: 'English', locale: 'en-GB', dir: 'ltr', asksReaders: false },
  es: { name: 'Español', locale: 'es', dir: 'ltr', asksReaders: false },
  ar: { name: 'العربية', locale: 'ar', dir: 'rtl', asksReaders: true },
} as const;

export type Language = keyof typeof languages;
export type Key = keyof Messages;
export type Translate = <K extends Key>(key: K, ...given: Messages[K] extends null ? [] : [Messages[K]]) => string;

export interface Words extends Formats {
  readonly language: Language;
  readonly locale: string;
  readonly dir: 'ltr' | 'rtl';
  readonly t: Translate;
  /** The message of a key that is known only when it runs; `null` when there is none, or a fact is missing. */
  readonly say: (key: string, facts?: Arguments) => string | null;
}

const made = new Map<Language, Words>();

export function wordsOf(language: Language): Words {
  const known = made.get(language) ?? make(language);
  made.set(language, known);
  return known;
}

function make(language: Language): Words {
  const { locale, dir } = languages[language];
  const { say } = catalogueOf(readMessages(language), locale, dir);
  const t = ((key: Key, given?: Arguments) => say(key, given) ?? missing(language, key)) as Translate;
  return {
    ...formatsOf(locale, dir, t),
    language,
    locale,
    dir,
    t,
    say(key, facts) {
      try {
        return say(key, facts);
      } catch {
        return null;
      }
    },
  };
}

function missing(language: Language, key: string): never {
  throw new Error(`messages/${language} has no ${key}`);
}

export function isLanguage(text: unknown): text is Language {
  return typeof text === 'string' && Object.hasOwn(languages, text);
}

/** What somebody chose, else the bank's language, else English. */
export function languageOr(chosen: string, bank: { readonly settings: { readonly language: string } }): Language {
  if (isLanguage(chosen)) return chosen;
  return isLanguage(bank.settings.language) ? bank.settings.language : 'en';
}

/** Provided by the shell of every page. */
export const WordsContext = createContext<Words | null>(null);

/** The words of the page that is being rendered. */
export function useWords(): Words {
  const words = useContext(WordsContext);
  if (words === null) throw new Error('useWords outside a page: a page reads frame.words');
  return words;
}
