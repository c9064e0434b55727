/** What a partner cannot do with the steps of an exchange. The town's member gives, the partner's would receive. */
import { randomBytes } from 'node:crypto';
import type { Act, StepMessage } from '@evenhour/protocol';
import {
  detailOfHold,
  encodeExchangeMessage,
  type HoldDetails,
  hashOf,
  type JsonObject,
} from '@evenhour/protocol/wire';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { exchange as exchangeTable, notice, transfer } from '../db/schema.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { type Town, until } from '../testing/town.ts';
import { type Stage, setStage } from '../testing/watch.ts';
import { doInExchange } from './acts.ts';
import { type Exchange, exchangeByUrl, exchangePath, talkOf } from './exchange-store.ts';
import { callerOf } from './testing.ts';

let stage: Stage;
let town: Town;
let fake: FakePartner;
let rosa = '';
/** The steps that the town has sent. */
const sent: JsonObject[] = [];

beforeAll(async () => {
  stage = await setStage(1);
  town = stage.town;
  fake = stage.partners[0] as FakePartner;
  await fake.agree(town);
  rosa = (await town.call('POST', '/api/members', { handle: 'rosa', name: 'Rosa' })).body.id;
  fake.replies.messages = async (seen, usual) => {
    const items = (seen.json['orderedItems'] ?? []) as unknown as JsonObject[];
    const steps = items.filter(
      (item) => item['n'] !== undefined && !String((item['type'] as string[])[1]).startsWith('Gift'),
    );
    if (steps.length === 0) return usual();
    sent.push(...steps);
    const results = steps.map((step) => ({ id: step['id'], applied: true, n: step['n'], written: fakeWritten }));
    return { body: { pair: fake.pair, results } };
  };
}, 60_000);
afterAll(() => stage?.stop());

let fakeWritten = 0;
let url = '';
let salt = '';
let last: JsonObject | null = null;
const REF = 'ref-of-loki';
const terms = { minutes: 60, content: 'The gate squeaks' };

beforeEach(() => {
  url = `${fake.origin}/ap/exchanges/${randomBytes(8).toString('hex')}`;
  salt = randomBytes(32).toString('base64url');
  last = null;
  fakeWritten = 0;
});

/** Signs a step of the partner's; `change` is what is not as it should be. */
async function step(act: Act, n: number, seen: number, change: Partial<StepMessage> = {}): Promise<JsonObject> {
  const message: StepMessage = {
    kind: 'Step',
    id: `${url}/${n}`,
    exchange: url,
    n,
    seen,
    prev: last === null ? null : hashOf(last),
    act,
    member: n === 1 ? { id: `${fake.origin}/ap/loki`, name: 'Loki', ref: REF } : null,
    beginning: act.kind === 'Offer' ? { side: 'receiver', with: `acct:rosa@${town.host}`, salt } : null,
    ...change,
  };
  return fake.sign(encodeExchangeMessage(fake.core, fake.pair, fake.me, message));
}

/** The first result of a page of one message. */
async function tell(document: JsonObject): Promise<Record<string, unknown>> {
  const answer = await fake.messages([document]);
  expect(answer.signed).toBe(true);
  const result = answer.body.results[0];
  if (result.applied === true && result.known === false && document['n'] !== undefined) {
    last = document;
    fakeWritten += 1;
  }
  return result;
}

const here = async (): Promise<Exchange | undefined> => exchangeByUrl(town.database.db, town.bank.id, url);

async function offered(): Promise<void> {
  expect(await tell(await step({ kind: 'Offer', terms }, 1, 0))).toMatchObject({ applied: true, n: 1, written: 0 });
}

/** Offered, and Rosa says yes. */
async function agreed(): Promise<void> {
  await offered();
  await town.node.context.signals.commit(async (tx, after) => {
    const found = await exchangeByUrl(tx, town.bank.id, url);
    const wish = { do: 'accept', answers: { side: 'receiver', n: 1 } } as const;
    await doInExchange(tx, town.bank, callerOf({ id: rosa }), found?.row.id ?? '', wish, after);
  });
  await until(async () => (await here())?.row.heardApplied === 1);
}

/** Writes a Hold for the exchange; `change` is what its detail says otherwise. */
async function hold(minutes: number, change: Partial<HoldDetails> = {}, payerRef = REF): Promise<JsonObject> {
  const row = (await here())?.row;
  const details: HoldDetails = {
    ...{ exchange: url, part: 1, minutes, payerRef, payeeRef: row?.giverRef ?? '' },
    agreed: { side: 'receiver', n: 1, terms },
    ...change,
  };
  const { payeeRef } = details;
  const detail = detailOfHold(salt, details);
  const id = `${fake.origin}/ap/transfers/${randomBytes(8).toString('hex')}`;
  return fake.write({ kind: 'Hold', transfer: id, minutes, payerRef, payeeRef, detail });
}

/** What the town answers to a run: the kinds of its entries. */
async function answers(entries: readonly JsonObject[]): Promise<string[]> {
  const before = fake.townHead.seq;
  await fake.run(entries);
  return fake.townEntries
    .filter((entry) => Number(entry['seq']) > before)
    .map((entry) => (entry['type'] as string[])[1] ?? '');
}

describe('steps that are refused', () => {
  test('the same again is known, another at its place is a fork and meets what is held', async () => {
    const first = await step({ kind: 'Offer', terms }, 1, 0);
    await tell(first);
    expect(await tell(first)).toMatchObject({ applied: true, known: true, n: 1, written: 0 });
    const again = await step({ kind: 'Offer', terms: { ...terms, minutes: 90 } }, 1, 0, { prev: null });
    expect(await tell(again)).toMatchObject({ applied: false, code: 'fork', n: 1, held: first });
    expect((await here())?.row.minutes).toBe(60);
  });

  test.each<[string, Partial<StepMessage>, object]>([
    ['a gap', { n: 4, id: 'x/4' }, { code: 'gap', n: 1 }],
    ['another message before it', { prev: `uEi${'A'.repeat(44)}` }, { code: 'chain_fault', n: 1 }],
    ['a step of ours that was never written', { seen: 7 }, { code: 'gap', written: 0 }],
    ['an exchange that nobody began', { exchange: 'X' }, { code: 'terms_unknown', n: 0, written: 0 }],
  ])('%s', async (_name, change, expected) => {
    await offered();
    const at = change.exchange === undefined ? {} : { exchange: `${fake.origin}/ap/exchanges/none` };
    const id = { id: `${url}/${change.n ?? 2}` };
    const document = await step({ kind: 'Withdraw' }, 2, 0, { ...change, ...at, ...id });
    expect(await tell(document)).toMatchObject({ applied: false, ...expected });
    expect((await here())?.row.status).toBe('proposed');
  });

  test('nobody of that name, and a fund', async () => {
    for (const name of ['nobody', 'bank']) {
      const beginning = { side: 'receiver', with: `acct:${name}@${town.host}`, salt } as const;
      const document = await step({ kind: 'Offer', terms }, 1, 0, { beginning });
      expect(await tell(document)).toMatchObject({ applied: false, code: 'unknown_payee' });
    }
    expect(await here()).toBeUndefined();
  });

  test('a step for the other side, and one of an exchange that the partner did not begin', async () => {
    await agreed();
    // Only a bank's own log is written by it: this is the partner's, and its yes to its own terms counts for nothing.
    expect(await tell(await step({ kind: 'Accept', answers: { side: 'receiver', n: 1 } }, 2, 1))).toMatchObject({
      applied: true,
    });
    expect((await here())?.row.status).toBe('agreed');
    const foreign = await step({ kind: 'Cancel' }, 3, 1, {
      exchange: `${town.origin}/ap/exchanges/01ARZ3NDEKTSV4RRFFQ69G5FAV`,
    });
    expect(await tell(foreign)).toMatchObject({ applied: false, code: 'terms_unknown' });
    const stolen = await step({ kind: 'Offer', terms }, 1, 0, {
      prev: null,
      exchange: `${town.origin}/ap/exchanges/mine`,
    });
    expect(await tell(stolen)).toMatchObject({ applied: false, code: 'foreign_origin' });
    const member = { id: `${town.origin}/ap/${rosa}`, name: 'Rosa', ref: REF };
    const posing = await step({ kind: 'Offer', terms }, 1, 0, { prev: null, member });
    expect(await tell(posing)).toMatchObject({ applied: false, code: 'foreign_origin' });
  });

  test('an act without a place is kept and changes nothing', async () => {
    await offered();
    expect(await tell(await step({ kind: 'Claim', minutes: 60 }, 2, 0))).toMatchObject({ applied: true, n: 2 });
    expect((await here())?.row.status).toBe('proposed');
    expect((await here())?.steps.receiver).toHaveLength(2);
  });

  test('HTML is text', async () => {
    const content = '<script>alert(1)</script>';
    const member = { id: `${fake.origin}/ap/loki`, name: '<img src=x>', ref: REF };
    await tell(await step({ kind: 'Offer', terms: { ...terms, content } }, 1, 0, { member }));
    const found = (await here()) as Exchange;
    const page = await fetch(`${town.origin}/exchanges/${found.row.id}`, {
      headers: { authorization: `Bearer ${town.token}` },
    });
    expect(await page.text()).not.toMatch(/<script>alert|<img src=x/);
    const said = await fake.sign(
      encodeExchangeMessage(fake.core, fake.pair, fake.me, {
        kind: 'Message',
        id: `${url}/words/1`,
        exchange: url,
        content,
      }),
    );
    expect(await tell(said)).toMatchObject({ applied: true });
    expect(await tell(said)).toMatchObject({ applied: true, known: true });
    expect(await talkOf(town.database.db, town.bank.id, found.row.id)).toMatchObject([{ kind: 'talk', text: content }]);
  });
});

describe('thanks', () => {
  const words = (n: number, kind: 'Thanks' | 'Message', content: string): Promise<JsonObject> =>
    fake.sign(
      encodeExchangeMessage(fake.core, fake.pair, fake.me, {
        kind,
        id: `${url}/words/${n}`,
        exchange: url,
        content,
      }),
    );
  const kept = async () => {
    const said = await talkOf(town.database.db, town.bank.id, (await here())?.row.id ?? '');
    return said.map(({ kind, text }) => `${kind} ${text}`);
  };
  const notices = async () => {
    const rows = await town.database.db
      .select({ kind: notice.kind })
      .from(notice)
      .where(eq(notice.href, exchangePath((await here())?.row.id ?? '')));
    return rows.filter(({ kind }) => kind === 'thanks').length;
  };

  /** What was agreed is recorded and confirmed. */
  async function confirmed(): Promise<void> {
    await town.node.context.signals.commit(async (tx, after) => {
      const wish = { do: 'record', minutes: 60 } as const;
      await doInExchange(
        tx,
        town.bank,
        callerOf({ id: rosa }),
        (await exchangeByUrl(tx, town.bank.id, url))?.row.id ?? '',
        wish,
        after,
      );
    });
    await until(async () => (await here())?.row.heardApplied === 2);
    await tell(await step({ kind: 'AcceptClaim', answers: { side: 'giver', n: 2 } }, 2, 2));
    expect((await here())?.row.status).toBe('confirmed');
  }

  test('said twice are known already, and what comes with them is taken', async () => {
    await agreed();
    await confirmed();
    expect(await tell(await words(1, 'Thanks', 'Lovely'))).toMatchObject({ applied: true, known: false });
    const page = [await words(2, 'Thanks', 'Lovely again'), await words(3, 'Message', 'Until next time')];
    const answer = await fake.messages(page);
    expect(answer.status).toBe(200);
    expect(answer.body.results).toMatchObject([
      { applied: true, known: true },
      { applied: true, known: false },
    ]);
    expect(await kept()).toEqual(['thanks Lovely', 'talk Until next time']);
    expect(await notices()).toBe(1);
  });

  test('before the hours are confirmed are words like others, and do not use up those that come after', async () => {
    await agreed();
    expect(await tell(await words(1, 'Thanks', 'Too early'))).toMatchObject({ applied: true, known: false });
    expect(await kept()).toEqual(['talk Too early']);
    expect(await notices()).toBe(0);
    await confirmed();
    await tell(await words(2, 'Thanks', 'Lovely'));
    expect(await kept()).toEqual(['talk Too early', 'thanks Lovely']);
  });
});

describe('Holds', () => {
  test('one that fits is accepted, and the same part again is not', async () => {
    await agreed();
    expect(await answers([await hold(60)])).toEqual(['HoldAccept']);
    expect(await answers([await hold(60)])).toEqual(['HoldDecline']);
    const parts = await town.database.db
      .select()
      .from(transfer)
      .where(eq(transfer.exchangeId, (await here())?.row.id ?? ''));
    expect(parts.map(({ part, minutes, status }) => [part, minutes, status])).toEqual([[1, 60, 'held']]);
  });

  test.each<[string, () => Promise<JsonObject>]>([
    ['more minutes than were agreed', () => hold(90)],
    ['another exchange', () => hold(60, { exchange: `${fake.origin}/ap/exchanges/other` })],
    [
      'terms that nobody agreed on',
      () => hold(60, { agreed: { side: 'receiver', n: 1, terms: { ...terms, minutes: 600 } } }),
    ],
  ])('for %s: never taken, and declined when the exchange is over', async (_name, make) => {
    await agreed();
    expect(await answers([await make()])).toEqual([]);
    expect(await tell(await step({ kind: 'Cancel' }, 2, 1))).toMatchObject({ applied: true });
    await until(async () => ((await fake.townEntries.at(-1)?.['type']) as string[] | undefined)?.[1] === 'HoldDecline');
  });

  test('a forged reference of the payer is declined at once', async () => {
    await agreed();
    expect(await answers([await hold(60, { payerRef: 'forged' }, 'forged')])).toEqual(['HoldDecline']);
  });

  test('a Hold before the yes waits for it', async () => {
    await offered();
    const found = (await here()) as Exchange;
    expect(found.row.status).toBe('proposed');
    expect(await answers([await hold(60)])).toEqual([]);
    const before = fake.townHead.seq;
    await town.node.context.signals.commit(async (tx, after) => {
      const wish = { do: 'accept', answers: { side: 'receiver', n: 1 } } as const;
      await doInExchange(tx, town.bank, callerOf({ id: rosa }), found.row.id, wish, after);
    });
    await until(async () => fake.townEntries.some((entry) => Number(entry['seq']) > before));
    expect(fake.townEntries.at(-1)?.['type']).toEqual(['Accept', 'HoldAccept']);
  });
});

test('an exchange of another pair is not shown, and one of ours is', async () => {
  await offered();
  const list = await fake.send(`/ap/exchanges/${fake.tail}?since=1970-01-01T00:00:00Z`, undefined, { method: 'GET' });
  expect(list.status).toBe(200);
  expect(list.body.exchanges.map((each: { exchange: string }) => each.exchange)).toContain(url);
  const log = await fake.send(
    `/ap/exchanges/${fake.tail}/log?exchange=${encodeURIComponent(url)}&side=receiver&after=0`,
    undefined,
    { method: 'GET' },
  );
  expect(log.body.messages).toEqual([last]);
  const [local] = await town.database.db.select().from(exchangeTable).where(eq(exchangeTable.ownSide, 'both'));
  expect(local).toBeUndefined();
  const none = await fake.send(
    `/ap/exchanges/${fake.tail}/log?exchange=${encodeURIComponent(`${town.origin}/x`)}&side=giver`,
    undefined,
    { method: 'GET' },
  );
  expect(none.status).toBe(404);
});
