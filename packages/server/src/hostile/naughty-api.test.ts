/**
 * Every field of every operation of the API meets naughty strings: it takes them or says what is wrong, and never
 * fails.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Asked, type Field, operationsOf } from './operations.ts';
import { openScene, type Scene } from './scene.ts';
import { NASTIEST, NAUGHTY, OURS } from './strings.ts';

let scene: Scene;
let asked: Asked[];
beforeAll(async () => {
  scene = await openScene();
  asked = await operationsOf(scene);
}, 240_000);
afterAll(() => scene?.stop());

/** Asks with a text in one field, as whoever the operation is for. */
async function send(
  { method, address }: Asked,
  { where, name, put }: Field,
  text: string,
  token: string,
): Promise<Response> {
  // Half a character cannot be in an address; what a careless program would make of it can.
  const encoded = encodeURIComponent(Buffer.from(text).toString()).replaceAll('.', '%2E');
  const path = where === 'path' ? address(encoded) : address();
  const query = where === 'query' ? `?${name}=${encoded}` : '';
  const key = where === 'header' ? text.replaceAll(/[^ -ÿ]/g, '').trim() : crypto.randomUUID();
  const headers = {
    host: scene.town.host,
    accept: 'application/json',
    authorization: `Bearer ${token}`,
    ...(method === 'POST' && { 'content-type': 'application/json', 'idempotency-key': key }),
  };
  const body = method === 'POST' ? { body: JSON.stringify(put(text) ?? {}) } : {};
  return scene.town.node.fetch(new Request(`${scene.town.origin}${path}${query}`, { method, headers, ...body }));
}

/** Refusals of this kind say that another bank could not be asked, and not that ours has failed. */
const ELSEWHERE = ['partner_unreachable', 'pair_waiting', 'pair_recovering'];

async function faultsIn(response: Response): Promise<string[]> {
  const type = response.headers.get('content-type') ?? '';
  const text = await response.text();
  if (response.status < 400) return /json|csv|text\/plain/.test(type) ? [] : [`${response.status} with ${type}`];
  if (!type.startsWith('application/problem+json')) return [`${response.status} with ${type || 'nothing'}`];
  const { code, title } = JSON.parse(text) as { code: string; title: string };
  if (response.status >= 500 && !ELSEWHERE.includes(code)) return [`${response.status} ${code}`];
  if (code === 'too_many_requests') return ['too many requests: nothing was tried'];
  return typeof title === 'string' ? [] : ['a problem without a title'];
}

test('there are strings enough, and operations with fields', () => {
  expect(NAUGHTY.length).toBeGreaterThan(480);
  expect(NASTIEST.length).toBeGreaterThan(60);
  expect(asked.length).toBeGreaterThan(100);
  expect(asked.flatMap(({ fields }) => fields).length).toBeGreaterThan(250);
});

/** What ends things comes last, so that the others find them still there. */
const ENDING = /\/(?:end|close|withdraw|leaving|cancel|remove|revoke|status|decide|settle)/;

/** Each try of these costs as much as it costs to guess the words of a card, so they meet fewer. */
const SLOW = /^\/api\/(?:join|sign-in)/;
const aThirdOf = (turn: number) => OURS.filter((_, n) => n % 3 === turn % 3);

/** Which fields are of a kind, and what each of them meets beside its share of the rest. */
const KINDS: Readonly<Record<string, [isOf: (field: Field) => boolean, each: readonly string[]]>> = {
  texts: [({ where, open }) => where === 'body' && open, NASTIEST],
  'closed lists, numbers and dates': [({ where, open }) => where === 'body' && !open, OURS],
  'ids in addresses': [({ where }) => where === 'path', OURS],
  questions: [({ where }) => where === 'query', NASTIEST],
  keys: [({ where }) => where === 'header', OURS],
};

test.each(Object.entries(KINDS))(
  '%s take naughty strings or refuse them',
  { timeout: 600_000 },
  async (_kind, [isOf, always]) => {
    const jobs = asked
      .toSorted((a, b) => Number(ENDING.test(a.address())) - Number(ENDING.test(b.address())))
      .flatMap((each) => each.fields.filter(isOf).map((field) => ({ each, field })));
    const others = NAUGHTY.filter((text) => !always.includes(text));
    const turns = Math.ceil(others.length / jobs.length);
    const faults = new Set<string>();
    const statuses: Record<number, number> = {};
    const work = jobs.entries();
    const worker = async (): Promise<void> => {
      for (const [place, { each, field }] of work) {
        const texts = [
          ...(SLOW.test(each.address()) ? aThirdOf(place) : always),
          ...others.slice(place * turns, (place + 1) * turns),
        ];
        for (const [n, text] of texts.entries()) {
          const response = await send(each, field, text, n % 2 === 0 ? scene.town.token : scene.moira.token);
          statuses[response.status] = (statuses[response.status] ?? 0) + 1;
          for (const fault of await faultsIn(response))
            faults.add(`${each.name} ${field.name}: ${fault} for ${JSON.stringify(text.slice(0, 40))}`);
        }
      }
    };
    await Promise.all([1, 2, 3, 4].map(worker));
    expect([...faults].sort()).toEqual([]);
    // What was only sent away at the door would have shown nothing.
    expect(statuses[400] ?? 0).toBeGreaterThan(100);
  },
);
