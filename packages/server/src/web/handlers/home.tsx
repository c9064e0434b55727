/**
 * The first page and the towns.
 *
 * Promises: guests see which towns honour our hours, where both towns made that public, and never how
 * much has crossed; a demo's towns are made up, so there everybody sees everything.
 *
 * @module
 */
import { and, asc, eq, sql } from 'drizzle-orm';
import { agreementViews } from '../../agreement/view.ts';
import type { Bank } from '../../bank/bank.ts';
import type { Queries } from '../../db/database.ts';
import { member } from '../../db/schema.ts';
import { BankHome } from '../home.tsx';
import type { DemoMember } from '../models.ts';
import { paths } from '../paths.ts';
import { PositionsPage } from '../positions.tsx';
import { home } from '../words.ts';
import type { WebApp, WebContext } from './env.ts';
import { frameOf, toSignIn } from './page.tsx';
import { bankView, booksOf, isLive, partnerBrief, positionsOf } from './towns.ts';

export function homeRoutes(app: WebApp): void {
  app.get(paths.home, async (c) => {
    const { bank, node } = c.var;
    const { db } = node.database;
    const inside = isInside(c);
    const views = (await agreementViews(db, bank)).filter((view) => isLive(view) && (inside || view.public));
    const model = {
      memberCount: await countMembers(db, bank),
      partners: views.map((view) => partnerBrief(view, inside)),
      demoMembers: await demoMembers(c),
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

/** Members, without the community fund. */
async function countMembers(db: Queries, bank: Bank): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(member)
    .where(and(eq(member.bankId, bank.id), sql`${member.kind} <> 'fund'`));
  return row?.count ?? 0;
}

/** What the choice of the desk is called in the form of a demo. No member's id looks like it. */
export const DESK = 'operator';

/** Those as whom one may walk in: a few members and the desk, and nobody outside a demo. */
export async function demoMembers(c: WebContext): Promise<DemoMember[]> {
  const { bank, node } = c.var;
  if (!node.config.demo) return [];
  const rows = await node.database.db
    .select({ id: member.id, name: member.name, about: member.about })
    .from(member)
    .where(and(eq(member.bankId, bank.id), eq(member.kind, 'person'), eq(member.status, 'active')))
    .orderBy(asc(member.id))
    .limit(5);
  return [...rows, { id: DESK, name: bankView(bank).bridgeBuilder, about: home.walkInDesk }];
}
