/**
 * Structured logs: one JSON object a line on standard error.
 *
 * Promises: no secret and no personal text is ever logged: records carry ids, codes, counts and
 * the names of banks, and a member's words never reach a logger.
 *
 * @module
 */
import { configureSync, getJsonLinesFormatter, getLogger, type Logger } from '@logtape/logtape';

export function startLog(level: 'debug' | 'info' | 'warning' | 'error'): void {
  const format = getJsonLinesFormatter();
  configureSync({
    reset: true,
    sinks: { stderr: (record) => process.stderr.write(format(record)) },
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
