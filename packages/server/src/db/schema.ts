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
export * from './schema/broker.ts';
export * from './schema/exchange.ts';
export * from './schema/fediverse.ts';
export * from './schema/fund.ts';
export * from './schema/gathering.ts';
export * from './schema/leaving.ts';
export * from './schema/ledger.ts';
export * from './schema/mail.ts';
export * from './schema/member.ts';
export * from './schema/node.ts';
export * from './schema/notification.ts';
export * from './schema/offer.ts';
export * from './schema/pair.ts';
export * from './schema/people.ts';
export * from './schema/receipt.ts';
export * from './schema/transfer.ts';
