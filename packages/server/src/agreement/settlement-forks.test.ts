/** Two histories of one pair when it ends: what counts, what is kept, and that both banks come to one position. */
import type { Body, Head } from '@evenhour/protocol';
import { verifyFork } from '@evenhour/protocol/proof';
import { encodeEntry, type JsonObject } from '@evenhour/protocol/wire';
import { asc, eq } from 'drizzle-orm';
import { afterEach, expect, test } from 'vitest';
import { evidence, pairEnd, pair as pairTable } from '../db/schema.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { holds } from '../testing/held-journals.ts';
import { hasTestPostgres } from '../testing/postgres.ts';
import { proven } from '../testing/proven.ts';
import { Restorable } from '../testing/restorable.ts';
import { type Town, until } from '../testing/town.ts';
import { pay, setStage } from '../testing/watch.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const PATIENCE_MS = 20_000;
const because = 'Two messages came for one place.';
const settlementIn = async ({ database }: Town) => {
  const [end] = await database.db.select({ settlement: pairEnd.settlement }).from(pairEnd);
  return end?.settlement ?? null;
};
const kept = ({ database }: Town) => database.db.select().from(evidence).orderBy(asc(evidence.id));

/** Tries again at once what failed. */
async function again(town: Town): Promise<void> {
  await town.database.db.update(pairTable).set({ attempts: 0 });
  town.node.context.senders.sync();
}

type Name = 'Leith' | 'Gràcia';

/**
 * Two towns that were both put back to one place and went on from there, until one of them is put into its first life
 * again: at some places both have signed two entries of one epoch, and neither is what the other holds.
 */
async function twoLives(): Promise<{ towns: Restorable; id: string }> {
  const towns = await Restorable.start(hasTestPostgres() ? 'postgres' : 'pglite', ['Leith', 'Gràcia']);
  ends.push(() => towns.stop());
  await towns.connect('Leith', 'Gràcia');
  await towns.cross('Leith', 'Gràcia', 15);
  await towns.settle('Leith', 'Gràcia');
  const copies = [await towns.backUp('Leith'), await towns.backUp('Gràcia')] as const;
  await towns.settle('Leith', 'Gràcia');
  await towns.cross('Leith', 'Gràcia', 60);
  await towns.cross('Gràcia', 'Leith', 20);
  const first = await towns.backUp('Leith');
  await towns.down('Leith', 'Gràcia');
  await towns.putBack('Leith', copies[0]);
  await towns.putBack('Gràcia', copies[1]);
  await towns.up('Leith', 'Gràcia');
  await towns.settle('Leith', 'Gràcia');
  await towns.cross('Gràcia', 'Leith', 7);
  await towns.cross('Leith', 'Gràcia', 5);
  await towns.putBack('Leith', first);
  await until(async () => (await towns.agreement('Leith', 'Gràcia')).mode === 'halted', PATIENCE_MS);
  return { towns, id: (await towns.agreement('Leith', 'Gràcia')).id };
}

test.each<[Name, Name]>([
  ['Gràcia', 'Leith'],
  ['Leith', 'Gràcia'],
])(
  '%s settles first, and %s still sees where the histories part',
  async (first, second) => {
    const { towns, id } = await twoLives();
    const { outgoing } = towns.of(second).node.context;
    const { request } = outgoing;
    Object.assign(outgoing, {
      request: (sending: Parameters<typeof request>[0]) =>
        sending.method === 'GET' ? Promise.reject(new Error('lost')) : request(sending),
    });
    await towns.of('Leith').call('POST', `/api/agreements/${id}/close`, { because });
    const ours = await until(() => settlementIn(towns.of(first)), PATIENCE_MS);
    expect(await settlementIn(towns.of(second))).toBeNull();
    Object.assign(outgoing, { request });
    const theirs = await until(async () => {
      await again(towns.of(second));
      return settlementIn(towns.of(second));
    }, PATIENCE_MS);
    expect(theirs.cut).toEqual(ours.cut);
    expect([ours.owesMinutes, theirs.owesMinutes]).toEqual(first === 'Leith' ? [15, -15] : [-15, 15]);
    for (const town of [towns.of(first), towns.of(second)]) {
      const documents = (await kept(town)).map(({ document }) => document);
      expect(documents.length).toBeGreaterThan(0);
      expect(new Set(documents).size).toBe(documents.length);
      expect((await proven(town)).evidence.forks).toBe(documents.length);
      for (const document of documents) expect(await verifyFork(JSON.parse(document))).toMatchObject({ ok: true });
    }
  },
  120_000,
);

/**
 * The partner has given 600 minutes, after a Resume if one is asked for; `begin` is where both journals were before.
 */
async function owed(resumed: boolean): Promise<{ town: Town; partner: FakePartner; begin: { own: Head; peer: Head } }> {
  const stage = await setStage(1);
  ends.push(() => stage.stop());
  const { town } = stage;
  const partner = await (stage.partners[0] as FakePartner).agree(town, { town: 6000, own: 6000 });
  const begin = { own: partner.head, peer: partner.townHead };
  if (resumed) await partner.run([await partner.write({ kind: 'Resume' }, { epoch: begin.own.epoch + 5 })]);
  await pay(partner, 'moira', 600);
  await partner.quiet();
  return { town, partner, begin };
}

/** The town ends the pair, settles nothing, tries again, and keeps once what it was shown. */
async function parted(town: Town, partner: FakePartner, shown: JsonObject): Promise<void> {
  await town.call('POST', `/api/agreements/${partner.agreementId}/close`, { because });
  const refused = async () => {
    const [row] = await town.database.db.select().from(pairTable).where(eq(pairTable.id, partner.pair));
    return row !== undefined && row.attempts > 0 ? row.lastError : null;
  };
  expect(await until(refused)).toContain('before or after a restore');
  await again(town);
  expect(await until(refused)).toContain('before or after a restore');
  expect(await settlementIn(town)).toBeNull();
  const [found, ...more] = await kept(town);
  expect(found).toMatchObject({ code: 'parted', document: JSON.stringify(shown) });
  expect(more).toEqual([]);
}

test.each<['later' | 'earlier', Body, number]>([
  ['later', { kind: 'Resume' }, 7],
  ['earlier', { kind: 'Amend', limitMinutes: 1 }, 0],
])('a debtor sheds nothing by a history of a %s epoch: its entry is kept, once', async (name, body, epochs) => {
  const { town, partner, begin } = await owed(name === 'earlier');
  const place = { epoch: begin.own.epoch + epochs, seq: begin.own.seq + 1, prev: begin.own.hash, ack: begin.peer };
  const instead = await partner.sign(partner.draftEntry(body, place));
  holds(partner, begin, instead);
  await parted(town, partner, instead);

  const alone = await town.call('POST', `/api/agreements/${partner.agreementId}/close`, { because, alone: true });
  expect(alone.body.ending.settlement).toMatchObject({ owesMinutes: -600, lossMinutes: 0, alone: true });
  expect((await proven(town)).evidence).toEqual({ forks: 0, entries: 1, notes: 0 });
});

test('nor does a creditor by a life of our own journal that ours does not know', async () => {
  const { town, partner, begin } = await owed(false);
  const { me, core, pair } = partner;
  const place = { epoch: begin.peer.epoch + 3, seq: begin.peer.seq + 1, prev: begin.peer.hash, ack: begin.own };
  const resume = encodeEntry(core, pair, { author: me === 0 ? 1 : 0, ...place, body: { kind: 'Resume' } });
  const instead = await partner.sign(resume, town.bank.keyFor(pair));
  holds(partner, { own: partner.head, peer: begin.peer }, instead);
  await parted(town, partner, instead);
});
