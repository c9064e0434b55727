/**
 * Which faults met which work.
 *
 * A pair is a kind of fault and what it hit: the first entry of a packet, the kind of request or
 * answer, or what a bank was about when it crashed. The whole table stands here, so that the part
 * that was never hit can be told.
 *
 * @module
 */

import { LIES } from './lies.ts';
import type { Packet } from './wire.ts';

const ENTRIES = [
  ...['Hold', 'HoldAccept', 'HoldDecline', 'Post', 'Void', 'Receipt', 'Amend', 'Checkpoint', 'Resume'],
] as const;
const ENDING = ['close', 'agree'] as const;
const NETWORK = ['loss', 'repeat', 'delay', 'reorder', 'cut'] as const;
const PACKETS = [
  ...ENTRIES,
  ...ENDING,
  'open',
  'fetch',
  'opened',
  'ran',
  'refused',
  'fetched',
  'closed',
  'agreed',
] as const;
const COMMITS = ['crash_before_commit', 'crash_after_commit'] as const;
const SENDS = ['crash_before_send', 'crash_after_send'] as const;

/** Every pair that can be hit. */
export const PAIRS: readonly string[] = [
  ...NETWORK.flatMap((fault) => PACKETS.map((what) => `${fault} ${what}`)),
  ...COMMITS.flatMap((fault) =>
    [...ENTRIES, ...ENDING, 'open', 'ran', 'local', 'start'].map((what) => `${fault} ${what}`),
  ),
  ...SENDS.flatMap((fault) => ['run', 'open', 'fetch', 'answer', ...ENDING].map((what) => `${fault} ${what}`)),
  ...['run', 'open', 'fetch', 'answer', ...ENTRIES].map((what) => `restore ${what}`),
  ...[...ENTRIES, 'open', 'fetch'].map((what) => `skew ${what}`),
  ...LIES.map((lie) => `lie ${lie}`),
];
/** What each fault can hit, with the name of the pair. */
const POSSIBLE = new Map<string, Map<string, string>>();
for (const pair of PAIRS) {
  const [fault = '', what = ''] = pair.split(' ');
  const known = POSSIBLE.get(fault) ?? new Map<string, string>();
  POSSIBLE.set(fault, known.set(what, pair));
}

/** The faults of one run or of many. */
export class Coverage {
  readonly faults: Record<string, number> = {};
  readonly pairs = new Set<string>();

  hit(fault: string, what: string): void {
    this.faults[fault] = (this.faults[fault] ?? 0) + 1;
    const pair = POSSIBLE.get(fault)?.get(what);
    if (pair !== undefined) this.pairs.add(pair);
  }

  add(other: Coverage): void {
    for (const [fault, times] of Object.entries(other.faults)) this.faults[fault] = (this.faults[fault] ?? 0) + times;
    for (const pair of other.pairs) this.pairs.add(pair);
  }
}

/** A packet in one word: its first entry, or what it asks or answers. */
export function kindOf(packet: Packet): string {
  if ('reply' in packet) return packet.reply.kind;
  const { ask } = packet;
  const type = ask.kind === 'run' ? ask.entries[0]?.['type'] : undefined;
  return Array.isArray(type) ? String(type[1]) : ask.kind;
}
