/**
 * A partner bank whose key the test holds: it makes a real agreement with a real town, and then
 * says whatever the test wants.
 *
 * Promises: what it signs is signed as a real bank would; whatever it is told to send leaves as it
 * is told; it listens on loopback only and is gone after `stop`.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AgreementCore, AgreementParty, Body, Gift, Head, Party } from '@evenhour/protocol';
import {
  generateKeyPair,
  importVerifyingKey,
  type SigningKey,
  signDocument,
  signRequest,
  verifyResponse,
} from '@evenhour/protocol/proof';
import {
  encodeEntry,
  encodeExchangeMessage,
  encodeHonour,
  hashOf,
  hashOfKey,
  type JsonObject,
  pairOf,
} from '@evenhour/protocol/wire';
import { answer, itemsOf, type Reply, type Route, read, type Seen } from './fake-server.ts';
import { type Answer, type HeaderList, send } from './http.ts';
import { freePort, type Town, until } from './town.ts';

export interface SendOptions {
  readonly method?: 'GET' | 'POST';
  readonly session?: string;
  readonly created?: number;
  readonly nonce?: string;
  readonly key?: SigningKey;
  /** The address that is signed, when it is another than the one that is asked. */
  readonly signedUrl?: string;
  readonly host?: string;
  /** Changes the headers just before they leave. */
  readonly headers?: (signed: HeaderList) => HeaderList;
  /** Sends other bytes than the ones that were signed. */
  readonly bytes?: Uint8Array;
  readonly port?: number;
}

export type SignedAnswer = Answer & { readonly signed: boolean };

const CREATED = '2026-11-22T09:30:00Z';
const PAGE_CONTEXT = 'https://www.w3.org/ns/activitystreams';

export class FakePartner {
  readonly origin: string;
  readonly host: string;
  readonly actor: string;
  readonly keys: { signing: SigningKey; recovery: SigningKey };
  /** Everything that came here, oldest first. */
  readonly seen: Seen[] = [];
  /** What is said instead of the usual answer. */
  readonly replies: Partial<Record<Route, (seen: Seen, usual: () => Promise<Reply>) => Reply | Promise<Reply>>> = {};
  /** The multikey that the actor's page shows. */
  published: string;
  town!: Town;
  core!: AgreementCore;
  pair!: string;
  agreementId!: string;
  me!: Party;
  session = '';
  head!: Head;
  townHead!: Head;
  readonly townEntries: JsonObject[] = [];
  readonly #server: Server;

  private constructor(server: Server, port: number, keys: FakePartner['keys']) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${port}`;
    this.host = `127.0.0.1:${port}`;
    this.actor = `${this.origin}/ap/bank`;
    this.keys = keys;
    this.published = keys.signing.publicMultikey;
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<FakePartner> {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const id = `http://127.0.0.1:${port}/ap/bank#key`;
    const signing = (await generateKeyPair(id)).signing;
    const recovery = (await generateKeyPair(`${id}-recovery`)).signing;
    return new FakePartner(server, port, { signing, recovery });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get tail(): string {
    return this.pair.slice('urn:evenhour:pair:'.length);
  }

  party(grantsMinutes: number): AgreementParty {
    return {
      bank: this.actor,
      name: 'Fakeham',
      key: { id: this.keys.signing.verificationMethod, publicKeyMultibase: this.keys.signing.publicMultikey },
      recovery: hashOfKey(this.keys.recovery.publicMultikey),
      journal: `${this.origin}/ap/journals`,
      exchange: `${this.origin}/ap/exchanges`,
      bridgeBuilder: 'Loki',
      grantsMinutes,
    };
  }

  /** What a link of ours shows. */
  shown(): JsonObject {
    const party = this.party(600) as unknown as JsonObject;
    return { party, words: ['Our hours are yours.'], public: true, noticeDays: 30, expiresAt: '2030-01-01T00:00:00Z' };
  }

  /** Opens a new invitation of the town's and returns the agreement that it would offer. */
  async draft(town: Town, grants: { town: number; own: number }): Promise<{ core: AgreementCore; invitation: string }> {
    this.town = town;
    const made = await town.call('POST', '/api/invitations', {
      grantsMinutes: grants.town,
      bridgeBuilder: 'Fiona',
    });
    const page = await fetch(made.body.link, { headers: { accept: 'application/json' } });
    const shown = (await page.json()) as { party: AgreementParty } & Pick<
      AgreementCore,
      'words' | 'public' | 'noticeDays'
    >;
    const own = this.party(grants.own);
    const theirs = shown.party;
    const core: AgreementCore = {
      version: 'https://w3id.org/evenhour/v1',
      features: [],
      parties: own.bank < theirs.bank ? [own, theirs] : [theirs, own],
      start: '2026-11-22',
      noticeDays: shown.noticeDays,
      public: shown.public,
      words: shown.words,
      nonce: randomBytes(32).toString('base64url'),
    };
    return { core, invitation: new URL(made.body.link).pathname.split('/').at(-1) ?? '' };
  }

  /** Signs an offer of this agreement, with some members changed before it is signed. */
  async honourOffer(core: AgreementCore, invitation: string, changes: JsonObject = {}): Promise<JsonObject> {
    const { pair } = pairOf(core);
    const id = `${this.origin}/ap/agreements/${pair.slice(18)}#offer`;
    return this.sign({
      ...encodeHonour({ kind: 'HonourOffer', id, actor: this.actor, pair, core, invitation }),
      ...changes,
    });
  }

  /** Offers an agreement, which then waits for the town's answer. Each side grants the other so much. */
  async offer(town: Town, grants = { town: 600, own: 600 }): Promise<void> {
    const { core, invitation } = await this.draft(town, grants);
    this.#take(core);
    const offered = await this.send('/ap/agreements', await this.honourOffer(core, invitation), { session: '-' });
    if (offered.status !== 200) throw new Error(`the offer was refused: ${JSON.stringify(offered.body)}`);
    const agreements = await town.call('GET', '/api/agreements');
    this.agreementId = agreements.body.items.find((item: { pair: string }) => item.pair === this.pair).id;
  }

  /** Makes an agreement, and greets and is greeted. */
  async agree(town: Town, grants?: { town: number; own: number }): Promise<this> {
    await this.offer(town, grants);
    await until(async () => (await town.call('POST', `/api/agreements/${this.agreementId}/accept`)).status === 200);
    // A town that has just started may not have looked at its own origin yet.
    await until(async () => (await this.greet()).status === 200);
    await this.quiet();
    return this;
  }

  #take(core: AgreementCore): void {
    const { pair, genesis } = pairOf(core);
    this.core = core;
    this.pair = pair;
    this.me = core.parties[0].bank === this.actor ? 0 : 1;
    this.head = { epoch: 0, seq: 0, hash: genesis };
    this.townHead = this.head;
  }

  /** Opens a new session at the town. */
  async greet(session: string = randomBytes(32).toString('base64url')): Promise<SignedAnswer> {
    const nonce = randomBytes(32).toString('base64url');
    const answer = await this.send('/ap/journals/open', { pair: this.pair, session, nonce }, { session });
    if (answer.status === 200 && answer.body.nonce === nonce) this.session = session;
    return answer;
  }

  /** Waits until the town has greeted us and has nothing to say any more. */
  async quiet(): Promise<void> {
    await until(async () => {
      const { body } = await this.town.call('GET', `/api/agreements/${this.agreementId}`);
      const transfers = await this.town.call('GET', `/api/transfers?agreement=${this.agreementId}&limit=100`);
      const waits = transfers.body.items.some((item: { status: string }) =>
        ['offered', 'posted'].includes(item.status),
      );
      return (
        body.mode !== 'waiting' &&
        !waits &&
        (body.mode === 'halted' || body.journal.deliveredSeq === body.journal.ours.seq)
      );
    });
  }

  /** Signs a document of ours as it is. */
  async sign(document: JsonObject, key: SigningKey = this.keys.signing): Promise<JsonObject> {
    return (await signDocument(document, key, CREATED)) as unknown as JsonObject;
  }

  /** The wire form of our next entry, not signed; `place` changes where it stands. */
  draftEntry(body: Body, place: { seq?: number; epoch?: number; prev?: string; ack?: Head } = {}): JsonObject {
    const { head, townHead } = this;
    return encodeEntry(this.core, this.pair, {
      author: this.me,
      epoch: place.epoch ?? head.epoch,
      seq: place.seq ?? head.seq + 1,
      prev: place.prev ?? head.hash,
      ack: place.ack ?? townHead,
      body,
    });
  }

  /** Signs our next entry and moves our head to it. */
  async write(body: Body, place: Parameters<FakePartner['draftEntry']>[1] = {}): Promise<JsonObject> {
    const entry = this.draftEntry(body, place);
    this.head = { epoch: entry['epoch'] as number, seq: entry['seq'] as number, hash: hashOf(entry) };
    return this.sign(entry);
  }

  /** Posts a run of entries; what the town answers with is taken into `townEntries`. */
  async run(entries: readonly unknown[], options: SendOptions = {}): Promise<SignedAnswer> {
    const answer = await this.send('/ap/journals', this.page(entries), options);
    if (answer.signed) this.takeEntries(answer.body.entries ?? []);
    return answer;
  }

  page(items: readonly unknown[]): JsonObject {
    const partOf = `${this.origin}/ap/journals/${this.tail}`;
    return { '@context': PAGE_CONTEXT, type: 'OrderedCollectionPage', partOf, orderedItems: items as JsonObject[] };
  }

  takeEntries(entries: readonly JsonObject[]): void {
    for (const entry of entries) {
      if (entry['seq'] !== this.townHead.seq + 1) continue;
      this.townHead = { epoch: entry['epoch'] as number, seq: entry['seq'] as number, hash: hashOf(entry) };
      this.townEntries.push(entry);
    }
  }

  /** Signs an offer of a gift to a member of the town. */
  async gift(
    to: string,
    amount: number,
    changes: Partial<Gift> = {},
  ): Promise<{ document: JsonObject; exchange: string; salt: string; gift: Gift }> {
    const exchange = `${this.origin}/ap/exchanges/${randomBytes(8).toString('hex')}`;
    const gift: Gift = {
      payer: `${this.origin}/ap/loki`,
      payerName: 'Loki',
      payee: `acct:${to}@${this.town.host}`,
      minutes: amount,
      content: 'For the garden',
      payerRef: `ref-${randomBytes(8).toString('hex')}`,
      ...changes,
    };
    const salt = randomBytes(32).toString('base64url');
    const message = { kind: 'GiftOffer' as const, id: `${exchange}/1`, exchange, salt, gift };
    return {
      document: await this.sign(encodeExchangeMessage(this.core, this.pair, this.me, message)),
      exchange,
      salt,
      gift,
    };
  }

  async messages(documents: readonly unknown[], options: SendOptions = {}): Promise<SignedAnswer> {
    return this.send('/ap/exchanges', this.page(documents), options);
  }

  /** The signed headers of a request to the town. */
  async signedHeaders(path: string, bytes: Uint8Array, options: SendOptions = {}): Promise<HeaderList> {
    const { method = 'POST', session = this.session, key = this.keys.signing } = options;
    const headers = { 'evenhour-session': session };
    const url = options.signedUrl ?? `${this.town.origin}${path}`;
    const created = options.created ?? Math.floor(Date.now() / 1000);
    const nonce = options.nonce ?? randomBytes(16).toString('base64url');
    const signed = await signRequest({ method, url, headers, body: bytes }, key, created, nonce);
    return [...Object.entries(headers), ...Object.entries(signed)];
  }

  /** Sends a signed request to the town and checks the answer's signature. */
  async send(path: string, body: unknown, options: SendOptions = {}): Promise<SignedAnswer> {
    const { method = 'POST' } = options;
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
    const bytes = body instanceof Uint8Array ? body : new TextEncoder().encode(method === 'GET' ? '' : text);
    const signed = await this.signedHeaders(path, bytes, options);
    const headers = options.headers?.(signed) ?? signed;
    const answer = await send({
      port: options.port ?? Number(new URL(this.town.origin).port),
      method,
      path,
      headers: [['host', options.host ?? this.town.host], ...headers],
      ...(method === 'POST' && { body: options.bytes ?? bytes }),
    });
    return { ...answer, signed: await this.#isSigned(answer, headers) };
  }

  async #isSigned(answer: Answer, sent: HeaderList): Promise<boolean> {
    const value = (name: string): string => sent.find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
    const { verificationMethod, publicMultikey } = this.town.bank.key;
    const imported = await importVerifyingKey(publicMultikey, verificationMethod);
    if (!imported.ok) throw new Error('the town has a bad key');
    const response = { status: answer.status, headers: answer.headers, body: answer.bytes };
    const request = { signatureInput: value('signature-input'), signature: value('signature') };
    const now = Math.floor(Date.now() / 1000);
    // A request that is not of our form can have no answer that is bound to it.
    return verifyResponse(response, request, imported.key, now).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = await read(request);
    this.seen.push(seen);
    const usual = (): Promise<Reply> => this.#usual(seen);
    const reply = (await this.replies[seen.route]?.(seen, usual)) ?? (await usual());
    await answer(seen, reply, this.keys.signing, response);
  }

  async #usual(seen: Seen): Promise<Reply> {
    const { pair } = this;
    switch (seen.route) {
      case 'actor': {
        const { verificationMethod: id } = this.keys.signing;
        const method = { id, type: 'Multikey', controller: this.actor, publicKeyMultibase: this.published };
        return { unsigned: true, body: { id: this.actor, type: 'Organization', assertionMethod: [method] } };
      }
      case 'open':
        return { body: { pair, head: this.townHead, nonce: seen.json['nonce'] } };
      case 'run': {
        const before = this.townHead.seq;
        this.takeEntries(itemsOf(seen));
        return { body: { pair, head: this.townHead, known: 0, applied: this.townHead.seq - before } };
      }
      case 'messages': {
        const items = itemsOf(seen);
        const answers = await Promise.all(items.map((item) => this.#decline(item)));
        const results = items.map((item) => ({ id: item['id'], applied: true, known: false }));
        return { body: { pair, results, messages: answers.filter((answer) => answer !== null) } };
      }
      case 'logs':
        return { body: { pair, exchanges: [] } };
      case 'offers':
      case 'other':
        return { status: 404, unsigned: true };
      default:
        return { body: { pair } };
    }
  }

  async #decline(offer: JsonObject): Promise<JsonObject | null> {
    if ((offer['type'] as string[])[1] !== 'GiftOffer') return null;
    return this.answerGift(offer, { kind: 'GiftReject', code: 'payee_unavailable' });
  }

  /** Signs our answer to a gift that the town offered. */
  async answerGift(
    offer: JsonObject,
    answer:
      | { kind: 'GiftReject'; code: 'payee_unavailable' }
      | { kind: 'GiftAccept'; payeeRef: string; payeeName: string },
  ): Promise<JsonObject> {
    const id = `${this.origin}/ap/exchanges/${randomBytes(8).toString('hex')}/1`;
    const message = { id, exchange: String(offer['exchange']), object: String(offer['id']), ...answer };
    return this.sign(encodeExchangeMessage(this.core, this.pair, this.me, message));
  }
}
