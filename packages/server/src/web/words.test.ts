import { describe, expect, it } from 'vitest';
import { askedFor } from './handlers/language.ts';
import { wordsOf } from './words.ts';

describe('the language that a browser asks for', () => {
  it.each([
    ['', null],
    ['es', 'es'],
    ['ca, es-MX;q=0.8, en;q=0.5', 'es'],
    ['en;q=0.3, ar-EG', 'ar'],
    ['es;q=0, en;q=0.1', 'en'],
    ['fr, de;q=0.9', null],
    ['*', null],
    ['constructor', null],
  ])('of %j is %s', (header, language) => {
    expect(askedFor(header)).toBe(language);
  });
});

describe('words', () => {
  it('isolate a name that is written the other way', () => {
    const { t } = wordsOf('ar');
    expect(t('time.onDayAt', { day: '23 نوفمبر', time: '10:00' })).toBe('يوم 23 نوفمبر الساعة \u206810:00\u2069');
    expect(wordsOf('en').t('time.at', { time: 'ليث' })).toBe('at \u2068ليث\u2069');
    expect(wordsOf('en').t('time.at', { time: '10:00' })).toBe('at 10:00');
  });

  it('keep the order of names in a list, whatever they are written in', () => {
    expect(wordsOf('ar').list(['Núria', 'Fiona'])).toBe('\u2068Núria\u2069 و\u2068Fiona\u2069');
    expect(wordsOf('es').list(['Núria', 'Fiona', 'Inés'])).toBe('Núria, Fiona e Inés');
  });

  it('read nothing in an argument as a message', () => {
    expect(wordsOf('en').t('time.at', { time: "{n, plural, one {1}} <b>'" })).toBe("at {n, plural, one {1}} <b>'");
  });

  it('know no key that is not there, and say nothing when a fact is missing', () => {
    const { say } = wordsOf('es');
    expect(say('notice.none', {})).toBeNull();
    expect(say('constructor')).toBeNull();
    expect(say('time.at', {})).toBeNull();
    expect(say('time.at', { time: '3' })).toBe('a las 3');
  });
});
