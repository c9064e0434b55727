/** What the story leaves alone, and how a town says that it has a visitor. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { passLimit, sendHour } from './acts.ts';
import { Events } from './events.ts';
import { createActs } from './live-acts.ts';
import { playStory, victimFirst } from './story.ts';
import type { Town } from './towns.ts';
import { reportVisits, tellWalkIn, VISIT, walkIns } from './visits.ts';
import type { Watch } from './watch.ts';
import type { World } from './world.ts';

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

test('a town tells of everybody as whom somebody walks in', () => {
  const said: string[] = [];
  reportVisits((line) => said.push(line));
  tellWalkIn('moira');
  tellWalkIn('davie');
  expect(walkIns(`listening\n${VISIT}\n${said.join('')}`)).toEqual(['moira', 'davie']);
  expect(walkIns(VISIT)).toEqual([]);
});

/** A town in which everything can be given, and that keeps who gave to whom. */
function town(name: string, more: Partial<Town> = {}) {
  const gifts: { from: string; to: string }[] = [];
  const handles = ['ana', 'ben', 'cara'].map((handle) => `${name}-${handle}`);
  const items = handles.map((handle) => ({ handle, kind: 'person', status: 'active' }));
  const made = {
    ...{ name, host: name, origin: `http://${name}`, on: true, walkedIn: new Set<string>(), gifts, handles },
    plan: { people: handles.map((handle) => ({ handle, does: 'Chess' })) },
    visitedWithin: () => false,
    api: {
      members: { list: () => ({ all: async () => items }) },
      agreements: {
        list: () => ({
          all: async () =>
            ['a', 'b', 'c'].map((each) => ({ origin: `http://${each}`, status: 'active', position: {} })),
        }),
      },
      give: async (gift: { from: string; to: string }) => void gifts.push(gift),
    },
    ...more,
  };
  return made as unknown as Town & { readonly gifts: typeof gifts; readonly handles: string[] };
}

test('nobody as whom somebody walked in gives or receives an hour', async () => {
  const a = town('a', { walkedIn: new Set(['a-ana', 'a-cara']) });
  for (const on of [true, false]) {
    const b = town('b', { on, walkedIn: new Set(['b-ana', 'b-ben']) });
    for (const luck of [0, 0.5, 0.99]) await sendHour({ from: a, to: b, luck: () => luck });
    await passLimit(a, b).catch(() => {});
    const free = [{ from: 'a-ben', to: 'b-cara@b' }];
    expect(a.gifts.splice(0)).toMatchObject([free, free, free, free].flat());
  }
});

test('the story says nothing of what cannot be done; whoever asks for it is told', async () => {
  const events = new Events();
  const towns = [town('a', { on: false }), town('b'), town('c')] as unknown as World['towns'];
  const acts = createActs({ towns } as World, events, { now: async () => {} } as unknown as Watch);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 150);
  await playStory({ towns }, acts, { breaks: false, signal: stop.signal, paceMs: 1 });
  expect(events.latest(10)).toEqual([]);
  await acts('send', towns[0]);
  expect(events.latest(10)).toMatchObject([{ kind: 'note', text: 'Put it back first.' }]);
});

test('the story pulls no plug where a visitor was in the last quarter of an hour, and puts back only what it pulled', async () => {
  const play = async (more: Partial<Town>): Promise<string[]> => {
    const done: string[] = [];
    const towns = ['a', 'b', 'c'].map((name) => town(name, more)) as unknown as World['towns'];
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 150);
    const acts = async (name: string, { name: at }: Town): Promise<void> => void done.push(`${name} ${at}`);
    await playStory({ towns }, acts, { breaks: true, signal: stop.signal, paceMs: 1 });
    return done;
  };
  expect((await play({})).some((act) => act.startsWith('plug'))).toBe(true);
  const minute = 60_000;
  const visited = await play({ visitedWithin: (ms) => ms > 14 * minute });
  expect(visited.length).toBeGreaterThan(5);
  expect(visited.filter((act) => act.startsWith('plug'))).toEqual([]);
  expect(await play({ on: false })).toEqual([]);
});
