/**
 * The tables of a node. One schema for PGlite and for PostgreSQL.
 *
 * Promises: every table that belongs to a bank has the bank first in its key, so no query can
 * forget it and a node can be split by bank later. What must never change (postings, journal
 * entries, evidence) is guarded by triggers in `migrations/`, as are floors, ceilings and limits.
 * Minutes are whole numbers in `bigint` columns.
 *
 * @module
 */
export * from './schema/bank.ts';
export * from './schema/ledger.ts';
export * from './schema/member.ts';
export * from './schema/node.ts';
export * from './schema/pair.ts';
export * from './schema/transfer.ts';
