/** A member's hours, through the pages: given, refused, on their way, proved, and listed. */
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bank, member, transfer } from '../db/schema.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { until } from '../testing/town.ts';
import type { Visitor } from '../testing/visitor.ts';

let streets: Streets;
let moira: Visitor;
beforeAll(async () => {
  streets = await startStreets();
  moira = await streets.visitor('leith').signIn(streets.tokens.moira);
});
afterAll(() => streets?.stop());

type Fields = Readonly<Record<string, string>>;
const hour = (fields: Fields): Fields => ({
  town: streets.leith.host,
  who: 'agnes',
  length: '60',
  hours: '',
  minutes: '',
  what: '',
  sure: 'yes',
  ...fields,
});
const give = (fields: Fields, visitor = moira) => visitor.fill('/give', '/give', hour(fields));

async function rows(): Promise<(typeof transfer.$inferSelect)[]> {
  return streets.leith.database.db
    .select()
    .from(transfer)
    .where(and(eq(transfer.bankId, streets.leith.bank.id), eq(transfer.purpose, 'gift')));
}

async function settled(visitor: Visitor, path: string): Promise<string> {
  return until(async () => {
    const { html } = await visitor.get(path);
    return html.includes('It is whole') ? html : null;
  });
}

describe('an hour to somebody in another town', () => {
  let given: string;
  let proof: string;

  test('goes, and its page looks again until it is there', async () => {
    const seen = await give({ town: streets.gracia.host, who: 'Rosa', length: '90', what: 'Catalan by telephone' });
    expect(seen.status).toBe(303);
    given = seen.to ?? '';
    expect(given).toMatch(/^\/given\/[0-9A-Z]{26}$/);
    const html = await settled(moira, given);
    expect(html).toContain('Rosa in Gràcia has it');
    expect(html).toContain('You gave 1 h 30 min');
    proof = /href="(\/proof\/[^"]+)"/.exec(html)?.[1] ?? '';
  });

  test('has a proof that both banks signed', async () => {
    const { status, html } = await moira.get(proof);
    expect(status).toBe(200);
    expect(html).toContain('Checked: both banks signed');
    for (const kind of ['Hold', 'HoldAccept', 'Post', 'Receipt']) expect(html).toContain(`${kind}, written by`);
    expect(html).toContain('Moira Baird');
    expect(html).toContain('Rosa Vidal');
    expect(html).toContain('is kept ready');
  });

  test('is proved to its receiver as well, and to the desk', async () => {
    const rosa = await streets.visitor('gracia').signIn(streets.tokens.rosa);
    const me = await rosa.get('/me');
    expect(me.html).toContain('from Moira Baird in Leith');
    const theirs = /href="(\/proof\/[^"]+)"/.exec(me.html)?.[1] ?? '';
    expect((await rosa.get(theirs)).html).toContain('Checked: both banks signed');
    const desk = await streets.visitor('leith').signIn(streets.leith.token);
    expect((await desk.get(proof)).status).toBe(200);
  });

  test('is nobody else’s: not another member’s, not another bank’s, and the receiver did not give it', async () => {
    const agnes = await streets.visitor('leith').signIn(streets.tokens.agnes);
    const callum = await streets.visitor('corner').signIn(streets.tokens.callum);
    const corner = await streets.visitor('corner').signIn(streets.corner.token);
    const rosa = await streets.visitor('gracia').signIn(streets.tokens.rosa);
    for (const visitor of [agnes, callum, rosa])
      for (const path of [given, proof]) {
        const { status, html } = await visitor.get(path);
        expect(status).toBe(404);
        expect(html).not.toContain('Catalan');
      }
    expect((await corner.get(proof)).status).toBe(404);
    const received = await streets.gracia.database.db.select().from(transfer).where(eq(transfer.direction, 'in'));
    for (const row of received.filter(({ purpose }) => purpose === 'gift'))
      expect((await rosa.get(`/given/${row.id}`)).status).toBe(404);
  });

  test('leans the same way in both towns', async () => {
    await streets.leith.call('POST', `/api/agreements/${streets.agreement.leith}/statement`);
    await streets.gracia.call('POST', `/api/agreements/${streets.agreement.gracia}/statement`);
    const rosa = await streets.visitor('gracia').signIn(streets.tokens.rosa);
    const [here, there] = await until(async () => {
      const pages = [(await moira.get('/towns')).html, (await rosa.get('/towns')).html];
      return pages.every((html) => html.includes('aria-label="the same"')) ? pages : null;
    });
    expect(here).toContain('Leith has 1 h 30 min to give to Gràcia.');
    expect(there).toContain('Leith has 1 h 30 min to give to Gràcia.');
    expect((await moira.get('/give')).html).toContain('Gràcia honours 8 h 30 min more from us.');
    expect((await moira.get('/')).html).toContain('Gràcia honours 8 h 30 min more from us.');
  });

  test('can be taken back while the other town has not answered, and not afterwards', async () => {
    const { outgoing } = streets.leith.node.context;
    const { request } = outgoing;
    Object.assign(outgoing, { request: () => Promise.reject(new Error('away')) });
    const to = (await give({ town: streets.gracia.host, who: 'rosa', what: 'A second thought' })).to ?? '';
    const waiting = await moira.get(to);
    expect(waiting.html).toContain(`action="${to}/back"`);
    const agnes = await streets.visitor('leith').signIn(streets.tokens.agnes);
    expect((await agnes.post(`${to}/back`, { csrf: await agnes.csrf() })).status).toBe(404);
    expect((await moira.post(`${to}/back`, { csrf: 'x' })).status).toBe(403);
    expect(await moira.fill(to, `${to}/back`, {})).toMatchObject({ status: 303, to });
    Object.assign(outgoing, { request });
    const back = await moira.get(to);
    expect(back.html).toContain('It came back to you');
    expect(back.html).toContain('It was taken back before it had arrived.');
    expect(back.html).not.toContain(`${to}/back`);
    // Pressed once more on a page that was left open.
    expect(await moira.post(`${to}/back`, { csrf: await moira.csrf() })).toMatchObject({ status: 303, to });
  });

  test('comes back from somebody who is not there, and says why', async () => {
    const seen = await give({ town: streets.gracia.host, who: 'nobody', what: 'Lost words' });
    const html = await until(async () => {
      const page = await moira.get(seen.to ?? '');
      return page.html.includes('It came back to you') ? page.html : null;
    });
    expect(html).toContain('does not know anybody called');
    expect((await moira.get('/me')).html).toContain('It came back to you.');
    const agnes = await streets.visitor('leith').signIn(streets.tokens.agnes);
    expect((await agnes.get('/me')).html).not.toContain('Lost words');
  });
});

describe('the form', () => {
  test.each([
    ['nobody', { who: '' }, 422, 'Write a name.'],
    ['no length', { length: '' }, 422, 'Choose how long it was'],
    ['a length that is none', { length: 'other', hours: 'x' }, 422, 'Choose how long it was'],
    ['much too long', { length: 'other', hours: '9999999' }, 422, 'That is very long.'],
    ['too many words', { what: 'x'.repeat(301) }, 422, 'up to 300 letters'],
    ['a town that is no partner', { town: 'elsewhere.example' }, 422, 'do not honour each other’s hours yet'],
    ['a name that nobody can have', { who: 'a b' }, 422, 'does not know anybody called a b'],
    ['somebody who is not here', { who: 'nobody' }, 422, 'does not know anybody called nobody'],
    ['oneself', { who: 'moira' }, 422, 'That is you.'],
    ['more than one gift may be', { length: 'other', hours: '100' }, 422, 'One gift may be up to 20 h.'],
    ['more than one has', { length: 'other', hours: '15' }, 409, 'at most for now'],
  ])('refuses %s, keeps what was typed and moves nothing', async (_name, fields, status, text) => {
    const before = await rows();
    const typed = { what: 'Kept words', ...fields };
    const seen = await give(typed);
    expect(seen.status).toBe(status);
    expect(seen.html).toContain(text);
    for (const value of [typed.what, (fields as Fields)['who'] ?? 'agnes']) expect(seen.html).toContain(value);
    expect(await rows()).toHaveLength(before.length);
  });

  test('says the limit of a town before and when it bites', async () => {
    const seen = await give({ town: streets.gracia.host, who: 'rosa', length: 'other', hours: '9' });
    expect(seen.status).toBe(409);
    expect(seen.html).toContain('That is more than Gràcia honours from us just now.');
    expect(seen.html).toContain(`<option value="${streets.gracia.host}" selected`);
  });

  test('gives once however often it is pressed', async () => {
    const { html } = await moira.get('/give');
    const key = /name="key" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const csrf = await moira.csrf();
    const before = (await rows()).length;
    const pressed = await Promise.all(
      [1, 2, 3].map(() => moira.post('/give', { ...hour({ what: 'Once' }), key, csrf })),
    );
    const again = await moira.post('/give', { ...hour({ what: 'Once' }), key, csrf });
    expect(new Set([...pressed, again].map(({ status, to }) => `${status} ${to}`)).size).toBe(1);
    expect(again.status).toBe(303);
    expect(await rows()).toHaveLength(before + 1);

    // Back, changed, and pressed again: this is asked about, not given twice by mistake.
    const changed = await moira.post('/give', { ...hour({ what: 'Twice' }), key, csrf });
    expect(changed.status).toBe(422);
    expect(changed.html).toContain('This form was sent before, with something else in it.');
    expect(changed.html).not.toContain(`value="${key}"`);
    expect(await rows()).toHaveLength(before + 1);
    // Another member's form cannot learn from the key, not even with the same in it.
    const agnes = await streets.visitor('leith').signIn(streets.tokens.agnes);
    const copied = await agnes.post('/give', { ...hour({ what: 'Once' }), key, csrf: await agnes.csrf() });
    expect([copied.status, copied.to]).toEqual([422, null]);
    expect(copied.html).toContain('This form was sent before');
  });

  test.each(['', 'short', 'has a space in it', 'x'.repeat(101)])(
    'is whole only with its key, not with %j',
    async (key) => {
      const before = (await rows()).length;
      const seen = await moira.post('/give', { ...hour({}), key, csrf: await moira.csrf() });
      expect(seen.status).toBe(400);
      expect(seen.html).toContain('The form was not whole.');
      expect(await rows()).toHaveLength(before);
    },
  );

  test('gives to a neighbour by whole name, at once and without a proof', async () => {
    const seen = await give({ who: 'Agnes Tulloch', length: 'other', minutes: '5', what: 'Hemmed a curtain' });
    const { html } = await moira.get(seen.to ?? '');
    expect(html).toContain('Agnes has it');
    expect(html).not.toContain('/proof/');
    const id = (seen.to ?? '').split('/').at(-1);
    expect((await moira.get(`/proof/${id}`)).status).toBe(404);
    const agnes = await streets.visitor('leith').signIn(streets.tokens.agnes);
    expect((await agnes.get(seen.to ?? '')).status).toBe(404);
    expect((await agnes.get('/me')).html).toContain('Hemmed a curtain');
  });
});

describe('before anything moves', () => {
  const look = (fields: Fields) => give({ sure: '', ...fields });

  test('one page says what both will have, and asks', async () => {
    const before = await rows();
    const seen = await look({ who: 'Agnes Tulloch', length: '90', what: 'Buttons' });
    expect(seen.status).toBe(200);
    expect(seen.html).toContain('Agnes Tulloch will have an hour and a half more');
    expect(seen.html).toMatch(/You will have [\d\s\u00a0hmin]+ to give, whenever you like/);
    expect(seen.html).toContain('Yes, give 1 h 30 min');
    expect(await rows()).toHaveLength(before.length);
    const much = await look({ length: 'other', hours: '15' });
    expect([much.status, much.html.includes('at most for now')]).toEqual([409, true]);
    expect((await look({ who: 'agnes', change: 'yes', what: 'Buttons' })).html).toContain('Buttons</textarea>');
    expect(await rows()).toHaveLength(before.length);
  });

  test('a part of a name is asked back, and can be looked for', async () => {
    for (const [more, status] of [
      [{ sure: 'yes' }, 422],
      [{ find: 'yes' }, 200],
    ] as const) {
      const seen = await look({ who: 'Tull', ...more });
      expect(seen.status).toBe(status);
      expect(seen.html).toContain(`value="agnes@${streets.leith.host}"`);
    }
    const seen = await look({ who: '', to: `agnes@${streets.leith.host}` });
    expect(seen.html).toContain('Agnes Tulloch will have an hour more');
  });

  test('people from before and the funds are in sight', async () => {
    const { html } = await moira.get('/give');
    for (const choice of [`agnes@${streets.leith.host}`, `rosa@${streets.gracia.host}`])
      expect(html).toContain(`name="to" value="${choice}"`);
    for (const town of [streets.leith, streets.gracia]) expect(html).toContain(`value="bank@${town.host}"`);
    const seen = await look({ to: `bank@${streets.gracia.host}` });
    expect(seen.html).toContain('The community fund of Gràcia will have an hour more');
  });

  test('only our own fund asks whether to name the giver, and then does not', async () => {
    expect((await look({ to: `agnes@${streets.leith.host}` })).html).not.toContain('name="unnamed"');
    const to = `bank@${streets.leith.host}`;
    expect((await look({ to })).html).toContain('name="unnamed"');
    expect((await give({ to, length: '15', unnamed: 'yes' })).status).toBe(303);
    const { html } = await streets.visitor('leith').get('/fund');
    expect(html).toContain('15 min from a member who is not named');
    expect(html).not.toContain('Moira');
  });

  test.each(['x', 'other@', '@', 'a b@c', 'agnes@elsewhere.example', '<b>@x'])('%s is nobody', async (to) => {
    const before = await rows();
    expect((await give({ to })).status).toBe(422);
    expect(await rows()).toHaveLength(before.length);
  });
});

describe('the statement', () => {
  test('goes back and forth by pages, each line once', async () => {
    const callum = await streets.visitor('corner').signIn(streets.tokens.callum);
    const { db } = streets.leith.database;
    await db.update(member).set({ status: 'active' }).where(eq(member.handle, 'callum'));
    const fund = 'bank';
    for (let i = 0; i < 45; i++)
      await callum.fill('/give', '/give', {
        town: new URL(streets.corner.origin).host,
        who: fund,
        length: 'other',
        hours: '',
        minutes: '1',
        what: `Line ${i}.`,
        sure: 'yes',
      });
    const seen: string[][] = [];
    let path: string | undefined = '/me';
    const stack: string[] = [];
    const linesOf = (html: string) => [...html.matchAll(/>Line (\d+)\.</g)].map(([, number = '']) => number);
    const link = (html: string, text: string) =>
      new RegExp(`href="(/me[^"]*)">${text}`).exec(html)?.[1]?.replace('&amp;', '&');
    while (path !== undefined) {
      const { html } = await callum.get(path);
      seen.push(linesOf(html));
      stack.push(path);
      path = link(html, 'Older hours');
    }
    expect(seen.map((lines) => lines.length)).toEqual([20, 20, 5]);
    expect(seen.flat()).toEqual(Array.from({ length: 45 }, (_, i) => String(44 - i)));
    const last = (await callum.get(stack[2] ?? '')).html;
    const middle = (await callum.get(link(last, 'Newer hours') ?? '')).html;
    expect(linesOf(middle)).toEqual(seen[1]);
    const first = (await callum.get(link(middle, 'Newer hours') ?? '')).html;
    expect(linesOf(first)).toEqual(seen[0]);
    expect(first).not.toContain('Newer hours');
  });

  test.each(['x', '%00', '01J', `01J00000000000000000000000' or '1'='1`])(
    'with a strange place %s begins at the top',
    async (before) => {
      const { status, html } = await moira.get(`/me?before=${encodeURIComponent(before)}`);
      expect(status).toBe(200);
      expect(html).toContain('Moira Baird');
    },
  );

  test.each(['/given/x', '/proof/%00', '/proof/..%2f..%2fme', '/given/%ff'])('and nothing is at %s', async (path) => {
    expect((await moira.get(path)).status).toBe(404);
  });
});

test('no markup that anybody wrote reaches a page', async () => {
  const evil = `<x-evil a="1">&'</script><script>alert(1)</script>`;
  const { db } = streets.leith.database;
  const seen = await give({ town: streets.gracia.host, who: 'rosa', length: '30', what: `what ${evil}` });
  await settled(moira, seen.to ?? '');
  await give({ length: '30', what: evil });
  await db
    .update(bank)
    .set({ name: `bank ${evil}`, phone: `1${evil}`, bridgeBuilder: `fiona ${evil}`, theme: evil })
    .where(eq(bank.id, streets.leith.bank.id));
  await db
    .update(member)
    .set({ name: sql`${member.name} || ${evil}`, about: evil })
    .where(eq(member.bankId, streets.leith.bank.id));
  await db
    .update(transfer)
    .set({ counterpartyName: `who ${evil}` })
    .where(eq(transfer.bankId, streets.leith.bank.id));
  await db.execute(sql`update pair set peer_name = ${`town ${evil}`},
    core = jsonb_set(jsonb_set(core, '{words}', jsonb_build_array(${evil}::text)), '{parties,0,bridgeBuilder}', to_jsonb(${evil}::text))`);
  await streets.leith.node.context.banks.reload();

  const desk = await streets.visitor('leith').signIn(streets.leith.token);
  const id = (seen.to ?? '').split('/').at(-1);
  const pages = [
    ...(await Promise.all(
      ['/', '/towns', '/me', '/give', `/given/${id}`, `/proof/${id}`, `/agreements/${streets.agreement.leith}`].map(
        (path) => moira.get(path),
      ),
    )),
    ...(await Promise.all(['/console', '/console/invitations', '/towns'].map((path) => desk.get(path)))),
    await give({ who: evil, what: evil, hours: evil, minutes: evil, town: evil, length: evil }),
    await streets.visitor('leith').get(`/sign-in?next=${encodeURIComponent(`/${evil}`)}`),
    await moira.get(`/nowhere/${evil}`),
    await desk.fill('/console/invitations', '/console/invitations', { hours: evil, bridgeBuilder: evil }),
  ];
  for (const { html } of pages) {
    expect(html).toContain('&lt;x-evil');
    expect(html).not.toMatch(/<x-evil|<script>|alert\(1\)<\/script>/);
  }
});
