/**
 * The same as the live page, as lines on a terminal, and the keys that break things.
 *
 * Promises: one line an event; an hour that settles at once is one line and not two; the terminal is
 * left as it was found.
 *
 * @module
 */

import type { ActName, LiveEvent } from '../web/live-models.ts';
import type { Party } from '../web/models.ts';
import { wordsOf } from '../web/words.ts';
import type { Events } from './events.ts';
import type { Acts } from './live-acts.ts';
import type { World } from './world.ts';

const { short } = wordsOf('en');

/** How long a line waits for the news that its hour has settled. */
const TOGETHER_MS = 400;

/** Writes every event as a line. */
export function tellEvents(events: Events, say: (line: string) => void): void {
  const waiting = new Map<string, { readonly timer: NodeJS.Timeout; readonly gives: string }>();
  events.on((event, more) => {
    const line = (text: string): void => say(`${event.at.toTimeString().slice(0, 8)}  ${text}`);
    const hour = event.hour ?? event.id;
    if (event.kind === 'sent') {
      const timer = setTimeout(() => {
        waiting.delete(hour);
        line(`${gives(event)} It is on its way.`);
      }, TOGETHER_MS);
      timer.unref();
      waiting.set(hour, { timer, gives: gives(event) });
      return;
    }
    const before = waiting.get(hour);
    clearTimeout(before?.timer);
    waiting.delete(hour);
    line(sentence(event, more, before?.gives));
  });
}

const of = ({ name, town }: Party): string => `${name} in ${town.name}`;

function gives({ giver, receiver, minutes, what }: Extract<LiveEvent, { kind: 'sent' }>): string {
  return `${of(giver)} gives ${of(receiver)} ${short(minutes)}${what === '' ? '.' : `: ${what}.`}`;
}

function sentence(event: Exclude<LiveEvent, { kind: 'sent' }>, more: string, gave: string | undefined): string {
  const also = more === '' ? '' : ` ${more}.`;
  switch (event.kind) {
    case 'settled':
      return gave === undefined
        ? `${short(event.minutes)} from ${of(event.giver)} arrived at ${of(event.receiver)} after ${duration(event.tookMs)}.${also}`
        : `${gave} Settled in ${duration(event.tookMs)}.${also}`;
    case 'returned':
      return `${short(event.minutes)} came back to ${of(event.giver)}: ${event.receiver.town.name} could not take it (${event.code}).${also}`;
    case 'plug_out':
      return `${event.town}'s plug is pulled. Hours for it wait at the door.`;
    case 'plug_in':
      return `${event.town} is back. What waited goes on.`;
    case 'replayed':
      return `${event.from} sent ${event.to} its last entries again.${also}`;
    case 'forged':
      return `Somebody forged an hour from ${event.pretended} and sent it to ${event.to}.${also}`;
    case 'limit':
      return `${event.from} asked ${event.to} for ${short(event.minutes)}.${also}`;
    case 'note':
      return `${event.title} ${event.text}`;
  }
}

function duration(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

export const KEYS = `
  s  send an hour                      r  send a message twice
  p  pull a plug, or put it back       f  forge an hour
  a  hours by themselves, or not       l  pass a limit
  q  quit                              ?  this list
`;

export interface KeyOptions {
  readonly say: (line: string) => void;
  readonly quit: () => void;
  /** Starts or stops what goes on by itself. Returns what it is now. */
  readonly toggleStory: () => boolean;
}

/** Reads single keys until the returned function is called. */
export function readKeys({ towns }: World, acts: Acts, { say, quit, toggleStory }: KeyOptions): () => void {
  const { stdin } = process;
  let choosing = false;
  let turn = 0;
  const next = (): (typeof towns)[number] => {
    const order = [0, 1, 2].map((step) => towns[((turn + step) % 3) as 0 | 1 | 2]);
    turn += 1;
    return order.find((town) => town.on) ?? towns[0];
  };
  const at = (town: (typeof towns)[number], name: ActName): void => void acts(name, town);
  const keys: Readonly<Record<string, () => void>> = {
    s: () => at(next(), 'send'),
    r: () => at(next(), 'replay'),
    f: () => at(next(), 'forge'),
    l: () => at(towns[0].on ? towns[0] : next(), 'limit'),
    p: () => {
      choosing = true;
      const names = towns.map((town, index) => `${index + 1} ${town.name}${town.on ? '' : ' (pulled)'}`);
      say(`Whose plug? ${names.join(', ')}`);
    },
    a: () => say(toggleStory() ? 'Hours cross by themselves.' : 'Nothing happens by itself now.'),
    q: quit,
    '\u0003': quit,
    '\u0004': quit,
    '?': () => say(KEYS),
    h: () => say(KEYS),
  };
  const choose = (key: string): void => {
    choosing = false;
    const town = towns[(Number(key) - 1) as 0 | 1 | 2];
    if (town === undefined) {
      say('No plug, then.');
      return;
    }
    if (!town.on) say(`${town.name}'s plug goes back in. Its bank starts.`);
    at(town, 'plug');
  };
  const press = (key: string): void => {
    const stops = keys[key] === quit;
    if (choosing && !stops) choose(key);
    else keys[key.toLowerCase()]?.();
  };
  const onData = (text: string): void => {
    for (const key of text) press(key);
  };
  stdin.setRawMode(true);
  stdin.setEncoding('utf8').on('data', onData);
  stdin.resume();
  return () => {
    stdin.off('data', onData);
    stdin.setRawMode(false);
    stdin.pause();
  };
}
