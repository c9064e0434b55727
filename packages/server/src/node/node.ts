/**
 * A node: its database, its banks, what it serves and what it sends, put together.
 *
 * Promises: the exact host of a request names the bank, and an unknown host gets 421; forwarded
 * hosts are believed from configured proxies only; stopping lets requests and sends under way
 * finish before the database closes; a start that fails leaves nothing running.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { refusal } from '@evenhour/protocol';
import { EVENHOUR_CONTEXT_DOCUMENT } from '@evenhour/protocol/wire';
import { type ServerType, serve } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import ipaddr from 'ipaddr.js';
import { publicPartners } from '../agreement/collection.ts';
import { showInvitation } from '../agreement/invitations.ts';
import { createApi } from '../api/app.ts';
import { issueToken } from '../auth/tokens.ts';
import { type Bank, Banks, createBank, FUND_HANDLE } from '../bank/bank.ts';
import { keyFileName, writeKeyFile } from '../bank/keys.ts';
import { Clock } from '../clock/clock.ts';
import { doDue } from '../clock/due.ts';
import { type Database, openFolder, openPostgres, type Queries } from '../db/database.ts';
import { bank as bankTable, mail, member, pair as pairTable } from '../db/schema.ts';
import { OfferReader } from '../delivery/offer-reader.ts';
import { partnerRoutes } from '../delivery/partner-routes.ts';
import { Partners } from '../delivery/partners.ts';
import { Senders } from '../delivery/senders.ts';
import { Signals } from '../delivery/signals.ts';
import { StatementClock } from '../delivery/statement-clock.ts';
import { exchangeHandlers } from '../exchange/clock.ts';
import { createFederationApp } from '../federation/federation.ts';
import { marketOf } from '../federation/followers.ts';
import { createKv, sweepDaily } from '../federation/kv.ts';
import { createOutgoing } from '../federation/outgoing.ts';
import type { HostedBank } from '../federation/ports.ts';
import { Poster } from '../federation/poster.ts';
import { gatheringHandlers } from '../gathering/clock.ts';
import { LEAVES, memberLeaves } from '../leaving/leaving.ts';
import { postDue } from '../mail/outbox.ts';
import { openTransport } from '../mail/transport.ts';
import { findMember } from '../member/members.ts';
import { mailNotices } from '../notification/mailing.ts';
import { MAIL_NOTICES } from '../notification/notify.ts';
import { offerEnds } from '../offer/ends.ts';
import { OFFER_ENDS } from '../offer/renewals.ts';
import { GivingQueue } from '../transfer/giving-queue.ts';
import { webRoutes } from '../web/routes.tsx';
import type { Config } from './config.ts';
import type { NodeContext, NodeEnv } from './env.ts';
import { logger } from './log.ts';
import { Presence, writePresence } from './presence.ts';
import { problemResponse } from './problem.ts';
import { Rate } from './rate.ts';
import { refusalOf } from './refused.ts';
import { createSeal, readSecret } from './seal.ts';
import { useThreads } from './signatures.ts';

export interface RunningNode {
  readonly context: NodeContext;
  /** The port that is listened on. */
  readonly port: number;
  fetch(request: Request): Promise<Response>;
  stop(): Promise<void>;
}

/** How long sends under way may take once the node is told to stop. */
const SEND_GRACE_MS = 2_000;
/** How long a start waits for the first look at the banks' own origins. */
const FIRST_LOOK_MS = 300;

export async function openDatabase(config: Config): Promise<Database> {
  return config.databaseUrl === undefined ? openFolder(config.dataFolder) : openPostgres(config.databaseUrl);
}

/** Starts a node and listens. Throws a DatabaseError, SealError or an `EADDRINUSE` error. */
export async function startNode(config: Config, database: Database): Promise<RunningNode> {
  const log = logger('node');
  useThreads();
  const seal = createSeal(readSecret(config.secret, config.dataFolder));
  const banks = new Banks(database, seal);
  if (config.origin !== undefined) {
    const [known] = await database.db
      .select({ id: bankTable.id })
      .from(bankTable)
      .where(eq(bankTable.origin, config.origin));
    if (known === undefined) {
      mkdirSync(config.dataFolder, { recursive: true });
      const id = await createBank(database, seal, {
        origin: config.origin,
        name: config.bankName ?? new URL(config.origin).host,
        keep: (keys) => {
          const file = join(config.dataFolder, keyFileName(keys));
          writeKeyFile(file, keys);
          log.info('Made keys for the first bank. Move them to a safe place away from this machine.', { file });
        },
      });
      // The first sign-in: a file that only this user can read, and no line in a log.
      const file = join(config.dataFolder, 'operator-token');
      writeFileSync(file, `${await issueToken(database.db, id, 'operator', null)}\n`, { mode: 0o600 });
      log.info('The token of its operator is in a file.', { origin: config.origin, file });
    }
  }
  await banks.reload();

  const outgoing = createOutgoing({ allowedOrigins: config.allowPrivateOrigins, userAgent: 'Evenhour' });
  const partners = new Partners(database);
  const signals = new Signals(database);
  const presence = new Presence(database, banks, () => senders.sync());
  const bank = (id: string): Bank | undefined => (presence.proved(id) ? banks.byId(id) : undefined);
  const senders = new Senders({ database, outgoing, partners, signals, bank, reloadBanks: () => banks.reload() });
  const context: NodeContext = {
    config,
    database,
    seal,
    banks,
    partners,
    senders,
    signals,
    giving: new GivingQueue(signals),
    outgoing,
    presence,
    refused: { byAddress: new Rate(config.refusedPerAddress), byPartner: new Rate(config.refusedPerPartner) },
    openRate: new Rate(60),
    statementRate: new Rate(60),
    followedRate: new Rate(1),
  };
  signals.listen();
  await database.join(() => beginAnew(database.db));
  await partners.reload();
  const statements = new StatementClock(context);
  const offers = new OfferReader(context);
  const poster = new Poster({ database, outgoing, signals, bank });
  const spoken = (): Bank[] => banks.all().filter(({ id }) => presence.proved(id));
  const transport = openTransport(config.mail);
  const handlers = {
    ...exchangeHandlers,
    ...gatheringHandlers,
    [LEAVES]: memberLeaves,
    [OFFER_ENDS]: offerEnds,
    [MAIL_NOTICES]: mailNotices({ seal, bank }),
  };
  const off = signals.on((signal) => {
    if (signal.kind === 'partners' || signal.kind === 'everything')
      void partners
        .reload()
        .then(() => senders.sync())
        .catch((error: unknown) => log.error('Agreements could not be read.', { error }));
    if (signal.kind === 'banks' || signal.kind === 'everything')
      void banks
        .reload()
        .then(() => presence.look())
        .catch((error: unknown) => log.error('Banks could not be read.', { error }));
  });

  /** Ends all that works in the background, and waits for it and for what else is ending. */
  async function end(...others: readonly Promise<void>[]): Promise<void> {
    off();
    presence.stop();
    // A partner that does not answer is not waited for; what it was sent goes out again after the next start.
    const patience = setTimeout(() => outgoing.close(), SEND_GRACE_MS);
    await Promise.all([statements.stop(), senders.stop(), offers.stop(), poster.stop(), ...others]);
    clearTimeout(patience);
    outgoing.close();
    transport.close();
    await Promise.allSettled([banks.ready(), partners.ready()]);
  }

  let stopping = false;
  const app = createApp(context, poster, () => stopping);
  const server = await listen(app.fetch, config).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  const port = portOf(server);
  const clock = new Clock(signals, {
    due: (now) => doDue({ signals, banks: spoken, handlers }, now),
    mail: (now) => postDue({ signals, transport, banks: spoken }, now),
  });
  const stopSweeping = sweepDaily(database.db);
  // A proxy that comes up later is waited for in the background.
  await Promise.race([presence.look(), sleep(FIRST_LOOK_MS, undefined, { ref: false })]);
  senders.start();
  offers.look();
  log.info('Listening.', { port, banks: banks.all().length, database: database.kind });

  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    stopping = true;
    await end(clock.stop(), stopSweeping(), closed(server));
    await database.close();
    log.info('Stopped.');
  }

  return {
    context,
    port,
    fetch: async (request) => app.fetch(request),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/**
 * Nobody can say that this is the database that was written to last: it may be a copy, or a backup that was
 * restored. So nothing is written to a pair before its partner has said what it holds of our journal, nothing of a
 * partner counts before it has greeted again, and our origin has to return a new word. An offer that was answered since
 * looks open here, so it is sent again. Leases of senders belong to processes that are gone.
 */
export async function beginAnew(db: Queries): Promise<void> {
  await writePresence(db);
  await db.update(pairTable).set({ senderId: null }).where(isNotNull(pairTable.senderId));
  await db.update(mail).set({ senderId: null, senderUntil: null }).where(isNotNull(mail.senderId));
  await db.update(pairTable).set({ peerSession: '' });
  await db.update(pairTable).set({ mode: 'waiting' }).where(sql`${pairTable.mode} in ('open', 'recovering')`);
  await db
    .update(pairTable)
    .set({ honourPending: pairTable.offer })
    .where(and(eq(pairTable.status, 'offered'), isNull(pairTable.invitationId), isNull(pairTable.honourPending)));
}

function createApp(context: NodeContext, poster: Poster, stopping: () => boolean): Hono<NodeEnv> {
  const { database, banks } = context;
  const log = logger('web');
  const federation = createFederationApp({
    outgoing: context.outgoing,
    kv: (bankId) => createKv(database.db, bankId),
    counters: { noteIgnored: (bank, type) => log.debug('Left alone.', { bank: bank.host, type }) },
  });
  const app = new Hono<NodeEnv>();
  app.get('/healthz', (c) => c.text('ok\n'));
  app.get('/readyz', async (c) => {
    if (stopping()) return problemResponse(refusal('shutting_down'));
    try {
      await database.db.execute(sql`select 1`);
    } catch (error) {
      log.error('The database does not answer.', { error });
      return c.text('The database does not answer.\n', 503);
    }
    // A closed bank is ready all the same: its origin can lead here only through whoever asks this.
    return c.text(['ok', ...context.presence.closed(), ''].join('\n'));
  });
  app.use(async (c, next) => {
    const seen = whoAsks(context.config, c.req.raw.headers, remoteOf(c));
    const bank = banks.byHost(seen.host);
    if (bank === undefined) return problemResponse(refusal('unknown_bank', { host: seen.host.slice(0, 200) }));
    c.set('node', context);
    c.set('bank', bank);
    c.set('source', seen.source);
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'same-origin');
    return next();
  });
  app.get('/.well-known/evenhour-presence', async (c) => {
    const [row] = await database.db
      .select({ presence: bankTable.presence })
      .from(bankTable)
      .where(eq(bankTable.id, c.var.bank.id));
    return c.text(row?.presence ?? '');
  });
  app.get('/context/v1', (c) => c.json(EVENHOUR_CONTEXT_DOCUMENT, 200, { 'content-type': 'application/ld+json' }));
  app.get('/ap/partners', async (c) =>
    c.json(await publicPartners(database.db, c.var.bank), 200, { 'content-type': 'application/activity+json' }),
  );
  app.route('/', partnerRoutes());
  app.get('/invitations/:secret', async (c, next) => {
    if (!(c.req.header('accept') ?? '').includes('json')) return next();
    if (!context.openRate.take(c.var.source)) return problemResponse(refusal('too_many_requests'));
    return c.json(await showInvitation(database.db, c.var.bank, c.req.param('secret')));
  });
  app.route('/', createApi(database) as unknown as Hono<NodeEnv>);
  app.use(async (c, next) => {
    const rest = await federation.fetch(
      c.req.raw,
      hosted(context, c.var.bank, poster),
      () => new Response(null, { status: 404, headers: { 'x-pass': '1' } }),
    );
    return rest.headers.get('x-pass') === '1' ? next() : rest;
  });
  app.route('/', webRoutes());
  app.notFound(() => problemResponse(refusal('not_found')));
  app.onError((error, c) => {
    const refused = refusalOf(error);
    if (refused !== null) return problemResponse(refused);
    log.error('A request failed for a reason of our own.', {
      method: c.req.method,
      route: c.req.routePath,
      error,
    });
    return problemResponse(refusal('internal_error'));
  });
  return app;
}

/** The bank's host and the source of a request. Forwarded headers count from configured proxies only. */
function whoAsks(config: Config, headers: Headers, remote: string): { host: string; source: string } {
  const host = (headers.get('host') ?? '').toLowerCase();
  if (!isTrusted(config.trustedProxies, remote)) return { host, source: remote };
  const forwarded = headers.get('x-forwarded-for')?.split(',').at(-1)?.trim();
  return { host: (headers.get('x-forwarded-host') ?? host).toLowerCase(), source: forwarded ?? remote };
}

function isTrusted(proxies: readonly string[], remote: string): boolean {
  if (proxies.length === 0 || isIP(remote) === 0) return false;
  const address = ipaddr.process(remote);
  return proxies.some((proxy) => {
    const [range, bits] = proxy.includes('/') ? ipaddr.parseCIDR(proxy) : [ipaddr.process(proxy), null];
    if (range.kind() !== address.kind()) return false;
    return bits === null ? range.toString() === address.toString() : address.match(range, bits);
  });
}

function remoteOf(c: Parameters<typeof getConnInfo>[0]): string {
  try {
    return getConnInfo(c).remote.address ?? 'unknown';
  } catch {
    // A request that was handed in without a connection: tests.
    return 'unknown';
  }
}

function hosted(context: NodeContext, bank: Bank, poster: Poster): HostedBank {
  const { db } = context.database;
  return {
    id: bank.id,
    origin: bank.origin,
    host: bank.host,
    name: bank.settings.name,
    createdAt: bank.settings.createdAt,
    edKeyId: bank.key.verificationMethod,
    edMultikey: bank.key.publicMultikey,
    rsa: () => bank.rsa(),
    ...marketOf(context.database, bank, () => poster.wake()),
    async findMember(idOrHandle) {
      const row = await findMember(db, bank.id, idOrHandle);
      return row === undefined || row.handle === FUND_HANDLE ? null : row;
    },
    async statistics() {
      const [row] = await db
        .select({ members: sql<number>`count(*)::int` })
        .from(member)
        .where(sql`${eq(member.bankId, bank.id)} and ${member.kind} <> 'fund'`);
      const partners = context.partners.all().filter((partner) => partner.bankId === bank.id).length;
      return { members: row?.members ?? 0, partners };
    },
  };
}

/** Listens on the configured port and address; fails with the system's error, such as EADDRINUSE. */
async function listen(
  fetch: (request: Request, env?: unknown) => Response | Promise<Response>,
  config: Config,
): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const server = serve(
      { fetch: fetch as (request: Request) => Response, port: config.port, hostname: config.listen },
      () => resolve(server),
    );
    server.on('error', reject);
  });
}

function portOf(server: ServerType): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** Lets requests under way finish, for at most five seconds. */
async function closed(server: ServerType): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      if ('closeAllConnections' in server) server.closeAllConnections();
    }, 5_000);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    if ('closeIdleConnections' in server) server.closeIdleConnections();
  });
}
