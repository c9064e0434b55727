/** The page of a member as others see it, where it leads, and asking somebody by name. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Streets, startStreets } from '../testing/streets.ts';
import type { Seen, Visitor } from '../testing/visitor.ts';

let streets: Streets;
let moira: Visitor;
let agnes: Visitor;
let desk: Visitor;
const ids = new Map<string, string>();

beforeAll(async () => {
  streets = await startStreets();
  moira = await streets.visitor('leith').signIn(streets.tokens.moira);
  agnes = await streets.visitor('leith').signIn(streets.tokens.agnes);
  desk = await streets.visitor('leith').signIn(streets.leith.token);
  for (const handle of ['moira', 'agnes'])
    ids.set(handle, (await streets.leith.call('GET', `/api/members/${handle}`)).body.id);
});
afterAll(() => streets?.stop());

const personOf = (handle: string) => `/members/${ids.get(handle)}`;
const text = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
const main = (html: string) => html.slice(html.indexOf('<main'), html.indexOf('</main>'));

/** A member of Leith, with a visitor who is signed in as them. */
async function neighbour(handle: string, name: string): Promise<Visitor> {
  const { body } = await streets.leith.call('POST', '/api/members', { handle, name });
  ids.set(handle, body.id);
  const { token } = (await streets.leith.call('POST', `/api/members/${body.id}/tokens`, {})).body;
  return streets.visitor('leith').signIn(token);
}

/** Sends the form of asking as somebody fills it by hand. */
async function ask(to: string, more: Record<string, string> = {}): Promise<Seen> {
  const wanted = { content: 'Tea', hours: '1', minutes: '0', side: 'receiver' };
  return moira.fill('/exchanges/new', '/exchanges', { to, ...wanted, ...more });
}

describe('the page of a member', () => {
  test('shows what was said to them, once they show it and until they take it off', async () => {
    const as = (token: string) => ({ token });
    const { moira: asker, agnes: giver } = streets.tokens;
    const { call } = streets.leith;
    const begun = await call(
      'POST',
      '/api/exchanges',
      { to: 'agnes', side: 'receiver', minutes: 60, content: 'A <b>cake</b>' },
      as(asker),
    );
    const path = `/api/exchanges/${begun.body.id}`;
    const answers = async () => ({ answers: (await call('GET', path, undefined, as(asker))).body.open });
    await call('POST', `${path}/accept`, await answers(), as(giver));
    await call('POST', `${path}/record`, { minutes: 60 }, as(giver));
    await call('POST', `${path}/confirm`, await answers(), as(asker));
    const said = await call('POST', `${path}/thanks`, { text: 'So <i>good</i>!' }, as(asker));
    expect(said.status).toBe(200);

    const seen = async (who: Visitor) => (await who.get(personOf('agnes'))).html;
    const show = (shown: string) => agnes.fill('/thanks', `/thanks/${begun.body.id}`, { shown });
    expect(await seen(moira)).not.toContain('So &lt;i&gt;good');
    await show('yes');
    for (const who of [moira, agnes, desk]) {
      const page = main(await seen(who));
      expect(page).toContain('So &lt;i&gt;good&lt;/i&gt;!');
      expect(text(page)).toContain('What people said to Agnes');
      expect(text(page)).toContain('Moira Baird, after A &lt;b&gt;cake&lt;/b&gt;');
      expect(page).not.toContain('action="/thanks');
    }
    expect((await streets.visitor('leith').get(personOf('agnes'))).to).toMatch(/^\/sign-in/);
    await show('no');
    expect(await seen(moira)).not.toContain('So &lt;i&gt;good');
  });

  test('leads to asking them and to giving to them, with them filled in', async () => {
    // Somebody to whom no hours went before.
    await neighbour('effie', 'Effie Kerr');
    const { html } = await moira.get(personOf('effie'));
    expect(text(main(html))).toContain('Ask Effie for an hour Give Effie an hour');
    const [asking = '', giving = ''] = [...main(html).matchAll(/<a class="btn" href="([^"]+)"/g)].map(
      ([, href]) => href ?? '',
    );
    const form = main((await moira.get(asking)).html);
    expect(text(form)).toContain('Ask Effie');
    expect(form).not.toContain('id="ask-to"');
    const sent = await moira.fill(asking, '/exchanges', { content: 'Soup', hours: '1', minutes: '0' });
    expect(text((await moira.get(sent.to ?? '')).html)).toContain('You asked Effie: Soup');

    const address = `effie@${streets.leith.host}`;
    const chosen = new RegExp(`name="to" value="${address}" checked`);
    expect((await moira.get(giving)).html).toMatch(chosen);
    // What is missing is said, and they are still the one.
    const refused = await moira.fill(giving, '/give', { to: address, length: 'other', what: '' });
    expect(refused.status).toBe(422);
    expect(refused.html).toMatch(chosen);
  });

  test('leads nowhere for oneself, the desk, and one who rests', async () => {
    const ways = /exchanges\/new|\/give\?to/;
    expect((await moira.get(personOf('agnes'))).html).toMatch(ways);
    expect((await moira.get(personOf('moira'))).html).not.toMatch(ways);
    expect((await desk.get(personOf('agnes'))).html).not.toMatch(ways);
    const ewan = await neighbour('ewan', 'Ewan Laing');
    expect((await ewan.get(personOf('agnes'))).html).toMatch(ways);
    const { status } = await streets.leith.call('POST', `/api/members/${ids.get('ewan')}/status`, {
      status: 'suspended',
    });
    expect(status).toBe(200);
    expect((await ewan.get(personOf('agnes'))).html).not.toMatch(ways);
    expect((await desk.get(personOf('ewan'))).html).not.toMatch(ways);
    expect((await moira.get(personOf('ewan'))).status).toBe(404);
  });

  test('and their offers lead to each other, for members of the bank', async () => {
    const { body } = await streets.leith.call(
      'POST',
      '/api/offers',
      { kind: 'offer', title: 'Knitting', category: 'needlework', visibility: 'public' },
      { token: streets.tokens.agnes },
    );
    const path = `/offers/${body.id}`;
    expect(main((await moira.get(personOf('agnes'))).html)).toContain(`href="${path}"`);
    for (const who of [moira, desk]) expect((await who.get(path)).html).toContain(`href="${personOf('agnes')}"`);
    const open = (await streets.visitor('leith').get(path)).html;
    expect(open).toContain('Agnes Tulloch');
    expect(open).not.toContain('/members/');
  });
});

describe('asking somebody by name', () => {
  const which = 'Which of these do you mean?';
  const options = (html: string) =>
    [...html.matchAll(/name="whom" value="(\w{26})"[^>]*><span>([^<]*?) *</g)].map(([, id, name]) => [id, name]);

  test('a whole name will do, in small letters too', async () => {
    for (const name of ['Agnes Tulloch', 'agnes tulloch', 'agnes', '@agnes']) {
      const { to } = await ask(name);
      expect(text((await moira.get(to ?? '')).html), name).toContain('You asked Agnes: Tea');
    }
  });

  test('one that is begun, or has a mark too many, is asked back with those in sight', async () => {
    for (const name of ['Agnès Tullöch', 'tull']) {
      const asked = await ask(name);
      expect([asked.status, asked.html.includes(which)], name).toEqual([422, true]);
      expect(options(asked.html)).toEqual([[ids.get('agnes'), 'Agnes Tulloch']]);
      expect(asked.html).toContain(`value="${name}"`);
      const { to } = await ask(name, { whom: ids.get('agnes') ?? '' });
      expect(text((await moira.get(to ?? '')).html), name).toContain('You asked Agnes: Tea');
      expect((await ask(name, { whom: 'other' })).status).toBe(422);
      expect(text((await ask('Agnes Tulloch', { whom: 'other' })).to ?? '')).toMatch(/^\/exchanges\//);
    }
  });

  test('of two with one name the asker says which', async () => {
    const first = await neighbour('isla', 'Isla Reid');
    const second = await neighbour('isla-2', 'Isla Reid');
    await second.fill('/me/profile', '/me/profile', { name: 'Isla Reid', place: 'Harbour Row' });
    const asked = await ask('Isla Reid');
    expect(asked.status).toBe(422);
    const both = options(asked.html);
    expect(new Set(both.map(([id]) => id))).toEqual(new Set([ids.get('isla'), ids.get('isla-2')]));
    expect(text(asked.html)).toMatch(/Isla Reid (Isla Reid )?Harbour Row/);
    // One of those in sight and nothing else wrong: the form says who it is.
    const chosen = await ask('Isla Reid', { whom: ids.get('isla') ?? '', content: '' });
    expect([chosen.status, chosen.html.includes(which)]).toEqual([422, false]);
    expect(text(main(chosen.html))).toContain('Ask Isla');
    const { to } = await ask('Isla Reid', { whom: ids.get('isla') ?? '' });
    expect((await first.get(to ?? '')).status).toBe(200);
  });

  test('nobody of that name, oneself, and a whole address', async () => {
    const nobody = await ask('Zebedee');
    expect(nobody.status).toBe(422);
    expect(text(nobody.html)).toContain('Leith does not know anybody called Zebedee.');
    expect(nobody.html).toContain('value="Zebedee"');
    expect((await ask('moira baird')).status).toBeGreaterThanOrEqual(400);
    expect((await ask('mo')).html).not.toContain(which);
    const rosa = await ask(`rosa@${streets.gracia.host}`);
    expect(rosa.to).toMatch(/^\/exchanges\//);
    expect((await ask('rosa@elsewhere.example')).status).toBeGreaterThanOrEqual(400);
  });
});
