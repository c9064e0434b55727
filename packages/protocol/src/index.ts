/**
 * What two timebanks must agree on: minutes, refusals, the honour agreement, the twin journals and
 * the gift, as pure decisions. Wire forms are in `@evenhour/protocol/wire`, keys and proofs in
 * `@evenhour/protocol/proof`.
 *
 * @module
 */
export * from './core/agreement/agreement.ts';
export * from './core/delivery/greeting.ts';
export * from './core/delivery/run.ts';
export * from './core/exchange/exchange.ts';
export * from './core/exchange/gift.ts';
export * from './core/exchange/log.ts';
export * from './core/journal/decide.ts';
export * from './core/journal/entry.ts';
export * from './core/journal/judge.ts';
export * from './core/journal/keys.ts';
export * from './core/journal/pair.ts';
export * from './core/minutes.ts';
export * from './core/recovery/bisect.ts';
export * from './core/recovery/recover.ts';
export * from './core/recovery/replay.ts';
export * from './core/recovery/settle.ts';
export * from './core/refusal.ts';
