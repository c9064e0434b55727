/**
 * The first page and the towns.
 *
 * Promises: guests see which towns honour our hours, where both towns made that public, and never how
 * much has crossed; a demo's towns are made up, so there everybody sees everything.
 *
 * @module
 */
import { and, asc, count, eq, ne } from 'drizzle-orm';
import { agreementViews } from '../../agreement/view.ts';
import type { Bank } from '../../bank/bank.ts';
import type { Queries } from '../../db/database.ts';
import { member } from '../../db/schema.ts';
import { disputedExchanges, exchangePath } from '../../exchange/exchange-store.ts';
import { waitingApplications } from '../../member/joining.ts';
import { newestOffers } from '../../offer/offers.ts';
import { BankHome, DESK, MOST_COUNTED, WALK_IN_AT_ONCE } from '../home.tsx';
import { MemberHome } from '../member-home.tsx';
import type { DemoMember, WaitSlip } from '../models.ts';
import { paths } from '../paths.ts';
import { PositionsPage } from '../positions.tsx';
import type { WebApp, WebContext } from './env.ts';
import { memberHome, offerBrief } from './member-home.ts';
import { frameOf, toSignIn } from './page.tsx';
import { bankView, booksOf, isLive, partnerBrief, positionsOf } from './towns.ts';

/** How many of each are on the first page. */
const SHOWN = 4;

export function homeRoutes(app: WebApp): void {
  app.get(paths.home, async (c) => {
    const { bank, node } = c.var;
    const { db } = node.database;
    const inside = isInside(c);
    const views = (await agreementViews(db, bank)).filter((view) => isLive(view) && (inside || view.public));
    const partners = views.map((view) => partnerBrief(view, inside));
    const caller = c.var.session?.caller;
    const row = c.var.session?.member ?? null;
    if (row !== null) return c.html(<MemberHome frame={frameOf(c)} model={await memberHome(c, row, partners)} />);
    const newest = await newestOffers(db, bank.id, SHOWN, { forGuests: true });
    const model = {
      memberCount: await countMembers(db, bank),
      partners,
      demoMembers: await demoMembers(c),
      offers: newest.map((offer) => offerBrief(offer, '')),
      waiting: caller === undefined ? [] : await waitingAtDesk(db, bank),
    };
    return c.html(<BankHome frame={frameOf(c)} model={model} />);
  });

  app.get(paths.towns, async (c) => {
    if (!isInside(c)) return toSignIn(c);
    const { bank, node } = c.var;
    const { db } = node.database;
    const model = {
      positions: await positionsOf(db, bank, await agreementViews(db, bank)),
      books: await booksOf(db, bank),
    };
    return c.html(<PositionsPage frame={frameOf(c)} model={model} />);
  });
}

function isInside(c: WebContext): boolean {
  return c.var.session !== null || c.var.node.config.demo;
}

/** What waits at the desk. */
async function waitingAtDesk(db: Queries, bank: Bank): Promise<WaitSlip[]> {
  const [applications, disputed] = await Promise.all([
    waitingApplications(db, bank.id, undefined, SHOWN),
    disputedExchanges(db, bank.id, SHOWN),
  ]);
  return [
    ...applications.map(({ name, about }) => ({
      what: 'application' as const,
      href: `${paths.members}#asking`,
      name,
      title: about,
      minutes: 0,
    })),
    ...disputed.map(({ id, giverName, title, minutes }) => ({
      what: 'disputed' as const,
      href: exchangePath(id),
      name: giverName,
      title,
      minutes,
    })),
  ];
}

/** Members, without the community fund; no more than one above {@link MOST_COUNTED}. */
async function countMembers(db: Queries, bank: Bank): Promise<number> {
  const some = db
    .select({ id: member.id })
    .from(member)
    .where(and(eq(member.bankId, bank.id), ne(member.kind, 'fund')))
    .limit(MOST_COUNTED + 1)
    .as('some');
  const [row] = await db.select({ count: count() }).from(some);
  return row?.count ?? 0;
}

const MOST_WALKING_IN = 100;

/** Those as whom one may walk in: members, the desk after the first few, and nobody outside a demo. */
export async function demoMembers(c: WebContext): Promise<DemoMember[]> {
  const { bank, node } = c.var;
  if (!node.config.demo) return [];
  const rows = await node.database.db
    .select({ id: member.id, name: member.name, about: member.about })
    .from(member)
    .where(and(eq(member.bankId, bank.id), eq(member.kind, 'person'), eq(member.status, 'active')))
    .orderBy(asc(member.id))
    .limit(MOST_WALKING_IN);
  const desk = {
    id: DESK,
    name: bankView(bank).bridgeBuilder || bankView(bank).name,
    about: c.var.words.t('home.walkInDesk'),
  };
  return [...rows.slice(0, WALK_IN_AT_ONCE - 1), desk, ...rows.slice(WALK_IN_AT_ONCE - 1)];
}
