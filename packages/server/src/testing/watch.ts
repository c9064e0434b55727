/**
 * A town among partners whose keys the test holds, and the question whether anything happened.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import type { Body, Gift } from '@evenhour/protocol';
import { detailOf } from '@evenhour/protocol/wire';
import { eq, lte } from 'drizzle-orm';
import { mail, notice } from '../db/schema.ts';
import { FakePartner } from './fake-partner.ts';
import { hasTestPostgres, testDatabase } from './postgres.ts';
import { evidenceOf, freePort, snapshot, startTown, type Town, type TownOptions, until } from './town.ts';

export interface Stage {
  readonly town: Town;
  readonly partners: FakePartner[];
  stop(): Promise<void>;
}

/** A town with the member Moira, and partners that it may reach but has no agreement with yet. */
export async function setStage(partnerCount: number, options: TownOptions = {}): Promise<Stage> {
  const partners = await Promise.all(Array.from({ length: partnerCount }, () => FakePartner.start()));
  const port = options.port ?? (await freePort());
  const own = [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
  const allow = [...own, ...partners.map(({ origin }) => origin)];
  const databaseUrl = hasTestPostgres() ? await testDatabase() : undefined;
  const town = await startTown({
    name: 'Leith',
    ...(databaseUrl !== undefined && { databaseUrl }),
    ...options,
    port,
    allow,
  });
  await town.call('POST', '/api/members', { handle: 'moira', name: 'Moira' });
  return {
    town,
    partners,
    async stop() {
      await town.stop();
      await Promise.all(partners.map((partner) => partner.stop()));
    },
  };
}

/**
 * Runs `work` and throws unless the town is as it was before: every row, the evidence too, and no
 * request of the town's has left.
 */
export async function unchanged<T>(town: Town, work: () => Promise<T>): Promise<T> {
  const { outgoing } = town.node.context;
  const { request } = outgoing;
  const left: string[] = [];
  const before = [await snapshot(town.database), await evidenceOf(town.database)];
  Object.assign(outgoing, {
    request: (sending: Parameters<typeof request>[0]) => {
      // What partners offer is read at a time of its own.
      if (!new URL(sending.url).pathname.startsWith('/ap/offers/')) left.push(sending.url);
      return request(sending);
    },
  });
  try {
    const result = await work();
    // Whatever it may have set going has had its turn by then.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const after = [await snapshot(town.database), await evidenceOf(town.database)];
    if (left.length > 0) throw new Error(`requests left: ${left.join(', ')}`);
    if (!isDeepStrictEqual(before, after)) throw new Error(`something changed: ${difference(before, after)}`);
    return result;
  } finally {
    Object.assign(outgoing, { request });
  }
}

/** When whatever is to be told by now has been posted. */
export async function posted({ database: { db } }: Town): Promise<void> {
  await until(async () => {
    const told = db.select({ id: notice.id }).from(notice).where(lte(notice.mailAt, new Date()));
    const waiting = db.select({ id: mail.id }).from(mail).where(eq(mail.status, 'waiting'));
    return (await told.limit(1)).length + (await waiting.limit(1)).length === 0;
  });
}

function difference(before: unknown, after: unknown): string {
  const lines = (value: unknown): string[] => JSON.stringify(value, null, 1).split('\n');
  const old = new Set(lines(before));
  return lines(after)
    .filter((line) => !old.has(line))
    .map((line) => line.slice(0, 200))
    .join('\n');
}

/** Offers a gift to a member of the town and returns the Hold that would follow the town's yes. */
export async function promised(
  partner: FakePartner,
  to: string,
  minutes: number,
  changes: Partial<Gift> = {},
): Promise<Extract<Body, { kind: 'Hold' }>> {
  const { document, exchange, salt, gift } = await partner.gift(to, minutes, changes);
  const answer = await partner.messages([document]);
  const yes = answer.body.messages?.find((message: { exchange: string }) => message.exchange === exchange);
  if (yes?.type[1] !== 'GiftAccept') throw new Error(`the gift was not accepted: ${JSON.stringify(answer.body)}`);
  return {
    kind: 'Hold',
    transfer: `${exchange.replace('exchanges', 'transfers')}`,
    minutes,
    payerRef: gift.payerRef,
    payeeRef: yes.payeeRef,
    detail: detailOf(salt, gift),
    ...(gift.reverses !== undefined && { reverses: gift.reverses }),
  };
}

/** A Hold whose terms the town has never heard of. It is a good entry, and the town declines it. */
export function strangeHold(
  partner: FakePartner,
  minutes = 60,
  name: string = crypto.randomUUID(),
): Extract<Body, { kind: 'Hold' }> {
  const transfer = `${partner.origin}/ap/transfers/${name}`;
  return { kind: 'Hold', transfer, minutes, payerRef: 'payer', payeeRef: 'payee', detail: 'A'.repeat(43) };
}

/** Gives hours to a member of the town, the whole way. */
export async function pay(
  partner: FakePartner,
  to: string,
  minutes: number,
  changes: Partial<Gift> = {},
): Promise<void> {
  const hold = await promised(partner, to, minutes, changes);
  await partner.run([await partner.write(hold)]);
  const posted = await partner.run([await partner.write({ kind: 'Post', transfer: hold.transfer, minutes })]);
  const last = partner.townEntries.at(-1) as { type?: string[] } | undefined;
  if (last?.type?.[1] !== 'Receipt') throw new Error(`the hour did not arrive: ${JSON.stringify(posted.body)}`);
}

/** How a request was answered: its status and the code of the refusal, of the whole or of the first bad item. */
// biome-ignore lint/suspicious/noExplicitAny: whatever came
export function said(answer: { status: number; body: any }): string {
  const { code, refused, results } = answer.body ?? {};
  const item = results?.find((result: { code?: string }) => result.code !== undefined);
  return `${answer.status} ${code ?? refused?.code ?? item?.code ?? 'ok'}`;
}
