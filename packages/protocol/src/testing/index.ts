/**
 * Helpers for tests of anything that speaks Evenhour.
 *
 * @module
 */
export * from './bank.ts';
export * from './naive.ts';
export * from './scenario.ts';
