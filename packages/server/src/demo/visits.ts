/**
 * How a town's process tells the supervisor that somebody looks at its pages.
 *
 * @module
 */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';

/** One line on standard output. */
export const VISIT = 'a visitor looks';

const EVERY_MS = 5_000;

/** In the town: says so when a browser asks for a page, and not more often than it has to. */
export function reportVisits(say: (line: string) => void): void {
  let saidAt = 0;
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { readonly request: IncomingMessage };
    if (!(request.headers.accept ?? '').includes('text/html') || Date.now() - saidAt < EVERY_MS) return;
    saidAt = Date.now();
    say(`${VISIT}\n`);
  });
}
