/** Good signatures and a sound chain, but a rule is broken: the entry is appended without effect and flagged. */
import type { Body } from '@evenhour/protocol';
import { hashOf, type JsonObject } from '@evenhour/protocol/wire';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowsOf } from '../ledger/ledger.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { itemsOf } from '../testing/fake-server.ts';
import { evidenceOf, snapshot, until } from '../testing/town.ts';
import { pay, promised, type Stage, setStage, strangeHold } from '../testing/watch.ts';

let stage: Stage;
let partner: FakePartner;

beforeAll(async () => {
  stage = await setStage(3);
  partner = await (stage.partners[0] as FakePartner).agree(stage.town);
});
afterAll(() => stage?.stop());

const api = (path: string) => stage.town.call('GET', path);
const agreementOf = async (p: FakePartner) => (await api(`/api/agreements/${p.agreementId}`)).body;

async function breachesOf(p: FakePartner): Promise<string[]> {
  const found = await stage.town.database.db.execute(
    sql`select breach from journal_entry where pair_id = ${p.pair} and breach is not null order by seq`,
  );
  return rowsOf<{ breach: string }>(found).map(({ breach }) => breach);
}

/** Rows of accounts, postings and exchanges: whatever is worth something. */
async function worth(): Promise<unknown> {
  const { account, posting, exchange } = await snapshot(stage.town.database);
  return { account, posting, exchange };
}

describe('a broken rule is appended without effect, and later entries apply', () => {
  /** Entries whose last one breaks a rule. */
  const CASES: Record<string, [() => Promise<Body[]>, string]> = {
    'a hold over the limit': [async () => [strangeHold(partner, 601)], 'limit_reached'],
    'a hold over the limit together with others': [
      async () => [strangeHold(partner, 300), strangeHold(partner, 300)],
      'limit_reached',
    ],
    'an id that was used': [async () => [strangeHold(partner, 1, 'used'), strangeHold(partner, 1, 'used')], 'id_used'],
    'an id that was used up by a hold without effect': [
      async () => {
        const over = strangeHold(partner, 601, 'over');
        await partner.run([await partner.write(over)]);
        return [{ ...over, minutes: 1 }];
      },
      'id_used',
    ],
    'a post of a hold that nobody accepted': [
      async () => {
        const hold = strangeHold(partner);
        return [hold, { kind: 'Post', transfer: hold.transfer, minutes: 60 }];
      },
      'not_accepted',
    ],
    'a post of a hold that was declined': [
      async () => {
        const hold = strangeHold(partner);
        await partner.run([await partner.write(hold)]);
        return [{ kind: 'Post', transfer: hold.transfer, minutes: 60 }];
      },
      'hold_not_open',
    ],
    'a post of nothing': [
      async () => [{ kind: 'Post', transfer: `${partner.origin}/ap/transfers/none`, minutes: 1 }],
      'hold_not_open',
    ],
    'a post of more than is held': [
      async () => {
        const hold = await promised(partner, 'moira', 10);
        await partner.run([await partner.write(hold)]);
        return [{ kind: 'Post', transfer: hold.transfer, minutes: 11 }];
      },
      'minutes_out_of_range',
    ],
    'a second post': [async () => [{ kind: 'Post', transfer: await paid(5), minutes: 5 }], 'hold_not_open'],
    'a void after the post': [async () => [{ kind: 'Void', transfer: await paid(5) }], 'hold_not_open'],
    'a void of a hold of the town': [async () => [{ kind: 'Void', transfer: await townsHold() }], 'not_the_debtor'],
    'a receipt before the post': [
      async () => [{ kind: 'Receipt', transfer: await townsHold(), unclaimed: false }],
      'not_posted',
    ],
    'a receipt of nothing': [
      async () => [{ kind: 'Receipt', transfer: `${stage.town.origin}/none`, unclaimed: false }],
      'not_posted',
    ],
    'an accept of nothing': [
      async () => [{ kind: 'HoldAccept', transfer: `${stage.town.origin}/none` }],
      'hold_not_open',
    ],
    'an accept of our own hold': [
      async () => {
        const hold = strangeHold(partner);
        return [hold, { kind: 'HoldAccept', transfer: hold.transfer }];
      },
      'hold_not_open',
    ],
    'a decline after the decline': [
      async () => {
        const transfer = await townsHold();
        const decline: Body = { kind: 'HoldDecline', transfer, code: 'payee_unavailable' };
        return [decline, decline];
      },
      'already_answered',
    ],
    'a routed hold': [
      async () => [{ ...strangeHold(partner), deciderKey: partner.keys.signing.publicMultikey, routeRef: 'r' }],
      'not_supported',
    ],
    'a Fulfil': [
      async () => [{ kind: 'Fulfil', transfer: await townsHold(), minutes: 60, certificate: 'x' }],
      'not_supported',
    ],
    'a Release': [async () => [{ kind: 'Release', transfer: await townsHold() }], 'not_supported'],
    'a key change that the recovery key did not sign': [
      async () => [{ kind: 'Amend', keyChange: badKeyChange() }],
      'amend_out_of_range',
    ],
  };

  async function paid(minutes: number): Promise<string> {
    const hold = await promised(partner, 'moira', minutes);
    await partner.run([await partner.write(hold)]);
    await partner.run([await partner.write({ kind: 'Post', transfer: hold.transfer, minutes })]);
    return hold.transfer;
  }

  /** Moira gives an hour to Loki, who says yes; the town's hold is here and not answered yet. */
  async function townsHold(): Promise<string> {
    partner.replies.messages = async (seen) => {
      const items = itemsOf(seen);
      const yes = { kind: 'GiftAccept' as const, payeeRef: 'loki', payeeName: 'Loki' };
      const messages = await Promise.all(items.map((item) => partner.answerGift(item, yes)));
      return { body: { pair: partner.pair, results: items.map(({ id }) => ({ id, applied: true })), messages } };
    };
    const given = await stage.town.call('POST', '/api/transfers', {
      from: 'moira',
      to: `loki@${partner.host}`,
      minutes: 3,
    });
    expect(given.status).toBe(202);
    await until(async () => partner.townEntries.some(({ transfer }) => transfer === given.body.transfer));
    delete partner.replies.messages;
    return given.body.transfer;
  }

  function badKeyChange(): Extract<Body, { kind: 'Amend' }>['keyChange'] & object {
    const recoveryKey = partner.keys.recovery.publicMultikey;
    const newKey = partner.keys.signing.publicMultikey;
    return { newKey, recoveryKey, nextRecovery: hashOf({ of: 'next' }), recoverySignature: `z${'1'.repeat(86)}` };
  }

  test.each(Object.entries(CASES))('%s', async (_name, [make, code]) => {
    const bodies = await make();
    const last = bodies.at(-1) as Body;
    for (const body of bodies.slice(0, -1)) {
      // Written before the town's answer to it was seen.
      const { townHead } = partner;
      await partner.run([await partner.write(body)]);
      partner.townHead = townHead;
    }
    const kept = await evidenceOf(stage.town.database);
    const before = await worth();
    const entry = await partner.write(last);
    const answer = await partner.run([entry]);
    expect(answer.body).toMatchObject({ applied: 1, head: partner.head });
    expect(answer.body.refused).toBeUndefined();
    expect(await worth()).toEqual(before);
    expect((await breachesOf(partner)).at(-1)).toBe(code);
    expect((await evidenceOf(stage.town.database)).slice(kept.length)).toEqual([code]);
    await pickUp();
    await pay(partner, 'moira', 1);
  });

  /** Reads the town's journal where an answer was left unread. */
  async function pickUp(): Promise<void> {
    const path = `/ap/journals/${partner.tail}?after=${partner.townHead.seq}`;
    const { body } = await partner.send(path, '', { method: 'GET' });
    partner.takeEntries(body.entries);
  }

  test('a hold after the stop was seen, and not one that crossed it', async () => {
    await stage.town.call('POST', `/api/agreements/${partner.agreementId}/change`, { suspended: true });
    await until(async () => partner.townEntries.at(-1)?.['suspended'] === true);
    const before = (await breachesOf(partner)).length;
    const stop = partner.townHead;
    partner.townHead = { ...stop, seq: stop.seq - 1, hash: String(partner.townEntries.at(-1)?.['prev']) };
    await partner.run([await partner.write(strangeHold(partner, 1))]);
    expect((await breachesOf(partner)).length).toBe(before);
    await pickUp();
    await partner.run([await partner.write(strangeHold(partner, 1))]);
    expect((await breachesOf(partner)).slice(before)).toEqual(['pair_suspended']);
    await stage.town.call('POST', `/api/agreements/${partner.agreementId}/change`, { suspended: false });
    await until(async () => partner.townEntries.at(-1)?.['suspended'] === false);
    await pay(partner, 'moira', 1);
  });

  test('of 257 open holds the last', async () => {
    const keen = await (stage.partners.at(-1) as FakePartner).agree(stage.town);
    const entries: JsonObject[] = [];
    for (let count = 0; count < 257; count++) entries.push(await keen.write(strangeHold(keen, 1)));
    expect((await keen.run(entries)).body).toMatchObject({ applied: 257 });
    expect(await breachesOf(keen)).toEqual(['too_many_open']);
  });

  test('a statement of other figures stops new hours until one agrees', async () => {
    const liar = await (stage.partners.at(-2) as FakePartner).agree(stage.town);
    const state = async (debtMinutes: number): Promise<void> => {
      const sums = { openMinutes: { own: 0, peer: 0 }, limitMinutes: { own: 600, peer: 600 } };
      const statement = { heads: { own: liar.head, peer: liar.townHead }, debtMinutes, ...sums };
      await liar.run([await liar.write({ kind: 'Checkpoint', statement })]);
    };
    const give = () =>
      stage.town.call('POST', '/api/transfers', { from: 'moira', to: `loki@${liar.host}`, minutes: 1 });
    await state(-60);
    expect((await agreementOf(liar)).statement).toMatchObject({ theySayMinutes: 60, weSayMinutes: 0, agrees: false });
    expect((await give()).body).toMatchObject({ code: 'pair_reconciling', facts: { town: 'Fakeham' } });
    await state(0);
    expect((await agreementOf(liar)).statement).toMatchObject({ theySayMinutes: 0, weSayMinutes: 0, agrees: true });
    expect((await give()).status).toBe(202);
  });

  test('the operator is told', async () => {
    const { body } = await api(`/api/agreements/${partner.agreementId}/journal?author=them&limit=200`);
    expect(body.items.map((item: { breach: string | null }) => item.breach)).toContain('limit_reached');
    const checks = (await api('/api/doctor')).body.items as { id: string; ok: boolean }[];
    const told = checks.filter(({ id }) => id.startsWith('breaches:'));
    expect(told).toEqual([expect.objectContaining({ ok: false }), expect.objectContaining({ ok: false })]);
    expect(checks.filter(({ id, ok }) => ['sum', 'postings', 'guards'].includes(id) && !ok)).toEqual([]);
  });
});
