/**
 * Forgeries, made beforehand and sent in a process of its own.
 *
 * It is a partner bank of the town, so that forgeries can name a key that the town knows, and a stranger with a
 * server of its own, so that a town that asks for a stranger's key is seen asking. Both tell what they were asked.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateKeyPair, type SigningKey } from '@evenhour/protocol/proof';
import type { JsonObject } from '@evenhour/protocol/wire';
import { FakePartner } from '../../packages/server/dist/testing/fake-partner.js';
import { serveJobs } from './children.ts';
import { Lane, requestBytes } from './lane.ts';
import { agreeWith, openSite, type SiteKeys } from './stand-in.ts';
import type { Office } from './towns.ts';

/**
 * `signature`: names the partner's key and is signed by another. `body`: the partner's own, with another body.
 * `stranger`: well signed by a bank that is no partner. `unsigned`: without a signature. `proof` is no forgery of a
 * stranger's: the partner signs the request well, and the entry inside of it badly.
 */
export type Kind = 'signature' | 'body' | 'stranger' | 'unsigned' | 'proof';

export type ForgerJob =
  | { readonly kind: 'listen' }
  | { readonly kind: 'agree'; readonly office: Office; readonly keys: SiteKeys }
  /** Without `perSec`, as fast as they are answered. */
  | { readonly kind: 'send'; readonly kinds: readonly Kind[]; readonly perSec?: number; readonly seconds: number }
  | { readonly kind: 'asked' };

export interface Forged {
  readonly sent: number;
  /** Answers by their status. */
  readonly answers: Readonly<Record<string, number>>;
}

/** So many that a slow answer does not slow the sending down, as it would not slow an attacker. */
const LANES = 512;
/** Different messages of a kind, sent in turn: a town that remembered one would gain nothing from it. */
const MADE = 32;
const TICK_MS = 10;
const PATHS = ['/ap/journals', '/ap/exchanges'];

class Forger {
  readonly #partner: FakePartner;
  readonly #strangerOrigin: string;
  readonly #strangerKey: SigningKey;
  #lanes: Lane[] = [];

  private constructor(partner: FakePartner, strangerOrigin: string, strangerKey: SigningKey) {
    this.#partner = partner;
    this.#strangerOrigin = strangerOrigin;
    this.#strangerKey = strangerKey;
  }

  static async listen(onFetch: () => void): Promise<Forger> {
    const server = createServer((_request, response) => {
      onFetch();
      response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { signing } = await generateKeyPair(`${origin}/ap/bank#key`);
    return new Forger(await FakePartner.start(), origin, signing);
  }

  get origins(): string[] {
    return [this.#partner.origin, this.#strangerOrigin];
  }

  /** Requests of the town's for a key or an actor of ours. */
  get fetches(): number {
    return this.#partner.seen.filter(({ method }) => method === 'GET').length;
  }

  async agree(office: Office, keys: SiteKeys): Promise<void> {
    const { database, bank } = await openSite(keys);
    await database.close();
    await agreeWith(this.#partner, office, bank);
    const { port } = new URL(office.origin);
    this.#lanes = Array.from({ length: LANES }, () => new Lane(Number(port)));
  }

  async send(kinds: readonly Kind[], seconds: number, perSec = Number.POSITIVE_INFINITY): Promise<Forged> {
    const made: Buffer[] = [];
    for (let i = 0; i < MADE; i++) for (const kind of kinds) made.push(await this.#make(kind, i));
    const answers: Record<string, number> = {};
    const began = performance.now();
    const end = began + seconds * 1000;
    let sent = 0;
    const lane = async (line: Lane): Promise<void> => {
      for (let now = performance.now(); now < end; now = performance.now()) {
        // No more than are due by now, however fast they are answered.
        if (sent >= ((now - began) / 1000) * perSec) {
          await sleep(TICK_MS);
          continue;
        }
        const { status } = await line.send(made[sent++ % made.length] as Buffer);
        answers[status] = (answers[status] ?? 0) + 1;
      }
    };
    await Promise.all(this.#lanes.map(lane));
    for (const line of this.#lanes) line.close();
    return { sent, answers };
  }

  async #make(kind: Kind, number: number): Promise<Buffer> {
    const partner = this.#partner;
    const path = PATHS[kind === 'proof' ? 0 : number % PATHS.length] as string;
    const entry = await this.#entry();
    const page = partner.page([kind === 'proof' ? { ...entry, minutes: 90 } : entry]);
    const body = Buffer.from(JSON.stringify(page));
    const key =
      kind === 'signature'
        ? { ...this.#strangerKey, verificationMethod: partner.keys.signing.verificationMethod }
        : kind === 'stranger'
          ? this.#strangerKey
          : partner.keys.signing;
    const signed = kind === 'unsigned' ? [] : await partner.signedHeaders(path, body, { key });
    const headers = { host: partner.town.host, 'content-type': 'application/activity+json' };
    const sent = kind === 'body' ? Buffer.from(body.toString().replace('"minutes":60', '"minutes":90')) : body;
    return requestBytes('POST', path, { ...headers, ...Object.fromEntries(signed) }, sent);
  }

  /** A hold of an hour that is well signed and that nobody has written into a journal. */
  #entry(): Promise<JsonObject> {
    const partner = this.#partner;
    const word = (): string => randomBytes(32).toString('base64url');
    const body = {
      kind: 'Hold' as const,
      transfer: `${partner.origin}/ap/transfers/${word()}`,
      minutes: 60,
      payerRef: word(),
      payeeRef: word(),
      detail: word(),
    };
    return partner.sign(partner.draftEntry(body));
  }
}

let forger: Forger | undefined;
let strangerAsked = 0;

async function work(job: ForgerJob): Promise<object> {
  forger ??= await Forger.listen(() => {
    strangerAsked += 1;
  });
  if (job.kind === 'listen') return { origins: forger.origins };
  if (job.kind === 'agree') {
    await forger.agree(job.office, job.keys);
    return {};
  }
  if (job.kind === 'asked') return { fetches: forger.fetches + strangerAsked };
  return forger.send(job.kinds, job.seconds, job.perSec);
}

serveJobs<ForgerJob>(work);
