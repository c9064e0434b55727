/**
 * `npm start -- --ci`: the whole demo without anybody watching, step by step, each asserted.
 *
 * Promises: the towns are driven through their public HTTP only, and looked into only after they have
 * stopped; one line a step; exit code 0 only when every step passed; nothing is left running.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attackSteps } from './ci-attacks.ts';
import { agreementSteps, idempotencyStep, pairs, proofStep, sameFigureSteps, sendSteps, sumStep } from './ci-hours.ts';
import { pageSteps } from './ci-pages.ts';
import { plugSteps } from './ci-plug.ts';
import { greeted } from './connect.ts';
import { Events } from './events.ts';
import { createActs } from './live-acts.ts';
import { LivePage } from './page.tsx';
import { recomputeTown } from './recompute.ts';
import { must, mustEqual, Report, writeFigures } from './report.ts';
import { isAlive } from './towns.ts';
import { Watch } from './watch.ts';
import { openWorld, type Ports, type World } from './world.ts';

export interface CiOptions {
  readonly ports: Ports;
  readonly folder: string | undefined;
  readonly keep: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

export async function runCi(options: CiOptions): Promise<number> {
  const { json, signal } = options;
  // With --json, standard output's last line is the object and everything else goes to standard error.
  const say = (line: string): void => void (json ? process.stderr : process.stdout).write(`${line}\n`);
  const report = new Report(say, signal);
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'evenhour-demo-'));
  let world: World | undefined;
  const started = await report.step('start', async () => {
    const began = performance.now();
    world = await openWorld({
      folder,
      ports: options.ports,
      resume: false,
      say: (line) => say(`      ${line}`),
      signal,
    });
    return `three towns run and have agreed, after ${Math.round(performance.now() - began)} ms`;
  });
  if (world !== undefined) {
    try {
      await drive(report, world);
    } catch (error) {
      await report.step('between-steps', () => Promise.reject(error));
    }
    await finish(report, world);
    await world.stop();
  }
  const keep = options.keep || !started || report.failed > 0;
  if (!keep) rmSync(folder, { recursive: true, force: true });
  else say(`      The data of the towns was kept in ${folder}`);
  const figures = report.figures(keep ? folder : null);
  writeFigures(figures);
  if (json) {
    say(report.closing);
    process.stdout.write(`${JSON.stringify(figures)}\n`);
  } else say(report.closing);
  return report.failed === 0 ? 0 : 1;
}

async function drive(report: Report, world: World): Promise<void> {
  const events = new Events();
  const watch = new Watch(world.towns, events);
  const acts = createActs(world, events, watch);
  await watch.now();
  await agreementSteps(report, world);
  await sendSteps(report, world);
  await sameFigureSteps(report, world, 'first');
  await sumStep(report, world, watch, 'first');
  await proofStep(report, world);
  const page = await LivePage.open(world, watch, events, acts);
  try {
    await pageSteps(report, world, watch);
  } finally {
    await page.close();
  }
  await idempotencyStep(report, world);
  await attackSteps(report, world);
  await plugSteps(report, world);
  await sameFigureSteps(report, world, 'last');
  await sumStep(report, world, watch, 'last');
  await doctorSteps(report, world);
}

async function doctorSteps(report: Report, world: World): Promise<void> {
  for (const [a, b] of pairs(world)) await greeted(a, b);
  for (const town of world.towns) {
    await report.step(`doctor-${town.plan.id}`, async () => {
      const checks = await town.api.doctor();
      const wrong = checks.filter(({ ok }) => !ok).map(({ says }) => says);
      must(checks.length > 5 && wrong.length === 0, wrong.join(' '));
      return `the doctor finds ${town.name} well: ${checks.length} checks`;
    });
  }
}

/** Stops the towns, and adds everything up again from what they left on disk. */
async function finish(report: Report, world: World): Promise<void> {
  await report.step('stop', async () => {
    const began = performance.now();
    must(await world.stop(), 'a town had to be killed');
    return `all three towns stopped when they were asked to, in ${Math.round(performance.now() - began)} ms`;
  });
  const recomputed = new Map<string, Awaited<ReturnType<typeof recomputeTown>>>();
  for (const { plan, name, folder } of world.towns) {
    await report.step(`recompute-${plan.id}`, async () => {
      const found = await recomputeTown(folder);
      recomputed.set(plan.id, found);
      mustEqual(found.faults, [], `what differs at ${name}`);
      mustEqual(found.pairs.length, 2, `the pairs of ${name}`);
      return `${name} from its database alone: ${found.accounts} balances from ${found.postings} postings, 2 positions from ${found.entries} signed entries, all as it said`;
    });
  }
  await report.step('recompute-together', async () => {
    const all = [...recomputed.values()];
    mustEqual(all.length, 3, 'the towns that could be read');
    const sides = new Map<string, (typeof all)[number]['pairs'][number]>();
    for (const pair of all.flatMap((each) => each.pairs)) {
      const other = sides.get(pair.id);
      if (other === undefined) sides.set(pair.id, pair);
      else {
        mustEqual(pair.owesMinutes + other.owesMinutes, 0, 'the two figures of a pair');
        mustEqual(pair.journals, other.journals, 'the two copies of the journals');
      }
    }
    const sum = all.reduce((total, each) => total + each.membersMinutes + each.fundsMinutes, 0);
    mustEqual(sum, 0, 'members and pots of all three towns');
    return 'both towns of each pair hold the same journals and the same figure, and all three together make 0';
  });
  await report.step('nothing-left', async () => {
    const left = world.towns.flatMap(({ pids }) => pids).filter(isAlive);
    mustEqual(left, [], 'processes that are still there');
    return 'nothing is left running';
  });
}
