import { expect, test } from 'vitest';
import { Random } from '../sim/random.ts';
import { Bag, CLIENTS, LINK_FAULTS, planRound, type Step, TOWN_FAULTS } from './plan.ts';

const SHAPE = { towns: 3, replicated: 0, faultsMs: 60_000, longestMs: 8_000 };

function plan(seed: number): Step[] {
  const random = new Random(seed, 'plan');
  return planRound(random, { town: new Bag(TOWN_FAULTS, random), link: new Bag(LINK_FAULTS, random) }, SHAPE);
}

test('a seed gives one schedule, and another seed another', () => {
  expect(plan(1)).toEqual(plan(1));
  expect(plan(1)).not.toEqual(plan(2));
});

test.each([1, 2, 3])('with seed %i every kind comes up before any comes up again', (seed) => {
  const steps = plan(seed);
  const inTowns = steps.flatMap((step) => ('town' in step ? [step.fault] : []));
  const onLinks = steps.flatMap((step) => ('town' in step ? [] : [step.fault]));
  expect(inTowns.length).toBeGreaterThan(2 * TOWN_FAULTS.length);
  expect(new Set(inTowns.slice(0, TOWN_FAULTS.length))).toEqual(new Set(TOWN_FAULTS));
  expect(new Set(inTowns.slice(TOWN_FAULTS.length, 2 * TOWN_FAULTS.length))).toEqual(new Set(TOWN_FAULTS));
  expect(new Set(onLinks.slice(0, LINK_FAULTS.length))).toEqual(new Set(LINK_FAULTS));
});

test.each([1, 2, 3])('with seed %i the steps are in order, in time, and between two ends', (seed) => {
  let last = 0;
  for (const step of plan(seed)) {
    expect(step.atMs).toBeGreaterThanOrEqual(last);
    expect(step.atMs).toBeLessThan(SHAPE.faultsMs);
    expect(step.forMs).toBeLessThanOrEqual(SHAPE.longestMs);
    last = step.atMs;
    if ('town' in step) expect([0, 1, 2]).toContain(step.town);
    else {
      expect([CLIENTS, 0, 1, 2]).toContain(step.from);
      expect([0, 1, 2].filter((town) => town !== step.from)).toContain(step.to);
    }
    if (step.fault === 'replicaKilled') expect(step).toMatchObject({ town: SHAPE.replicated });
  }
});
