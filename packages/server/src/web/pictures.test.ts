/** Pictures of offers: sent by the form and by the API, shown to whom the offer is shown, and gone with it. */
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eraseMember } from '../leaving/erase.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { keepPicture, sweepPictures } from '../offer/pictures.ts';
import { offersPage } from '../offer/share.ts';
import { MOST_BYTES, type Shrunk, shrink } from '../offer/shrink.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { snapshot } from '../testing/town.ts';
import type { Seen, Visitor } from '../testing/visitor.ts';

let streets: Streets;
let moira: Visitor;
let agnes: Visitor;
let photo: Buffer;

beforeAll(async () => {
  streets = await startStreets();
  moira = await streets.visitor('leith').signIn(streets.tokens.moira);
  agnes = await streets.visitor('leith').signIn(streets.tokens.agnes);
  photo = await sharp({ create: { width: 800, height: 600, channels: 3, background: '#b05a2c' } })
    .jpeg()
    .withExif({ IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '55/1 58/1 3371/100' } })
    .toBuffer();
});
afterAll(() => streets?.stop());

const fields = { kind: 'offer', title: 'I mend bicycles', category: 'repairs', visibility: 'bank' };
const TEXT = 'A red bicycle <upside down>';

/** Sends a form as its page has it, with these fields and a file. */
async function send(
  visitor: Visitor,
  page: string,
  action: string,
  more: Record<string, string>,
  file?: Uint8Array,
): Promise<Seen> {
  const { html } = await visitor.get(page);
  const form = new FormData();
  for (const [, name = '', value = ''] of html.matchAll(/<input type="hidden" name="(csrf|key|kept)" value="([^"]*)"/g))
    form.set(name, value);
  for (const [name, value] of Object.entries(more)) form.set(name, value);
  if (file !== undefined) form.set('picture', new File([new Uint8Array(file)], 'IMG_1.jpg', { type: 'image/jpeg' }));
  return visitor.postFiles(action, form);
}

async function write(more: Record<string, string> = {}, file: Uint8Array = photo): Promise<string> {
  const seen = await send(moira, '/offers/new', '/offers', { ...fields, pictureText: TEXT, ...more }, file);
  expect(seen.status).toBe(303);
  return (seen.to ?? '').replace('/offers/', '');
}

const change = (id: string, more: Record<string, string>, file?: Uint8Array) =>
  send(moira, `/offers/${id}/change`, `/offers/${id}/change`, { ...fields, ...more }, file);

/** The address of the picture that a page shows; empty without one. */
const pictureIn = ({ html }: Seen): string => /<img[^>]* src="(\/pictures\/[^"?]+)/.exec(html)?.[1] ?? '';
const pictures = async (): Promise<{ id: string; offer_id: string | null }[]> =>
  rowsOf(await streets.leith.database.db.execute('select id, offer_id from picture order by id'));

interface Answered {
  readonly code?: string;
  readonly picture: { readonly url: string; readonly text: string };
}

/** The API with a picture as its body. */
async function put(
  id: string,
  body: Uint8Array | string,
  token = streets.tokens.moira,
  text = TEXT,
  key = crypto.randomUUID(),
) {
  const response = await fetch(`${streets.leith.origin}/api/offers/${id}/picture?text=${encodeURIComponent(text)}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/octet-stream',
      'idempotency-key': key,
    },
    body: new Uint8Array(Buffer.from(body)),
  });
  return { status: response.status, body: (await response.json()) as Answered };
}
const call = (method: 'GET' | 'POST', path: string, body?: unknown, token: string | null = streets.tokens.moira) =>
  streets.leith.call(method, path, body, { token });

test('the form sends a picture without script, and the page shows it with what is to be seen in it', async () => {
  const { html } = await moira.get('/offers/new');
  expect(html).toMatch(/<form[^>]*enctype="multipart\/form-data"/);
  const id = await write();
  const page = await agnes.get(`/offers/${id}`);
  const address = pictureIn(page);
  expect(page.html).toContain(
    `<img src="${address}" alt="A red bicycle &lt;upside down&gt;" width="800" height="600"/>`,
  );
  expect(page.html).not.toContain('class="offer-picture"');
  const board = await agnes.get('/find');
  expect(board.html).toMatch(
    new RegExp(
      `<img class="picture-small" src="${address}\\?small" alt="[^"]+" width="320" height="320" loading="lazy"`,
    ),
  );
  expect(pictureIn(await moira.get('/offers'))).toBe(address);
  expect((await agnes.get(`/offers/${await write({ pictureText: '' })}`)).html).toContain(
    'alt="Picture: I mend bicycles"',
  );
});

test('what is served is WebP without a place, kept by a browser for ever and by nobody else', async () => {
  const address = pictureIn(await moira.get(`/offers/${await write()}`));
  const { headers } = await moira.get(address);
  expect(headers.get('content-type')).toBe('image/webp');
  expect(headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
  expect(headers.get('content-security-policy')).toBe("default-src 'none'");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  for (const [path, width] of [
    [address, 800],
    [`${address}?small`, 320],
  ] as const) {
    const answer = await fetch(`${streets.leith.origin}${path}`, {
      headers: { authorization: `Bearer ${streets.tokens.agnes}` },
    });
    const found = await sharp(Buffer.from(await answer.arrayBuffer())).metadata();
    expect(found).toMatchObject({ format: 'webp', width });
    expect(found.exif).toBeUndefined();
  }
});

test('a guest sees the picture of what is public, and of nothing else', async () => {
  const guest = streets.visitor('leith');
  for (const visibility of ['bank', 'partners', 'public']) {
    const id = await write({ visibility });
    const address = pictureIn(await moira.get(`/offers/${id}`));
    expect((await guest.get(address)).status, visibility).toBe(visibility === 'public' ? 200 : 404);
    expect((await agnes.get(address)).status, visibility).toBe(200);
    expect((await streets.visitor('corner').get(address)).status).toBe(404);
    await call('POST', `/api/offers/${id}/pause`, { paused: true });
    for (const other of [guest, agnes]) expect((await other.get(address)).status, visibility).toBe(404);
    expect((await moira.get(address)).status).toBe(200);
  }
  for (const address of ['/pictures/x', '/pictures/01J00000000000000000000000', '/pictures/%00'])
    expect((await moira.get(address)).status).toBe(404);
});

test('what is no picture is refused in words, keeps what was typed, and changes nothing', async () => {
  const before = await snapshot(streets.leith.database);
  const seen = await send(
    moira,
    '/offers/new',
    '/offers',
    { ...fields, text: 'Kept', pictureText: TEXT },
    Buffer.from('hello'),
  );
  expect(seen.status).toBe(422);
  expect(seen.html).toContain('We cannot open this as a picture.');
  expect(seen.html).toContain('Kept');
  expect(seen.html).toContain('value="A red bicycle &lt;upside down&gt;"');
  const { attempt: _tries, session: _seen, ...after } = await snapshot(streets.leith.database);
  const { attempt: _triesBefore, session: _seenBefore, ...rest } = before;
  expect(after).toEqual(rest);
});

test('one that is too large is refused with what to do', async () => {
  const rows = (await pictures()).length;
  const seen = await send(moira, '/offers/new', '/offers', fields, Buffer.alloc(MOST_BYTES + 70_000));
  expect(seen.status).toBe(413);
  expect(seen.html).toContain('That picture is larger than 10 MB.');
  // Nothing of what is beyond is read, whatever it calls itself.
  const csrf = await moira.csrf();
  const other = new FormData();
  other.set('csrf', csrf);
  other.set('other', new File([new Uint8Array(MOST_BYTES + 70_000)], 'other.bin'));
  expect((await moira.postFiles('/offers', other)).status).toBe(413);
  const long = await send(moira, '/offers/new', '/offers', { ...fields, text: 'x'.repeat(70_000) }, photo);
  expect(long.status).toBe(413);
  expect(long.html).toContain('too long for one page');
  expect(await pictures()).toHaveLength(rows);
});

test('a picture that came with a form that has something wrong need not be chosen again', async () => {
  const wrong = await send(moira, '/offers/new', '/offers', { ...fields, title: '' }, photo);
  expect(wrong.status).toBe(422);
  expect(wrong.html).toContain('We kept your picture.');
  const kept = pictureIn(wrong).replace('/pictures/', '');
  expect(wrong.html).toContain(`name="kept" value="${kept}"`);
  expect((await moira.get(`/pictures/${kept}`)).status).toBe(200);
  expect((await agnes.get(`/pictures/${kept}`)).status).toBe(404);
  // It is nobody else's to hang up.
  const stolen = await send(agnes, '/offers/new', '/offers', { ...fields, kept });
  expect(stolen.status).toBe(400);
  const sent = { ...fields, kept, key: 'the-same-key' };
  const first = await send(moira, '/offers/new', '/offers', sent);
  expect(first.status).toBe(303);
  expect(pictureIn(await moira.get(first.to ?? ''))).toBe(`/pictures/${kept}`);
  expect((await send(moira, '/offers/new', '/offers', sent)).to).toBe(first.to);
  // A second offer does not get the first one's.
  expect((await send(moira, '/offers/new', '/offers', { ...fields, kept })).status).toBe(400);
});

test('the same form with a picture sent twice writes once', async () => {
  const sent = { ...fields, key: 'twice-the-same' };
  const first = await send(moira, '/offers/new', '/offers', sent, photo);
  expect(first.status).toBe(303);
  expect((await send(moira, '/offers/new', '/offers', sent, photo)).to).toBe(first.to);
});

test('it stays when the words change, another one takes its place, and it is taken away', async () => {
  const id = await write();
  const first = pictureIn(await moira.get(`/offers/${id}`));
  expect((await change(id, { pictureText: 'Two bicycles' })).status).toBe(303);
  const page = await moira.get(`/offers/${id}`);
  expect(pictureIn(page)).toBe(first);
  expect(page.html).toContain('alt="Two bicycles"');
  expect((await change(id, { pictureText: TEXT }, photo)).status).toBe(303);
  const second = pictureIn(await moira.get(`/offers/${id}`));
  expect(second).not.toBe(first);
  expect((await moira.get(first)).status).toBe(404);
  expect((await change(id, { pictureEnd: 'yes' })).status).toBe(303);
  const without = await moira.get(`/offers/${id}`);
  expect(pictureIn(without)).toBe('');
  expect(without.html).toContain('class="offer-picture"');
  expect((await moira.get(second)).status).toBe(404);
  expect((await send(agnes, `/offers/${id}`, `/offers/${id}/change`, fields, photo)).status).not.toBe(303);
});

test('the API sets a picture and takes it away, of one’s own offers only', async () => {
  const { body: made } = await call('POST', '/api/offers', { kind: 'need', category: 'garden', title: 'Pruning' });
  expect(made.picture).toBeNull();
  for (const [token, expected] of [
    [streets.tokens.agnes, 404],
    [streets.tokens.rosa, 401],
  ] as const)
    expect((await put(made.id, photo, token)).status).toBe(expected);
  expect((await put('01J00000000000000000000000', photo)).status).toBe(404);
  const key = crypto.randomUUID();
  const set = await put(made.id, photo, undefined, TEXT, key);
  expect(set).toMatchObject({ status: 200, body: { id: made.id, picture: { text: TEXT } } });
  expect(set.body.picture.url).toMatch(new RegExp(`^${streets.leith.origin}/pictures/[0-9A-Z]{26}$`));
  expect(await put(made.id, photo, undefined, TEXT, key)).toEqual(set);
  expect((await put(made.id, `${photo.toString('latin1')}x`, undefined, TEXT, key)).body.code).toBe(
    'idempotency_key_reused',
  );
  const { body: found } = await call('GET', '/api/offers?q=pruning');
  expect(found.items[0].picture).toEqual(set.body.picture);

  const before = await pictures();
  const text = await put(made.id, 'hello');
  expect(text).toMatchObject({ status: 400, body: { code: 'invalid_request', facts: { field: 'picture' } } });
  expect((await put(made.id, Buffer.alloc(MOST_BYTES + 1))).body.code).toBe('too_large');
  expect((await put(made.id, photo, undefined, 'x'.repeat(301))).body.code).toBe('invalid_request');
  expect(await pictures()).toEqual(before);

  expect((await call('POST', `/api/offers/${made.id}/picture/end`, {}, streets.tokens.agnes)).status).toBe(404);
  expect((await call('POST', `/api/offers/${made.id}/picture/end`, {})).body.picture).toBeNull();
  expect((await pictures()).map(({ offer_id }) => offer_id)).not.toContain(made.id);
  await put(made.id, photo);
  await call('POST', `/api/offers/${made.id}/end`, {});
  expect((await pictures()).map(({ offer_id }) => offer_id)).not.toContain(made.id);
  expect((await put(made.id, photo)).body.code).toBe('already_answered');
});

test('a public offer takes its picture into the fediverse, and none to a partner town', async () => {
  const id = await write({ visibility: 'public' });
  const { picture } = (await call('GET', `/api/offers/${id}`)).body;
  const posted = await fetch(`${streets.leith.origin}/offers/${id}`, {
    headers: { accept: 'application/activity+json' },
  });
  expect(((await posted.json()) as { attachment: unknown }).attachment).toEqual([
    { type: 'Image', mediaType: 'image/webp', url: picture.url, name: TEXT },
  ]);
  const told = await offersPage(streets.leith.database.db, streets.leith.bank, 'pair', 0);
  const items = told.orderedItems.filter(({ type }) => type !== 'Tombstone');
  expect(items.length).toBeGreaterThan(0);
  expect(JSON.stringify(items)).not.toContain('/pictures/');
  const { headers } = await streets.visitor('leith').get(new URL(picture.url).pathname);
  expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
});

test('what no form came back for is swept away after a day', async () => {
  const { bank, database } = streets.leith;
  const { id: memberId } = (await call('GET', '/api/members/moira')).body;
  const id = await keepPicture(database.db, bank, memberId, (await shrink(photo)) as Shrunk);
  const known = async () => (await pictures()).some((each) => each.id === id);
  await sweepPictures(database.db);
  expect(await known()).toBe(true);
  const hung = (await pictures()).filter(({ offer_id }) => offer_id !== null).length;
  await database.db.execute("update picture set created_at = created_at - interval '25 hours'");
  await sweepPictures(database.db);
  expect(await known()).toBe(false);
  expect(await pictures()).toHaveLength(hung);
});

test('nobody sends pictures without end, and whoever leaves takes theirs along', async () => {
  const { id: memberId } = (await call('GET', '/api/members/moira')).body;
  const { body } = await call('GET', `/api/members/${memberId}/everything`);
  expect(body.tables.picture[0].bytes).toMatch(/^\\x52494646/);
  const id = await write();
  let status = 303;
  for (let tries = 0; tries < 40 && status === 303; tries++) status = (await change(id, {}, photo)).status;
  expect(status).toBe(429);
  await streets.leith.database.transaction((tx) => eraseMember(tx, streets.leith.bank, memberId));
  expect(await pictures()).toEqual([]);
});
