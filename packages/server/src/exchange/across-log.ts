/**
 * Both logs of the exchanges that two banks share, compared after every greeting.
 *
 * Promises: a bank that was restored has the steps of both sides back before it writes one, its own checked under its
 * own keys; a step that differs is kept as evidence and nothing is taken from that exchange; a partner that lacks steps
 * of ours gets them again. Spec: exchange, after a restore.
 *
 * @module
 */
import { type Side, type Step, tell } from '@evenhour/protocol';
import type { JsonObject } from '@evenhour/protocol/wire';
import { and, asc, eq, gt, isNotNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Queries } from '../db/database.ts';
import { exchangeStep, exchange as exchangeTable } from '../db/schema.ts';
import { ask, type Line, readObjects, tail } from '../delivery/line.ts';
import { PartnerError } from '../delivery/partner-client.ts';
import { verifyMessage } from '../delivery/verified.ts';
import { PairWork } from '../journal/pair-work.ts';
import { type IncomingStep, isStep } from '../transfer/gifts.ts';
import { hearHeads, takePresented } from './across-in.ts';
import { type Exchange, exchangeByUrl, SIDES } from './exchange-store.ts';

const EXCHANGES_A_PAGE = 200;
const STEPS_A_PAGE = 100;
/** At most so many exchanges of one partner are compared. */
const MAX_PAGES = 500;
const DAY_MS = 86_400_000;

const MAX_STEPS = 10_000;

const head = z.object({ n: z.int().min(0).max(MAX_STEPS), hash: z.string().optional() });
const listed = z.object({ exchange: z.string().max(512), heads: z.object({ giver: head, receiver: head }) });
type Listed = z.infer<typeof listed>;

/**
 * The exchanges of a pair that are not over, or were changed after a time, by their URL; without those that were
 * erased.
 */
export async function exchangesSince(
  tx: Queries,
  bankId: string,
  pairId: string,
  since: Date,
  after: string,
): Promise<{ exchanges: JsonObject[]; more: boolean }> {
  const rows = await tx
    .select({ id: exchangeTable.id, url: exchangeTable.url })
    .from(exchangeTable)
    .where(
      and(
        eq(exchangeTable.bankId, bankId),
        eq(exchangeTable.pairId, pairId),
        gt(exchangeTable.url, after),
        isNotNull(exchangeTable.salt),
        sql`(status in ('proposed', 'agreed', 'claimed', 'disputed') or updated_at >= ${since.toISOString()}::timestamptz)`,
      ),
    )
    .orderBy(asc(exchangeTable.url))
    .limit(EXCHANGES_A_PAGE + 1);
  const page = rows.slice(0, EXCHANGES_A_PAGE);
  const exchanges: JsonObject[] = [];
  for (const { id, url } of page) {
    const heads = await tx
      .select({ side: exchangeStep.side, n: exchangeStep.n, hash: exchangeStep.hash })
      .from(exchangeStep)
      .where(and(eq(exchangeStep.bankId, bankId), eq(exchangeStep.exchangeId, id)))
      .orderBy(asc(exchangeStep.n));
    const headOf = (side: Side): JsonObject => {
      const last = heads.findLast((step) => step.side === side);
      return last === undefined ? { n: 0 } : { n: last.n, hash: last.hash ?? '' };
    };
    exchanges.push({ exchange: url, heads: { giver: headOf('giver'), receiver: headOf('receiver') } });
  }
  return { exchanges, more: rows.length > page.length };
}

/**
 * The steps of one side of an exchange after a place, as they were signed; `null` when the pair has no such exchange.
 */
export async function stepsOf(
  tx: Queries,
  bankId: string,
  pairId: string,
  url: string,
  side: Side,
  after: number,
): Promise<JsonObject[] | null> {
  const found = await exchangeByUrl(tx, bankId, url);
  if (found?.row.pairId !== pairId) return null;
  return found.steps[side]
    .slice(after, after + STEPS_A_PAGE)
    .map(({ document }) => JSON.parse(document ?? 'null') as JsonObject);
}

/**
 * Compares the logs with the partner's, and takes in what is missing here. Nothing may be written meanwhile: the pair
 * waits or recovers. Throws a {@link PartnerError} when the partner cannot be read.
 */
export async function compareLogs(line: Line): Promise<void> {
  const { partner, row } = line;
  const base = `${partner.core.parties[partner.party].exchange}/${tail(partner.pairId)}`;
  const since = new Date(row.lastSeenAt === null ? 0 : row.lastSeenAt.getTime() - DAY_MS).toISOString();
  let after = '';
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const answer = await readOrNone(line, `${base}?since=${since}&after=${encodeURIComponent(after)}`);
    if (answer === null) return;
    const page = readObjects(answer['exchanges']).slice(0, EXCHANGES_A_PAGE).map(readListed);
    for (const each of page) await compare(line, base, each);
    const last = page.at(-1)?.exchange;
    if (answer['more'] !== true || last === undefined || last <= after) return;
    after = last;
  }
}

/** A bank that never had an exchange need not know how to list any. */
async function readOrNone(line: Line, url: string): Promise<JsonObject | null> {
  try {
    return await ask(line, 'GET', url, '');
  } catch (error) {
    if (error instanceof PartnerError && error.code === 'refused' && error.refusal?.code === 'not_found') return null;
    throw error;
  }
}

async function compare(line: Line, base: string, { exchange: url, heads }: Listed): Promise<void> {
  const { bank, row, context } = line;
  const held = await exchangeByUrl(context.database.db, bank.id, url);
  if (held !== undefined && held.row.pairId !== row.id) return;
  const fetched: Record<Side, readonly IncomingStep[]> = { giver: [], receiver: [] };
  for (const side of SIDES)
    fetched[side] = await fetchSteps(line, base, url, side, held?.steps[side].length ?? 0, heads[side].n);
  const missing = inOrder(held, fetched);
  if (missing.length === 0 && (held === undefined || !isBehind(held, heads))) return;
  await context.signals.commit(async (tx, after) => {
    await PairWork.open(tx, bank, row.id);
    for (const step of missing) if (!(await takePresented(tx, bank, row.id, step, missing, after))) return;
    const now = await exchangeByUrl(tx, bank.id, url, true);
    if (now !== undefined) await hearHeads(tx, bank, now, heads);
  });
}

/** Whether the partner lacks steps of ours. */
function isBehind({ row, steps }: Exchange, heads: Listed['heads']): boolean {
  const own = row.ownSide as Side;
  return heads[own].n < steps[own].length;
}

/** What one side wrote after its `from`th step, up to the one that the partner named, each verified. */
async function fetchSteps(
  line: Line,
  base: string,
  url: string,
  side: Side,
  from: number,
  upTo: number,
): Promise<IncomingStep[]> {
  const { partner } = line;
  const found: IncomingStep[] = [];
  while (from + found.length < Math.min(upTo, MAX_STEPS)) {
    const query = `exchange=${encodeURIComponent(url)}&side=${side}&after=${from + found.length}`;
    const answer = await readOrNone(line, `${base}/log?${query}`);
    const items = answer === null ? [] : readObjects(answer['messages']).slice(0, STEPS_A_PAGE);
    for (const item of items) {
      const own = item['actor'] === partner.core.parties[partner.me].bank;
      const checked = await verifyMessage(partner, item, own ? partner.me : partner.party);
      if (!checked.ok || !isStep(checked.incoming) || checked.incoming.message.exchange !== url)
        throw new PartnerError('bad_answer', 'the partner presents a step of an exchange that is none');
      found.push(checked.incoming);
    }
    if (items.length === 0) throw new PartnerError('bad_answer', 'the partner names a step and does not present it');
  }
  return found;
}

/** Steps that are not held, in the order in which both banks tell the exchange: what one has seen comes before it. */
function inOrder(held: Exchange | undefined, fetched: Readonly<Record<Side, readonly IncomingStep[]>>): IncomingStep[] {
  const log = (side: Side): Step[] => [
    ...(held?.steps[side] ?? []),
    ...fetched[side].map(({ message: { n, seen, act } }) => ({ n, seen, act })),
  ];
  const { story } = tell({ giver: log('giver'), receiver: log('receiver') });
  return story.flatMap(({ by, step: { n } }) => fetched[by].find(({ message }) => message.n === n) ?? []);
}

function readListed({ exchange, heads }: JsonObject): Listed {
  const parsed = listed.safeParse({ exchange, heads });
  if (!parsed.success) throw new PartnerError('bad_answer', 'the partner lists something that is no exchange');
  return parsed.data;
}
