/** Which town the story breaks, and how a town says that it has a visitor. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { victimFirst } from './story.ts';
import { reportVisits, VISIT } from './visits.ts';

test('no plug is pulled of a town that somebody looks at, while there is another', () => {
  const town = (name: string, visited: boolean) => ({ name, visitedWithin: () => visited });
  const names = (visited: readonly boolean[]) =>
    victimFirst(
      visited.map((each, at) => town('abc'[at] ?? '', each)),
      1,
    ).map(({ name }) => name);
  expect(names([false, false, false])).toEqual(['a', 'b', 'c']);
  expect(names([true, false, false])).toEqual(['b', 'a', 'c']);
  expect(names([true, true, false])).toEqual(['c', 'a', 'b']);
  expect(names([true, true, true])).toEqual(['a', 'b', 'c']);
});

test('a town tells of a browser, and of no program', async () => {
  const said: string[] = [];
  reportVisits((line) => said.push(line));
  const server = createServer((_, response) => response.end());
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ask = (accept: string) =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { headers: { accept } });
  await ask('application/json');
  expect(said).toEqual([]);
  await ask('text/html,*/*');
  await ask('text/html,*/*');
  expect(said).toEqual([`${VISIT}\n`]);
});
