/** The types tell the truth: every method of the client, against two real nodes that listen on loopback. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTowns, type Town, until } from '../../server/src/testing/town.ts';
import { type Agreement, type Client, createClient, hours } from './index.ts';

let towns: [Town, Town];
let leith: Client;
let gracia: Client;
const answered = new Map<string, unknown>();

/** Remembers what each operation answered, to be held against its schema. */
function watched(town: Town, token = town.token): Client {
  return createClient({
    baseUrl: town.origin,
    token,
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      const path = new URL(url).pathname;
      const template = Object.keys(document.paths).find((each) =>
        new RegExp(`^${each.replace('{id}', '[^/]+')}$`).test(path),
      );
      answered.set(`${init.method?.toLowerCase()} ${template}`, {
        status: response.status,
        body: await response.clone().json(),
      });
      return response;
    },
  });
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
}
const document: {
  paths: Record<
    string,
    Record<string, { operationId: string; responses: Record<string, { content: Record<string, { schema: Schema }> }> }>
  >;
  components: { schemas: Record<string, Schema> };
} = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8'));

beforeAll(async () => {
  towns = (await startTowns(['Leith', 'Gràcia'])) as [Town, Town];
  leith = watched(towns[0]);
  gracia = watched(towns[1]);
});
afterAll(async () => {
  await Promise.all(towns?.map((town) => town.stop()) ?? []);
});

/** An offer of Gràcia's, as each of the two has it. */
async function offer(): Promise<{ offered: Agreement; ours: Agreement }> {
  const { link } = await leith.invitations.make({ grantsMinutes: 60, bridgeBuilder: 'Fiona' });
  const offered = await gracia.agreements.offer({ link, grantsMinutes: 60, bridgeBuilder: 'Rosa' });
  const ours = await until(async () => (await leith.agreements.list().all()).find(({ pair }) => pair === offered.pair));
  return { offered, ours };
}

test('a first offer is declined, a second one taken back, and the other town learns of both', async () => {
  const first = await offer();
  expect((await leith.agreements.decline(first.ours.id)).status).toBe('declined');
  await until(async () => (await gracia.agreements.get(first.offered.id)).status === 'declined');
  const second = await offer();
  expect((await gracia.agreements.withdraw(second.offered.id)).status).toBe('withdrawn');
  await until(async () => (await leith.agreements.get(second.ours.id)).status === 'withdrawn');
});

test('two towns agree, an hour and a half crosses, and both say the same', async () => {
  const { link, expiresAt } = await leith.invitations.make({
    grantsMinutes: 600,
    bridgeBuilder: 'Fiona',
    words: ['All hours are equal.'],
  });
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
  const draft = await gracia.invitations.read(link);
  expect(draft).toMatchObject({
    town: 'Leith',
    bridgeBuilder: 'Fiona',
    grantsMinutes: 600,
    words: ['All hours are equal.'],
  });

  const offered = await gracia.agreements.offer({ link, grantsMinutes: 300, bridgeBuilder: 'Rosa' });
  const ours = await until(async () => (await leith.agreements.list().all()).find(({ pair }) => pair === offered.pair));
  expect(ours).toMatchObject({ status: 'offered', ourTurn: true, town: 'Gràcia' });
  await leith.agreements.accept(ours.id);
  await until(async () => {
    const both = await Promise.all([leith.agreements.get(ours.id), gracia.agreements.get(offered.id)]);
    return both.every(({ tested, mode }) => tested && mode === 'open');
  });

  const moira = await leith.members.add({ handle: 'moira', name: 'Moira' });
  await gracia.members.add({ handle: 'rosa', name: 'Rosa' });
  const { token } = await leith.members.issueToken('moira');
  const hers = watched(towns[0], token);
  const given = await hers.give({ to: `rosa@${towns[1].host}`, minutes: hours(1.5), content: 'Catalan lessons' });
  expect(given).toMatchObject({ status: 'offered', direction: 'out', memberId: moira.id });
  const done = await leith.transfers.waitFor(given.id, { timeoutMs: 15_000 });
  expect(done).toMatchObject({ status: 'settled', counterpartyName: 'Rosa', minutes: 90 });
  expect((await hers.members.get('moira')).balance).toMatchObject({ balanceMinutes: -90, heldMinutes: 0 });
  expect((await gracia.members.get('rosa')).balance).toMatchObject({ balanceMinutes: 90 });

  const proof = await leith.transfers.proof(given.id);
  expect(proof.checked).toBe(true);
  expect(proof.entries.map(({ kind }) => kind)).toEqual(['Hold', 'HoldAccept', 'Post', 'Receipt']);
  const [received] = await gracia.transfers
    .list({ pageSize: 1 })
    .page()
    .then(({ items }) => items);
  expect(received).toMatchObject({ direction: 'in', status: 'settled', minutes: 90 });
  expect(await leith.members.statement('moira').all()).toMatchObject([{ minutes: 90, direction: 'given' }]);

  // Nothing leaves the town for a moment, so there is time to think again.
  const { outgoing } = towns[0].node.context;
  const { request } = outgoing;
  Object.assign(outgoing, { request: () => Promise.reject(new Error('away')) });
  const regretted = await hers.give({ to: `rosa@${towns[1].host}`, minutes: 30 });
  expect(await hers.transfers.takeBack(regretted.id)).toMatchObject({ status: 'returned', code: 'taken_back' });
  Object.assign(outgoing, { request });
  expect((await hers.members.get('moira')).balance).toMatchObject({ balanceMinutes: -90, heldMinutes: 0 });

  // More pages than one, of both kinds of cursor.
  const journal = await leith.agreements.journal(ours.id, { pageSize: 2 }).all();
  expect(journal.length).toBeGreaterThan(2);
  expect(journal.map(({ seq }) => seq)).toEqual(journal.map((_, index) => (journal[0]?.seq ?? 0) + index));
  expect((await leith.agreements.journal(ours.id, { author: 'them' }).all())[0]).toMatchObject({ author: 'them' });
  expect(await leith.members.list({ pageSize: 1 }).all()).toHaveLength(2);

  await leith.agreements.writeStatement(ours.id);
  const said = await until(async () => (await gracia.agreements.get(offered.id)).statement);
  expect(said).toMatchObject({ theySayMinutes: -90, weSayMinutes: -90, agrees: true });
  expect((await leith.agreements.resend(ours.id, 0)).known).toBeGreaterThan(0);
  expect((await leith.agreements.change(ours.id, { suspended: true })).position.weSuspended).toBe(true);
  expect(await leith.agreements.evidence(ours.id).all()).toEqual([]);
  await leith.agreements.close(ours.id, { because: 'We try how that is.' });
  const ended = await until(async () => (await leith.agreements.get(ours.id)).ending?.settlement);
  expect(ended).toMatchObject({ owesMinutes: 90, lossMinutes: 0, alone: false });
  const next = await leith.agreements.inviteSuccessor(ours.id, { grantsMinutes: 600, bridgeBuilder: 'Fiona' });
  expect(await gracia.invitations.read(next.link)).toMatchObject({ predecessor: ours.pair, opening: { minutes: 90 } });
  expect((await leith.members.setStatus('moira', 'suspended')).status).toBe('suspended');
  expect((await leith.doctor()).find(({ id }) => id === 'sum')?.ok).toBe(true);
  expect(await leith.bank()).toMatchObject({ name: 'Leith', books: { sumMinutes: 0, membersMinutes: -90 } });
});

test('every operation was asked and answered with exactly the shape that it says', () => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
  );
  expect([...answered.keys()].sort()).toEqual(operations.map(({ name }) => name).sort());
  for (const { name, operation } of operations) {
    const { status, body } = answered.get(name) as { status: number; body: unknown };
    const response = operation.responses[String(status)] ?? operation.responses['default'];
    const [content] = Object.values(response?.content ?? {});
    expect(faults(body, content?.schema ?? {}, operation.operationId)).toEqual([]);
  }
});

/** What in a value is not as the schema says; a property that no schema names counts too. */
function faults(value: unknown, schema: Schema, at: string): string[] {
  if (schema.$ref !== undefined)
    return faults(value, document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, at);
  if (schema.anyOf !== undefined) {
    const tried = schema.anyOf.map((each) => faults(value, each, at));
    return tried.some((list) => list.length === 0) ? [] : tried.flat();
  }
  const actual =
    value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
  const allowed = [schema.type ?? []].flat();
  if (!allowed.includes(actual) && !(actual === 'integer' && allowed.includes('number')))
    return [`${at} is ${actual}, not ${allowed.join(' or ')}`];
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${at} is ${JSON.stringify(value)}`];
  if (Array.isArray(value)) return value.flatMap((item, index) => faults(item, schema.items ?? {}, `${at}[${index}]`));
  if (actual !== 'object') return [];
  const missing = (schema.required ?? [])
    .filter((name) => !Object.hasOwn(value as object, name))
    .map((name) => `${at}.${name} is missing`);
  const wrong = Object.entries(value as object).flatMap(([name, item]) => {
    const known = schema.properties?.[name];
    if (known !== undefined) return faults(item, known, `${at}.${name}`);
    if (typeof schema.additionalProperties === 'object') {
      const { additionalProperties } = schema;
      return Object.keys(additionalProperties).length === 0 ? [] : faults(item, additionalProperties, `${at}.${name}`);
    }
    return [`${at}.${name} is not in the schema`];
  });
  return [...missing, ...wrong];
}
