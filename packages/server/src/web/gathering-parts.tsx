/**
 * What pages about gatherings share: when and where, the table with its seats, and the rule in a sentence.
 *
 * @module
 */
import type { GatheringStatus } from '../gathering/store.ts';
import type { GuestView } from '../gathering/view.ts';
import type { MemberKind } from '../member/members.ts';
import type { Frame } from './models.ts';
import { reading } from './standing.ts';
import { useWords, type Words } from './words.ts';

/** A guest as a page names them: with what they are, if they are a member here. */
export interface GuestModel extends GuestView {
  readonly kind: MemberKind | undefined;
}

/** What every page says of a gathering. */
export interface GatheringModel {
  readonly id: string;
  readonly kind: 'meeting' | 'class' | 'choir' | 'shift';
  readonly title: string;
  readonly text: string;
  readonly language: string;
  readonly place: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly seats: number;
  readonly free: number;
  readonly rule: 'none' | 'guests_give' | 'guests_receive';
  readonly minutes: number;
  /** Whether members of partner towns find it there, and can ask for a seat. */
  readonly toPartners: boolean;
  readonly status: GatheringStatus;
  readonly hostName: string;
  /** Called by the desk for the town, so that the fund is who pays. */
  readonly byTown: boolean;
}

/** `Thursday 26 November, 11:00 to 13:30`. */
export function sayWhen(frame: Frame, { startsAt, endsAt }: Pick<GatheringModel, 'startsAt' | 'endsAt'>): string {
  const { t, weekday, clock, capital } = frame.words;
  const { timeZone } = frame.bank;
  const day = capital(weekday(startsAt, reading(frame)));
  return t('gathering.when', { day, from: clock(startsAt, timeZone), to: clock(endsAt, timeZone) });
}

/** That it is over or called off; otherwise how many seats are free. */
export function sayStatus({ t }: Words, { status, free }: Pick<GatheringModel, 'status' | 'free'>): string {
  if (status === 'cancelled' || status === 'over' || status === 'credited') return t(`gathering.status.${status}`);
  return t('gathering.seats', { free });
}

export function sayRule({ t, long }: Words, { rule, minutes, hostName, byTown }: GatheringModel): string {
  const amount = long(minutes);
  if (rule === 'guests_give') return t('gathering.rule.guests_give', { amount, host: hostName });
  if (rule === 'guests_receive')
    return t('gathering.rule.guests_receive', { amount, payer: byTown ? t('gathering.fund') : hostName });
  return t('gathering.rule.none');
}

const MOST_CHAIRS = 24;
const MIDDLE = 200;

/**
 * The table from above: a chair that is taken is filled, a free one is dashed. With many seats the words are enough.
 */
export function Table({ seats, free }: Pick<GatheringModel, 'seats' | 'free'>) {
  const { t } = useWords();
  if (seats > MOST_CHAIRS) return null;
  const taken = Math.max(0, seats - free);
  const radius = Math.min(30, 440 / seats);
  return (
    <svg class="table" viewBox="0 0 400 400" role="img" aria-label={t('gathering.table', { taken, free })}>
      <circle class="table__top" cx={MIDDLE} cy={MIDDLE} r="112" />
      <path class="table__half" d="M198.5 92A108 108 0 0 0 198.5 308Z" />
      <path class="table__line" d="M200 92V308" />
      {Array.from({ length: seats }, (_, n) => {
        const angle = (2 * Math.PI * n) / seats;
        const [x, y] = [MIDDLE + 158 * Math.sin(angle), MIDDLE - 158 * Math.cos(angle)];
        return (
          <circle class={n < taken ? 'chair' : 'chair chair--free'} cx={x.toFixed(1)} cy={y.toFixed(1)} r={radius} />
        );
      })}
    </svg>
  );
}
