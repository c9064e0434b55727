/**
 * Makes a script that fails shorter, until nothing can be left out.
 *
 * @module
 */
import fc from 'fast-check';
import { type RunOptions, runScript } from './run.ts';
import type { Script, Step } from './script.ts';

/** How long to try, in milliseconds. */
const PATIENCE_MS = 20_000;

/**
 * The shortest script that still fails. fast-check takes steps out, and faults of the network; the
 * steps that stay are as they were.
 */
export async function shrink(script: Script, options: RunOptions): Promise<Script> {
  const end = Date.now() + PATIENCE_MS;
  let best = script;
  const subsets = fc.tuple(fc.subarray([...script.steps]), fc.boolean());
  const property = fc.asyncProperty(subsets, async ([steps, calm]: [Step[], boolean]) => {
    if (Date.now() > end) return;
    const noise = calm ? { lose: 0, repeat: 0, late: 0 } : script.noise;
    const shorter = { ...script, steps, noise };
    const { failures } = await runScript(shorter, options);
    if (failures.length === 0) return;
    best = shorter;
    throw new Error(failures[0]);
  });
  const first: [Step[], boolean] = [[...script.steps], false];
  await fc.check(property, { examples: [[first]], numRuns: 1, seed: script.seed });
  return best;
}
