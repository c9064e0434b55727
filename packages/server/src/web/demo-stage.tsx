/**
 * Three clocks, and hours that travel between them.
 *
 * Promises: each clock shows its own town's time; every hour in the picture is also said in the label;
 * without motion the hours stand where one can see whence and whither.
 *
 * @module
 */
import { hands } from './format.ts';
import { live } from './live-words.ts';
import type { DemoModel, LiveHour, LiveTown } from './models.ts';
import { leaning } from './positions.tsx';
import { useWords } from './words.ts';

/** Top, right, left: where each town's clock stands. */
const places = [
  { x: 200, y: 60 },
  { x: 330, y: 306 },
  { x: 70, y: 306 },
];

const ways = ['M352 248C356 170 316 108 254 82', 'M146 82C84 108 44 170 48 248', 'M128 326C172 352 228 352 272 326'];

const ticks = Array.from({ length: 12 }, (_, i) => i * 30);

export function Stage({ model }: { model: DemoModel }) {
  const { towns, hours, now } = model;
  const { clock, short } = useWords();
  const name = (index: number) => towns[index]?.name ?? '';
  const label = live.clocks(
    towns.map((town) => live.clock(town.name, clock(now, town.timeZone), town.on)),
    hours.map(({ minutes, from, to, step }) =>
      (step === 'moving' ? live.travels : live.waits)(minutes, name(from), name(to)),
    ),
  );
  return (
    <svg class="stage" viewBox="0 0 400 430" role="img" aria-label={label} data-labelled="stage">
      {ways.map((way) => (
        <path class="way" d={way} />
      ))}
      {towns.slice(0, 3).map((town, index) => (
        <Clock town={town} now={now} index={index} />
      ))}
      <text class="sum" x="200" y="262" text-anchor="middle" data-part="sum">
        {sumOf(model) === 0 ? '0' : short(sumOf(model))}
      </text>
      <g data-part="hours" data-keyed>
        {hours.map((hour, index) => (
          <Hour hour={hour} theme={towns[hour.from]?.theme ?? 'plain'} stop={(index % 4) + 1} />
        ))}
      </g>
    </svg>
  );
}

export function sumOf({ sums }: DemoModel): number {
  return sums.membersMinutes + sums.fundsMinutes + sums.underwayMinutes;
}

function Clock({ town, now, index }: { town: LiveTown; now: Date; index: number }) {
  const { x, y } = places[index] ?? { x: 0, y: 0 };
  const words = useWords();
  const { hour, minute } = hands(now, town.timeZone);
  return (
    <g data-part={`clock-${town.id}`}>
      <g class={town.on ? 'clock' : 'clock clock--off'} data-town={town.theme} transform={`translate(${x} ${y})`}>
        <circle class="clock__face" r="54" />
        {ticks.map((angle) => (
          <path class="clock__tick" d="M0-42V-49" transform={`rotate(${angle})`} />
        ))}
        <path class="clock__hour" d="M0 0V-25" transform={`rotate(${hour})`} />
        <path class="clock__minute" d="M0 0V-40" transform={`rotate(${minute})`} />
        <circle class="clock__pin" r="5.5" />
      </g>
      <text x={x} y={y + 80} text-anchor="middle">
        {town.name}
      </text>
      <text class="sub" x={x} y={y + 101} text-anchor="middle">
        {town.on ? (town.openMinutes === 0 ? live.even : leaning(words, town.openMinutes)) : live.off}
      </text>
    </g>
  );
}

/** A disc in the giver's colour, as full as the hour is; one that waits has its second half still missing. */
function Hour({ hour, theme, stop }: { hour: LiveHour; theme: string; stop: number }) {
  const { short } = useWords();
  return (
    <g class={`hour way-${hour.from}-${hour.to} stop-${stop} hour--${hour.step}`} data-key={`${hour.id}-${hour.step}`}>
      <circle class="hour__ground" r="15" />
      <g data-town={theme}>
        {hour.step === 'waiting' ? (
          <>
            <path class="hour__fill" d="M-1.5-13A13 13 0 0 0-1.5 13Z" />
            <path class="hour__missing" d="M1.5-13A13 13 0 0 1 1.5 13Z" />
          </>
        ) : (
          <>
            <path class="hour__fill" d={slice(hour.minutes)} />
            <circle class="hour__rim" r="14" />
          </>
        )}
      </g>
      {hour.step === 'moving' ? <path class="hour__gap" d="M0-13V13" /> : null}
      <text class="hour__text" y="30" text-anchor="middle">
        {short(hour.minutes)}
      </text>
    </g>
  );
}

/** As much of the disc as the minutes are of an hour. More than an hour is a whole disc and its label. */
function slice(minutes: number): string {
  if (minutes >= 60) return 'M0-13A13 13 0 0 0 0 13A13 13 0 0 0 0-13Z';
  const angle = (minutes / 60) * 2 * Math.PI;
  const x = (-13 * Math.sin(angle)).toFixed(2);
  const y = (-13 * Math.cos(angle)).toFixed(2);
  return `M0-13A13 13 0 ${minutes > 30 ? 1 : 0} 0 ${x} ${y}L0 0Z`;
}
