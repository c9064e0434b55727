/** What a partner presents to a bank that seems to be restored: with an end, whole, and no more than it named. */
import type { Head } from '@evenhour/protocol';
import { hashOf, type JsonObject } from '@evenhour/protocol/wire';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { pair as pairTable } from '../db/schema.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import type { Reply, Seen } from '../testing/fake-server.ts';
import { snapshot, until } from '../testing/town.ts';
import { pay, type Stage, setStage } from '../testing/watch.ts';
import { MAX_MORE_ENTRIES } from './fetch.ts';

let stage: Stage;
let partner: FakePartner;
/** The partner's own entries, and the town's as the partner holds them. */
let own: JsonObject[];
let held: JsonObject[];
let townHead: Head;

beforeAll(async () => {
  stage = await setStage(1);
  partner = await (stage.partners[0] as FakePartner).agree(stage.town);
  await pay(partner, 'moira', 30);
  await partner.quiet();
  const page = await partner.send(`/ap/journals/${partner.tail}/peer?after=0`, '', { method: 'GET', session: '-' });
  own = page.body.entries;
  held = [...partner.townEntries];
  townHead = partner.townHead;
});
afterAll(() => stage?.stop());
afterEach(() => {
  for (const route of Object.keys(partner.replies)) delete partner.replies[route as 'open'];
});

const db = () => stage.town.database.db;
const mine = () => eq(pairTable.id, partner.pair);
const rowOf = async () => (await db().select().from(pairTable).where(mine()))[0];
const neverWritten = (seq: number): Head => ({ epoch: 0, seq, hash: hashOf({ lost: seq }) });
/** Everything but the row of the pair, which has another session. */
const written = async () => {
  const { pair: _pair, ...rest } = await snapshot(stage.town.database);
  return rest;
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** As after a restart, with a greeting that names an entry of the town's that it never wrote. */
async function greetedWith(other: (seen: Seen, after: number, peer: boolean) => Reply | Promise<Reply>): Promise<void> {
  partner.replies.open = ({ json }) => ({
    body: { pair: partner.pair, head: neverWritten(999), nonce: json['nonce'] },
  });
  partner.replies.other = (seen) => {
    const { pathname, searchParams } = new URL(seen.path, partner.origin);
    return other(seen, Number(searchParams.get('after')), pathname.endsWith('/peer'));
  };
  await db().update(pairTable).set({ mode: 'waiting', attempts: 0, lastError: null }).where(mine());
  stage.town.node.context.senders.get(stage.town.bank.id, partner.pair)?.wake();
}

const saying = (pattern: RegExp) =>
  until(async () => {
    const row = await rowOf();
    return pattern.test(row?.lastError ?? '') ? row : null;
  });

function honest(after: number, peer: boolean): Reply {
  const [list, head] = peer ? [held, townHead] : [own, partner.head];
  if (after > list.length) return { status: 409, body: { pair: partner.pair, head } };
  return { body: { pair: partner.pair, head, entries: list.slice(after) } };
}

test('a greeting that names what is never presented is a failure like any other, and no Resume is written', async () => {
  const before = await written();
  await greetedWith((_seen, after, peer) => honest(after, peer));
  await saying(/named an entry of our journal and does not present it/);
  const asked = () => partner.seen.filter(({ route }) => route === 'open').length;
  const first = asked();
  await pause(2_500);
  expect(asked() - first).toBeLessThanOrEqual(3);
  expect((await rowOf())?.attempts).toBeGreaterThan(1);
  expect(await written()).toEqual(before);
});

const PAGES: [string, RegExp, (after: number, peer: boolean) => Reply | Promise<Reply>][] = [
  [
    'a head so far away that it would fill the memory',
    new RegExp(`no more than ${MAX_MORE_ENTRIES} are read`),
    (after, peer) => ({
      body: { ...(honest(after, peer).body as JsonObject), head: neverWritten(MAX_MORE_ENTRIES + 100) },
    }),
  ],
  [
    'a head that it does not present',
    /names a head of a journal and does not present it/,
    (after, peer) => ({ body: { ...(honest(after, peer).body as JsonObject), head: neverWritten(500) } }),
  ],
  [
    'a head of another hash than its last entry',
    /names a head of a journal and does not present it/,
    (after, peer) => ({
      body: { ...(honest(after, peer).body as JsonObject), head: neverWritten(peer ? held.length : own.length) },
    }),
  ],
  [
    'the same page again and again',
    /does not go on/,
    (_after, peer) => ({ body: { pair: partner.pair, head: neverWritten(900), entries: peer ? held : own } }),
  ],
  [
    'more on a page than is allowed',
    /more of a journal at once than is read/,
    () => ({ body: { pair: partner.pair, head: neverWritten(900), entries: Array(501).fill(own[0]) } }),
  ],
  [
    'what is no entry',
    /something else than objects/,
    () => ({ body: { pair: partner.pair, head: neverWritten(900), entries: [null] } }),
  ],
];

test.each(PAGES)('a partner that presents %s is not believed, and nothing is written', async (_name, says, reply) => {
  const before = await written();
  await greetedWith((_seen, after, peer) => reply(after, peer));
  const row = await saying(says);
  expect(row.mode).not.toBe('open');
  expect(await written()).toEqual(before);
});

test('one that then greets well is open again', async () => {
  await db().update(pairTable).set({ mode: 'waiting', attempts: 0, lastError: null }).where(mine());
  stage.town.node.context.senders.get(stage.town.bank.id, partner.pair)?.wake();
  await until(async () => (await rowOf())?.mode === 'open');
});
