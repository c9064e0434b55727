/**
 * Passkeys with answers that a device really signs: the right one comes in once, and nothing that is changed about it
 * does.
 */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { passkey, passkeyChallenge } from '../db/schema.ts';
import { Authenticator } from '../testing/authenticator.ts';
import { signedInPerson } from '../testing/people.ts';
import { startTowns, type Town } from '../testing/town.ts';
import { addPasskey, askForPasskey, offerPasskey, usePasskey } from './passkeys.ts';

type Said = Record<string, unknown>;

let town: Town;
let other: Town;
let moira: string;
let callum: string;
let key: Authenticator;
let callums: Authenticator;
let source = 0;

beforeAll(async () => {
  [town, other] = (await startTowns(['Leith', 'Gràcia'])) as [Town, Town];
  moira = (await signedInPerson(town, 'moira')).personId;
  callum = (await signedInPerson(town, 'callum')).personId;
  key = await made(moira);
  callums = await made(callum);
});
afterAll(() => Promise.all([town?.stop(), other?.stop()]));

const db = () => town.database.db;
const offer = async (personId: string) => ({ ...(await offerPasskey(db(), town.bank, personId)) }) as Said;
const ask = async () => ({ ...(await askForPasskey(db(), town.bank, `place ${source++}`)) }) as Said;
const add = (personId: string, answer: unknown) => addPasskey(db(), town.bank, personId, answer, 'My telephone');
const use = (answer: unknown, at = town) => usePasskey(at.database, at.bank, answer, async (_, personId) => personId);
const REFUSED = { refusal: { code: 'invalid_request', facts: { field: 'passkey', reason: 'not valid' } } };
const refused = (work: Promise<unknown>) => expect(work).rejects.toMatchObject(REFUSED);

/** A device with a key of this person. */
async function made(personId: string): Promise<Authenticator> {
  const device = new Authenticator(town.origin);
  await add(personId, device.make(await offer(personId)));
  return device;
}

/** Of each key, how often it says that it was used. */
const counters = async () => new Map((await db().select().from(passkey)).map((row) => [row.personId, row.counter]));

describe('a signed answer', () => {
  test('comes in as the person of the key, once', async () => {
    const answer = key.use(await ask());
    expect(await use(answer)).toBe(moira);
    await refused(use(answer));
    expect(await use(callums.use(await ask()))).toBe(callum);
  });

  test('given six times at once comes in once', async () => {
    const answer = key.use(await ask());
    const came = await Promise.allSettled(Array.from({ length: 6 }, () => use(answer)));
    expect(came.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('is refused when five minutes are over', async () => {
    const answer = key.use(await ask());
    await db().update(passkeyChallenge).set({ expiresAt: sql`now() - interval '1 second'` });
    await refused(use(answer));
  });

  test('to a question that this bank did not ask is refused', async () => {
    const { challenge } = await askForPasskey(other.database.db, other.bank, 'there');
    await refused(use(key.use({ challenge })));
    await refused(use(key.use({ challenge: 'made-up' })));
    await refused(use(key.use(await ask()), other));
  });

  test('to the question by which a key is made is refused', async () => {
    await refused(use(key.use(await offer(moira))));
  });

  const host = () => new URL(town.origin).hostname;
  const LIES: Record<string, () => Parameters<Authenticator['use']>[1]> = {
    'of another page': () => ({ origin: 'https://leith.example.net' }),
    'of another town': () => ({ origin: other.origin }),
    'for another host': () => ({ host: `www.${host()}` }),
    'of a device that did not ask who holds it': () => ({ flags: 0x01 }),
    'of a device that nobody touched': () => ({ flags: 0x00 }),
  };
  test.each(Object.entries(LIES))('%s is refused, and so is its second try', async (_, lie) => {
    const question = await ask();
    await refused(use(key.use(question, lie())));
    await refused(use(key.use(question)));
    expect(await use(key.use(await ask()))).toBe(moira);
  });

  test('under the id of somebody else’s key is refused', async () => {
    const { id } = callums.use(await ask());
    await refused(use(key.use(await ask(), { id: String(id) })));
    await refused(use(key.use(await ask(), { id: 'nobody' })));
  });

  test('whose words were changed after it was signed is refused', async () => {
    const answer = key.use(await ask());
    const response = answer['response'] as Record<string, string>;
    const bytes = Buffer.from(response['signature'] ?? '', 'base64url');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await refused(use({ ...answer, response: { ...response, signature: bytes.toString('base64url') } }));
  });

  test('of a copy of the key, whose count goes back or stands still, is refused', async () => {
    expect(await use(key.use(await ask(), { counter: 40 }))).toBe(moira);
    for (const counter of [40, 39, 1]) await refused(use(key.use(await ask(), { counter })));
    expect((await counters()).get(moira)).toBe(40);
    expect(await use(key.use(await ask(), { counter: 41 }))).toBe(moira);
  });
});

describe('a new key', () => {
  test('is of the person who was asked, and no answer makes it twice', async () => {
    const device = new Authenticator(town.origin);
    const options = await offer(moira);
    const answer = device.make(options);
    await refused(add(callum, answer));
    await add(moira, device.make(await offer(moira)));
    await refused(add(moira, answer));
    expect(await use(device.use(await ask()))).toBe(moira);
  });

  test('of another page is refused, and one that somebody has already', async () => {
    await refused(add(moira, new Authenticator(other.origin).make(await offer(moira))));
    await refused(add(callum, key.make(await offer(callum))));
    expect(await use(key.use(await ask()))).toBe(moira);
  });
});
