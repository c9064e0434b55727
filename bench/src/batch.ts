/**
 * A process that gives many hours within one bank in one transaction each time, without HTTP.
 *
 * Promises: it is the node's own way of beginning gifts (`giveAll`: members, caps, floors and ceilings are looked
 * at for each), on the node's own connection pool, with the accounts locked and the guards of the database on.
 *
 * @module
 */
import type { Bank } from '../../packages/server/dist/bank/bank.js';
import type { Database } from '../../packages/server/dist/db/database.js';
import { addMember } from '../../packages/server/dist/member/members.js';
import { giveAll } from '../../packages/server/dist/transfer/giving.js';
import { serveJobs } from './children.ts';
import { randomPayment } from './payment.ts';
import { openSite, type SiteKeys } from './stand-in.ts';

export type BatchJob =
  | { readonly kind: 'open'; readonly keys: SiteKeys; readonly members: number }
  | { readonly kind: 'give'; readonly together: number; readonly seconds: number };

interface Open {
  readonly database: Database;
  readonly bank: Bank;
  readonly memberIds: readonly string[];
  readonly handles: readonly string[];
}

let open: Open | undefined;

async function prepare(keys: SiteKeys, members: number): Promise<Open> {
  const { database, bank } = await openSite(keys);
  const rows = await database.transaction(async (tx) => {
    const added = [];
    for (let i = 1; i <= members; i++)
      added.push(await addMember(tx, bank, { handle: `member${i}`, name: `Member ${i}` }));
    return added;
  });
  return { database, bank, memberIds: rows.map(({ id }) => id), handles: rows.map(({ handle }) => handle) };
}

/** One transaction after the other: two at once would wait for each other's accounts. */
async function giveFor(
  { database, bank, memberIds, handles }: Open,
  together: number,
  seconds: number,
): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let given = 0;
  while (performance.now() < end) {
    const gifts = Array.from({ length: together }, () => randomPayment(memberIds, handles));
    const results = await database.transaction((tx) => giveAll(tx, bank, gifts));
    const refused = results.find((result) => !result.ok);
    if (refused?.ok === false) throw new Error(`a gift was refused: ${refused.refusal.code}`);
    given += results.length;
  }
  return given;
}

serveJobs<BatchJob>(async (job) => {
  if (job.kind === 'open') {
    open = await prepare(job.keys, job.members);
    return {};
  }
  if (open === undefined) throw new Error('nothing is open');
  return { given: await giveFor(open, job.together, job.seconds) };
});
