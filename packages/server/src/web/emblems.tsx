/**
 * The towns' emblems, the hatch and the seal's two halves, drawn once a page.
 *
 * Promises: every emblem is one shape in two colours that come from the nearest `data-town`, and its
 * left and right half each read alone, because the seal cuts them there.
 *
 * @module
 */
import type { Child } from 'hono/jsx';
import type { Theme, Town } from './models.ts';

const drawings: Record<Theme, Child> = {
  leith: (
    <g class="e-line">
      <path d="M8 39Q32 9 56 39" />
      <path d="M7 39H57M16 31V39M24 26.2V39M40 26.2V39M48 31V39M16 31L24 39M24 26.2L32 39L40 26.2M40 39L48 31" />
      <path d="M32 24V39" stroke-width="3.4" />
      <path d="M28 40V47H36V40M9 47Q13 50 17 47T25 47M39 47Q43 50 47 47T55 47M17 53Q21 56 25 53T33 53T41 53T47 53" />
    </g>
  ),
  gracia: (
    <>
      <g class="e-line">
        <path d="M25 57V27H39V57M22 57H42M23 27H41M26 27L28 18H36L38 27M29 18L32 9L35 18M32 9V6" />
        <circle cx="32" cy="36" r="5" />
        <path d="M32 33V39" stroke-width="2.2" />
        <path d="M29 57V49Q32 45 35 49V57" />
        <path d="M4 26Q14 35 25 31M60 26Q50 35 39 31" />
      </g>
      <path
        class="e-solid"
        d="M7 28.6L12.4 31.4L8.4 35ZM14.6 32.2L20.6 32.2L17.4 37.6ZM57 28.6L51.6 31.4L55.6 35ZM49.4 32.2L43.4 32.2L46.6 37.6Z"
      />
    </>
  ),
  galway: (
    <>
      <g class="e-line">
        <path d="M32 7V46" stroke-width="3.2" />
        <path d="M9 43L20 46H46Q53 46 56 41Q55 53 46 53H22Q13 53 9 43Z" />
        <path d="M17 57.5Q21 60.5 25 57.5T33 57.5T41 57.5T47 57.5" />
      </g>
      <path class="e-solid" d="M34.6 13L49 17L52.5 40H34.6ZM29.4 12V40H21.5ZM24.5 22L18 40.4L10.5 38.5Z" />
    </>
  ),
  plain: (
    <>
      <path class="e-solid" d="M30.8 9A23 23 0 0 0 30.8 55Z" />
      <g class="e-line">
        <path d="M34.2 10.6A21.4 21.4 0 0 1 34.2 53.4Z" stroke-width="3.2" />
      </g>
    </>
  ),
};

/** Stands once at the start of the body; emblems, beads and seals refer to it. */
export function Sprite() {
  return (
    <svg class="sprite" width="0" height="0" aria-hidden="true" focusable="false">
      <defs>
        <pattern id="hatch" width="4.4" height="4.4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect class="hatch" width="2" height="4.4" />
        </pattern>
        {Object.entries(drawings).map(([theme, drawing]) => (
          <symbol id={`em-${theme}`} viewBox="0 0 64 64">
            <circle class="e-disc" cx="32" cy="32" r="32" />
            {drawing}
          </symbol>
        ))}
        <clipPath id="half-start">
          <path d="M-8-8H31.3V72H-8Z" />
        </clipPath>
        <clipPath id="half-end">
          <path d="M32.7-8H72V72H32.7Z" />
        </clipPath>
      </defs>
    </svg>
  );
}

/** Beside the town's name only; it says nothing to a screen reader. */
export function Emblem({ theme, size }: { theme: Theme; size?: 's' | 'l' }) {
  return (
    <svg class={size ? `emblem emblem--${size}` : 'emblem'} data-town={theme} viewBox="0 0 64 64" aria-hidden="true">
      <use href={`#em-${theme}`} />
    </svg>
  );
}

/** The left half of one town's emblem joined to the right half of the other's. */
export function Seal({ start, end, label }: { start: Town; end: Town; label: string }) {
  return (
    <svg class="seal" viewBox="0 0 64 64" role="img" aria-label={label}>
      <SealHalf town={start} clip="half-start" />
      <SealHalf town={end} clip="half-end" />
    </svg>
  );
}

function SealHalf({ town, clip }: { town: Town; clip: string }) {
  return (
    <g clip-path={`url(#${clip})`}>
      <g data-town={town.theme}>
        <use href={`#em-${town.theme}`} width="64" height="64" />
        <circle class="seal__rim" cx="32" cy="32" r="30.6" />
      </g>
    </g>
  );
}
