/** Answers of a partner to requests of ours: believed only when its key signed them for this very request. */
import { generateKeyPair, type RequestSignature } from '@evenhour/protocol/proof';
import { hashOf, type JsonObject } from '@evenhour/protocol/wire';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { pair as pairTable } from '../db/schema.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { itemsOf, type Reply } from '../testing/fake-server.ts';
import { evidenceOf, snapshot, until } from '../testing/town.ts';
import { pay, type Stage, setStage, strangeHold } from '../testing/watch.ts';

let stage: Stage;
let partner: FakePartner;
let accomplice: FakePartner;
let captured: RequestSignature;

beforeAll(async () => {
  stage = await setStage(4);
  [partner, accomplice] = stage.partners as [FakePartner, FakePartner];
  await partner.agree(stage.town);
  await accomplice.agree(stage.town);
  await pay(partner, 'moira', 120);
  await partner.quiet();
  const greeting = partner.seen.find(({ route }) => route === 'open');
  captured = {
    signatureInput: greeting?.headers['signature-input'] ?? '',
    signature: greeting?.headers['signature'] ?? '',
  };
});
afterAll(() => stage?.stop());
afterEach(() => {
  for (const { replies } of stage.partners) for (const route of Object.keys(replies)) delete replies[route as 'open'];
});

const db = () => stage.town.database.db;
const mine = (p: FakePartner) => eq(pairTable.id, p.pair);
const rowOf = async (p: FakePartner) => (await db().select().from(pairTable).where(mine(p)))[0];
const wake = (p: FakePartner) => stage.town.node.context.senders.get(stage.town.bank.id, p.pair)?.wake();
const count = (p: FakePartner, route: string): number => p.seen.filter((seen) => seen.route === route).length;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const state = (p: FakePartner) => stage.town.call('POST', `/api/agreements/${p.agreementId}/statement`);

/** As after a restart: the pair waits for the partner's answer. */
async function waiting(p: FakePartner): Promise<void> {
  await db().update(pairTable).set({ mode: 'waiting', attempts: 0, lastError: null }).where(mine(p));
}

type Make = (usual: JsonObject) => Reply | Promise<Reply>;
const WRONG: Record<string, Make> = {
  'not signed': (body) => ({ body, unsigned: true }),
  'signed by another key': async (body) => ({ body, key: (await generateKeyPair(`${partner.actor}#other`)).signing }),
  'signed by another key under the pinned name': async (body) => ({
    body,
    key: (await generateKeyPair(partner.keys.signing.verificationMethod)).signing,
  }),
  'signed by another partner': (body) => ({ body, key: accomplice.keys.signing }),
  'signed for another request': (body) => ({ body, boundTo: captured }),
  'signed six minutes ago': (body) => ({ body, ageSeconds: 360 }),
  'changed after it was signed': (body) => ({ body, headers: { 'Content-Digest': 'sha-256=:AAAA:' } }),
  'not JSON': () => ({ text: '<html>' }),
  'JSON with a key twice': (body) => ({ text: JSON.stringify(body).replace('{', '{"head":{},') }),
  'a list': (body) => ({ body: [body] }),
  'too large': (body) => ({ body: { ...body, x: 'x'.repeat(1024 * 1024) } }),
  'a redirect': (body) => ({ status: 307, body, headers: { location: `${accomplice.origin}/ap/journals/open` } }),
  'a redirect to a GET': (body) => ({ status: 303, body, headers: { location: `${accomplice.origin}/ap/bank` } }),
  'a refusal that is not signed': () => ({ status: 409, body: { code: 'stale_session' }, unsigned: true }),
  'an error page': () => ({ status: 500, text: 'oops', unsigned: true }),
  'no head': ({ head: _head, ...body }) => ({ body }),
  'a head in words': (body) => ({ body: { ...body, head: 'the last' } }),
};
const NO_OBJECTS = [null, 7, 'entry', []];

describe('a greeting is answered', () => {
  const MORE: Record<string, Make> = {
    'for another greeting': (body) => ({ body: { ...body, nonce: 'n'.repeat(43) } }),
    'for another pair': (body) => ({ body: { ...body, pair: accomplice.pair } }),
  };
  test.each(Object.entries({ ...WRONG, ...MORE }))('%s: the pair stays waiting', async (_name, make) => {
    await waiting(partner);
    const [before, asked, others] = [
      await snapshot(stage.town.database),
      count(partner, 'run'),
      accomplice.seen.length,
    ];
    partner.replies.open = async (_seen, usual) => make((await usual()).body as JsonObject);
    wake(partner);
    await until(async () => (await rowOf(partner))?.lastError);
    expect((await rowOf(partner))?.mode).toBe('waiting');
    expect(await snapshot(stage.town.database)).toEqual(before);
    expect([count(partner, 'run'), accomplice.seen.length]).toEqual([asked, others]);
  });

  test('well: the pair is open', async () => {
    await waiting(partner);
    wake(partner);
    await until(async () => (await rowOf(partner))?.mode === 'open');
  });

  test('with a head that we never wrote: what the partner holds is read first, and nothing is written', async () => {
    const older = await (stage.partners[2] as FakePartner).agree(stage.town);
    await waiting(older);
    const { pair: _pair, ...before } = await snapshot(stage.town.database);
    older.replies.open = async (_seen, usual) => {
      const { body } = await usual();
      return { body: { ...(body as JsonObject), head: { epoch: 0, seq: 9, hash: hashOf({ lost: 9 }) } } };
    };
    wake(older);
    const row = await until(async () => {
      const now = await rowOf(older);
      return now?.mode === 'recovering' && now.lastError !== null ? now : null;
    });
    expect(row.attempts).toBeGreaterThan(0);
    const { pair: _after, ...after } = await snapshot(stage.town.database);
    expect(after).toEqual(before);
    expect((await state(older)).body.code).toBe('pair_recovering');
  });
});

describe('a run is answered', () => {
  const LISTS: Record<string, Make> = {
    'entries that are no objects': (body) => ({ body: { ...body, entries: NO_OBJECTS } }),
    'entries that are no list': (body) => ({ body: { ...body, entries: 'all' } }),
  };
  test.each(Object.entries({ ...WRONG, ...LISTS }))(
    '%s: it is not delivered, and what the answer says is not believed',
    async (_name, make) => {
      await partner.quiet();
      const transfer = await offerToLoki(30);
      let heard = 0;
      partner.replies.run = async (seen, usual) => {
        const { townHead, townEntries, head } = partner;
        const { body } = await usual();
        heard += 1;
        const accept = await partner.write({ kind: 'HoldAccept', transfer });
        // As if nothing had come.
        Object.assign(partner, { townHead, head });
        townEntries.length -= itemsOf(seen).length;
        return make({ ...(body as JsonObject), entries: [accept] } as unknown as JsonObject);
      };
      const error = await until(async () => heard > 0 && (await rowOf(partner))?.lastError);
      expect(error).not.toMatch(/Cannot read|undefined|TypeError/);
      const { body } = await stage.town.call('GET', `/api/transfers?agreement=${partner.agreementId}&limit=1`);
      expect(body.items[0]).toMatchObject({ transfer, status: 'held' });
      expect((await rowOf(partner))?.deliveredSeq).toBe(partner.townHead.seq);
      delete partner.replies.run;
      await db().update(pairTable).set({ attempts: 0 }).where(mine(partner));
      wake(partner);
      await until(async () => partner.townEntries.some((entry) => entry['transfer'] === transfer));
      await partner.run([await partner.write({ kind: 'HoldDecline', transfer, code: 'payee_unavailable' })]);
    },
  );

  /** Moira offers an hour, Loki's bank says yes at once, and the town writes its hold. */
  async function offerToLoki(minutes: number): Promise<string> {
    partner.replies.messages = async (seen) => {
      const yes = { kind: 'GiftAccept' as const, payeeRef: 'loki', payeeName: 'Loki' };
      const messages = await Promise.all(itemsOf(seen).map((item) => partner.answerGift(item, yes)));
      return { body: { pair: partner.pair, results: [], messages } };
    };
    partner.replies.run = () => ({ drop: true });
    const given = await stage.town.call('POST', '/api/transfers', {
      from: 'moira',
      to: `loki@${partner.host}`,
      minutes,
    });
    await until(async () => (await stage.town.call('GET', `/api/transfers/${given.body.id}`)).body.status === 'held');
    await db().update(pairTable).set({ attempts: 0, lastError: null }).where(mine(partner));
    wake(partner);
    return given.body.transfer;
  }

  test('after the pair was halted in the meantime: nothing of the answer has effect', async () => {
    const faulty = await (stage.partners[3] as FakePartner).agree(stage.town);
    let transfer = '';
    faulty.replies.messages = async (seen) => {
      const yes = { kind: 'GiftAccept' as const, payeeRef: 'loki', payeeName: 'Loki' };
      const messages = await Promise.all(itemsOf(seen).map((item) => faulty.answerGift(item, yes)));
      return { body: { pair: faulty.pair, results: [], messages } };
    };
    let before: unknown;
    faulty.replies.run = async (seen, usual) => {
      transfer = String(itemsOf(seen)[0]?.['transfer']);
      const { body } = await usual();
      // A fault arrives on the other way while we still answer this one.
      await faulty.run([await faulty.sign(faulty.draftEntry(strangeHold(faulty), { epoch: 3 }))]);
      before = await books();
      const accept = await faulty.write({ kind: 'HoldAccept', transfer });
      return { body: { ...(body as JsonObject), entries: [accept] } };
    };
    await stage.town.call('POST', '/api/transfers', { from: 'moira', to: `loki@${faulty.host}`, minutes: 20 });
    await until(async () => before !== undefined && (await rowOf(faulty))?.mode === 'halted');
    await pause(150);
    expect(await books()).toEqual(before);
    expect(await evidenceOf(stage.town.database)).toContain('chain_fault');
  });

  /** Balances, and how many rows say how they came about. */
  async function books(): Promise<unknown> {
    const { account, posting, journal_entry } = await snapshot(stage.town.database);
    return { account, postings: posting?.length, entries: journal_entry?.length };
  }
});

describe('messages are answered', () => {
  test.each<[string, JsonObject]>([
    ['results', { results: NO_OBJECTS, messages: [] }],
    ['messages', { results: [], messages: NO_OBJECTS }],
  ])('with %s that are no objects: they are sent again, and the operator hears why', async (_name, lists) => {
    await partner.quiet();
    let asked = 0;
    partner.replies.messages = (_seen, usual) => {
      asked += 1;
      return asked === 1 ? { body: { pair: partner.pair, ...lists } } : usual();
    };
    const gift = { from: 'moira', to: `loki@${partner.host}`, minutes: 5 };
    const given = await stage.town.call('POST', '/api/transfers', gift);
    expect(await until(async () => (await rowOf(partner))?.lastError)).toMatch(/something else than objects/);
    const read = async () => (await stage.town.call('GET', `/api/transfers/${given.body.id}`)).body.status;
    await until(async () => (await read()) === 'declined');
    expect(asked).toBe(2);
  });
});

describe('a partner is not asked in a loop', () => {
  test('that takes nothing of our journal', async () => {
    await partner.quiet();
    partner.replies.run = () => ({ body: { pair: partner.pair, head: partner.townHead } });
    const before = count(partner, 'run');
    await state(partner);
    await pause(1000);
    expect(count(partner, 'run') - before).toBeLessThanOrEqual(4);
  });

  test('that greets well and then knows no session', async () => {
    await partner.quiet();
    partner.replies.run = () => ({ status: 409, body: { code: 'stale_session' } });
    const before = count(partner, 'open');
    await state(partner);
    await pause(1000);
    const asked = count(partner, 'open') - before;
    expect(asked).toBeGreaterThanOrEqual(1);
    expect(asked).toBeLessThanOrEqual(6);
  });

  test('that asks us to wait', async () => {
    await partner.quiet();
    partner.replies.run = () => ({ status: 429, body: { code: 'too_many_requests' }, headers: { 'retry-after': '2' } });
    const before = count(partner, 'run');
    await state(partner);
    await pause(1200);
    expect(count(partner, 'run') - before).toBe(1);
    expect((await rowOf(partner))?.nextAttemptAt.getTime()).toBeGreaterThan(Date.now() + 500);
  });
});
