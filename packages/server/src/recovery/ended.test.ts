/** A database that is put back to before an agreement was made, ended or followed by another. */
import { sql } from 'drizzle-orm';
import { afterEach, expect, test } from 'vitest';
import { rowsOf } from '../ledger/ledger.ts';
import { nextKeys, rotate } from '../testing/keys.ts';
import { hasTestPostgres } from '../testing/postgres.ts';
import { proven } from '../testing/proven.ts';
import { Restorable } from '../testing/restorable.ts';
import { type Town, until } from '../testing/town.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const PATIENCE_MS = 20_000;
type Name = 'Leith' | 'Gràcia';

async function twoTowns(): Promise<Restorable> {
  const towns = await Restorable.start(hasTestPostgres() ? 'postgres' : 'pglite', ['Leith', 'Gràcia']);
  ends.push(() => towns.stop());
  return towns;
}

interface Stand {
  readonly status: string;
  readonly mode: string;
  readonly mirror: number;
  /** What the settled position says; `null` before. */
  readonly owes: number | null;
}

/** The pairs of a town, the oldest first. */
async function pairsOf(town: Town): Promise<Stand[]> {
  const found = await town.database.db.execute(sql`
    select p.status, p.mode, a.balance::int as mirror, (e.settlement->>'owesMinutes')::int as owes
    from pair p join account a on a.bank_id = p.bank_id and a.id = p.mirror_id
    left join pair_end e on e.bank_id = p.bank_id and e.pair_id = p.id order by p.created_at`);
  return rowsOf<Stand>(found);
}

const items = async (town: Town) => (await town.call('GET', '/api/agreements')).body.items;

async function close(town: Town): Promise<void> {
  const [item] = await items(town);
  const closed = await town.call('POST', `/api/agreements/${item.id}/close`, { because: 'We go on otherwise.' });
  expect(closed.status).toBe(200);
}

/** Waits until the first pair of both is settled, and answers what each says that Leith owes. */
async function settled(towns: Restorable): Promise<[number, number]> {
  const owes = (at: Name) =>
    until(async () => {
      const [first] = await pairsOf(towns.of(at));
      return first?.owes == null ? null : [first.owes];
    }, PATIENCE_MS);
  const [[ours], [theirs]] = (await Promise.all([owes('Leith'), owes('Gràcia')])) as [[number], [number]];
  return [ours, -theirs];
}

/** Waits until the last pair of both is open and shows the same. */
async function goesOn(towns: Restorable, minutes: number): Promise<void> {
  await until(async () => {
    const [ours, theirs] = [(await pairsOf(towns.of('Leith'))).at(-1), (await pairsOf(towns.of('Gràcia'))).at(-1)];
    const open = [ours, theirs].every((pair) => pair?.status === 'active' && pair.mode === 'open');
    return open && ours?.mirror === minutes && theirs?.mirror === -minutes;
  }, PATIENCE_MS);
}

test.each(['Leith', 'Gràcia'] as const)(
  '%s hears of the end, and settles at the same position',
  async (who) => {
    const towns = await twoTowns();
    await towns.connect('Leith', 'Gràcia');
    await towns.cross('Leith', 'Gràcia', 60);
    const copy = await towns.backUp(who);
    await towns.cross('Leith', 'Gràcia', 30);
    // The bank that is put back has said it itself, or has heard it.
    await close(towns.of('Gràcia'));
    expect(await settled(towns)).toEqual([90, 90]);
    await towns.putBack(who, copy);
    expect(await settled(towns)).toEqual([90, 90]);
    expect([await towns.balance('Leith'), await towns.balance('Gràcia')]).toEqual([-90, 90]);
    await proven(towns.of(who));
  },
  120_000,
);

/**
 * Leith has written an entry that Gràcia took and acknowledges in no entry of its own: an answer said it. The copy of
 * Gràcia is from before, and holds all that Gràcia wrote.
 */
async function acknowledgedInAnAnswer(): Promise<{ towns: Restorable; copy: string }> {
  const towns = await twoTowns();
  await towns.connect('Leith', 'Gràcia');
  await towns.cross('Leith', 'Gràcia', 60);
  await towns.settle('Leith', 'Gràcia');
  const copy = await towns.backUp('Gràcia');
  const before = await heads(towns.of('Gràcia'));
  const [{ id }] = await items(towns.of('Leith'));
  const amended = await towns.of('Leith').call('POST', `/api/agreements/${id}/change`, { grantsMinutes: 300 });
  expect(amended.status).toBe(200);
  await until(async () => (await heads(towns.of('Gràcia'))).theirs === (await heads(towns.of('Leith'))).ours);
  expect(await heads(towns.of('Gràcia'))).toEqual({ ...before, theirs: before.theirs + 1 });
  return { towns, copy };
}

async function heads(town: Town): Promise<{ ours: number; theirs: number }> {
  const [{ id }] = await items(town);
  const { journal } = (await town.call('GET', `/api/agreements/${id}`)).body;
  return { ours: journal.ours.seq, theirs: journal.theirs.seq };
}

/** How much of each journal the position counts, and the entries that a successor would name. */
async function settlements(towns: Restorable) {
  await settled(towns);
  const of = async (town: Town) => {
    const found = await town.database.db.execute(
      sql`select settlement->'cut' as cut, settlement->'opening' as opening from pair_end`,
    );
    return rowsOf<{ cut: number[]; opening: unknown }>(found)[0];
  };
  return [await of(towns.of('Leith')), await of(towns.of('Gràcia'))];
}

test('a bank that was put back before the end fetches the entries of its partner that only an answer acknowledged', async () => {
  const { towns, copy } = await acknowledgedInAnAnswer();
  await close(towns.of('Leith'));
  const [before] = await settlements(towns);
  await towns.putBack('Gràcia', copy);
  const [ours, theirs] = await settlements(towns);
  expect([ours, theirs]).toEqual([before, before]);
  await towns.of('Gràcia').call('POST', `/api/agreements/${await successor(towns)}/accept`);
  await goesOn(towns, 60);
  await proven(towns.of('Leith'));
  await proven(towns.of('Gràcia'));
}, 120_000);

test('nobody settles with a bank that was put back before that has fetched what it lost', async () => {
  const { towns, copy } = await acknowledgedInAnAnswer();
  await towns.down('Gràcia');
  const signed = await heads(towns.of('Leith'));
  await close(towns.of('Leith'));
  // It tries again at once when Gràcia greets it, and not before.
  await until(async () => (await items(towns.of('Leith')))[0].lastError !== null);
  await towns.of('Leith').database.db.execute(sql`update pair set next_attempt_at = now() + interval '1 hour'`);
  await towns.down('Leith');
  await towns.putBack('Gràcia', copy);
  await towns.up('Gràcia');
  const { outgoing } = towns.of('Gràcia').node.context;
  const send = outgoing.request;
  outgoing.request = async (request) => {
    const answer = await send(request);
    const isRead = /\/ap\/journals\/[^/]+\?/.test(request.url);
    // Time enough for Leith to ask what Gràcia holds, and to settle at that.
    if (isRead) await until(async () => (await pairsOf(towns.of('Leith')))[0]?.owes != null, 1_500).catch(() => {});
    return answer;
  };
  await towns.up('Leith');
  const [ours, theirs] = await settlements(towns);
  expect(ours).toEqual(theirs);
  expect(ours?.cut.toSorted()).toEqual([signed.ours, signed.theirs].toSorted());
}, 120_000);

test('a partner that was put back before it heard of the end recovers first', async () => {
  const towns = await twoTowns();
  await towns.connect('Leith', 'Gràcia');
  const copy = await towns.backUp('Gràcia');
  await towns.cross('Leith', 'Gràcia', 120);
  await towns.cross('Gràcia', 'Leith', 20);
  await towns.down('Gràcia');
  await close(towns.of('Leith'));
  await towns.putBack('Gràcia', copy);
  await towns.up('Gràcia');
  expect(await settled(towns)).toEqual([100, 100]);
  expect([await towns.balance('Leith'), await towns.balance('Gràcia')]).toEqual([-100, 100]);
}, 120_000);

test('a partner that has lost the pair as a whole recovers first', async () => {
  const towns = await twoTowns();
  const copy = await towns.backUp('Gràcia');
  await towns.connect('Leith', 'Gràcia');
  await towns.cross('Leith', 'Gràcia', 60);
  await towns.cross('Gràcia', 'Leith', 20);
  await towns.down('Gràcia');
  await close(towns.of('Leith'));
  await towns.putBack('Gràcia', copy);
  await towns.up('Gràcia');
  expect(await settled(towns)).toEqual([40, 40]);
  await proven(towns.of('Leith'));
  await proven(towns.of('Gràcia'));
}, 120_000);

async function offered(towns: Restorable): Promise<string> {
  const invited = await towns
    .of('Leith')
    .call('POST', '/api/invitations', { grantsMinutes: 600, bridgeBuilder: 'Fiona Reid' });
  await towns
    .of('Gràcia')
    .call('POST', '/api/agreements', { link: invited.body.link, grantsMinutes: 600, bridgeBuilder: 'Rosa Vidal' });
  return until(async () => (await items(towns.of('Leith')))[0]?.id);
}

test.each(['Leith', 'Gràcia'] as const)(
  '%s hears of a yes that came after its backup',
  async (who) => {
    const towns = await twoTowns();
    const id = await offered(towns);
    // The offer has been taken, and is not on its way any more.
    await until(async () => (await pairsOf(towns.of('Gràcia')))[0]?.status === 'offered');
    const copy = await towns.backUp(who);
    await towns.of('Leith').call('POST', `/api/agreements/${id}/accept`);
    await until(async () => (await items(towns.of('Leith')))[0].tested, PATIENCE_MS);
    await towns.cross('Leith', 'Gràcia', 60);
    await towns.putBack(who, copy);
    await goesOn(towns, 60);
    expect([await towns.balance('Leith'), await towns.balance('Gràcia')]).toEqual([-60, 60]);
    await proven(towns.of(who));
  },
  120_000,
);

test('a bank that was put back hears again of the no to its offer', async () => {
  const towns = await twoTowns();
  const id = await offered(towns);
  await until(async () => (await pairsOf(towns.of('Gràcia')))[0]?.status === 'offered');
  const copy = await towns.backUp('Gràcia');
  const isOver = () => until(async () => (await pairsOf(towns.of('Gràcia')))[0]?.status === 'declined', PATIENCE_MS);
  await towns.of('Leith').call('POST', `/api/agreements/${id}/decline`);
  await isOver();
  await towns.putBack('Gràcia', copy);
  await isOver();
}, 120_000);

test('an offer that is sent again stands, though its bank shows a newer key by now', async () => {
  const towns = await twoTowns();
  const id = await offered(towns);
  await until(async () => (await pairsOf(towns.of('Gràcia')))[0]?.status === 'offered');
  const gracia = towns.of('Gràcia');
  await rotate(gracia, await nextKeys(gracia));
  await towns.down('Gràcia');
  await towns.up('Gràcia');
  await towns.of('Leith').call('POST', `/api/agreements/${id}/accept`);
  await goesOn(towns, 0);
}, 120_000);

test('the link of an agreement that is made again from its yeses cannot be used again', async () => {
  const towns = await twoTowns();
  const leith = () => towns.of('Leith');
  const invited = await leith().call('POST', '/api/invitations', { grantsMinutes: 600, bridgeBuilder: 'Fiona Reid' });
  const copy = await towns.backUp('Leith');
  const { link } = invited.body;
  await towns.of('Gràcia').call('POST', '/api/agreements', { link, grantsMinutes: 600, bridgeBuilder: 'Rosa Vidal' });
  const id = await until(async () => (await items(leith()))[0]?.id);
  await leith().call('POST', `/api/agreements/${id}/accept`);
  await until(async () => (await items(leith()))[0].tested, PATIENCE_MS);
  await towns.putBack('Leith', copy);
  await towns.give('Gràcia', 'Leith', 5);
  await goesOn(towns, -5);
  expect((await fetch(link, { headers: { accept: 'application/json' } })).status).toBe(409);
  const found = await leith().database.db.execute(sql`
    select i.status from invitation i join pair p on p.bank_id = i.bank_id and p.invitation_id = i.id`);
  expect(rowsOf(found)).toEqual([{ status: 'used' }]);
}, 120_000);

test('a pair is presented also when the one before it cannot be', async () => {
  const towns = await twoTowns();
  const copy = await towns.backUp('Leith');
  await towns.connect('Leith', 'Gràcia');
  await close(towns.of('Gràcia'));
  await settled(towns);
  await towns.of('Gràcia').call('POST', `/api/agreements/${await successor(towns)}/accept`);
  await goesOn(towns, 0);
  const [old] = rowsOf<{ id: string }>(
    await towns.of('Leith').database.db.execute(sql`select id from pair where status = 'closed'`),
  );
  const { outgoing } = towns.of('Gràcia').node.context;
  const send = outgoing.request;
  outgoing.request = (request) =>
    Buffer.from(request.body ?? '').includes(`"Presentation"],"pair":"${old?.id}"`)
      ? Promise.reject(new Error('lost'))
      : send(request);
  await towns.putBack('Leith', copy);
  await towns.give('Gràcia', 'Leith', 5);
  await goesOn(towns, -5);
}, 120_000);

async function successor(towns: Restorable): Promise<string> {
  const [old] = await items(towns.of('Gràcia'));
  const terms = { grantsMinutes: 600, bridgeBuilder: 'Rosa Vidal' };
  const invited = await towns.of('Gràcia').call('POST', `/api/agreements/${old.id}/successor`, terms);
  await towns
    .of('Leith')
    .call('POST', '/api/agreements', { link: invited.body.link, grantsMinutes: 600, bridgeBuilder: 'Fiona Reid' });
  return until(
    async () => (await items(towns.of('Gràcia'))).find(({ status }: { status: string }) => status === 'offered')?.id,
  );
}

test('a bank that was put back before the end hears of the end and of what followed', async () => {
  const towns = await twoTowns();
  await towns.connect('Leith', 'Gràcia');
  await towns.cross('Leith', 'Gràcia', 60);
  const copy = await towns.backUp('Leith');
  await close(towns.of('Gràcia'));
  await settled(towns);
  await towns.of('Gràcia').call('POST', `/api/agreements/${await successor(towns)}/accept`);
  await goesOn(towns, 60);
  await towns.cross('Gràcia', 'Leith', 10);
  await goesOn(towns, 50);
  await towns.putBack('Leith', copy);
  await goesOn(towns, 50);
  expect(await settled(towns)).toEqual([60, 60]);
  expect([await towns.balance('Leith'), await towns.balance('Gràcia')]).toEqual([-50, 50]);
  await towns.cross('Gràcia', 'Leith', 5);
  await goesOn(towns, 45);
  await proven(towns.of('Leith'));
}, 120_000);

test('an agreement that never opened can be proved, and ended with what it carries', async () => {
  const towns = await twoTowns();
  await towns.connect('Leith', 'Gràcia');
  await towns.cross('Leith', 'Gràcia', 60);
  await close(towns.of('Gràcia'));
  await settled(towns);
  const id = await successor(towns);
  await towns.down('Leith');
  const gracia = towns.of('Gràcia');
  await gracia.call('POST', `/api/agreements/${id}/accept`);
  await proven(gracia);
  const closed = await gracia.call('POST', `/api/agreements/${id}/close`, { because: 'They are gone.', alone: true });
  expect(closed.body.ending.settlement).toMatchObject({ owesMinutes: -60, alone: true });
  expect((await pairsOf(gracia)).map(({ mirror }) => mirror)).toEqual([0, -60]);
  await proven(gracia);
}, 120_000);
