/**
 * The parts that pages are built of. Each is one idea: two equal halves make a whole.
 *
 * Promises: a half that is there is filled, a half that is missing is dashed, and two figures line up
 * only when they are equal to the minute. No part says anything by colour or shape alone.
 *
 * @module
 */
import type { Child, PropsWithChildren } from 'hono/jsx';
import { Emblem, Seal } from './emblems.tsx';
import type { Theme, Town } from './models.ts';
import { useWords } from './words.ts';

/** The small form of a pair: which halves are there. Always beside a sentence that says the same. */
export function Dial(props: { start?: Theme | null; end?: Theme | null; size?: 's' | 'l' }) {
  const half = (theme: Theme | null | undefined, path: string) => (
    <path class={theme ? 'on' : 'no'} {...(theme ? { 'data-town': theme } : {})} d={path} />
  );
  return (
    <svg class={props.size ? `dial dial--${props.size}` : 'dial'} viewBox="0 0 48 48" aria-hidden="true">
      {half(props.start, 'M22.6 3A21 21 0 0 0 22.6 45Z')}
      {half(props.end, 'M25.4 3A21 21 0 0 1 25.4 45Z')}
    </svg>
  );
}

const MOST_BEADS = 24;

/**
 * One circle is an hour that came, for time that was given, and one that went. Above 24 hours two bars say it.
 */
export function Beads(props: { givenMinutes: number; cameMinutes: number; size?: 'l' | 'hero' }) {
  const { givenMinutes, cameMinutes, size } = props;
  const { t, long } = useWords();
  const most = Math.max(givenMinutes, cameMinutes);
  if (most === 0) return null;
  const both = { given: long(givenMinutes), came: long(cameMinutes) };
  const label =
    givenMinutes === cameMinutes
      ? t('statement.beadsEven', both)
      : t('statement.beads', { ...both, open: long(cameMinutes - givenMinutes) });
  if (most > MOST_BEADS * 60) return <Share givenMinutes={givenMinutes} cameMinutes={cameMinutes} label={label} />;
  return (
    <div class={size ? `beads beads--${size}` : 'beads'} role="img" aria-label={label}>
      {Array.from({ length: Math.ceil(most / 60) }, (_, i) => (
        <svg viewBox="0 0 33 32" aria-hidden="true">
          <BeadHalf side="start" filled={part(cameMinutes, i)} wanted={part(most, i)} />
          <BeadHalf side="end" filled={part(givenMinutes, i)} wanted={part(most, i)} />
        </svg>
      ))}
    </div>
  );
}

/** How much of bead `i` there is: 0 to 1. */
const part = (minutes: number, i: number) => Math.min(Math.max(minutes / 60 - i, 0), 1);

function BeadHalf({ side, filled, wanted }: { side: 'start' | 'end'; filled: number; wanted: number }) {
  return (
    <>
      {filled < wanted ? <path class="o" d={halfDisc(side, wanted)} /> : null}
      {filled > 0 ? <path class={side === 'start' ? 'g' : 'r'} d={halfDisc(side, filled)} /> : null}
    </>
  );
}

/** A part of half a disc, from twelve o'clock down. `0.5` of it is half an hour. */
function halfDisc(side: 'start' | 'end', fraction: number): string {
  const [centre, way, sweep] = side === 'start' ? [15, -1, 0] : [18, 1, 1];
  const angle = Math.PI * fraction;
  const x = (centre + way * 14 * Math.sin(angle)).toFixed(2);
  const y = (16 - 14 * Math.cos(angle)).toFixed(2);
  return fraction >= 1
    ? `M${centre} 2A14 14 0 0 ${sweep} ${centre} 30Z`
    : `M${centre} 2A14 14 0 0 ${sweep} ${x} ${y}L${centre} 16Z`;
}

function Share({ givenMinutes, cameMinutes, label }: { givenMinutes: number; cameMinutes: number; label: string }) {
  const most = Math.max(givenMinutes, cameMinutes);
  const width = (minutes: number) => `${((minutes / most) * 100).toFixed(2)}%`;
  return (
    <svg class="share" role="img" aria-label={label}>
      <rect class="o" width="100%" height="46%" />
      <rect class="g" width={width(cameMinutes)} height="46%" />
      <rect class="o" y="54%" width="100%" height="46%" />
      <rect class="r" y="54%" width={width(givenMinutes)} height="46%" />
    </svg>
  );
}

/** What the three kinds of half mean. */
export function BeadKey() {
  const { t } = useWords();
  return (
    <p class="key">
      <KeyItem cls="g" d={halfDisc('start', 1)} text={t('statement.keyCame')} />{' '}
      <KeyItem cls="r" d={halfDisc('end', 1)} text={t('statement.keyGiven')} />{' '}
      <KeyItem cls="o" d={halfDisc('end', 1)} text={t('statement.keyOpen')} />
    </p>
  );
}

function KeyItem({ cls, d, text }: { cls: 'g' | 'r' | 'o'; d: string; text: string }) {
  return (
    <span>
      <svg viewBox="0 0 33 32" aria-hidden="true">
        <path class={cls} d={d} />
      </svg>{' '}
      {text}
    </span>
  );
}

/** Two halves of one shape: exactly two `Half`s, one pair for one decision. */
export function Whole(props: PropsWithChildren<{ label: string; hero?: boolean; figures?: boolean; just?: boolean }>) {
  const classes = [
    'whole',
    props.hero && 'whole--hero',
    props.figures && 'whole--figures',
    props.just && 'whole--just',
  ];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be announced as a form.
    <div class={classes.filter(Boolean).join(' ')} role="group" aria-label={props.label}>
      {props.children}
    </div>
  );
}

interface HalfProps {
  /** `there` is filled, `open` is waited for, `mine` can be pressed, `ink` is the second of two ways. */
  readonly state: 'there' | 'open' | 'mine' | 'ink';
  readonly town?: Town;
  readonly title: string;
  readonly text?: string;
  /** A link, or a button of the form around it. */
  readonly href?: string;
  readonly button?: { readonly name: string; readonly value: string };
}

export function Half({ state, town, title, text, href, button }: HalfProps) {
  const attributes = {
    class: state === 'there' ? 'half' : `half half--${state}`,
    ...(town && state !== 'mine' ? { 'data-town': town.theme } : {}),
  };
  const content = (
    <>
      {town ? (
        <span class="who">
          <Emblem theme={town.theme} size="s" /> {town.name}
        </span>
      ) : null}
      <b>{title}</b>
      {text ? <span>{text}</span> : null}
    </>
  );
  if (href !== undefined)
    return (
      <a href={href} {...attributes}>
        {content}
      </a>
    );
  if (button !== undefined)
    return (
      <button type="submit" {...button} {...attributes}>
        {content}
      </button>
    );
  return <div {...attributes}>{content}</div>;
}

/** One thing that waits. `rest` needs nothing from the reader. */
export function Slip(props: PropsWithChildren<{ dial: Child; stub: string; title: Child; rest?: boolean }>) {
  return (
    <article class={props.rest ? 'slip slip--rest' : 'slip'}>
      <div class="slip__stub">
        {props.dial}
        <span>{props.stub}</span>
      </div>
      <div class="slip__body">
        <h3>{props.title}</h3>
        {props.children}
      </div>
    </article>
  );
}

interface Figure {
  readonly label: string;
  readonly minutes: number;
}

/** Two figures that must agree. Both are shown whole; the tick is there only when they are equal. */
export function Agree({ start, end }: { start: Figure; end: Figure }) {
  const same = start.minutes === end.minutes;
  return (
    <div class={same ? 'agree' : 'agree agree--off'}>
      <div>
        <span>{start.label}</span>{' '}
        <b>
          <Amount minutes={start.minutes} />
        </b>
      </div>
      <div>
        <span>{end.label}</span>{' '}
        <b>
          <Amount minutes={end.minutes} end={same ? <Tick /> : null} />
        </b>
      </div>
    </div>
  );
}

/** Breaks between hours and minutes only, and never before the tick. */
function Amount({ minutes, end }: { minutes: number; end?: Child }) {
  const pieces = useWords().pieces(minutes);
  return pieces.map((piece, i) => (
    <>
      {i > 0 ? ' ' : ''}
      <span class="piece">
        {piece}
        {i === pieces.length - 1 ? end : null}
      </span>
    </>
  ));
}

function Tick() {
  const { t } = useWords();
  return (
    <svg class="tick-mark" viewBox="0 0 20 20" role="img" aria-label={t('towns.same')}>
      <path d="M2.5 11.5L7.5 16.5L17.5 4" />
    </svg>
  );
}

interface GaugeProps {
  readonly label: string;
  /** Positive: we lean on them. */
  readonly toGiveMinutes: number;
  readonly theyHonourMinutes: number;
  readonly weHonourMinutes: number;
}

/** Zero in the middle line, both limits at the ends, words below. */
export function Gauge({ label, toGiveMinutes, theyHonourMinutes, weHonourMinutes }: GaugeProps) {
  const whole = Math.max(theyHonourMinutes + weHonourMinutes, 1);
  // Each side keeps a tenth, so that a limit of nothing can still be seen.
  const zero = Math.min(Math.max((theyHonourMinutes / whole) * 100, 10), 90);
  const share = (minutes: number, limit: number) => (limit > 0 ? Math.min(minutes / limit, 1) : minutes > 0 ? 1 : 0);
  const left = zero * share(Math.max(toGiveMinutes, 0), theyHonourMinutes);
  const right = (100 - zero) * share(Math.max(-toGiveMinutes, 0), weHonourMinutes);
  const percent = (value: number) => `${value.toFixed(2)}%`;
  return (
    <div class="gauge">
      <svg class="gauge__bar" role="img" aria-label={label}>
        <rect class="fill" x={percent(zero - left)} width={percent(left + right)} height="100%" />
        <line class="zero" x1={percent(zero)} x2={percent(zero)} y1="0" y2="100%" />
      </svg>
    </div>
  );
}

/** Made to be held: the receipt of an hour between two people. */
export function Ticket(
  props: PropsWithChildren<{ start: { name: string; town: Town }; end: { name: string; town: Town }; title: string }>,
) {
  const { start, end } = props;
  const { t } = useWords();
  return (
    <article class="ticket" aria-label={t('proof.receipt')}>
      <div class="ticket__halves">
        <Seal start={start.town} end={end.town} label={t('proof.seal', { a: start.town.name, b: end.town.name })} />
        <div data-town={start.town.theme}>
          <p>{t('proof.gave')}</p>
          <p class="voice t-2">{start.name}</p>
          <p>{start.town.name}</p>
        </div>
        <div data-town={end.town.theme}>
          <p>{t('proof.received')}</p>
          <p class="voice t-2">{end.name}</p>
          <p>{end.town.name}</p>
        </div>
      </div>
      <div class="ticket__sum">
        <p class="display">{props.title}</p>
        {props.children}
      </div>
    </article>
  );
}

/** One step of a story: done, or still to come. */
export interface Step {
  readonly done: boolean;
  readonly dial: Child;
  readonly title: string;
  readonly text?: string;
  /** When, after the sentence. */
  readonly meta?: string;
}

export function Line({ steps }: { steps: readonly Step[] }) {
  return (
    <ol class="line">
      {steps.map((step) => (
        <li class={step.done ? '' : 'todo'}>
          <span>{step.dial}</span>
          <div>
            <h3>{step.title}</h3>
            {step.text ? <p>{step.text}</p> : null}
            {step.meta ? <p class="meta">{step.meta}</p> : null}
          </div>
        </li>
      ))}
    </ol>
  );
}

/** Numbered plain sentences. */
export function Articles({ items }: { items: readonly Child[] }) {
  return (
    <ol class="articles">
      {items.map((item) => (
        <li>
          <div>{item}</div>
        </li>
      ))}
    </ol>
  );
}
