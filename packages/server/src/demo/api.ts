/**
 * How the demo speaks to its towns: through the typed client, as any other program would.
 *
 * Promises: the public HTTP and nothing else; a town that is off is heard of at once, so nothing is
 * tried again behind the back of whoever asks.
 *
 * @module
 */
import { type Client, createClient } from '@evenhour/client';

const TIMEOUT_MS = 20_000;
/** Long, because a machine with two cores that does other things as well is slow and not wrong. */
const UNTIL_MS = 60_000;

export function clientOf(origin: string, token: string): Client {
  return createClient({ baseUrl: origin, token, tries: 1, timeoutMs: TIMEOUT_MS });
}

/** Asks until the answer is something. Throws an error that says what was waited for. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  timeoutMs = UNTIL_MS,
): Promise<Exclude<T, undefined | null | false>> {
  const end = Date.now() + timeoutMs;
  while (true) {
    const value = await ask();
    if (value !== undefined && value !== null && value !== false) return value as Exclude<T, undefined | null | false>;
    if (Date.now() > end) throw new Error(`this did not happen within ${timeoutMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** The newest hours given and received, newest first, at most 200. */
export async function latestTransfers(client: Client, count = 60) {
  return (await client.transfers.list({ pageSize: count }).page()).items;
}
