/** Every field of every operation of the API meets naughty strings: it takes them or says what is wrong, and never fails. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openScene, type Scene } from './scene.ts';
import { NASTIEST, NAUGHTY, OURS } from './strings.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: 'path' | 'query' | 'header';
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** One value of a request that can be another one. */
interface Field {
  readonly where: 'path' | 'query' | 'header' | 'body';
  readonly name: string;
  /** Whether any text is taken there, and not only one of a closed list or form. */
  readonly open: boolean;
  /** The body with this value in its place; of another field the body as it is. */
  put(value: unknown): unknown;
}

interface Asked {
  readonly name: string;
  readonly method: string;
  /** Its path with an id of ours in it, or with another text. */
  address(id?: string): string;
  readonly fields: readonly Field[];
}

let scene: Scene;
let asked: Asked[];
beforeAll(async () => {
  scene = await openScene();
  const document = (await scene.town.call('GET', '/api/openapi.json')).body as Document;
  asked = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => askedBy(document, path, method.toUpperCase(), operation)),
  );
}, 240_000);
afterAll(() => scene?.stop());

/** What a field of this name holds when it means something. */
const MEANT: Readonly<Record<string, () => unknown>> = {
  member: () => 'moira',
  memberId: () => scene.moira.memberId,
  personId: () => scene.moira.personId,
  by: () => scene.fiona,
  from: () => 'moira',
  to: () => 'una',
  offer: () => scene.ids['/api/offers'],
  agreement: () => scene.ids['/api/agreements'],
  guest: () => scene.una.memberId,
  email: () => 'una@mail.example',
  handle: () => 'newcomer',
  link: () => `${scene.partner.origin}/invitations/${'s'.repeat(32)}`,
  language: () => 'en',
  category: () => 'garden',
  place: () => 'Dock Street',
  startsAt: () => new Date(Date.now() + 86_400_000).toISOString(),
  endsAt: () => new Date(Date.now() + 90_000_000).toISOString(),
  website: () => 'https://town.example/',
};

function whole(document: Document, schema: Schema): Schema {
  if (schema.$ref !== undefined)
    return whole(document, document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  if (schema.allOf === undefined) return schema;
  const parts = schema.allOf.map((part) => whole(document, part));
  return Object.assign({}, ...parts, { properties: Object.assign({}, ...parts.map(({ properties }) => properties)) });
}

/** A value that the schema takes, with all that it can hold, and the fields in it. */
function made(document: Document, written: Schema, name: string): { value: unknown; fields: Field[] } {
  const schema = whole(document, written);
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) {
    const each = either.map((one) => made(document, one, name));
    return { value: each[0]?.value, fields: each.flatMap(({ fields }) => fields) };
  }
  const type = [schema.type ?? 'string'].flat()[0];
  if (type === 'array') {
    const { value, fields } = made(document, schema.items ?? {}, name);
    return { value: [value], fields: fields.map((field) => ({ ...field, put: (text) => [field.put(text)] })) };
  }
  if (type === 'object') {
    const parts = Object.entries(schema.properties ?? {}).map(([key, part]) => ({ key, ...made(document, part, key) }));
    const value = Object.fromEntries(parts.map((part) => [part.key, part.value]));
    const fields = parts.flatMap((part) =>
      part.fields.map((field) => ({
        ...field,
        name: `${part.key}${field.name === part.key ? '' : `.${field.name}`}`,
        put: (text: unknown) => ({ ...value, [part.key]: field.put(text) }),
      })),
    );
    return { value, fields };
  }
  const closed = schema.enum !== undefined || schema.format !== undefined || type !== 'string';
  const field: Field = { where: 'body', name, open: !closed, put: (text) => text };
  if (schema.enum !== undefined) return { value: schema.enum[0], fields: [field] };
  if (type === 'integer' || type === 'number') return { value: Math.max(schema.minimum ?? 1, 1), fields: [field] };
  if (type === 'boolean' || type === 'null') return { value: type === 'null' ? null : true, fields: [field] };
  const dated =
    schema.format === 'date' ? '2026-11-20' : schema.format === 'date-time' ? '2026-12-01T10:00:00Z' : 'Tea';
  return { value: MEANT[name]?.() ?? dated, fields: [field] };
}

function askedBy(document: Document, pattern: string, method: string, operation: Operation): Asked {
  const { operationId: name, parameters = [], requestBody } = operation;
  const group = Object.keys(scene.ids)
    .filter((prefix) => pattern.startsWith(`${prefix}/{id}`))
    .sort((a, b) => b.length - a.length)[0];
  const schema = requestBody?.content['application/json']?.schema;
  const { value, fields } = schema === undefined ? { value: undefined, fields: [] } : made(document, schema, '');
  const others = parameters.map(
    (each): Field => ({ where: each.in, name: each.name, open: each.in === 'query', put: () => value }),
  );
  const id = scene.ids[group ?? ''] ?? 'x';
  return { name, method, address: (text = id) => pattern.replace('{id}', text), fields: [...others, ...fields] };
}

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
