/** What is said when the node itself is in trouble. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type Stage, setStage } from '../testing/watch.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage(0);
});
afterAll(() => stage?.stop());
afterEach(() => {
  vi.restoreAllMocks();
});

const get = (path: string) => fetch(`${stage.town.origin}${path}`);
const gone = () => {
  throw new Error('connection to 10.1.2.3 as user evenhour was lost');
};

test('a database that is gone makes it not ready, and no more than that', async () => {
  expect((await get('/readyz')).status).toBe(200);
  vi.spyOn(stage.town.database.db, 'execute').mockImplementation(gone);
  const answer = await get('/readyz');
  expect([answer.status, await answer.text()]).toEqual([503, 'The database does not answer.\n']);
  expect((await get('/healthz')).status).toBe(200);
});

test.each(['/api/bank', '/ap/partners'])('a failure of our own at %s has a code and no details', async (path) => {
  vi.spyOn(stage.town.database.db, 'select').mockImplementation(gone);
  vi.spyOn(stage.town.database.db, 'execute').mockImplementation(gone);
  const answer = await get(path);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(await answer.json()).toEqual({
    type: 'https://w3id.org/evenhour/v1#refusal-internal_error',
    title: 'Something went wrong here. Nothing was changed; try again in a moment.',
    status: 500,
    code: 'internal_error',
    fault: 'local',
    retryable: true,
    facts: {},
  });
});
