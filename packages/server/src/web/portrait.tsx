/**
 * A picture for a member, drawn from their id: two halves in the town's colours, and no face.
 *
 * The same id always gives the same picture. It says nothing that the name beside it does not say.
 *
 * @module
 */
import { createHash } from 'node:crypto';

type Draw = (turn: number) => string;

const CENTRE = 32;
/** A point of the end half, from the centre out; `angle` from -90 (up) to 90 (down). */
function at(radius: number, angle: number): string {
  const way = (angle * Math.PI) / 180;
  return `${(CENTRE + 1.8 + radius * Math.cos(way)).toFixed(1)} ${(CENTRE + radius * Math.sin(way)).toFixed(1)}`;
}

const arc = (radius: number, from = -90, to = 90) => `M${at(radius, from)}A${radius} ${radius} 0 0 1 ${at(radius, to)}`;
const ray = (angle: number, from = 5, to = 23) => `M${at(from, angle)}L${at(to, angle)}`;
const dot = (radius: number, angle: number) => `M${at(radius, angle)}h.01`;
const each = (angles: readonly number[], draw: (angle: number) => string) => angles.map(draw).join('');

/** What a half can show; `turn` is 0 to 3. */
const DRAWINGS: readonly Draw[] = [
  (turn) =>
    [8, 15, 22]
      .slice(0, 2 + (turn % 2))
      .map((radius) => arc(radius))
      .join(''),
  (turn) => each([-75, -45, -15, 15, 45, 75], (angle) => ray(angle, 6 + turn * 2)),
  (turn) => each([-70, -35, 0, 35, 70], (angle) => dot(22, angle) + dot(12 - turn, angle)),
  (turn) => arc(21) + each([-60, -20, 20, 60], (angle) => ray(angle, 4, 13 + turn)),
  (turn) => each([-72, -36, 0, 36, 72], (angle) => arc(13 + turn * 2, angle - 10, angle + 10) + dot(23, angle)),
  (turn) => `M${at(23, -60)}L${at(6 + turn, 0)}L${at(23, 60)}${dot(22, 0)}`,
  (turn) => `M${at(22, -75)}Q${at(6 + turn, -40)} ${at(22, -5)}Q${at(6 + turn, 35)} ${at(22, 75)}`,
  (turn) => arc(10 + turn) + each([-65, -22, 22, 65], (angle) => dot(20, angle)),
];

export function Portrait({ id, size }: { id: string; size?: 'l' }) {
  const bytes = createHash('sha256').update(id).digest();
  const drawing = (n: number) => (DRAWINGS[(bytes[n] ?? 0) % DRAWINGS.length] as Draw)((bytes[n + 1] ?? 0) % 4);
  const filledFirst = (bytes[4] ?? 0) % 2 === 0;
  return (
    <svg class={size ? `portrait portrait--${size}` : 'portrait'} viewBox="0 0 64 64" aria-hidden="true">
      <g transform="matrix(-1 0 0 1 64 0)">
        <HalfDisc filled={filledFirst} drawing={drawing(0)} />
      </g>
      <HalfDisc filled={!filledFirst} drawing={drawing(2)} />
    </svg>
  );
}

function HalfDisc({ filled, drawing }: { filled: boolean; drawing: string }) {
  return (
    <g class={filled ? 'portrait__half portrait__half--on' : 'portrait__half'}>
      <path class="portrait__disc" d="M33.8 3A29 29 0 0 1 33.8 61Z" />
      <path class="portrait__lines" d={drawing} />
    </g>
  );
}
