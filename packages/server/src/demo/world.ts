/**
 * The three towns together: their folder, their databases, their processes and their agreements.
 *
 * Promises: a folder is emptied only if this program made it; a start on kept data finds everything
 * as it was; whatever was started is stopped by `stop`, also when the start itself fails.
 *
 * @module
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SigningKey } from '@evenhour/protocol/proof';
import { connect, greeted } from './connect.ts';
import { AGREEMENTS, TOWNS } from './people.ts';
import { makeTemplate, seedTown } from './seed.ts';
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
  const { say } = options;
  const folder = resolve(options.folder);
  const kept = await claim(folder, options);
  const ports = kept?.ports ?? options.ports;
  const taken = await portInUse([ports.page, ...ports.towns]);
  if (taken !== undefined)
    throw new DemoProblem(`Port ${taken} is in use by another program. Stop that one, or choose other ports with --ports, for example: npm start -- --ports 4100`);

  const { tokens, keys } = kept ?? (await makeTowns(folder, ports, say, options.signal));
  writeKept(folder, { v: 1, pid: process.pid, ports, tokens, ready: kept?.ready ?? false });
  const origins = ports.towns.map(originOf);
  const make = (index: 0 | 1 | 2): Town =>
    new Town(
      { plan: TOWNS[index], origin: originOf(ports.towns[index]), port: ports.towns[index], folder: join(folder, TOWNS[index].id), token: tokens[index] ?? '' },
      origins,
    );
  const towns = [make(0), make(1), make(2)] as const;
  const stop = async (): Promise<boolean> => (await Promise.all(towns.map((town) => town.stop()))).every(Boolean);
  try {
    say('Starting the three towns, each in a process of its own.');
    await Promise.all(towns.map((town) => town.start()));
    options.signal?.throwIfAborted();
    await agree(towns, kept?.ready === true, say, options.signal);
    writeKept(folder, { v: 1, pid: process.pid, ports, tokens, ready: true });
  } catch (error) {
    await stop();
    throw error;
  }
  const pageOrigin = originOf(ports.page);
  return { towns, folder, pagePort: ports.page, pageOrigin, resumed: kept !== null, keys: keys ?? [], stop };
}

export function originOf(port: number): string {
  return `http://localhost:${port}`;
}

/** Makes sure of the folder. Returns what an earlier start left, if that is wanted. */
async function claim(folder: string, { resume, say, ports }: WorldOptions): Promise<(Kept & { keys?: never }) | null> {
  const before = readKept(folder);
  if (before === null && existsSync(folder) && readdirSync(folder).length > 0)
    throw new DemoProblem(`The folder ${folder} holds something else. Choose another with --folder.`);
  if (before !== null && before.pid !== process.pid && isAlive(before.pid) && (await portInUse(before.ports.towns)) !== undefined)
    throw new DemoProblem(`The folder ${folder} is in use by another start of these towns (process ${before.pid}). Stop that one, or choose another folder with --folder.`);
  if (resume && before?.ready === true) {
    if (before.ports.page !== ports.page)
      throw new DemoProblem(`The towns in ${folder} know each other by their ports, from ${before.ports.page}. Use --ports ${before.ports.page}, or choose another folder with --folder.`);
    say(`Found the towns of an earlier start in ${folder}.`);
    return before;
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return null;
}

/** One migrated database is made and copied twice, which is much faster than making three. */
async function makeTowns(folder: string, ports: Ports, say: (line: string) => void, signal?: AbortSignal): Promise<{ tokens: string[]; keys: SigningKey[] }> {
  say('Making a database for each town. This takes a few seconds.');
  const template = join(folder, 'template');
  // Before anything else, so that an interrupted start leaves a folder that the next one may empty.
  writeKept(folder, { v: 1, pid: process.pid, ports, tokens: [], ready: false });
  await makeTemplate(template);
  const tokens: string[] = [];
  const keys: SigningKey[] = [];
  for (const [index, plan] of TOWNS.entries()) {
    signal?.throwIfAborted();
    const place = join(folder, plan.id);
    cpSync(template, place, { recursive: true });
    const seeded = await seedTown(plan, place, originOf(ports.towns[index] ?? 0));
    tokens.push(seeded.token);
    keys.push(seeded.key);
  }
  rmSync(template, { recursive: true, force: true });
  return { tokens, keys };
}

async function agree(towns: World['towns'], agreed: boolean, say: (line: string) => void, signal?: AbortSignal): Promise<void> {
  if (!agreed) say('They agree to honour each other\'s hours, and try it with an hour there and back.');
  for (const [first, second, firstMayOwe, secondMayOwe] of AGREEMENTS) {
    signal?.throwIfAborted();
    const [a, b] = [towns[first], towns[second]];
    if (a === undefined || b === undefined) throw new Error('no such town');
    if (agreed) await greeted(a, b);
    else await connect(a, b, firstMayOwe, secondMayOwe);
  }
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
