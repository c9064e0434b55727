/** In which language a page is read, and how somebody changes it. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bank, member } from '../db/schema.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { languages, useWords } from './words.ts';

let streets: Streets;
beforeAll(async () => {
  streets = await startStreets();
});
afterAll(() => streets?.stop());

const languageOf = (html: string) => /<html lang="(..)" dir="(...)"/.exec(html)?.slice(1).join(' ');

test('a guest reads in the language that the browser asks for, else in the bank’s', async () => {
  const visitor = streets.visitor('leith');
  const spanish = await visitor.get('/', { 'accept-language': 'ca, es;q=0.9' });
  expect(languageOf(spanish.html)).toBe('es ltr');
  expect(spanish.html).toContain('<h1 class="display">Tu hora vale tanto como la de cualquiera</h1>');
  expect(spanish.headers.get('content-language')).toBe('es');
  expect(spanish.headers.get('vary')).toMatch(/cookie.*accept-language/);
  const arabic = await visitor.get('/', { 'accept-language': 'ar-SY' });
  expect(languageOf(arabic.html)).toBe('ar rtl');
  expect(arabic.html).toContain('لم يراجع هذه الصفحة بعدُ');
  expect(languageOf((await visitor.get('/', { 'accept-language': 'fi' })).html)).toBe('en ltr');

  const { database, bank: leith, node } = streets.leith;
  await database.db.update(bank).set({ language: 'es' }).where(eq(bank.id, leith.id));
  await node.context.banks.reload();
  expect(languageOf((await visitor.get('/', { 'accept-language': 'fi' })).html)).toBe('es ltr');
  await database.db.update(bank).set({ language: 'ca' }).where(eq(bank.id, leith.id));
  await node.context.banks.reload();
  expect(languageOf((await visitor.get('/', { 'accept-language': 'fi' })).html)).toBe('en ltr');
});

test('the switch is on every page, keeps its choice, and leads back to the same page', async () => {
  const visitor = streets.visitor('leith');
  const { html } = await visitor.get('/sign-in?next=%2Fgive', { 'accept-language': 'es' });
  for (const { name } of Object.values(languages)) expect(html).toContain(`>${name}</button>`);
  expect(html).toContain('name="next" value="/sign-in?next=%2Fgive"');
  const switched = await visitor.post('/language', { language: 'ar', next: '/sign-in?next=%2Fgive' });
  expect([switched.status, switched.to]).toEqual([303, '/sign-in?next=%2Fgive']);
  expect(switched.headers.get('set-cookie')).toMatch(
    /^evenhour-language-\d+=ar; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax/,
  );
  expect(languageOf((await visitor.get('/', { 'accept-language': 'es' })).html)).toBe('ar rtl');
  expect(languageOf((await visitor.get('/nowhere', { 'accept-language': 'es' })).html)).toBe('ar rtl');
});

test.each(['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)', ''])(
  'the switch leads nowhere else: %s',
  async (next) => {
    const { status, to } = await streets.visitor('leith').post('/language', { language: 'es', next });
    expect([status, to]).toEqual([303, '/']);
  },
);

test.each(['', 'xx', 'constructor', '__proto__', 'EN'])('%j is no language', async (language) => {
  const visitor = streets.visitor('leith');
  expect((await visitor.post('/language', { language, next: '/' })).status).toBe(400);
  expect(languageOf((await visitor.get('/')).html)).toBe('en ltr');
});

test('a member’s own setting counts before what the browser asks for, and after the switch', async () => {
  const agnes = await streets.visitor('leith').signIn(streets.tokens.agnes);
  const { db } = streets.leith.database;
  await db.update(member).set({ language: 'ar' }).where(eq(member.name, 'Agnes Tulloch'));
  expect(languageOf((await agnes.get('/me', { 'accept-language': 'es' })).html)).toBe('ar rtl');
  await agnes.post('/language', { language: 'en', next: '/me' });
  expect(languageOf((await agnes.get('/me', { 'accept-language': 'es' })).html)).toBe('en ltr');
});

test('what was refused is said in the reader’s language, and a switch there leads back to the form', async () => {
  const moira = await streets.visitor('leith').signIn(streets.tokens.moira);
  await moira.post('/language', { language: 'es', next: '/' });
  const fields = { town: 'nowhere', who: '', length: '', hours: '', minutes: '', what: '', key: 'k' };
  const refused = await moira.post(
    '/give',
    { ...fields, csrf: await moira.csrf() },
    { referer: `${streets.leith.origin}/give?to=x` },
  );
  expect(languageOf(refused.html)).toBe('es ltr');
  expect(refused.html).toContain('Escribe un nombre.');
  expect(refused.html).toContain('name="next" value="/give?to=x"');
});

test('two readers at once never get each other’s words', async () => {
  const tags = Array.from({ length: 30 }, (_, i) => (['en', 'es', 'ar'] as const)[i % 3] ?? 'en');
  const pages = await Promise.all(tags.map((tag) => streets.visitor('leith').get('/', { 'accept-language': tag })));
  const skip = { en: 'Skip to the page', es: 'Ir al contenido', ar: 'إلى محتوى الصفحة' };
  pages.forEach(({ html }, i) => {
    for (const [tag, text] of Object.entries(skip)) expect(html.includes(text)).toBe(tag === tags[i]);
  });
});

test('words are nowhere but in a page', () => {
  expect(() => useWords()).toThrow('outside a page');
});
