/**
 * The live page at the supervisor's own address.
 *
 * Promises: works without script; answers to its own host names only; an act is done only for a form
 * of this very page (same origin, and a token that another site cannot read).
 *
 * @module
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';
import { assetRoutes } from '../web/assets.ts';
import { DemoFragment, DemoNotFound, DemoPage } from '../web/demo.tsx';
import { contentSecurityPolicy } from '../web/layout.tsx';
import type { ActName, DemoModel, LiveOpened } from '../web/live-models.ts';
import { acts as actWords } from '../web/live-words.ts';
import type { Events } from './events.ts';
import type { Acts } from './live-acts.ts';
import { buildModel, openHour, SOURCE_URL } from './live-model.ts';
import type { Watch } from './watch.ts';
import type { World } from './world.ts';

const MAX_FORM_BYTES = 4_096;
const REMEMBERED = 40;

export class LivePage {
  readonly csrf = randomBytes(24).toString('base64url');
  readonly #world: World;
  readonly #watch: Watch;
  readonly #events: Events;
  readonly #acts: Acts;
  readonly #hosts: readonly string[];
  /** Messages that were opened, for when their town is off. */
  readonly #opened = new Map<string, LiveOpened>();
  #chosen = 'galway';
  #server: ServerType | undefined;

  private constructor(world: World, watch: Watch, events: Events, acts: Acts) {
    this.#world = world;
    this.#watch = watch;
    this.#events = events;
    this.#acts = acts;
    this.#hosts = [`localhost:${world.pagePort}`, `127.0.0.1:${world.pagePort}`];
  }

  static async open(world: World, watch: Watch, events: Events, acts: Acts): Promise<LivePage> {
    const page = new LivePage(world, watch, events, acts);
    const app = page.#app();
    page.#server = await new Promise((resolve, reject) => {
      const server = serve({ fetch: app.fetch, port: world.pagePort, hostname: '127.0.0.1' }, () => resolve(server));
      server.on('error', reject);
    });
    return page;
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    await new Promise((resolve) => {
      server.close(resolve);
      if ('closeAllConnections' in server) server.closeAllConnections();
    });
  }

  #app(): Hono {
    const app = new Hono();
    app.use(async (c, next) => {
      if (!this.#hosts.includes(c.req.header('host') ?? ''))
        return c.text('No page answers to this host name here.\n', 421);
      c.header('x-content-type-options', 'nosniff');
      c.header('referrer-policy', 'same-origin');
      return next();
    });
    app.route('/', assetRoutes());
    app.get('/', async (c) => {
      const model = await this.#model(c.req.query('hold') !== undefined, c.req.query('hour'));
      c.header('content-security-policy', contentSecurityPolicy);
      c.header('cache-control', 'no-store');
      return c.html(c.req.query('fragment') === '1' ? <DemoFragment model={model} /> : <DemoPage model={model} />);
    });
    app.post('/act', async (c) => {
      if (Number(c.req.header('content-length') ?? Number.POSITIVE_INFINITY) > MAX_FORM_BYTES)
        return c.text('This form is too large.\n', 413);
      if (!isOwn(c.req.raw.headers)) return c.text('This form belongs to another site.\n', 403);
      const form = await c.req.parseBody();
      if (!same(String(form['csrf'] ?? ''), this.csrf))
        return c.text('This form is from an earlier start. Open the page again.\n', 403);
      const town = this.#world.towns.find(({ plan }) => plan.id === form['town']);
      const name = String(form['name'] ?? '');
      if (town === undefined || !isAct(name)) return c.text('There is no such town or act.\n', 400);
      this.#chosen = town.plan.id;
      await this.#acts(name, town);
      return c.redirect('/#log', 303);
    });
    app.notFound((c) => {
      c.header('content-security-policy', contentSecurityPolicy);
      return c.html(<DemoNotFound towns={this.#world.towns.length} sourceUrl={SOURCE_URL} />, 404);
    });
    app.onError((error, c) => {
      process.stderr.write(`The live page: ${error.stack ?? error.message}\n`);
      return c.text('Something went wrong here.\n', 500);
    });
    return app;
  }

  async #model(held: boolean, hour: string | undefined): Promise<DemoModel> {
    const look = await this.#watch.latest();
    const opened = hour === undefined ? null : await this.#open(hour);
    return buildModel(this.#world, this.#watch, this.#events, look, {
      held,
      csrf: this.csrf,
      chosenTown: this.#chosen,
      opened,
    });
  }

  async #open(id: string): Promise<LiveOpened | null> {
    const found = await openHour(this.#world, this.#watch, id);
    if (found === null || found.ledgers.length < (this.#opened.get(id)?.ledgers.length ?? 0))
      return this.#opened.get(id) ?? found;
    if (this.#opened.size >= REMEMBERED) this.#opened.clear();
    this.#opened.set(id, found);
    return found;
  }
}

/** Browsers say where a form comes from; one that does not say it is not served. */
function isOwn(headers: Headers): boolean {
  const origin = headers.get('origin');
  if (origin !== null) return origin === `http://${headers.get('host')}`;
  return headers.get('sec-fetch-site') === 'same-origin';
}

function same(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function isAct(name: string): name is ActName {
  return Object.hasOwn(actWords, name);
}
