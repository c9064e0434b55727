/** What comes in by forms, before anything is done with it. */
import { describe, expect, test } from 'vitest';
import { field, idOf, safeNext, wholeNumber } from './form.ts';
import { emptyGive, readGive, understand } from './give-form.ts';
import { cookieName, cookieOptions } from './session.ts';

const origin = 'https://leith.example';

test.each(['/', '/me', '/me?before=01J0', '/given/1#x', '/give?town=a%20b'])('%s may come next', (path) => {
  expect(safeNext(path, origin)).toBe(path.split('#')[0]);
});

test.each([
  undefined,
  '',
  'me',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/me\\..\\..',
  'https://evil.example/',
  'https:/evil.example',
  'javascript:alert(1)',
  ' /me',
  '/\t/evil.example',
  '/\n/evil.example',
  '/me\r\nset-cookie: a=b',
  '/é',
])('%j does not come next', (path) => {
  expect(safeNext(path, origin)).toBe('');
});

test('a field loses control characters and those that turn the direction of writing', () => {
  const form = new URLSearchParams([
    ['what', ' a\u0000b\u202ec\r\nd\te\u2066 '],
    ['what', 'second'],
  ]);
  expect(field(form, 'what')).toBe('abc\nd e');
  expect(field(form, 'missing')).toBe('');
});

test.each([
  ['0', 0],
  ['12', 12],
  ['', null],
  ['-1', null],
  ['1.5', null],
  ['1e3', null],
  ['12345678', null],
  ['١', null],
])('%j is %j whole', (text, number) => {
  expect(wholeNumber(text as string)).toBe(number);
});

test.each(['', 'x', '../../me', '01J0000000000000000000000\u0000', '01j00000000000000000000000'])(
  '%j is no id',
  (text) => {
    expect(() => idOf(text)).toThrow('not_found');
  },
);

test('the cookie is told by its port where there is one, and is secret', () => {
  expect(cookieName({ origin })).toBe('evenhour');
  expect(cookieName({ origin: 'http://localhost:4001' })).toBe('evenhour-4001');
  expect(cookieOptions({ origin })).toEqual({ httpOnly: true, sameSite: 'Lax', path: '/', secure: true });
  expect(cookieOptions({ origin: 'http://localhost:4001' }).secure).toBe(false);
});

describe('what is given', () => {
  const towns = ['leith.example', 'gracia.example'];
  const neighbours = [
    { handle: 'agnes', name: 'Agnes Tulloch' },
    { handle: 'callum', name: 'Callum Reid' },
    { handle: 'callum2', name: 'Callum Reid' },
  ];
  const of = (typed: object) =>
    understand({ ...emptyGive('leith.example'), who: 'agnes', ...typed }, towns, neighbours);

  test('somebody here, by their short name or their whole one', () => {
    expect(of({})).toMatchObject({ to: 'agnes@leith.example', minutes: 60, errors: {}, refusal: null });
    expect(of({ who: 'Agnes Tulloch' }).to).toBe('agnes@leith.example');
    expect(of({ who: '@Agnes' }).to).toBe('agnes@leith.example');
  });

  test('nobody, when two have the name', () => {
    expect(of({ who: 'Callum Reid' }).refusal).toEqual({ code: 'unknown_payee' });
  });

  test('somebody in another town, chosen or written out', () => {
    expect(of({ town: 'gracia.example', who: 'Rosa' }).to).toBe('rosa@gracia.example');
    expect(of({ who: 'rosa@GRACIA.example' })).toMatchObject({
      to: 'rosa@gracia.example',
      values: { town: 'gracia.example' },
    });
    expect(of({ town: 'gracia.example', who: 'Rosa Vidal' }).refusal).toEqual({ code: 'unknown_payee' });
    expect(of({ who: 'rosa@elsewhere.example' }).refusal).toEqual({ code: 'not_partners' });
    expect(of({ town: 'elsewhere.example' }).refusal).toEqual({ code: 'not_partners' });
    expect(of({ who: 'a@b@gracia.example' }).refusal).toEqual({ code: 'not_partners' });
  });

  test.each([
    [{ length: '90' }, 90],
    [{ length: 'other', hours: '2', minutes: '5' }, 125],
    [{ length: 'other', hours: '', minutes: '45' }, 45],
    [{ length: 'other', hours: '3', minutes: '' }, 180],
  ])('%j is %i minutes', (typed, minutes) => {
    expect(of(typed)).toMatchObject({ minutes, errors: {} });
  });

  test.each([
    [{ length: '' }, { length: 'missing' }],
    [{ length: '61' }, { length: 'missing' }],
    [{ length: 'other' }, { length: 'missing' }],
    [{ length: 'other', hours: '-1' }, { length: 'missing' }],
    [{ length: 'other', hours: '1.5' }, { length: 'missing' }],
    [{ length: 'other', hours: '9999999' }, { length: 'too_long' }],
    [{ who: '' }, { who: 'missing' }],
    [{ who: '@' }, { who: 'missing' }],
    [{ what: 'x'.repeat(301) }, { what: 'too_long' }],
  ])('%j is wrong: %j', (typed, errors) => {
    expect(of(typed).errors).toEqual(errors);
  });

  test('a form that says nothing is read as empty', () => {
    expect(readGive(new URLSearchParams())).toEqual({
      to: 'other',
      town: '',
      who: '',
      length: '',
      hours: '',
      minutes: '',
      what: '',
      unnamed: '',
    });
  });
});
