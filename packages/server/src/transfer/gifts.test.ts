/** Exchange messages of a partner who repeats, contradicts, spoofs and promises what was never agreed. */
import type { Body, Gift } from '@evenhour/protocol';
import { encodeExchangeMessage, type JsonObject } from '@evenhour/protocol/wire';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowsOf } from '../ledger/ledger.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { itemsOf } from '../testing/fake-server.ts';
import { snapshot, until } from '../testing/town.ts';
import { promised, type Stage, said, setStage, unchanged } from '../testing/watch.ts';

let stage: Stage;
let partner: FakePartner;
let neighbour: FakePartner;

beforeAll(async () => {
  stage = await setStage(2);
  [partner, neighbour] = stage.partners as [FakePartner, FakePartner];
  await partner.agree(stage.town);
  await neighbour.agree(stage.town);
  await stage.town.call('POST', '/api/members', { handle: 'away', name: 'Away' });
  await stage.town.call('POST', '/api/members/away/status', { status: 'suspended' });
});
afterAll(() => stage?.stop());

/** An offer with members of the message or of the gift changed, signed after the change. */
async function offerWith(changes: JsonObject, gift: JsonObject = {}): Promise<JsonObject> {
  const { proof: _proof, ...offer } = (await partner.gift('moira', 60)).document;
  return partner.sign({ ...offer, ...changes, object: { ...(offer['object'] as JsonObject), ...gift } });
}

const exchangeOf = async (url: string) => {
  const found = await stage.town.database.db.execute(sql`select id, status, transfer from transfer where url = ${url}`);
  return rowsOf<{ id: string; status: string; transfer: string | null }>(found)[0];
};
const lastEntry = () => partner.townEntries.at(-1) as { type: string[]; code?: string };

test('a gift that its receiver has not answered takes room from the next one', async () => {
  neighbour.replies.messages = (request) => {
    const results = itemsOf(request).map((item) => ({ id: item['id'], applied: true }));
    return { body: { pair: neighbour.pair, results, messages: [] } };
  };
  const give = (minutes: number) =>
    stage.town.call('POST', '/api/transfers', { from: 'moira', to: `loki@${neighbour.host}`, minutes });
  expect((await give(250)).status).toBe(202);
  const before = await stage.town.call('GET', '/api/agreements');
  const room = before.body.items.find((item: { pair: string }) => item.pair === neighbour.pair).position.roomMinutes;
  expect(await give(room + 1)).toMatchObject({ body: { code: 'limit_reached', facts: { roomMinutes: room } } });
  expect((await give(room)).status).toBe(202);
  delete neighbour.replies.messages;
});

describe('an offer', () => {
  test('that comes twice has one effect and the same answer', async () => {
    const { document, exchange } = await partner.gift('moira', 60);
    const first = await partner.messages([document, document]);
    expect(first.body.messages).toHaveLength(1);
    expect(first.body.results.filter((result: { known: boolean }) => !result.known)).toHaveLength(1);
    const before = await exchangeOf(exchange);
    const again = await unchanged(stage.town, () => partner.messages([document]));
    expect(again.body.results).toEqual([{ id: document['id'], applied: true, known: true }]);
    expect(again.body.messages).toEqual(first.body.messages);
    expect(await exchangeOf(exchange)).toEqual(before);
  });

  test('that comes ten times at once is accepted once', async () => {
    const { document } = await partner.gift('moira', 60);
    const answers = await Promise.all(Array.from({ length: 10 }, () => partner.messages([document])));
    const yeses = new Set(answers.map(({ body }) => body.messages.map(({ id }: { id: string }) => id).join()));
    expect([yeses.size, answers.filter(({ body }) => !body.results[0].known).length]).toEqual([1, 1]);
  });

  test('that comes after it was taken back is not begun', async () => {
    const { document, exchange } = await partner.gift('moira', 60);
    const cancel = encodeExchangeMessage(partner.core, partner.pair, partner.me, {
      kind: 'GiftCancel',
      id: `${exchange}/2`,
      exchange,
      object: String(document['id']),
      code: 'taken_back',
      answered: false,
    });
    await partner.messages([await partner.sign(cancel)]);
    expect(said(await partner.messages([document]))).toBe('200 id_used');
    expect(await exchangeOf(exchange)).toBeUndefined();
  });

  test('of the same id with other words is refused', async () => {
    const { document, exchange } = await partner.gift('moira', 60);
    await partner.messages([document]);
    const other = await offerWith({ id: String(document['id']), exchange }, { minutes: 61 });
    expect(said(await unchanged(stage.town, () => partner.messages([other])))).toBe('200 fork');
  });

  test('of another id under a known exchange is refused', async () => {
    const { document, exchange } = await partner.gift('moira', 60);
    await partner.messages([document]);
    const second = await offerWith({ id: `${exchange}/2`, exchange }, { minutes: 61 });
    expect(said(await unchanged(stage.town, () => partner.messages([second])))).toBe('200 id_used');
  });

  test.each([
    ['nobody', 'unknown_payee'],
    ['away', 'payee_unavailable'],
  ])('to %s is declined, and nothing is promised', async (handle, code) => {
    const { account } = await snapshot(stage.town.database);
    const { document, exchange } = await partner.gift(handle, 60);
    const answer = await partner.messages([document]);
    expect(answer.body.messages).toMatchObject([{ type: ['Reject', 'GiftReject'], code, object: document['id'] }]);
    expect(await exchangeOf(exchange)).toBeUndefined();
    expect((await snapshot(stage.town.database)).account).toEqual(account);
  });

  const PAYEES: Record<string, () => string> = {
    'a dot at the end': () => stage.town.host.replace(':', '.:'),
    'another port': () => '127.0.0.1:1',
    'no port': () => '127.0.0.1',
    'a name for it': () => stage.town.host.replace('127.0.0.1', 'localhost'),
    'the neighbour': () => neighbour.host,
  };
  test.each(Object.entries(PAYEES))('to Moira at %s finds nobody', async (_name, host) => {
    const answer = await partner.messages([await offerWith({}, { payee: `acct:moira@${host()}` })]);
    expect(answer.body.messages).toMatchObject([{ code: 'unknown_payee' }]);
  });

  const SHAPES: Record<string, [() => JsonObject, () => JsonObject]> = {
    'a name that turns the writing direction': [() => ({}), () => ({ payerName: 'Loki\u202eaolC' })],
    'words that isolate a direction': [() => ({}), () => ({ content: 'for \u2066you' })],
    'a control character in the words': [() => ({}), () => ({ content: 'a\u001b[2J' })],
    'capitals in the address': [() => ({}), () => ({ payee: `acct:Moira@${stage.town.host}` })],
    'a homoglyph in the address': [() => ({}), () => ({ payee: `acct:m\u043eira@${stage.town.host}` })],
    'two addresses': [() => ({}), () => ({ payee: `acct:moira@${stage.town.host}@evil.example` })],
    'no minutes': [() => ({}), () => ({ minutes: 0 })],
    'minutes below zero': [() => ({}), () => ({ minutes: -1 })],
    'too many minutes': [() => ({}), () => ({ minutes: 600_001 })],
    'minutes as text': [() => ({}), () => ({ minutes: '60' })],
    'a member too many': [() => ({ note: 1 }), () => ({})],
    'a member too many in the gift': [() => ({}), () => ({ fee: 1 })],
    'a price in the gift': [() => ({}), () => ({ rate: 2 })],
    'a second count': [() => ({ n: 2 }), () => ({})],
    'a salt that is too short': [() => ({ salt: 'AAAA' }), () => ({})],
    'a long text': [() => ({}), () => ({ content: 'x'.repeat(501) })],
  };
  test.each(Object.entries(SHAPES))('with %s is refused', async (_name, [message, gift]) => {
    const document = await offerWith(message(), gift());
    expect(said(await unchanged(stage.town, () => partner.messages([document])))).toBe('200 schema_mismatch');
  });

  const STRANGERS: Record<string, [() => Promise<JsonObject>, string]> = {
    'in the name of the neighbour': [() => offerWith({ actor: neighbour.actor }), 'foreign_origin'],
    'in the name of the town': [() => offerWith({ actor: stage.town.bank.actor }), 'foreign_origin'],
    'for the pair of the neighbour': [() => offerWith({ pair: neighbour.pair }), 'foreign_pair'],
    'under an id of the neighbour': [() => offerWith({ id: `${neighbour.origin}/ap/exchanges/1/1` }), 'foreign_origin'],
    'in an exchange of the town': [
      () => offerWith({ exchange: `${stage.town.origin}/ap/exchanges/1` }),
      'foreign_origin',
    ],
    'in an exchange of the neighbour': [
      () => offerWith({ exchange: `${neighbour.origin}/ap/exchanges/1` }),
      'foreign_origin',
    ],
    'from a giver at the neighbour': [() => offerWith({}, { payer: `${neighbour.origin}/ap/loki` }), 'foreign_origin'],
    'from a giver at the town': [() => offerWith({}, { payer: `${stage.town.origin}/ap/moira` }), 'foreign_origin'],
    'signed by the neighbour': [async () => (await neighbour.gift('moira', 60)).document, 'foreign_pair'],
    'changed after signing': [async () => ({ ...(await offerWith({})), salt: 'A'.repeat(43) }), 'proof_mismatch'],
  };
  test.each(Object.entries(STRANGERS))('%s is refused', async (_name, [make, code]) => {
    const document = await make();
    expect(said(await unchanged(stage.town, () => partner.messages([document])))).toBe(`200 ${code}`);
  });

  test('beside a bad one is taken, and each has its own result', async () => {
    const good = (await partner.gift('moira', 60)).document;
    const bad = await offerWith({}, { minutes: 0 });
    const { body } = await partner.messages([bad, good]);
    expect(body.results).toContainEqual({ id: good['id'], applied: true, known: false });
    expect(body.results).toContainEqual({ id: bad['id'], applied: false, code: 'schema_mismatch' });
  });
});

describe('an answer', () => {
  const answer = (message: Parameters<typeof encodeExchangeMessage>[3]): Promise<JsonObject> =>
    partner.sign(encodeExchangeMessage(partner.core, partner.pair, partner.me, message));
  const names = { payeeRef: 'loki', payeeName: 'Loki' };

  /** Moira's offer to Loki, which the partner has taken and thinks about. */
  async function offered(): Promise<JsonObject> {
    const seen: JsonObject[] = [];
    partner.replies.messages = (request) => {
      const items = itemsOf(request);
      seen.push(...items);
      const results = items.map((item) => ({ id: item['id'], applied: true }));
      return { body: { pair: partner.pair, results, messages: [] } };
    };
    const gift = { from: 'moira', to: `loki@${partner.host}`, minutes: 5 };
    const { id } = (await stage.town.call('POST', '/api/transfers', gift)).body;
    const sent = await until(async () => seen.find((item) => String(item['exchange']).endsWith(id)));
    delete partner.replies.messages;
    return sent;
  }
  test('that is not there yet is asked for again after a while, also when several are', async () => {
    await offered();
    await offered();
    let asked = 0;
    partner.replies.messages = (request) => {
      asked += 1;
      const results = itemsOf(request).map((item) => ({ id: item['id'], applied: true }));
      return { body: { pair: partner.pair, results, messages: [] } };
    };
    await new Promise((resolve) => setTimeout(resolve, 300));
    delete partner.replies.messages;
    expect(asked).toBeLessThan(4);
  });

  const idOf = (offer: JsonObject) => ({ exchange: String(offer['exchange']), object: String(offer['id']) });
  const fresh = (): string => `${partner.origin}/ap/exchanges/${crypto.randomUUID()}/1`;
  const isKept = async ({ id }: JsonObject): Promise<boolean> => {
    const kept = sql`select 1 from exchange_message where id = ${id}`;
    return rowsOf(await stage.town.database.db.execute(kept)).length > 0;
  };
  const statusOf = async (offer: JsonObject) => (await exchangeOf(String(offer['exchange'])))?.status;

  test('by the giver to its own offer is refused', async () => {
    const { document, exchange } = await partner.gift('moira', 60);
    await partner.messages([document]);
    const yes = await answer({ kind: 'GiftAccept', id: fresh(), exchange, object: `${exchange}/1`, ...names });
    expect(said(await unchanged(stage.town, () => partner.messages([yes])))).toBe('200 foreign_origin');
  });

  test('by the receiver that withdraws the offer of the giver is refused', async () => {
    const offer = await offered();
    const cancel = await answer({
      kind: 'GiftCancel',
      id: fresh(),
      ...idOf(offer),
      code: 'limit_reached',
      answered: false,
    });
    expect(said(await unchanged(stage.town, () => partner.messages([cancel])))).toBe('200 foreign_origin');
    expect(await statusOf(offer)).toBe('offered');
  });

  test('by a bank that was not asked is refused', async () => {
    const offer = await offered();
    const message = {
      kind: 'GiftAccept' as const,
      id: `${neighbour.origin}/ap/exchanges/1/1`,
      ...idOf(offer),
      ...names,
    };
    const document = await neighbour.sign(encodeExchangeMessage(neighbour.core, neighbour.pair, neighbour.me, message));
    await neighbour.messages([document]);
    expect(await statusOf(offer)).toBe('offered');
  });

  test('to another offer than the one that was made has no effect', async () => {
    const offer = await offered();
    const yes = {
      kind: 'GiftAccept' as const,
      id: fresh(),
      ...idOf(offer),
      object: `${offer['exchange']}/7`,
      ...names,
    };
    await partner.messages([await answer(yes)]);
    expect(await statusOf(offer)).toBe('offered');
  });

  test('that is no, after a yes, has no effect', async () => {
    const offer = await offered();
    await partner.messages([await answer({ kind: 'GiftAccept', id: fresh(), ...idOf(offer), ...names })]);
    expect(await statusOf(offer)).toBe('held');
    await partner.messages([
      await answer({ kind: 'GiftReject', id: fresh(), ...idOf(offer), code: 'payee_unavailable' }),
    ]);
    expect(await statusOf(offer)).toBe('held');
  });

  test('that is yes, after a no, promises nothing', async () => {
    const offer = await offered();
    await partner.messages([
      await answer({ kind: 'GiftReject', id: fresh(), ...idOf(offer), code: 'payee_unavailable' }),
    ]);
    await partner.messages([await answer({ kind: 'GiftAccept', id: fresh(), ...idOf(offer), ...names })]);
    expect(await statusOf(offer)).toBe('declined');
    const row = await exchangeOf(String(offer['exchange']));
    const found = await stage.town.database.db.execute(sql`
      select kind from journal_entry where transfer = ${row?.transfer}
      union all select kind from posting where transfer_id = ${row?.id} order by 1`);
    expect(rowsOf<{ kind: string }>(found).map(({ kind }) => kind)).toEqual(['hold', 'void']);
  });

  test('that is yes twice at once, under two ids, promises once', async () => {
    const offer = await offered();
    const yeses = [fresh(), fresh()].map((id) => answer({ kind: 'GiftAccept', id, ...idOf(offer), ...names }));
    await partner.messages(await Promise.all(yeses));
    expect(await statusOf(offer)).toBe('held');
    const holds = sql`select 1 from journal_entry where transfer = ${(await exchangeOf(String(offer['exchange'])))?.transfer}`;
    expect(rowsOf(await stage.town.database.db.execute(holds))).toHaveLength(1);
  });

  test.each([
    ['a gift that nobody knows', {}],
    ['another offer of a gift', { object: 'changed' }],
  ])('that is yes to %s is refused, each time', async (_name, changes) => {
    const exchange = `${stage.town.origin}/ap/exchanges/${crypto.randomUUID()}`;
    const ids =
      'object' in changes
        ? { ...idOf(await offered()), object: `${exchange}/1` }
        : { exchange, object: `${exchange}/1` };
    const yes = await answer({ kind: 'GiftAccept', id: fresh(), ...ids, ...names });
    for (const _time of [1, 2]) expect(said(await partner.messages([yes]))).toBe('200 terms_unknown');
    expect(await isKept(yes)).toBe(false);
  });

  test('that is yes to a gift which has its hold for another yes is refused; the same yes again is not', async () => {
    const offer = await offered();
    const yes = await answer({ kind: 'GiftAccept', id: fresh(), ...idOf(offer), ...names });
    await partner.messages([yes]);
    const other = await answer({ kind: 'GiftAccept', id: fresh(), ...idOf(offer), ...names, payeeRef: 'thor' });
    expect(said(await partner.messages([other]))).toBe('200 terms_unknown');
    expect(await isKept(other)).toBe(false);
    const again = await partner.messages([yes]);
    expect(again.body.results).toEqual([{ id: yes['id'], applied: true, known: true }]);
  });

  test('with a name that turns the writing direction is refused', async () => {
    const offer = await offered();
    const yes = await answer({ kind: 'GiftAccept', id: fresh(), ...idOf(offer), ...names, payeeName: '\u202ereverof' });
    expect(said(await unchanged(stage.town, () => partner.messages([yes])))).toBe('200 schema_mismatch');
  });
});

describe('a hold is declined', () => {
  type Hold = Extract<Body, { kind: 'Hold' }>;
  const CASES: Record<string, (hold: Hold) => Partial<Hold>> = {
    'whose terms nobody knows': () => ({ detail: 'A'.repeat(43) }),
    'of more minutes than the gift': () => ({ minutes: 61 }),
    'of fewer minutes than the gift': () => ({ minutes: 59 }),
    'from another giver': () => ({ payerRef: 'somebody-else' }),
    'for another receiver': () => ({ payeeRef: 'somebody-else' }),
  };
  test.each(Object.entries(CASES))('%s', async (_name, change) => {
    const hold = await promised(partner, 'moira', 60);
    await partner.run([await partner.write({ ...hold, ...change(hold) })]);
    expect(lastEntry()).toMatchObject({ type: ['Reject', 'HoldDecline'], code: 'terms_unknown' });
    // The terms are as they were: the right hold is still welcome.
    await partner.run([await partner.write({ ...hold, transfer: `${hold.transfer}-right` })]);
    expect(lastEntry()).toMatchObject({ type: ['Accept', 'HoldAccept'] });
    await partner.run([await partner.write({ kind: 'Void', transfer: `${hold.transfer}-right` })]);
  });

  test('of a gift that has its hold already', async () => {
    const hold = await promised(partner, 'moira', 60);
    await partner.run([await partner.write(hold)]);
    await partner.run([await partner.write({ ...hold, transfer: `${hold.transfer}-twin` })]);
    expect(lastEntry()).toMatchObject({ type: ['Reject', 'HoldDecline'], code: 'terms_unknown' });
    await partner.run([await partner.write({ kind: 'Void', transfer: hold.transfer })]);
  });

  test('of a gift that was promised to the neighbour', async () => {
    const hold = await promised(neighbour, 'moira', 60);
    const transfer = `${partner.origin}/ap/transfers/stolen`;
    await partner.run([await partner.write({ ...hold, transfer })]);
    expect(lastEntry()).toMatchObject({ type: ['Reject', 'HoldDecline'], code: 'terms_unknown' });
  });

  test('for a member who was suspended meanwhile', async () => {
    await stage.town.call('POST', '/api/members', { handle: 'fair', name: 'Fair' });
    const hold = await promised(partner, 'fair', 60);
    await stage.town.call('POST', '/api/members/fair/status', { status: 'suspended' });
    await partner.run([await partner.write(hold)]);
    expect(lastEntry()).toMatchObject({ type: ['Reject', 'HoldDecline'], code: 'payee_unavailable' });
  });

  test('and a post for a member who was suspended after the yes is kept as unclaimed', async () => {
    await stage.town.call('POST', '/api/members/fair/status', { status: 'active' });
    const hold = await promised(partner, 'fair', 60, {} satisfies Partial<Gift>);
    await partner.run([await partner.write(hold)]);
    await stage.town.call('POST', '/api/members/fair/status', { status: 'suspended' });
    await partner.run([await partner.write({ kind: 'Post', transfer: hold.transfer, minutes: 60 })]);
    expect(lastEntry()).toMatchObject({ type: ['Activity', 'Receipt'], unclaimed: true });
    const { books } = (await stage.town.call('GET', '/api/bank')).body;
    expect(books).toMatchObject({ unclaimedMinutes: 60, sumMinutes: 0 });
  });
});
