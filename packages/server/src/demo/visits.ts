/**
 * How a town's process tells the supervisor that somebody looks at its pages, or walks in as one of its members.
 *
 * @module
 */
import { channel, subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';

/** Lines on standard output; the second one ends with a member's handle. */
export const VISIT = 'a visitor looks';
const WALK_IN = 'a visitor walks in as';

const EVERY_MS = 5_000;

const door = channel('evenhour.demo.door');

/** Somebody has come in as this member. Outside a demo's town nobody listens. */
export function tellWalkIn(handle: string): void {
  door.publish(handle);
}

/**
 * In the town: says so when a browser asks for a page, and not more often than it has to; and each time somebody walks
 * in.
 */
export function reportVisits(say: (line: string) => void): void {
  let saidAt = 0;
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { readonly request: IncomingMessage };
    if (!(request.headers.accept ?? '').includes('text/html') || Date.now() - saidAt < EVERY_MS) return;
    saidAt = Date.now();
    say(`${VISIT}\n`);
  });
  door.subscribe((handle) => say(`${WALK_IN} ${handle}\n`));
}

/** In the supervisor: the handles of those as whom somebody walked in, from what a town has said. */
export function walkIns(said: string): string[] {
  return Array.from(said.matchAll(new RegExp(`^${WALK_IN} (\\S+)$`, 'gm')), ([, handle = '']) => handle);
}
