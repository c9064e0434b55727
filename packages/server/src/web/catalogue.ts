/**
 * The texts of one language: ICU messages in JSON, one file an area, flat keys inside.
 *
 * Promises: an area is a file in `messages/<language>/`, found by listing the folder; a message is parsed at most
 * once. A name that is written in the other direction than the text around it is isolated, so that it cannot
 * turn the sentence over. Nothing in an argument is read as a message.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { IntlMessageFormat } from 'intl-messageformat';

/** What a message is told. */
export type Arguments = Readonly<Record<string, string | number>>;

export interface Catalogue {
  /**
   * The message with its arguments filled in; `null` when there is none of this key. Throws when an argument is
   * missing.
   */
  say(key: string, given?: Arguments): string | null;
}

const folder = (tag: string) => new URL(`../../src/web/messages/${tag}/`, import.meta.url);

/** Every message of a language by its key, `area.name`, as it stands in the files. */
export function readMessages(tag: string): ReadonlyMap<string, string> {
  const messages = new Map<string, string>();
  for (const file of readdirSync(folder(tag)).sort()) {
    if (!file.endsWith('.json')) continue;
    const area = file.slice(0, -'.json'.length);
    const texts = JSON.parse(readFileSync(new URL(file, folder(tag)), 'utf8')) as Record<string, string>;
    for (const [name, text] of Object.entries(texts)) messages.set(`${area}.${name}`, text);
  }
  return messages;
}

/** `messages` are by key. `locale` says how numbers are written and which plural form one takes. */
export function catalogueOf(messages: ReadonlyMap<string, string>, locale: string, dir: 'ltr' | 'rtl'): Catalogue {
  const parsed = new Map<string, IntlMessageFormat>();
  return {
    say(key, given = {}) {
      let message = parsed.get(key);
      if (message === undefined) {
        const text = messages.get(key);
        if (text === undefined) return null;
        // A sign such as "<" is a letter like any other: messages have no tags.
        message = new IntlMessageFormat(text, locale, undefined, { ignoreTag: true });
        parsed.set(key, message);
      }
      const values = Object.entries(given).map(([name, value]) => [
        name,
        typeof value === 'string' ? isolated(value, dir) : value,
      ]);
      return String(message.format(Object.fromEntries(values)));
    },
  };
}

const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;
const leftToRight = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u;

/** A text so marked that it cannot turn a sentence over that runs in the direction `dir`. */
export function isolated(text: string, dir: 'ltr' | 'rtl'): string {
  return turns(text, dir) ? `\u2068${text}\u2069` : text;
}

/**
 * Whether a text could turn the sentence around it over. Bare figures could: those of a telephone number stand as they
 * are.
 */
function turns(text: string, dir: 'ltr' | 'rtl'): boolean {
  return dir === 'ltr' ? rightToLeft.test(text) : leftToRight.test(text) || !rightToLeft.test(text);
}
