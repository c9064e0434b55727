/** What an offer for everybody needs before it can be told, and when it is made. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { signedInPerson } from '../testing/people.ts';
import { startTowns, type Town } from '../testing/town.ts';
import * as changes from './changes.ts';

let leith: Town;
beforeAll(async () => {
  [leith] = (await startTowns(['Leith'])) as [Town];
});
afterAll(() => leith?.stop());
afterEach(() => vi.restoreAllMocks());

const WORDS = { kind: 'offer', category: 'company', title: 'A walk' };

test.each(['written', 'changed'])(
  'the key is made before the bank’s changes are locked, when an offer is %s',
  async (how) => {
    const { token } = await signedInPerson(leith, `moira.${how}`);
    const post = (path: string, visibility: string) => leith.call('POST', path, { ...WORDS, visibility }, { token });
    const path = how === 'written' ? '/api/offers' : `/api/offers/${(await post('/api/offers', 'bank')).body.id}`;
    const made = vi.spyOn(crypto.subtle, 'generateKey');
    const locks = [vi.spyOn(changes, 'lockChanges'), vi.spyOn(changes, 'nextChange')];
    expect((await post(path, 'public')).status).toBeLessThan(300);
    expect(made).toHaveBeenCalledTimes(1);
    const locked = locks.flatMap(({ mock }) => mock.invocationCallOrder);
    expect(locked.length).toBeGreaterThan(0);
    expect(made.mock.invocationCallOrder[0]).toBeLessThan(Math.min(...locked));
    // Once for each member.
    expect((await post('/api/offers', 'public')).status).toBe(201);
    expect(made).toHaveBeenCalledTimes(1);
  },
);
