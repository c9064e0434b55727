/** Every act in every state by everybody, and the hours that follow, between two members of one bank. */
import { type Act, actsFor, type ExchangeStatus, otherSide, type Side } from '@evenhour/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '../auth/tokens.ts';
import { FUND_HANDLE } from '../bank/bank.ts';
import { doDue } from '../clock/due.ts';
import { type Database, openMemory } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { Signals } from '../delivery/signals.ts';
import { endWhatIsToCome } from '../leaving/ends.ts';
import { recompute, totals } from '../ledger/ledger.ts';
import { setStatus } from '../member/members.ts';
import { give } from '../transfer/giving.ts';
import { listTransfers } from '../transfer/transfer-store.ts';
import { putRight, settleDispute, type Wish } from './acts.ts';
import { type Exchange, loadExchange, talkOf } from './exchange-store.ts';
import { FUND_GIFT, fundGives } from './fund-gift.ts';
import { giveContact, say, thank } from './talk.ts';
import { callerOf, DESK_CALLER, type Scene, setScene } from './testing.ts';

let database: Database;
let scene: Scene;

beforeAll(async () => {
  database = await openMemory();
  scene = await setScene(database);
});
afterAll(async () => {
  expect(await recompute(database.db, scene.bank.id)).toEqual([]);
  expect((await totals(database.db, scene.bank.id)).sum).toBe(0);
  await database.close();
});

const giver = () => scene.davie;
const receiver = () => scene.moira;
const on = (side: Side) => (side === 'giver' ? giver() : receiver());

/** An answer to the last step of a side. */
const answers = ({ steps }: Exchange, side: Side) => ({ side, n: steps[side].length });

/** How to come to each state; in all of them Moira asked Davie for an hour. */
const WAYS: Readonly<Record<string, (asked: Exchange) => Promise<Exchange>>> = {
  proposed: async (asked) => asked,
  agreed: (asked) => scene.act(giver(), asked.row.id, { do: 'accept', answers: answers(asked, 'receiver') }),
  changed: async (asked) => {
    await WAYS.agreed?.(asked);
    return scene.act(giver(), asked.row.id, { do: 'counter', terms: { minutes: 90, content: 'It takes longer' } });
  },
  claimed: async (asked) => {
    await WAYS.agreed?.(asked);
    return scene.act(giver(), asked.row.id, { do: 'record', minutes: 60 });
  },
  disputed: async (asked) => {
    const claimed = (await WAYS.claimed?.(asked)) as Exchange;
    return scene.act(receiver(), asked.row.id, {
      do: 'contest',
      answers: answers(claimed, 'giver'),
      because: 'It was half an hour.',
    });
  },
  confirmed: async (asked) => {
    const claimed = (await WAYS.claimed?.(asked)) as Exchange;
    return scene.act(receiver(), asked.row.id, { do: 'confirm', answers: answers(claimed, 'giver') });
  },
  declined: (asked) => scene.act(giver(), asked.row.id, { do: 'decline', answers: answers(asked, 'receiver') }),
  cancelled: (asked) => scene.act(receiver(), asked.row.id, { do: 'withdraw' }),
};

const WISHES: readonly [Wish['do'], Act['kind'], (exchange: Exchange, side: Side) => Wish][] = [
  ['accept', 'Accept', (exchange, side) => ({ do: 'accept', answers: answers(exchange, otherSide(side)) })],
  ['decline', 'Reject', (exchange, side) => ({ do: 'decline', answers: answers(exchange, otherSide(side)) })],
  ['counter', 'Counter', () => ({ do: 'counter', terms: { minutes: 45, content: 'Less' } })],
  ['withdraw', 'Withdraw', () => ({ do: 'withdraw', because: 'No longer' })],
  ['cancel', 'Cancel', () => ({ do: 'cancel' })],
  ['record', 'Claim', () => ({ do: 'record', minutes: 50 })],
  ['change_record', 'Update', () => ({ do: 'change_record', minutes: 40 })],
  ['confirm', 'AcceptClaim', (exchange, side) => ({ do: 'confirm', answers: answers(exchange, otherSide(side)) })],
  [
    'contest',
    'RejectClaim',
    (exchange, side) => ({ do: 'contest', answers: answers(exchange, otherSide(side)), because: 'Less' }),
  ],
];

describe.each(Object.keys(WAYS))('what is %s', (state) => {
  for (const side of ['giver', 'receiver'] as const)
    test.each(WISHES)(`${side}: %s`, async (_name, kind, wishOf) => {
      const at = (await WAYS[state]?.(await scene.ask())) as Exchange;
      const wish = wishOf(at, side);
      const allowed = actsFor(at.row.state, side).includes(kind);
      // Neither a stranger nor a guessed id learns that there is one.
      expect(await scene.code(scene.act(scene.agnes, at.row.id, wish))).toBe('not_found');
      expect(await scene.code(scene.act(on(side), newId(), wish))).toBe('not_found');
      const code = await scene.code(scene.act(on(side), at.row.id, wish));
      if (allowed) expect(code).toBeNull();
      else if (code !== null) expect(['already_answered', 'not_your_turn']).toContain(code);
      const now = (await loadExchange(database.db, scene.bank.id, at.row.id)) as Exchange;
      const written = now.steps[side].length - at.steps[side].length;
      expect(written).toBe(allowed ? 1 : 0);
      if (!allowed) expect(now.row.state).toEqual(at.row.state);
      // The desk may for either, and says for whom.
      if (allowed) return;
      expect(await scene.code(scene.act(DESK_CALLER, at.row.id, wish))).toBe('invalid_request');
    });
});

test('the desk writes for a member who asks it to, and the step says so', async () => {
  const asked = await scene.ask();
  const wish: Wish = { do: 'accept', answers: answers(asked, 'receiver') };
  const agreed = await scene.act(DESK_CALLER, asked.row.id, wish, 'giver');
  expect(agreed.row.status).toBe('agreed' satisfies ExchangeStatus);
  expect(agreed.steps.giver.at(-1)?.by).toBe('desk');
  await scene.act(receiver(), asked.row.id, { do: 'cancel' });
});

describe('hours', () => {
  beforeAll(async () => {
    scene = await setScene(database);
  });

  async function agreed(minutes = 60): Promise<Exchange> {
    const asked = await scene.ask('receiver', { minutes });
    return scene.act(giver(), asked.row.id, { do: 'accept', answers: answers(asked, 'receiver') });
  }

  async function confirmed(minutes: number, of = 60): Promise<Exchange> {
    const { row } = await agreed(of);
    const claimed = await scene.act(giver(), row.id, { do: 'record', minutes });
    return scene.act(receiver(), row.id, { do: 'confirm', answers: answers(claimed, 'giver') });
  }

  test('are put aside when it is agreed, and free again when it is cancelled', async () => {
    const { row } = await agreed();
    expect(row.reserved).toBe('yes');
    expect(await scene.balances()).toEqual({ moira: 0, davie: 0, held: 60 });
    const cancelled = await scene.act(giver(), row.id, { do: 'cancel', because: 'Flu' });
    expect(cancelled.row.reserved).toBe('none');
    expect(await scene.balances()).toEqual({ moira: 0, davie: 0, held: 0 });
  });

  test.each([
    [60, 'as agreed'],
    [45, 'fewer: the rest is free again'],
    [75, 'more: the difference at once'],
    [0, 'it did not happen'],
  ])('%i minutes of 60 are confirmed: %s', async (minutes) => {
    const before = await scene.balances();
    const { row } = await confirmed(minutes);
    expect(row.reserved).toBe('settled');
    const after = await scene.balances();
    expect(after).toEqual({ moira: before.moira - minutes, davie: before.davie + minutes, held: 0 });
    const lines = await listTransfers(database.db, scene.bank.id, { memberId: receiver().id, limit: 5 });
    const moved = lines.filter(({ exchangeId, status }) => exchangeId === row.id && status === 'settled');
    expect(moved.reduce((sum, line) => sum + line.minutes, 0)).toBe(minutes);
    // Given back, so that the next case finds the same.
    if (minutes === 0) return;
    await scene.run((tx, after) =>
      putRight(tx, scene.bank, callerOf(giver()), row.id, { minutes, content: 'Back again' }, after),
    );
    expect(await scene.balances()).toEqual({ ...before, held: 0 });
  });

  test('a change that is agreed changes what is put aside', async () => {
    const { row } = await agreed();
    const more = await scene.act(giver(), row.id, { do: 'counter', terms: { minutes: 90, content: 'Longer' } });
    expect((await scene.balances()).held).toBe(60);
    await scene.act(receiver(), row.id, { do: 'accept', answers: answers(more, 'giver') });
    expect((await scene.balances()).held).toBe(90);
    const less = await scene.act(giver(), row.id, { do: 'counter', terms: { minutes: 30, content: 'Shorter' } });
    await scene.act(receiver(), row.id, { do: 'accept', answers: answers(less, 'giver') });
    expect((await scene.balances()).held).toBe(30);
    await scene.act(receiver(), row.id, { do: 'cancel' });
    expect((await scene.balances()).held).toBe(0);
  });

  test('not enough hours: agreed and not reserved; confirmed, it waits for room and is not undone', async () => {
    const first = await agreed(100);
    const second = await agreed(100);
    expect(second.row).toMatchObject({ status: 'agreed', reserved: 'no', reservedCode: 'not_enough_hours' });
    const claimed = await scene.act(giver(), second.row.id, { do: 'record', minutes: 100 });
    const yes = await scene.act(receiver(), second.row.id, { do: 'confirm', answers: answers(claimed, 'giver') });
    expect(yes.row).toMatchObject({ status: 'confirmed', reserved: 'no', reservedCode: 'not_enough_hours' });
    const before = await scene.balances();
    await scene.act(receiver(), first.row.id, { do: 'cancel' });
    const { exchangeHandlers } = await import('./clock.ts');
    await scene.run((tx, after) => exchangeHandlers.exchange_hours(tx, scene.bank, second.row.id, new Date(), after));
    const { row } = (await loadExchange(database.db, scene.bank.id, second.row.id)) as Exchange;
    expect(row.reserved).toBe('settled');
    const after = await scene.balances();
    expect(after).toEqual({ moira: before.moira - 100, davie: before.davie + 100, held: 0 });
  });

  test('both record: who pays consents to as much as they wrote themselves', async () => {
    const fresh = await setScene(database);
    const asked = await fresh.ask();
    await fresh.act(fresh.davie, asked.row.id, { do: 'accept', answers: answers(asked, 'receiver') });
    await fresh.act(fresh.davie, asked.row.id, { do: 'record', minutes: 60 });
    const { row } = await fresh.act(fresh.moira, asked.row.id, { do: 'record', minutes: 70 });
    expect(row).toMatchObject({ status: 'confirmed', minutes: 60, reserved: 'settled' });
    expect(await fresh.balances()).toEqual({ moira: -60, davie: 60, held: 0 });
  });

  test('an account that is full: it waits for room', async () => {
    const full = await setScene(database, { ceilingMinutes: 30 });
    const asked = await full.ask();
    const { row } = await full.act(full.davie, asked.row.id, { do: 'accept', answers: answers(asked, 'receiver') });
    expect(row).toMatchObject({ reserved: 'no', reservedCode: 'account_full' });
    expect(await full.balances()).toEqual({ moira: 0, davie: 0, held: 0 });
  });

  test('more than the bank lets anybody give at once is not even agreed on', async () => {
    expect(await scene.code(scene.ask('giver', { minutes: 1201 }))).toBe('over_transfer_cap');
  });
});

describe('a dispute', () => {
  test('the desk writes what its member stands by, the other says yes, then the fund gives', async () => {
    const fresh = await setScene(database);
    const due = async (days = 0): Promise<void> => {
      const context = {
        signals: new Signals(database),
        banks: () => [fresh.bank],
        handlers: { [FUND_GIFT]: fundGives },
      };
      while (await doDue(context, new Date(Date.now() + days * 86_400_000 + 1000)));
    };
    const asked = await fresh.ask();
    await fresh.act(fresh.davie, asked.row.id, { do: 'accept', answers: answers(asked, 'receiver') });
    const claimed = await fresh.act(fresh.davie, asked.row.id, { do: 'record', minutes: 60 });
    const said: Wish = { do: 'contest', answers: answers(claimed, 'giver'), because: 'Half an hour' };
    const disputed = await fresh.act(fresh.moira, asked.row.id, said);
    expect(disputed.row.state).toMatchObject({ status: 'disputed', until: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
    await fresh.run((tx) => give(tx, fresh.bank, { from: fresh.agnes.id, to: FUND_HANDLE, minutes: 30, content: '' }));
    const settle = (caller: Caller) =>
      fresh.run((tx, after) =>
        settleDispute(
          tx,
          fresh.bank,
          caller as Caller & { role: 'operator' },
          asked.row.id,
          { side: 'giver', minutes: 30, fundMinutes: 30 },
          after,
        ),
      );
    const amended = await settle(DESK_CALLER);
    expect(amended.row).toMatchObject({ status: 'claimed', waitsFor: 'receiver', minutes: 30, fundMinutes: 30 });
    // Moira does not say yes: the fund gives nothing, and what it was to give is settled anew.
    const again: Wish = { do: 'contest', answers: answers(amended, 'giver'), because: 'Still too much' };
    await fresh.act(fresh.moira, asked.row.id, again);
    await due();
    expect((await fresh.balances()).davie).toBe(0);
    const last = await settle(DESK_CALLER);
    await fresh.run((tx) => give(tx, fresh.bank, { from: FUND_HANDLE, to: 'agnes', minutes: 10, content: '' }));
    await fresh.act(fresh.moira, asked.row.id, { do: 'confirm', answers: answers(last, 'giver') });
    // The fund has too little now, and gives when it has enough again, once.
    await due();
    expect(await fresh.balances()).toEqual({ moira: -30, davie: 30, held: 0 });
    await fresh.run((tx) => give(tx, fresh.bank, { from: fresh.agnes.id, to: FUND_HANDLE, minutes: 40, content: '' }));
    for (const days of [2, 3]) await due(days);
    expect(await fresh.balances()).toEqual({ moira: -30, davie: 60, held: 0 });
    expect(await fresh.code(settle(DESK_CALLER))).toBe('already_answered');
  });

  test.each<[string, (amended: Exchange) => Wish, number]>([
    ['the other records as much', () => ({ do: 'record', minutes: 30 }), 30],
    ['the other says yes', (amended) => ({ do: 'confirm', answers: answers(amended, 'giver') }), 30],
  ])('the fund gives what the desk settled on when %s', async (_, wish, gift) => {
    const { fresh, id, due, settle } = await settling();
    const amended = await settle(gift);
    await fresh.act(fresh.moira, id, wish(amended));
    await due();
    expect(await fresh.balances()).toEqual({ moira: -30, davie: 30 + gift, held: 0 });
  });

  test('the fund gives nothing when the giver says another figure afterwards, or is not there', async () => {
    const { fresh, id, due, settle } = await settling();
    await settle(30);
    const changed = await fresh.act(fresh.davie, id, { do: 'change_record', minutes: 45 });
    expect(changed.row.fundMinutes).toBe(0);
    await fresh.act(fresh.moira, id, { do: 'confirm', answers: answers(changed, 'giver') });
    await due();
    expect((await fresh.balances()).davie).toBe(45);
    const other = await settling();
    await setStatus(database.db, other.fresh.bank.id, other.fresh.davie.id, 'suspended');
    expect(await other.fresh.code(other.settle(30))).toBe('payee_unavailable');
  });

  test('the fund gives no more after a dispute than it grants at once', async () => {
    const { fresh, settle } = await settling();
    Object.assign(fresh.bank.settings, { grantCapMinutes: 15 });
    expect(await fresh.code(settle(30))).toBe('over_transfer_cap');
    expect((await settle(15)).row.fundMinutes).toBe(15);
  });

  /** A dispute of an hour, and a desk that settles on half an hour and a gift of a fund that has half an hour. */
  async function settling() {
    const fresh = await setScene(database);
    const asked = await fresh.ask();
    const { id } = asked.row;
    await fresh.act(fresh.davie, id, { do: 'accept', answers: answers(asked, 'receiver') });
    const claimed = await fresh.act(fresh.davie, id, { do: 'record', minutes: 60 });
    await fresh.act(fresh.moira, id, { do: 'contest', answers: answers(claimed, 'giver'), because: 'No' });
    await fresh.run((tx) => give(tx, fresh.bank, { from: fresh.agnes.id, to: FUND_HANDLE, minutes: 30, content: '' }));
    const caller = DESK_CALLER as Caller & { role: 'operator' };
    const context = { signals: new Signals(database), banks: () => [fresh.bank], handlers: { [FUND_GIFT]: fundGives } };
    return {
      ...{ fresh, id },
      settle: (fundMinutes: number) =>
        fresh.run((tx, after) =>
          settleDispute(tx, fresh.bank, caller, id, { side: 'giver', minutes: 30, fundMinutes }, after),
        ),
      due: async () => {
        while (await doDue(context, new Date(Date.now() + 1000)));
      },
    };
  }

  test('the fund gives no more than it has', async () => {
    const fresh = await setScene(database);
    const asked = await fresh.ask();
    await fresh.act(fresh.davie, asked.row.id, { do: 'accept', answers: answers(asked, 'receiver') });
    const claimed = await fresh.act(fresh.davie, asked.row.id, { do: 'record', minutes: 60 });
    await fresh.act(fresh.moira, asked.row.id, { do: 'contest', answers: answers(claimed, 'giver'), because: 'No' });
    const settlement = { side: 'giver', minutes: 30, fundMinutes: 30 } as const;
    const caller = DESK_CALLER as Caller & { role: 'operator' };
    const settle = fresh.run((tx, after) => settleDispute(tx, fresh.bank, caller, asked.row.id, settlement, after));
    expect(await fresh.code(settle)).toBe('not_enough_hours');
    expect((await loadExchange(database.db, fresh.bank.id, asked.row.id))?.row.status).toBe('disputed');
  });
});

describe('somebody who is suspended', () => {
  const suspend = (at: Scene, { id }: { id: string }) => setStatus(database.db, at.bank.id, id, 'suspended');

  test('says nothing new, reads on, and ends what they have begun', async () => {
    const fresh = await setScene(database);
    const asked = await fresh.ask();
    const done = await fresh.ask();
    await fresh.act(fresh.davie, done.row.id, { do: 'accept', answers: answers(done, 'receiver') });
    const claimed = await fresh.act(fresh.davie, done.row.id, { do: 'record', minutes: 60 });
    await fresh.act(fresh.moira, done.row.id, { do: 'confirm', answers: answers(claimed, 'giver') });
    const agreed = await fresh.ask('receiver', { minutes: 15 });
    await fresh.act(fresh.davie, agreed.row.id, { do: 'accept', answers: answers(agreed, 'receiver') });
    await suspend(fresh, fresh.moira);
    const speak = (work: typeof say, id: string, who = fresh.moira) =>
      fresh.code(fresh.run((tx, after) => work(tx, fresh.bank, callerOf(who), id, 'Hello', after)));
    expect(await speak(say, asked.row.id)).toBe('member_inactive');
    expect(await speak(thank, done.row.id)).toBe('member_inactive');
    expect(await speak(say, asked.row.id, fresh.davie)).toBeNull();
    const given = fresh.run((tx, after) =>
      giveContact(tx, fresh.bank, callerOf(fresh.moira), asked.row.id, 'phone', after),
    );
    expect(await fresh.code(given)).toBe('member_inactive');
    expect((await talkOf(database.db, fresh.bank.id, asked.row.id)).map(({ text }) => text)).toEqual(['Hello']);
    expect((await fresh.act(fresh.moira, asked.row.id, { do: 'withdraw' })).row.status).toBe('cancelled');
    expect((await fresh.act(fresh.moira, agreed.row.id, { do: 'cancel' })).row.status).toBe('cancelled');
  });

  test('writes no step that goes on, and the desk may end it for them', async () => {
    const fresh = await setScene(database);
    const asked = await fresh.ask();
    await suspend(fresh, fresh.davie);
    const yes: Wish = { do: 'accept', answers: answers(asked, 'receiver') };
    expect(await fresh.code(fresh.act(fresh.davie, asked.row.id, yes))).toBe('member_inactive');
    const no: Wish = { do: 'decline', answers: answers(asked, 'receiver') };
    const { row } = await fresh.act(DESK_CALLER, asked.row.id, no, 'giver');
    expect(row.status).toBe('declined');
  });

  test('has no hours put aside, and none moved beyond those that were', async () => {
    const fresh = await setScene(database);
    const asked = await fresh.ask();
    await suspend(fresh, fresh.moira);
    const yes: Wish = { do: 'accept', answers: answers(asked, 'receiver') };
    const agreed = await fresh.act(fresh.davie, asked.row.id, yes);
    expect(agreed.row).toMatchObject({ status: 'agreed', reserved: 'no', reservedCode: 'member_inactive' });
    const claimed = await fresh.act(fresh.davie, asked.row.id, { do: 'record', minutes: 60 });
    const confirm: Wish = { do: 'confirm', answers: answers(claimed, 'giver') };
    const { row } = await fresh.act(DESK_CALLER, asked.row.id, confirm, 'receiver');
    expect(row).toMatchObject({ status: 'confirmed', reserved: 'no', reservedCode: 'member_inactive' });
    expect(await fresh.balances()).toEqual({ moira: 0, davie: 0, held: 0 });
    await setStatus(database.db, fresh.bank.id, fresh.moira.id, 'active');
    const { exchangeHandlers } = await import('./clock.ts');
    await fresh.run((tx, after) => exchangeHandlers.exchange_hours(tx, fresh.bank, row.id, new Date(), after));
    expect(await fresh.balances()).toEqual({ moira: -60, davie: 60, held: 0 });
  });

  test('still owes what was put aside before', async () => {
    const fresh = await setScene(database);
    const asked = await fresh.ask();
    await fresh.act(fresh.davie, asked.row.id, { do: 'accept', answers: answers(asked, 'receiver') });
    await suspend(fresh, fresh.moira);
    const claimed = await fresh.act(fresh.davie, asked.row.id, { do: 'record', minutes: 45 });
    const confirm: Wish = { do: 'confirm', answers: answers(claimed, 'giver') };
    expect(await fresh.code(fresh.act(fresh.moira, asked.row.id, confirm))).toBe('member_inactive');
    await fresh.act(DESK_CALLER, asked.row.id, confirm, 'receiver');
    expect(await fresh.balances()).toEqual({ moira: -45, davie: 45, held: 0 });
  });

  test('has what they proposed taken back when they leave', async () => {
    const fresh = await setScene(database);
    const asked = await fresh.ask();
    await suspend(fresh, fresh.moira);
    await fresh.run((tx, after) => endWhatIsToCome(tx, fresh.bank, fresh.moira.id, new Date(), after));
    expect((await loadExchange(database.db, fresh.bank.id, asked.row.id))?.row.status).toBe('cancelled');
  });
});

test('pressed twice counts once', async () => {
  const fresh = await setScene(database);
  const asked = await fresh.ask();
  const yes: Wish = { do: 'accept', answers: answers(asked, 'receiver') };
  const once = await fresh.act(fresh.davie, asked.row.id, yes);
  const twice = await fresh.act(fresh.davie, asked.row.id, yes);
  expect(twice.steps.giver).toHaveLength(1);
  expect(twice.row.updatedAt).toEqual(once.row.updatedAt);
  // An answer to what was said before answers nothing newer.
  await fresh.act(fresh.moira, asked.row.id, { do: 'counter', terms: { minutes: 90, content: 'More' } });
  const late: Wish = { do: 'accept', answers: { side: 'receiver', n: 1 } };
  expect(await fresh.code(fresh.act(fresh.davie, asked.row.id, late))).toBe('already_answered');
});
