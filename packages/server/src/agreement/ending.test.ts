/** A pair ends: by one bank alone, for good, at the position that both confirm; and another one follows it. */
import { importVerifyingKey, verifyClose, verifyFork } from '@evenhour/protocol/proof';
import { encodeClose, type JsonObject } from '@evenhour/protocol/wire';
import { and, eq, sql } from 'drizzle-orm';
import { afterEach, describe, expect, test } from 'vitest';
import { account, evidence, pair as pairTable } from '../db/schema.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { FakePartner } from '../testing/fake-partner.ts';
import { itemsOf, type Seen } from '../testing/fake-server.ts';
import { another, holds } from '../testing/held-journals.ts';
import { proven } from '../testing/proven.ts';
import { connect, startTowns, type Town, until } from '../testing/town.ts';
import { pay, promised, said, setStage, unchanged } from '../testing/watch.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const because = 'Their books and ours no longer fit.';

async function stageWith(minutes: number): Promise<{ town: Town; partner: FakePartner }> {
  const stage = await setStage(1);
  ends.push(() => stage.stop());
  const partner = await (stage.partners[0] as FakePartner).agree(stage.town, { town: minutes, own: minutes });
  return { town: stage.town, partner };
}

const view = async (town: Town, id: string) => (await town.call('GET', `/api/agreements/${id}`)).body;
const close = (town: Town, id: string, more: object = {}) =>
  town.call('POST', `/api/agreements/${id}/close`, { because, ...more });

async function settlementOf(town: Town, id: string) {
  return until(async () => (await view(town, id)).ending?.settlement);
}

/** The balance of each account by its kind; there is one member. */
async function balances(town: Town): Promise<Record<string, number>> {
  const found = await town.database.db.execute(
    sql`select kind, sum(balance)::int as balance, sum(held)::int as held from account where bank_id = ${town.bank.id} group by kind`,
  );
  const rows = rowsOf<{ kind: string; balance: number; held: number }>(found);
  expect(rows.reduce((sum, { balance }) => sum + balance, 0)).toBe(0);
  expect(rows.reduce((sum, { held }) => sum + held, 0)).toBe(0);
  return Object.fromEntries(rows.map(({ kind, balance }) => [kind, balance]));
}

/** A gift of Moira's that the partner accepts. It does not hear of anything after that, if `deaf`. */
async function giveTo(town: Town, partner: FakePartner, minutes: number): Promise<string> {
  partner.replies.messages = async (seen: Seen) => {
    const offer = itemsOf(seen)[0] as JsonObject;
    const yes = await partner.answerGift(offer, { kind: 'GiftAccept', payeeRef: 'r'.repeat(32), payeeName: 'Loki' });
    return { body: { pair: partner.pair, results: [{ id: offer['id'], applied: true }], messages: [yes] } };
  };
  const given = await town.call('POST', '/api/transfers', { from: 'moira', to: `loki@${partner.host}`, minutes });
  expect(given.status).toBe(202);
  return given.body.id;
}

const isKind = (kind: string) => (entry: JsonObject) => (entry['type'] as string[])[1] === kind;
const lastOf = (partner: FakePartner, kind: string) => partner.townEntries.findLast(isKind(kind)) as JsonObject;
const statusOf = async (town: Town, id: string) => (await town.call('GET', `/api/transfers/${id}`)).body.status;

describe('a Close', () => {
  test('is signed, is sent until it is answered, and is final', async () => {
    const { town, partner } = await stageWith(600);
    await pay(partner, 'moira', 30);
    const heard: JsonObject[] = [];
    partner.replies.answer = (seen, usual) => {
      heard.push(seen.json);
      return heard.length < 2 ? { drop: true } : usual();
    };
    holds(partner);
    const closed = await close(town, partner.agreementId);
    expect(closed.body).toMatchObject({
      status: 'closed',
      mode: 'closed',
      ending: { by: 'us', because, settlement: null },
    });
    expect(await settlementOf(town, partner.agreementId)).toMatchObject({
      owesMinutes: -30,
      lossMinutes: 0,
      alone: false,
    });
    const { me, core, pair } = partner;
    const their = me === 0 ? 1 : 0;
    const { publicMultikey, verificationMethod } = town.bank.key;
    const key = await importVerifyingKey(publicMultikey, verificationMethod);
    if (!key.ok) throw new Error('the town has a bad key');
    const proof = await verifyClose(core, pair, their, heard[1] as JsonObject, key.key);
    expect(proof).toMatchObject({ ok: true, heads: { own: partner.townHead, peer: partner.head } });
    expect(heard[0]).toEqual(heard[1]);

    // What is final is only read.
    expect((await close(town, partner.agreementId)).body.code).toBe('agreement_not_active');
    const entry = await partner.write({ kind: 'Amend', limitMinutes: 60 });
    expect(said(await unchanged(town, () => partner.run([entry])))).toBe('409 agreement_not_active');
    const greeted = await partner.greet();
    expect(greeted.body).toMatchObject({ head: proof.ok ? proof.heads.peer : null, closes: [heard[0]] });
    const give = await town.call('POST', '/api/transfers', { from: 'moira', to: `loki@${partner.host}`, minutes: 1 });
    expect(give.body.code).toBe('not_partners');
    const journal = await partner.send(`/ap/journals/${partner.tail}?after=0`, '', { method: 'GET', session: '-' });
    expect(journal.body.entries.length).toBe(partner.townHead.seq);
  });

  test('is sent again whatever the answer is, but for the one that takes it', async () => {
    const { town, partner } = await stageWith(600);
    holds(partner);
    const answers = [
      { unsigned: true, status: 404, body: { code: 'unknown_partner' } },
      { status: 401, body: { code: 'proof_mismatch' } },
    ];
    let heard = 0;
    partner.replies.answer = (_seen, usual) => answers[heard++] ?? usual();
    await close(town, partner.agreementId);
    await until(() => Promise.resolve(heard > answers.length), 10_000);
  });

  test('comes after the partner was greeted, for a bank that was restored has to recover first', async () => {
    const { town, partner } = await stageWith(600);
    holds(partner);
    partner.replies.open = () => ({ drop: true });
    await town.database.db.update(pairTable).set({ mode: 'waiting' });
    const draft = encodeClose(partner.core, partner.pair, partner.me, { own: partner.head, peer: partner.townHead });
    const signed = await partner.sign(draft);
    const send = () => partner.send(`/ap/agreements/${partner.tail}`, signed, { session: '-' });
    expect(said(await send())).toBe('503 pair_waiting');
    expect((await close(town, partner.agreementId)).body.code).toBe('pair_waiting');
    delete partner.replies.open;
    await town.database.db.update(pairTable).set({ attempts: 0 });
    town.node.context.senders.sync();
    await until(async () => (await send()).status === 200, 10_000);
  });

  test('of the partner counts when its key signed it, and twice is once', async () => {
    const { town, partner } = await stageWith(600);
    await pay(partner, 'moira', 30);
    holds(partner);
    const draft = encodeClose(partner.core, partner.pair, partner.me, { own: partner.head, peer: partner.townHead });
    const send = (document: JsonObject) => partner.send(`/ap/agreements/${partner.tail}`, document, { session: '-' });
    const signed = await partner.sign(draft);
    const changed = { ...signed, heads: { own: partner.townHead, peer: partner.townHead } };
    expect(said(await unchanged(town, () => send(changed as unknown as JsonObject)))).toMatch(/^401|^400/);
    const recovery = await partner.sign(draft, partner.keys.recovery);
    expect((await unchanged(town, () => send(recovery))).status).toBeGreaterThanOrEqual(400);
    expect((await view(town, partner.agreementId)).status).toBe('active');
    expect(said(await send(signed))).toBe('200 ok');
    expect((await view(town, partner.agreementId)).ending).toMatchObject({ by: 'them', because: '' });
    await settlementOf(town, partner.agreementId);
    expect(said(await unchanged(town, () => send(signed)))).toBe('200 ok');
  });

  test('of a halted pair is how it ends, and nothing of a draft is ended', async () => {
    const { town, partner } = await stageWith(600);
    await town.database.db.update(pairTable).set({ mode: 'halted', haltedBecause: '{"code":"fork"}' });
    holds(partner);
    expect((await close(town, partner.agreementId)).body.status).toBe('closed');
    const again = await FakePartner.start();
    ends.push(() => again.stop());
    expect((await close(town, 'nothing')).status).toBe(404);
  });
});

describe('what stands between the two', () => {
  test('is what both confirm: the rest is released, given back, or lost', async () => {
    const { town, partner } = await stageWith(6000);
    await pay(partner, 'moira', 600);
    const confirmed = partner.head;
    await pay(partner, 'moira', 45);
    const unposted = await promised(partner, 'moira', 15);
    await partner.run([await partner.write(unposted)]);

    const posted = await giveTo(town, partner, 120);
    await until(async () => partner.townEntries.some(isKind('Hold')));
    const before = partner.townHead;
    const accept = { kind: 'HoldAccept' as const, transfer: String(lastOf(partner, 'Hold')['transfer']) };
    await partner.run([await partner.write(accept)]);
    await until(async () => (await statusOf(town, posted)) === 'posted');
    const held = await giveTo(town, partner, 60);
    await until(async () => (await statusOf(town, held)) === 'held');
    partner.replies.messages = () => ({ body: { pair: partner.pair, results: [], messages: [] } });
    const offered = await town.call('POST', '/api/transfers', {
      from: 'moira',
      to: `loki@${partner.host}`,
      minutes: 7,
    });
    expect((await moiraOf(town)).held).toBe(67);

    // It signed something else in the place of its last hours, and says that ours never came.
    holds(partner, { own: confirmed, peer: before }, await another(partner, confirmed));
    await close(town, partner.agreementId);
    const settlement = await settlementOf(town, partner.agreementId);
    expect(settlement).toEqual({
      owesMinutes: -600,
      releasedMinutes: 60,
      refundedMinutes: 120,
      lossMinutes: 45,
      alone: false,
    });
    expect(await balances(town)).toMatchObject({ member: 645, mirror: -600, loss: -45, fund: 0 });
    for (const id of [posted, held, offered.body.id]) expect(await statusOf(town, id)).toBe('returned');
    expect(await incomingHeld(town)).toBe(0);
    const shown = await proven(town);
    expect(shown.pairs[0]?.owesMinutes).toBe(-600);
  });

  describe('is not less than the partner has signed', () => {
    const refused = async (town: Town, partner: FakePartner): Promise<string> => {
      await close(town, partner.agreementId);
      const { lastError } = await until(async () => {
        const [row] = await town.database.db.select().from(pairTable);
        return row?.lastError == null ? null : row;
      });
      const { ending } = await view(town, partner.agreementId);
      expect(ending.settlement).toBeNull();
      expect(await balances(town)).toMatchObject({ member: 600, mirror: -600 });
      return lastError ?? '';
    };
    const owed = async () => {
      const { town, partner } = await stageWith(6000);
      const begin = { own: partner.head, peer: partner.townHead };
      await pay(partner, 'moira', 600);
      await partner.quiet();
      return { town, partner, begin };
    };

    test('when it says that it has lost it', async () => {
      const { town, partner, begin } = await owed();
      holds(partner, begin);
      expect(await refused(town, partner)).toContain('less than it has signed');
      // It has been given back what it lost.
      holds(partner);
      expect(await settlementOf(town, partner.agreementId)).toMatchObject({ owesMinutes: -600, lossMinutes: 0 });
    });

    test('when it says only that it has another history', async () => {
      const { town, partner, begin } = await owed();
      holds(partner, begin, { ...(await another(partner, begin.own)), limitMinutes: 2 });
      expect(await refused(town, partner)).toContain('less than it has signed');
    });

    test('when it says that it cannot tell now', async () => {
      const { town, partner } = await owed();
      partner.replies.other = () => ({ status: 503, body: { code: 'maintenance', title: 'Come back later.' } });
      expect(await refused(town, partner)).toContain('503');
    });

    test('when we lack what it holds of ours', async () => {
      const { town, partner } = await owed();
      holds(partner, { peer: { ...partner.townHead, seq: partner.townHead.seq + 5 } });
      expect(await refused(town, partner)).toContain('more of our journal');
    });

    test('unless it signed two histories, which anybody can see', async () => {
      const { town, partner, begin } = await owed();
      holds(partner, begin, await another(partner, begin.own));
      await close(town, partner.agreementId);
      expect(await settlementOf(town, partner.agreementId)).toMatchObject({ owesMinutes: 0, lossMinutes: 600 });
      const [kept] = await town.database.db.select().from(evidence);
      expect(await verifyFork(JSON.parse(kept?.document ?? '{}'))).toMatchObject({
        ok: true,
        fork: { bank: partner.actor, seq: begin.own.seq + 1 },
      });
    });
  });

  test('without the partner it is what the partner signed', async () => {
    const { town, partner } = await stageWith(6000);
    await pay(partner, 'moira', 600);
    const posted = await giveTo(town, partner, 120);
    await until(async () => partner.townEntries.some(isKind('Hold')));
    const accept = { kind: 'HoldAccept' as const, transfer: String(lastOf(partner, 'Hold')['transfer']) };
    await partner.run([await partner.write(accept)]);
    await until(async () => (await statusOf(town, posted)) === 'posted');
    await partner.stop();
    await close(town, partner.agreementId);
    expect((await view(town, partner.agreementId)).ending.settlement).toBeNull();
    expect((await moiraOf(town)).member).toBe(480);

    const alone = await close(town, partner.agreementId, { alone: true });
    expect(alone.body.ending.settlement).toMatchObject({ owesMinutes: -600, refundedMinutes: 120, alone: true });
    expect((await moiraOf(town)).member).toBe(600);
    expect((await close(town, partner.agreementId, { alone: true })).body.ending).toEqual(alone.body.ending);
    await proven(town);
  });

  test('goes to nobody when the payer’s account is full', async () => {
    const { town, partner } = await stageWith(6000);
    await pay(partner, 'moira', 600);
    const posted = await giveTo(town, partner, 120);
    await until(async () => partner.townEntries.some(isKind('Hold')));
    const before = partner.townHead;
    const accept = { kind: 'HoldAccept' as const, transfer: String(lastOf(partner, 'Hold')['transfer']) };
    await partner.run([await partner.write(accept)]);
    await until(async () => (await statusOf(town, posted)) === 'posted');
    await town.database.db
      .update(account)
      .set({ ceiling: 500 })
      .where(and(eq(account.bankId, town.bank.id), eq(account.kind, 'member')));
    holds(partner, { peer: before });
    await close(town, partner.agreementId);
    await settlementOf(town, partner.agreementId);
    expect(await balances(town)).toMatchObject({ member: 480, unclaimed: 120, mirror: -600 });
  });
});

async function moiraOf(town: Town): Promise<{ member: number; held: number }> {
  const { body } = await town.call('GET', '/api/members/moira');
  return { member: body.balance.balanceMinutes, held: body.balance.heldMinutes };
}

async function incomingHeld(town: Town): Promise<number> {
  const found = await town.database.db.execute(
    sql`select count(*)::int as count from transfer where direction = 'in' and status in ('offered', 'accepted', 'held')`,
  );
  return rowsOf<{ count: number }>(found)[0]?.count ?? 0;
}

describe('two towns', () => {
  async function twoTowns(minutes: number) {
    const [leith, gracia] = (await startTowns(['Leith', 'Gràcia'])) as [Town, Town];
    ends.push(
      () => leith.stop(),
      () => gracia.stop(),
    );
    const ids = await connect(leith, gracia, minutes, minutes);
    await leith.call('POST', '/api/members', { handle: 'moira', name: 'Moira' });
    await gracia.call('POST', '/api/members', { handle: 'rosa', name: 'Rosa' });
    return { leith, gracia, ids };
  }

  const give = (town: Town, from: string, to: string, minutes: number) =>
    town.call('POST', '/api/transfers', { from, to, minutes, content: 'Soup' });

  test('settle at one position, carry it over, and work it off before new hours', async () => {
    const { leith, gracia, ids } = await twoTowns(600);
    const given = await give(leith, 'moira', `rosa@${gracia.host}`, 300);
    await until(async () => (await statusOf(leith, given.body.id)) === 'settled');
    await close(leith, ids.a);
    const [ours, theirs] = [await settlementOf(leith, ids.a), await settlementOf(gracia, ids.b)];
    expect([ours.owesMinutes, theirs.owesMinutes]).toEqual([300, -300]);
    expect((await view(gracia, ids.b)).ending.by).toBe('them');

    const terms = { grantsMinutes: 120, bridgeBuilder: 'Rosa Vidal' };
    const invited = await gracia.call('POST', `/api/agreements/${ids.b}/successor`, terms);
    expect(invited.status).toBe(201);
    const { link } = invited.body;
    const draft = await leith.call('POST', '/api/invitations/read', { link });
    expect(draft.body.opening).toEqual({ debtor: leith.bank.actor, minutes: 300 });
    const offered = await leith.call('POST', '/api/agreements', { link, grantsMinutes: 600, bridgeBuilder: 'Fiona' });
    expect(offered.status).toBe(201);
    const id = await until(async () => {
      const { body } = await gracia.call('GET', '/api/agreements');
      return body.items.find(({ pair }: { pair: string }) => pair === offered.body.pair)?.id;
    });
    await gracia.call('POST', `/api/agreements/${id}/accept`);
    // What was carried over, less the test hour of the bank that invited.
    const { position } = await until(async () => {
      const shown = await view(leith, offered.body.id);
      return shown.mode === 'open' && shown.position.owesMinutes === 300 - 60 ? shown : null;
    });
    expect(position).toMatchObject({ limitMinutes: 120, roomMinutes: 0 });
    const over = await give(leith, 'moira', `rosa@${gracia.host}`, 30);
    expect(over.body.code).toBe('limit_reached');
    const back = await give(gracia, 'rosa', `moira@${leith.host}`, 240);
    await until(async () => (await statusOf(gracia, back.body.id)) === 'settled');
    const again = await give(leith, 'moira', `rosa@${gracia.host}`, 30);
    await until(async () => (await statusOf(leith, again.body.id)) === 'settled');

    const { owesMinutes } = (await view(leith, offered.body.id)).position;
    for (const [town, sign] of [
      [leith, 1],
      [gracia, -1],
    ] as const) {
      const { pairs } = await proven(town);
      expect(new Set(pairs.map((pair) => pair.owesMinutes * sign))).toEqual(new Set([300, owesMinutes]));
    }
  }, 60_000);

  test('sign no other opening than their own position', async () => {
    const { leith, gracia, ids } = await twoTowns(600);
    const terms = { grantsMinutes: 120, bridgeBuilder: 'Rosa Vidal' };
    const early = await gracia.call('POST', `/api/agreements/${ids.b}/successor`, terms);
    expect(early.body.code).toBe('agreement_not_active');
    const given = await give(leith, 'moira', `rosa@${gracia.host}`, 60);
    await until(async () => (await statusOf(leith, given.body.id)) === 'settled');
    await close(leith, ids.a);
    await settlementOf(leith, ids.a);
    await settlementOf(gracia, ids.b);
    const invited = await gracia.call('POST', `/api/agreements/${ids.b}/successor`, terms);
    await gracia.database.db.execute(
      sql`update invitation set opening = jsonb_set(opening, '{minutes}', '61') where opening is not null`,
    );
    const offer = { link: invited.body.link, grantsMinutes: 600, bridgeBuilder: 'Fiona' };
    expect((await leith.call('POST', '/api/agreements', offer)).body.code).toBe('invalid_request');
  }, 60_000);
});
