/**
 * Structured logs: one JSON object a line on standard error.
 *
 * Promises: no secret and no personal text is ever logged: records carry ids, codes, counts and
 * the names of banks, and a member's words never reach a logger. Of an error from the database only what names no
 * value is written: its SQLSTATE, the statement without its parameters, the table and the constraint.
 *
 * @module
 */
import { configureSync, getJsonLinesFormatter, getLogger, type Logger } from '@logtape/logtape';

export function startLog(level: 'debug' | 'info' | 'warning' | 'error'): void {
  const format = getJsonLinesFormatter();
  configureSync({
    reset: true,
    sinks: {
      stderr: (record) => process.stderr.write(format({ ...record, properties: withoutValues(record.properties) })),
    },
    loggers: [
      { category: 'evenhour', lowestLevel: level, sinks: ['stderr'] },
      { category: 'fedify', lowestLevel: 'error', sinks: ['stderr'] },
      { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: ['stderr'] },
    ],
  });
}

export function logger(area: string, context: Readonly<Record<string, unknown>> = {}): Logger {
  return getLogger(['evenhour', area]).with(context);
}

function withoutValues(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, value instanceof Error ? describe(value) : value]),
  );
}

interface FromDatabase {
  readonly query?: string;
  readonly severity?: string;
  readonly code?: string;
  readonly table?: string;
  readonly constraint?: string;
}

/** An error as it is logged. Messages of the database repeat what was asked with, so they are left out. */
function describe(error: Error): Record<string, unknown> {
  const { name, message, stack = '', cause } = error;
  const { query, severity, code, table, constraint } = error as FromDatabase;
  const ofDatabase = query !== undefined || severity !== undefined;
  return {
    name,
    ...(ofDatabase ? { query, table, constraint } : { message }),
    code,
    stack: stack
      .split('\n')
      .filter((line) => /^ +at /.test(line))
      .join('\n'),
    ...(cause instanceof Error && { cause: describe(cause) }),
  };
}
