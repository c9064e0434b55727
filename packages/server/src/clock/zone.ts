/**
 * Hours of a town's own clock.
 *
 * Promises: a time zone that is not known counts as UTC. An hour that a change of clocks leaves out is the one after
 * it.
 *
 * @module
 */

/** What the town's clock shows. `weekday` 1 is Monday. */
export interface Local {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly weekday: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

export function localTime(at: Date, timeZone: string): Local {
  const shown = new Date(shownAsUtc(at, timeZone));
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
    weekday: shown.getUTCDay() || 7,
  };
}

/** The moment at which the town's clock shows this. A day beyond its month's end is one of the next month. */
export function momentOf(local: Pick<Local, 'year' | 'month' | 'day' | 'hour'>, timeZone: string): Date {
  const wanted = Date.UTC(local.year, local.month - 1, local.day, local.hour);
  const off = (at: number): number => shownAsUtc(new Date(at), timeZone) - at;
  // The second look is for the hours around a change of clocks.
  return new Date(wanted - off(wanted - off(wanted)));
}

/** The face of the clock, read as if it stood in Greenwich. Milliseconds. */
function shownAsUtc(at: Date, timeZone: string): number {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    const shape = { dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23', calendar: 'iso8601' } as const;
    try {
      format = new Intl.DateTimeFormat('sv-SE', { ...shape, timeZone });
    } catch {
      format = new Intl.DateTimeFormat('sv-SE', { ...shape, timeZone: 'UTC' });
    }
    formats.set(timeZone, format);
  }
  return format;
}
