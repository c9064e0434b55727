/** Columns that many tables have. */
import { bigint, timestamp } from 'drizzle-orm/pg-core';

/** Whole minutes. */
export const minutes = (name: string) => bigint(name, { mode: 'number' });

/** A moment, read as a `Date`. */
export const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
