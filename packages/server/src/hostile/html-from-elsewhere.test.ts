/** A partner bank that speaks the protocol as it should and writes HTML into all of it: it is shown, as text. */
import { randomBytes } from 'node:crypto';
import type { Act, StepMessage } from '@evenhour/protocol';
import { encodeExchangeMessage, hashOf, type JsonObject } from '@evenhour/protocol/wire';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gathering, mail } from '../db/schema.ts';
import { OfferReader } from '../delivery/offer-reader.ts';
import { doInExchange } from '../exchange/acts.ts';
import { exchangeByUrl } from '../exchange/exchange-store.ts';
import { callerOf } from '../exchange/testing.ts';
import { letterOf } from '../mail/letter.tsx';
import { keptLetters } from '../mail/transport.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { itemsOf } from '../testing/fake-server.ts';
import { type Somebody, signedInPerson } from '../testing/people.ts';
import { type Town, until } from '../testing/town.ts';
import { Visitor } from '../testing/visitor.ts';
import { pay, type Stage, setStage } from '../testing/watch.ts';
import { walk } from './crawl.ts';
import { faultsOf, textOf } from './reading.ts';
import { routesOfPages } from './scene.ts';

/** What the partner writes, as long as its field may be and with the name of the field in it. */
const html = (name: string, length = 100): string =>
  `=${name}<script>alert(1)</script>"'><img src=x onerror=alert(1)>&lt;b&gt;{{7*7}}`
    .padEnd(length, 'W')
    .slice(0, length);
/** As much of it as is shown where room is scarce. */
const begun = (name: Name): string => FIELDS[name].slice(0, 45);
const MAIL = 'rosa@mail.example';
/** Alone on a line of a letter it would be a button. */
const TRAP = 'https://evil.example/door';

let stage: Stage;
let town: Town;
let partner: FakePartner;
let asking: FakePartner;
let rosa: Somebody;
let reader: OfferReader;
/** Every field that was filled, by what stands in it. */
const FIELDS = {
  town: html('town'),
  builder: html('builder'),
  otherTown: html('other-town'),
  word: html('word', 500),
  payer: html('payer'),
  gift: html('gift', 500),
  payee: html('payee'),
  asker: html('asker'),
  content: html('content', 500),
  place: html('place', 200),
  withdrawn: html('withdrawn', 500),
  talk: html('talk', 1000),
  contest: html('contest', 500),
  guest: html('guest'),
  offerTitle: html('offer-title', 9000),
  offerText: html('offer-text', 9000),
  offerBy: html('offer-by'),
  offerWhen: html('offer-when'),
  offerPlace: html('offer-place'),
} as const;
type Name = keyof typeof FIELDS;

beforeAll(async () => {
  stage = await setStage(2);
  town = stage.town;
  [partner, asking] = stage.partners as [FakePartner, FakePartner];
  call(partner, FIELDS.town, FIELDS.builder);
  call(asking, FIELDS.otherTown, FIELDS.builder);
  rosa = await signedInPerson(town, 'rosa', MAIL);
  await town.call('POST', '/api/members/rosa', { email: MAIL });
  await town.call('POST', '/api/wishes', { mail: 'at_once', quietFrom: 0, quietUntil: 0 }, { token: rosa.token });
  reader = new OfferReader(town.node.context);
  await partner.agree(town);
  await asking.offer(town);
  await gifts();
  await exchanges();
  await aGuest();
  await offers();
}, 240_000);
afterAll(async () => {
  await reader?.stop();
  await stage?.stop();
});

/** A bank calls itself and its bridge builder so. */
function call(bank: FakePartner, name: string, bridgeBuilder: string): void {
  const usual = bank.party.bind(bank);
  bank.party = (minutes) => ({ ...usual(minutes), name, bridgeBuilder });
}

/** One to Rosa, and one of hers that is taken. */
async function gifts(): Promise<void> {
  await pay(partner, 'rosa', 120, { payerName: FIELDS.payer, content: FIELDS.gift });
  partner.replies.messages = async (seen) => {
    const items = itemsOf(seen);
    const said = items.filter((item) => (item['type'] as string[])[1] === 'GiftOffer');
    const yes = {
      kind: 'GiftAccept',
      payeeRef: `r${randomBytes(8).toString('hex')}`,
      payeeName: FIELDS.payee,
    } as const;
    const messages = await Promise.all(said.map((item) => partner.answerGift(item, yes)));
    const results = items.map((item) => ({ id: item['id'], applied: true, known: false, n: item['n'], written }));
    return { body: { pair: partner.pair, results, messages } };
  };
  const given = { to: `anna@${partner.host}`, minutes: 3, content: 'Catalan' };
  const { body } = await town.call('POST', '/api/transfers', given, { token: rosa.token });
  await until(async () => {
    const { status } = (await town.call('GET', `/api/transfers/${body.id}`)).body;
    return status === 'offered' ? null : status;
  });
}

/** How many steps the partner has written in the exchange of which it is spoken. */
let written = 0;

/** An exchange that the partner's member begins with Rosa. */
class Begun {
  readonly url = `${partner.origin}/ap/exchanges/${randomBytes(8).toString('hex')}`;
  #last: JsonObject | null = null;
  #n = 0;

  static async with(
    terms: { minutes: number; content: string; place?: string },
    inReplyTo?: string,
    name: string = FIELDS.asker,
  ) {
    const begun = new Begun();
    written = 0;
    const salt = randomBytes(32).toString('base64url');
    await begun.step({ kind: 'Offer', terms }, 0, {
      member: { id: `${partner.origin}/ap/"><script>`, name, ref: `ref-${randomBytes(8).toString('hex')}` },
      beginning: {
        side: 'receiver',
        with: `acct:rosa@${town.host}`,
        salt,
        ...(inReplyTo !== undefined && { inReplyTo }),
      },
    });
    return begun;
  }

  async step(act: Act, seen: number, first: Partial<StepMessage> = {}): Promise<void> {
    const n = this.#n + 1;
    const message: StepMessage = {
      ...{ kind: 'Step', id: `${this.url}/${n}`, exchange: this.url, n, seen, act, member: null, beginning: null },
      prev: this.#last === null ? null : hashOf(this.#last),
      ...first,
    };
    const document = await partner.sign(encodeExchangeMessage(partner.core, partner.pair, partner.me, message));
    await this.#tell(document);
    this.#last = document;
    this.#n = n;
    written = n;
  }

  async say(kind: 'Message' | 'Thanks', content: string): Promise<void> {
    const message = { kind, id: `${this.url}/words/${randomBytes(4).toString('hex')}`, exchange: this.url, content };
    await this.#tell(await partner.sign(encodeExchangeMessage(partner.core, partner.pair, partner.me, message)));
  }

  async #tell(document: JsonObject): Promise<void> {
    const { body } = await partner.messages([document]);
    if (body.results?.[0]?.applied !== true) throw new Error(`not taken: ${JSON.stringify(body)}`);
  }

  /** Rosa does something, and the partner has heard of it. */
  async rosa(wish: Parameters<typeof doInExchange>[4]): Promise<void> {
    const { bank, database } = town;
    await town.node.context.signals.commit(async (tx, after) => {
      const found = await exchangeByUrl(tx, bank.id, this.url);
      await doInExchange(tx, bank, callerOf({ id: rosa.memberId }), found?.row.id ?? '', wish, after);
    });
    await until(async () => {
      const found = await exchangeByUrl(database.db, bank.id, this.url);
      return found?.row.heardApplied === found?.steps.giver.length;
    });
  }
}

/** One is asked and taken back with a reason, one goes on until it is disputed. */
async function exchanges(): Promise<void> {
  const terms = { minutes: 60, content: FIELDS.content, place: FIELDS.place };
  const back = await Begun.with(terms);
  await back.step({ kind: 'Withdraw', because: FIELDS.withdrawn }, 0);
  const begun = await Begun.with(terms);
  await begun.say('Message', FIELDS.talk);
  await Begun.with({ minutes: 60, content: `Tea\n\n${TRAP}` }, undefined, `Eve\n\n${TRAP}\n\nLeith`);
  written = 1;
  await begun.rosa({ do: 'accept', answers: { side: 'receiver', n: 1 } });
  await begun.rosa({ do: 'record', minutes: 60 });
  await begun.step({ kind: 'RejectClaim', answers: { side: 'giver', n: 2 }, because: FIELDS.contest }, 2);
}

/** Somebody of the partner's comes to a class of Rosa's. */
async function aGuest(): Promise<void> {
  const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const soup = { kind: 'class', title: 'Soup', seats: 9, rule: 'guests_give', minutes: 15, visibility: 'partners' };
  const { body } = await town.call(
    'POST',
    '/api/gatherings',
    { ...soup, startsAt: at(24), endsAt: at(26) },
    { token: rosa.token },
  );
  const [row] = await town.database.db
    .select({ offerId: gathering.offerId })
    .from(gathering)
    .where(and(eq(gathering.bankId, town.bank.id), eq(gathering.id, body.id)));
  await Begun.with({ minutes: 15, content: 'Soup' }, `${town.origin}/ap/offers/${row?.offerId}`, FIELDS.guest);
  await until(async () => (await town.call('GET', `/api/gatherings/${body.id}`)).body.guests?.length > 0);
}

/** What the partner's members offer, one with an address that is a script. */
async function offers(): Promise<void> {
  const item = (id: string, more: object = {}) => ({
    ...{ type: ['Note', 'Proposal'], id: `${partner.origin}/ap/offers/${id}`, purpose: 'offer', category: 'garden' },
    attributedTo: { id: `${partner.origin}/ap/"onmouseover="alert(1)`, name: FIELDS.offerBy },
    name: FIELDS.offerTitle,
    source: { content: FIELDS.offerText },
    contentMap: { en: FIELDS.offerText },
    when: FIELDS.offerWhen,
    location: { name: FIELDS.offerPlace },
    url: 'javascript:alert(1)',
    image: { type: 'Image', url: 'https://evil.example/pixel.gif' },
    ...{ published: '2026-01-01T00:00:00Z', endTime: '2999-01-01T00:00:00Z' },
    publishes: { resourceQuantity: { hasUnit: 'hour', hasNumericalValue: '2' } },
    ...more,
  });
  const turned = {
    name: '\u202eturned\u2066',
    source: { content: 'a\u0007b' },
    attributedTo: { id: `${partner.origin}/ap/eve`, name: '\u202eEve' },
  };
  const foreign = { attributedTo: { id: 'javascript:alert(1)', name: 'Eve' }, name: 'of a script' };
  partner.replies.offers = ({ path }) => {
    const orderedItems = [item('1'), item('2', turned), item('3', foreign), item('4', { id: 'javascript:alert(1)' })];
    const after = Number(new URL(path, partner.origin).searchParams.get('after'));
    const page = { type: 'OrderedCollectionPage', pair: partner.pair, after, upTo: 4, more: false, life: 'one' };
    return { body: { ...page, orderedItems: after === 0 ? orderedItems : [] } };
  };
  await until(async () => {
    for (const each of town.node.context.partners.all()) await reader.read(each);
    const { items } = (await town.call('GET', '/api/offers?category=garden')).body;
    return items.length > 0;
  });
}

/** All pages that somebody can walk to, as text. */
async function readAll(who: 'rosa' | 'desk' | 'guest'): Promise<{ text: string; faults: string[] }> {
  const visitor = new Visitor(town.node, town.origin);
  if (who !== 'guest') await visitor.signIn(who === 'desk' ? town.token : await tokenOf('rosa'));
  const { pages, dead } = await walk(visitor, town.origin, routesOfPages(), [
    '/',
    '/find?q=garden',
    '/find?q=offer-title',
    '/towns',
    '/mail',
  ]);
  const faults = dead.map((address) => `nothing at ${address}`);
  let text = '';
  for (const [address, { html: page, status }] of pages) {
    if (status >= 500) faults.push(`${address}: ${status}`);
    faults.push(...faultsOf(page).map((fault) => `${address}: ${fault}`));
    text += `\n${textOf(page)}`;
  }
  return { text, faults };
}

async function tokenOf(handle: string): Promise<string> {
  return (await town.call('POST', `/api/members/${handle}/tokens`)).body.token;
}

describe('on every page', () => {
  const SEEN: Readonly<Record<'rosa' | 'desk' | 'guest', readonly Name[]>> = {
    rosa: [
      ...([
        'town',
        'payer',
        'gift',
        'payee',
        'asker',
        'content',
        'place',
        'withdrawn',
        'talk',
        'contest',
        'guest',
      ] as const),
      ...(['offerTitle', 'offerText', 'offerBy', 'offerWhen', 'offerPlace'] as const),
    ],
    desk: ['town', 'builder', 'otherTown', 'contest', 'guest'],
    guest: ['town'],
  };
  test.each(['rosa', 'desk', 'guest'] as const)(
    '%s reads it as it was typed, and nothing of it is a part of the page',
    async (who) => {
      const { text, faults } = await readAll(who);
      expect(faults).toEqual([]);
      expect(SEEN[who].filter((name) => !text.includes(begun(name)))).toEqual([]);
      expect(text).not.toContain('of a script');
    },
  );

  test('what is fetched from a link is shown to the desk as text too', async () => {
    const party = { ...asking.party(600) } as unknown as JsonObject;
    const words = [FIELDS.word];
    asking.town = town;
    asking.replies.invitation = () => ({
      unsigned: true,
      body: { party, words, public: true, noticeDays: 30, expiresAt: '2030-01-01T00:00:00Z' },
    });
    const desk = await new Visitor(town.node, town.origin).signIn(town.token);
    const link = `${asking.origin}/invitations/${'s'.repeat(32)}`;
    await desk.fill('/console/invitations', '/console/invitations/open', { link });
    const { html: page } = await desk.get('/console/invitations/open');
    expect(faultsOf(page)).toEqual([]);
    for (const name of ['word', 'otherTown'] as const) expect(textOf(page)).toContain(begun(name));
  });
});

describe('in files and letters', () => {
  test('no cell of a statement is a formula', async () => {
    const visitor = await new Visitor(town.node, town.origin).signIn(await tokenOf('rosa'));
    const { html: file } = await visitor.get('/statement/file');
    expect(file).toContain('payer');
    for (const cell of cellsOf(file)) expect(cell).not.toMatch(/^[=+\-@\t\r](?!\d)/);
  });

  test('letters say it as text, on one line where there is one', async () => {
    const { node, bank, database } = town;
    const mine = and(eq(mail.bankId, bank.id), eq(mail.to, MAIL));
    const rows = await until(async () => {
      const found = await database.db.select().from(mail).where(mine);
      return found.length >= 3 && found.every(({ status }) => status === 'sent') ? found : null;
    });
    const { mail: config } = node.context.config;
    if (config.to !== 'folder') throw new Error('letters go elsewhere');
    const letters = (await keptLetters(config.folder, bank.host, 100)).filter(({ to }) => to === MAIL);
    expect(letters.length).toBe(rows.length);
    const all = letters.map(({ text }) => text).join('\n');
    for (const name of ['asker', 'guest', 'content'] as const) expect(all).toContain(begun(name));
    expect(all).toContain(TRAP);
    for (const row of rows) {
      const letter = letterOf(row, { name: FIELDS.town, host: bank.host, address: `desk@${bank.host}` });
      expect(letter.subject).toMatch(/^[^\p{Cc}\p{Cf}\u2028\u2029]{1,150}$/u);
      expect(letter.html).not.toContain(`href="${TRAP}`);
      expect(faultsOf(letter.html).filter((fault) => !/style/.test(fault))).toEqual([]);
    }
  });
});

/** The cells of a file, without their quotes. */
function cellsOf(file: string): string[] {
  return [...file.matchAll(/"((?:[^"]|"")*)"|([^,\r\n"]+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

describe('marks that turn lines, and more than a field holds', () => {
  const CASES: Record<string, Act> = {
    'a right-to-left override': { kind: 'Offer', terms: { minutes: 60, content: 'a\u202eb' } },
    'a bell': { kind: 'Offer', terms: { minutes: 60, content: 'a\u0007b' } },
    'a page of words': { kind: 'Offer', terms: { minutes: 60, content: 'x'.repeat(501) } },
    'a long place': { kind: 'Offer', terms: { minutes: 60, content: 'x', place: 'x'.repeat(300) } },
  };
  test.each(Object.entries(CASES))('%s is refused where it comes in', async (_name, act) => {
    const terms = act.kind === 'Offer' ? act.terms : { minutes: 1, content: '' };
    await expect(Begun.with(terms)).rejects.toThrow(/schema_mismatch|not taken/);
  });
});
