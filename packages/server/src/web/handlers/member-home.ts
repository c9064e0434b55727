/**
 * What a member's first page shows, gathered.
 *
 * Promises: every list is short and read by an index; nothing of somebody else is in it but what they show.
 *
 * @module
 */
import { type ExchangeRow, exchangePath, listExchanges, memberOn, nameOn } from '../../exchange/exchange-store.ts';
import { thanksOf } from '../../exchange/talk.ts';
import { sideOf } from '../../exchange/view.ts';
import { calledOf, type MemberKind, type MemberRow, standOf } from '../../member/members.ts';
import { listNotices } from '../../notification/notices.ts';
import { sayNotice } from '../../notification/say.ts';
import { newestOffers, offersOf } from '../../offer/offers.ts';
import type { OfferRow } from '../../offer/row.ts';
import { waitingGifts } from '../../transfer/gift-answers.ts';
import { firstName } from '../format.ts';
import type { MemberHomeModel, OfferBrief, PartnerBrief, RestSlip, WaitSlip } from '../models.ts';
import { paths } from '../paths.ts';
import type { WebContext } from './env.ts';

const MOST_EXCHANGES = 30;
const MOST_TOLD = 4;
const MOST_OFFERS = 4;

export async function memberHome(
  c: WebContext,
  row: MemberRow,
  partners: readonly PartnerBrief[],
): Promise<MemberHomeModel> {
  const { bank, node, words } = c.var;
  const { db } = node.database;
  const [{ balanceMinutes, moved }, exchanges, gifts, notices, mine, newest, thanks] = await Promise.all([
    standOf(db, bank.id, row.accountId),
    listExchanges(db, bank.id, { memberId: row.id, which: 'open', limit: MOST_EXCHANGES }),
    waitingGifts(db, bank.id, row.id),
    listNotices(db, bank.id, row.id, undefined, 20),
    offersOf(db, bank.id, row.id, { limit: MOST_OFFERS }),
    newestOffers(db, bank.id, MOST_OFFERS, { forGuests: false }),
    thanksOf(db, bank.id, row.id, { shownOnly: false, limit: 1 }),
  ]);
  const others = newest.filter(({ memberId }) => memberId !== row.id);
  const known = await calledOf(db, bank.id, [
    ...others.map(({ memberId }) => memberId),
    ...exchanges.flatMap(({ giverId, receiverId }) => [giverId, receiverId]),
    ...gifts.map(({ row: { memberId } }) => memberId),
  ]);
  const kinds = new Map([...known].map(([id, { kind }]) => [id, kind]));
  const sides = exchanges.map((exchange) => seen(exchange, row.id, kinds));
  // What waits is said above, and once is enough.
  const said = new Set(sides.flatMap(({ waiting }) => (waiting === null ? [] : [waiting.href])));
  const reading = { timeZone: bank.settings.timeZone, now: new Date() };
  return {
    name: firstName(row.name, row.kind),
    about: row.about,
    balanceMinutes,
    moved,
    waiting: [
      ...sides.flatMap((each) => (each.waiting === null ? [] : [each.waiting])),
      ...gifts.map(({ row: { direction, memberId, minutes, content }, giverName }) => ({
        what: 'gift' as const,
        href: paths.gifts,
        name: firstName(giverName, direction === 'local' ? kinds.get(memberId) : 'person'),
        title: content,
        minutes,
      })),
    ],
    told: notices
      .filter(({ readAt, href }) => readAt === null && !said.has(href))
      .slice(0, MOST_TOLD)
      .map((notice) => ({
        href: paths.notice(notice.id),
        text: sayNotice(words, notice, bank.settings.name, reading),
      })),
    resting: sides.flatMap((each) => (each.resting === null ? [] : [each.resting])),
    mine: mine.filter(({ status }) => status === 'open').map((offer) => offerBrief(offer, '')),
    others: others.map((offer) =>
      offerBrief(offer, firstName(known.get(offer.memberId)?.name ?? '', kinds.get(offer.memberId))),
    ),
    thanks: thanks[0] ?? null,
    partners,
  };
}

export function offerBrief({ id, kind, title }: Pick<OfferRow, 'id' | 'kind' | 'title'>, who: string): OfferBrief {
  return { href: paths.offer(id), kind, title, who };
}

/** An exchange as this member sees it: waiting for them, or resting with somebody else. */
function seen(
  row: ExchangeRow,
  memberId: string,
  kinds: ReadonlyMap<string, MemberKind>,
): { waiting: WaitSlip | null; resting: RestSlip | null } {
  const side = sideOf(row, { role: 'member', memberId, tokenHash: '' });
  const other = side === 'giver' ? 'receiver' : 'giver';
  const name = firstName(nameOn(row, other), kinds.get(memberOn(row, other) ?? ''));
  const same = { href: exchangePath(row.id), name, title: row.title, minutes: row.minutes };
  const mine = row.waitsFor === 'both' || row.waitsFor === side;
  if (mine && side !== null) return { waiting: { ...same, what: asks(row) }, resting: null };
  const what = row.status === 'agreed' ? 'agreed' : 'waiting';
  return { waiting: null, resting: { ...same, what, startTime: row.startTime } };
}

function asks({ status }: ExchangeRow): WaitSlip['what'] {
  if (status === 'claimed') return 'claimed';
  if (status === 'disputed') return 'disputed';
  return status === 'agreed' ? 'change' : 'asked';
}
