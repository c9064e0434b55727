/**
 * The baseline of federation: two bare Fedify servers that send each other `Create(Note)`, nothing stored.
 *
 * Each has sixteen sends at a time, so that both processes sign and verify as the two nodes do, and both have
 * run for a while before the first measurement. One activity whose inbox listener ran is set against one settled
 * transfer, which takes six signed documents and two ledgers.
 *
 * @module
 */
import { type Colleague, startColleague } from './children.ts';
import type { Cleanup } from './cleanup.ts';

const IN_FLIGHT = 16;

export interface BareFedify {
  /** Activities a second that reached a listener, over some seconds. */
  measure(seconds: number): Promise<number>;
}

export async function startBareFedify(cleanup: Cleanup): Promise<BareFedify> {
  const module = new URL('./fedify-peer.js', import.meta.url);
  const peers = [startColleague(module, cleanup), startColleague(module, cleanup)] as const;
  const [a, b] = await Promise.all(peers.map((peer) => peer.ask<{ origin: string }>({ kind: 'listen' })));
  const send = (peer: Colleague, to: string | undefined, seconds: number): Promise<unknown> =>
    peer.ask({ kind: 'send', to, inFlight: IN_FLIGHT, seconds });
  const count = async (): Promise<number> => {
    const counts = await Promise.all(peers.map((peer) => peer.ask<{ received: number }>({ kind: 'count' })));
    return counts.reduce((total, { received }) => total + received, 0);
  };
  return {
    async measure(seconds) {
      const before = await count();
      const startedAt = performance.now();
      await Promise.all([send(peers[0], b?.origin, seconds), send(peers[1], a?.origin, seconds)]);
      const took = (performance.now() - startedAt) / 1000;
      return ((await count()) - before) / took;
    },
  };
}
