/**
 * The demo as people see it: three towns, the live page, the terminal, and a story.
 *
 * Promises: it stays up until it is told to stop; then every town is stopped before it returns.
 *
 * @module
 */
import { relative } from 'node:path';
import { Events } from './events.ts';
import { createActs } from './live-acts.ts';
import { LivePage } from './page.tsx';
import { playOpening, playStory, seatVisitors } from './story.ts';
import { KEYS, readKeys, tellEvents } from './terminal.ts';
import { writeTokens } from './tokens.ts';
import { Watch } from './watch.ts';
import { openWorld, type Ports } from './world.ts';

export interface ShowOptions {
  readonly ports: Ports;
  readonly folder: string;
  readonly keep: boolean;
  readonly quiet: boolean;
  /** No story: only what people do happens. */
  readonly still: boolean;
  readonly stop: AbortController;
}

export async function runShow({ ports, folder, keep, quiet, still, stop }: ShowOptions): Promise<number> {
  const { signal } = stop;
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const tell = quiet ? () => {} : say;
  tell('Evenhour: three towns on this machine, each with a bank of its own.');
  const world = await openWorld({ folder, ports, resume: keep, say: tell, signal });
  const events = new Events();
  const watch = new Watch(world.towns, events);
  const acts = createActs(world, events, watch);
  for (const town of world.towns) {
    const log = `${relative(process.cwd(), town.folder) || town.folder}/log.jsonl`;
    town.onLost = () =>
      events.tell({
        kind: 'note',
        title: `${town.name} stopped by itself.`,
        text: `Why stands in ${log}. Put its plug back to start it again.`,
      });
  }
  let restore = (): void => {};
  let page: LivePage | undefined;
  try {
    await watch.now();
    page = await LivePage.open(world, watch, events, acts);
    watch.start();
    say('');
    say(`  Live page  ${world.pageOrigin}`);
    for (const town of world.towns) say(`  ${town.name.padEnd(9)}  ${town.origin}`);
    if (!world.resumed) await writeTokens(world);
    say('');
    tellEvents(events, tell);
    if (!world.resumed) {
      await playOpening(world, watch, signal);
      // Nobody waits for them, and a town whose plug is out has no visitors.
      seatVisitors(world, signal).catch(() => {});
    }
    const tty = process.stdin.isTTY === true && process.stdout.isTTY === true;
    let story = new AbortController();
    const play = (): void =>
      void playStory(world, acts, { breaks: !tty, signal: AbortSignal.any([signal, story.signal]) });
    if (still) story.abort();
    else play();
    if (tty) {
      say(KEYS);
      const toggleStory = (): boolean => {
        if (story.signal.aborted) {
          story = new AbortController();
          play();
          return true;
        }
        story.abort();
        return false;
      };
      restore = readKeys(world, acts, { say, quit: () => stop.abort(), toggleStory });
    }
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    restore();
    tell('Stopping the three towns.');
    watch.stop();
    await page?.close();
    await world.stop();
  }
  tell(
    `All three have stopped. Their data is in ${relative(process.cwd(), world.folder) || '.'}; to go on with it: npm start -- --keep`,
  );
  return 0;
}
