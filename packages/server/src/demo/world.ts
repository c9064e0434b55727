/**
 * The three towns together: their folder, their databases, their processes and their agreements.
 *
 * Promises: a folder is emptied only if this program made it; a start on kept data finds everything
 * as it was; whatever was started is stopped by `stop`, also when the start itself fails.
 *
 * @module
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SigningKey } from '@evenhour/protocol/proof';
import { connect, greeted } from './connect.ts';
import { AGREEMENTS, TOWNS } from './people.ts';
import { type Seeded, seedTown } from './seed.ts';
import { copyTemplate, findTemplate } from './template.ts';
import { isAlive, portInUse, Town } from './towns.ts';

/** Something that the person who started this can mend. */
export class DemoProblem extends Error {
  override readonly name = 'DemoProblem';
}

export interface Ports {
  /** The live page. */
  readonly page: number;
  readonly towns: readonly [number, number, number];
}

/** The live page's port, unless another one is asked for; the towns have the next three. */
export const USUAL_PAGE_PORT = 4_000;
export const LAST_PAGE_PORT = 65_532;

export interface World {
  readonly towns: readonly [Town, Town, Town];
  readonly folder: string;
  readonly pagePort: number;
  readonly pageOrigin: string;
  /** Found the data of an earlier start. */
  readonly resumed: boolean;
  /** Each bank's own key, when it was made in this start. */
  readonly keys: readonly SigningKey[];
  stop(): Promise<boolean>;
}

export interface WorldOptions {
  readonly folder: string;
  readonly ports: Ports;
  /** Use what an earlier start left there. */
  readonly resume: boolean;
  readonly say: (line: string) => void;
  /** Stops a start that is under way. */
  readonly signal?: AbortSignal;
}

/** What is written down beside the data, so that the next start can use it. */
interface Kept {
  readonly v: 1;
  /** The supervisor that has the folder. */
  readonly pid: number;
  readonly ports: Ports;
  readonly tokens: readonly string[];
  /** Agreements were made. */
  readonly ready: boolean;
}

export async function openWorld(options: WorldOptions): Promise<World> {
  const { say, signal } = options;
  const folder = resolve(options.folder);
  const kept = await findKept(folder, options);
  const ports = kept?.ports ?? options.ports;
  const taken = await portInUse([ports.page, ...ports.towns]);
  if (taken !== undefined)
    throw new DemoProblem(
      kept === null
        ? `Port ${taken} is in use by another program. Stop that one, or choose other ports, for example these: npm start -- --ports ${await freeRow(ports.page)}`
        : `Port ${taken} is in use by another program. Stop that one: the towns in ${folder} know each other by their ports.`,
    );
  if (kept === null) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const pageOrigin = originOf(ports.page);
  const surroundings = { origins: ports.towns.map(originOf), page: pageOrigin };
  const towns: Town[] = [];
  const stop = async (): Promise<boolean> => (await Promise.all(towns.map((town) => town.stop()))).every(Boolean);
  // Before anything else, so that an interrupted start leaves a folder that the next one may empty.
  writeKept(folder, { v: 1, pid: process.pid, ports, tokens: kept?.tokens ?? [], ready: kept?.ready ?? false });
  try {
    const template = kept === null ? await findTemplate(join(folder, 'template'), say) : null;
    say('Starting the three towns, each with a database and a process of its own.');
    const starting: Promise<void>[] = [];
    const seeds: Seeded[] = [];
    for (const [index, plan] of TOWNS.entries()) {
      signal?.throwIfAborted();
      const place = {
        plan,
        port: ports.towns[index] ?? 0,
        origin: originOf(ports.towns[index] ?? 0),
        folder: join(folder, plan.id),
      };
      const seeded =
        template === null ? null : await seedTown(plan, copyTemplate(template, place.folder), place.origin);
      if (seeded !== null) seeds.push(seeded);
      const town = new Town({ ...place, token: seeded?.token ?? kept?.tokens[index] ?? '' }, surroundings);
      towns.push(town);
      // The first ones start while the next ones are written.
      const start = town.start();
      start.catch(() => {});
      starting.push(start);
    }
    rmSync(join(folder, 'template'), { recursive: true, force: true });
    await Promise.all(starting);
    await agree(towns, kept !== null, say, signal);
    const tokens = kept?.tokens ?? seeds.map(({ token }) => token);
    writeKept(folder, { v: 1, pid: process.pid, ports, tokens, ready: true });
    const [first, second, third] = towns;
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('there are not three towns');
    return {
      towns: [first, second, third],
      folder,
      pagePort: ports.page,
      pageOrigin,
      resumed: kept !== null,
      keys: seeds.map(({ key }) => key),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Where four ports in a row are free: some way after those that are not, and from the usual ones on when that is the
 * end.
 */
async function freeRow(taken: number): Promise<number> {
  for (let far = 100; far <= 60_000; far += 100) {
    const after = Math.max(taken, USUAL_PAGE_PORT) + far;
    const page = after <= LAST_PAGE_PORT ? after : USUAL_PAGE_PORT + far;
    if ((await portInUse([page, page + 1, page + 2, page + 3])) === undefined) return page;
  }
  throw new DemoProblem('No four ports in a row are free on this machine.');
}

export function originOf(port: number): string {
  return `http://localhost:${port}`;
}

/** What an earlier start left in the folder, if it is wanted. Changes nothing. */
async function findKept(folder: string, { resume, say, ports }: WorldOptions): Promise<Kept | null> {
  const before = readKept(folder);
  if (before === null) {
    if (existsSync(folder) && readdirSync(folder).length > 0)
      throw new DemoProblem(`The folder ${folder} holds something else. Choose another with --folder.`);
    return null;
  }
  if (before.pid !== process.pid && isAlive(before.pid) && (await portInUse(before.ports.towns)) !== undefined)
    throw new DemoProblem(
      `The folder ${folder} is in use by another start of these towns (process ${before.pid}). Stop that one, or choose another folder with --folder.`,
    );
  if (!resume || !before.ready) return null;
  if (before.ports.page !== ports.page)
    throw new DemoProblem(
      `The towns in ${folder} know each other by their ports, from ${before.ports.page}. Use --ports ${before.ports.page}, or choose another folder with --folder.`,
    );
  say(`Found the towns of an earlier start in ${folder}.`);
  return before;
}

async function agree(
  towns: readonly Town[],
  agreed: boolean,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (!agreed) say("They agree to honour each other's hours, and try it with an hour there and back.");
  // All pairs at once: most of the time one town waits for another.
  await Promise.all(
    AGREEMENTS.map(async ([first, second, firstMayOwe, secondMayOwe]) => {
      signal?.throwIfAborted();
      const [a, b] = [towns[first], towns[second]];
      if (a === undefined || b === undefined) throw new Error('no such town');
      if (agreed) await greeted(a, b);
      else await connect(a, b, firstMayOwe, secondMayOwe);
    }),
  );
}

function readKept(folder: string): Kept | null {
  try {
    const value = JSON.parse(readFileSync(join(folder, 'demo.json'), 'utf8')) as Kept;
    return value.v === 1 ? value : null;
  } catch {
    return null;
  }
}

/** Holds the operators' tokens, so nobody else may read it. */
function writeKept(folder: string, kept: Kept): void {
  writeFileSync(join(folder, 'demo.json'), `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
}
