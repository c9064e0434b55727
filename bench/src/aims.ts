/**
 * What the benches are meant to reach, and whether they did.
 *
 * An aim that is missed is told and is no failure: `ok` says that a figure is true, not that it is good.
 *
 * @module
 */
import { say } from './report.ts';

export interface Aim {
  /** The field of the bench's object. */
  readonly figure: string;
  /** `least`: at least so much; `most`: at most so much. */
  readonly bound: 'least' | 'most';
  readonly value: number;
}

export const AIMS: Readonly<Record<string, readonly Aim[]>> = {
  settle: [
    { figure: 'ratioTpcb', bound: 'least', value: 0.2 },
    { figure: 'ratioFedify', bound: 'least', value: 10 },
    { figure: 'aloneP99Ms', bound: 'most', value: 40 },
  ],
  local: [
    { figure: 'ratioHttp', bound: 'least', value: 0.35 },
    { figure: 'ratioBatchTpcb', bound: 'least', value: 3 },
  ],
  backlog: [{ figure: 'drainSeconds', bound: 'most', value: 20 }],
  history: [
    { figure: 'slopeRatio', bound: 'most', value: 1.25 },
    { figure: 'restartEntriesRead', bound: 'most', value: 10 },
    { figure: 'restartMs', bound: 'most', value: 3000 },
  ],
  forged: [
    { figure: 'cpuMsPerForged', bound: 'most', value: 1 },
    { figure: 'fetches', bound: 'most', value: 0 },
    { figure: 'rows', bound: 'most', value: 0 },
    { figure: 'forgedPerSec', bound: 'least', value: 1900 },
    { figure: 'honestRatio', bound: 'least', value: 0.5 },
  ],
  pages: [
    { figure: 'p95MsMax', bound: 'most', value: 50 },
    { figure: 'searchP95Ms', bound: 'most', value: 100 },
  ],
};

/** Whether a figure reaches its aim; a figure that is not there does not. */
export function reaches({ bound, value }: Aim, figure: unknown): boolean {
  return typeof figure === 'number' && (bound === 'least' ? figure >= value : figure <= value);
}

/** Prints the aims of a bench with what was reached. */
export function tellAims(name: string, figures: Readonly<Record<string, unknown>>): void {
  const aims = AIMS[name] ?? [];
  if (aims.length > 0) say('\naims');
  for (const aim of aims) {
    const { figure, bound, value } = aim;
    const met = reaches(aim, figures[figure]) ? 'met    ' : 'missed ';
    say(`  ${met} ${figure} at ${bound} ${value}: ${String(figures[figure] ?? 'none')}`);
  }
}
