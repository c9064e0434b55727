/**
 * The desk: what waits for the operator, how the towns stand, whether the house is in order.
 *
 * Promises: only the operator is let in; what waits follows from the agreements as they stand now.
 *
 * @module
 */
import { and, eq, sql } from 'drizzle-orm';
import { type AgreementView, agreementViews } from '../../agreement/view.ts';
import type { Bank } from '../../bank/bank.ts';
import type { Queries } from '../../db/database.ts';
import { exchangeMessage } from '../../db/schema.ts';
import { ConsolePage } from '../console.tsx';
import type { Waiting } from '../models.ts';
import { paths } from '../paths.ts';
import { Checkup } from './checkup.ts';
import type { WebApp } from './env.ts';
import { frameOf, operatorOnly, signedIn } from './page.tsx';
import { peopleWaiting } from './people-waiting.ts';
import { booksOf, differenceOf, isLive, positionsOf, standingOf, townOf } from './towns.ts';

export function consoleRoutes(app: WebApp): void {
  const checkup = new Checkup();
  app.get(paths.console, signedIn, operatorOnly, async (c) => {
    const { bank, node } = c.var;
    const { db } = node.database;
    const views = await agreementViews(db, bank);
    const waiting = await Promise.all(views.map(async (view) => waitingOf(view, await unsent(db, bank, view))));
    const model = {
      people: await peopleWaiting(db, bank),
      waiting: waiting.flat(),
      positions: await positionsOf(db, bank, views),
      books: await booksOf(db, bank),
      checks: await checkup.of(node, bank, c.var.words),
    };
    return c.html(<ConsolePage frame={frameOf(c)} model={model} />);
  });
}

/** From here on the operator should know that a limit comes near. */
const NEAR = 0.8;

/** What an agreement asks of the operator, or tells. `messages` wait for the partner. */
export function waitingOf(view: AgreementView, messages: number): Waiting[] {
  const town = townOf(view.town);
  const agreementId = view.id;
  if (view.status === 'offered') return [{ kind: view.ourTurn ? 'your_yes' : 'their_yes', town, agreementId }];
  if (view.ending !== null && view.ending.settlement === null) return [{ kind: 'unsettled', town, agreementId }];
  if (!isLive(view)) return [];
  const standing = standingOf(view);
  const difference = differenceOf(view);
  const { position } = view;
  const list: Waiting[] = [];
  if (standing.kind === 'halted') list.push({ kind: 'halted', town, agreementId, because: standing.because });
  if (standing.kind === 'silent') list.push({ kind: 'silent', town, agreementId, gone: standing.gone });
  if (difference !== null) list.push({ kind: 'disagree', town, agreementId, ...difference });
  if (standing.kind === 'off')
    list.push({ kind: 'off', town, since: standing.since ?? null, nextAttemptAt: standing.nextAttemptAt, messages });
  if (position.limitMinutes > 0 && position.owesMinutes >= position.limitMinutes * NEAR)
    list.push({
      kind: 'near_limit',
      town,
      toGiveMinutes: position.owesMinutes,
      theyHonourMinutes: position.limitMinutes,
    });
  return list;
}

/** Entries and messages that a partner whose computer is off has not taken yet. */
async function unsent(db: Queries, bank: Bank, view: AgreementView): Promise<number> {
  if (view.delivery.nextAttemptAt === null) return 0;
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(exchangeMessage)
    .where(
      and(eq(exchangeMessage.bankId, bank.id), eq(exchangeMessage.pairId, view.pair), sql`${exchangeMessage.pending}`),
    );
  return (row?.count ?? 0) + Math.max(0, view.journal.ours.seq - view.journal.deliveredSeq);
}
