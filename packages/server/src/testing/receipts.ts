/**
 * Receipts as both programs check them, and exchanges that have some: for tests of receipts.
 *
 * @module
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyCommand } from '../cli/verify.ts';
import { type CheckedReceipt, checkReceipt, readReceipt } from '../receipt/check.ts';
import type { Streets } from './streets.ts';
import { type Town, until } from './town.ts';

type Found = Pick<CheckedReceipt, 'ok' | 'steps' | 'facts'>;
const script = readFileSync(new URL('../web/assets/check.js', import.meta.url), 'utf8');

/** What the browser runs. */
export const inBrowser = new Function(`${script}\nreturn checkReceipt;`)() as (text: string) => Promise<Found>;

export async function atServer(text: string): Promise<Found> {
  const documents = readReceipt(text);
  if (documents === null) return { ok: false, steps: [], facts: null };
  const { ok, steps, facts } = await checkReceipt(documents);
  return { ok, steps, facts };
}

/** How `evenhour verify` ends when it is given a file with this text. */
export async function verifyText(text: string): Promise<number> {
  const file = join(mkdtempSync(join(tmpdir(), 'evenhour-receipt-')), 'receipt');
  writeFileSync(file, text);
  return verifyCommand([file]);
}

/** An exchange that is settled, as each of its two sides has it. Of an exchange in one town both ids are one. */
export interface Settled {
  readonly receiver: string;
  readonly giver: string;
}

/** Minutes that were agreed, and that were recorded and confirmed. */
interface Minutes {
  readonly agreed: number;
  readonly done: number;
}

/** Moira of Leith receives; the giver is Rosa of Gràcia, or Agnes of the same town. */
export async function settledExchange(
  { leith, gracia, tokens }: Streets,
  who: 'rosa' | 'agnes',
  { agreed, done }: Minutes,
): Promise<Settled> {
  const there = who === 'rosa' ? gracia : leith;
  const moira = acting(leith, tokens.moira);
  const giver = acting(there, tokens[who]);
  const asked = await moira('POST', '', {
    ...{ to: who === 'rosa' ? `rosa@${gracia.host}` : who, side: 'receiver', minutes: agreed },
    ...{ content: 'The gate squeaks', place: 'The yard behind the library' },
  });
  const ids = { receiver: asked.body.id, giver: '' };
  ids.giver = await until(async () => {
    const { body } = await giver('GET', '?which=open');
    return body.items.find(({ status }: { status: string }) => status === 'proposed')?.id;
  });
  const seen = (by: typeof moira, id: string, name: string, value: string) =>
    until(async () => (await by('GET', `/${id}`)).body[name] === value);
  await giver('POST', `/${ids.giver}/accept`, { answers: { side: 'receiver', n: 1 } });
  await seen(giver, ids.giver, 'reserved', 'yes');
  await until(async () => (await giver('POST', `/${ids.giver}/record`, { minutes: done })).status === 200);
  await seen(moira, ids.receiver, 'status', 'claimed');
  await moira('POST', `/${ids.receiver}/confirm`, { answers: { side: 'giver', n: 2 } });
  await seen(moira, ids.receiver, 'reserved', 'settled');
  await seen(giver, ids.giver, 'reserved', 'settled');
  return ids;
}

function acting(town: Town, token: string) {
  return (method: 'GET' | 'POST', path: string, body?: unknown) =>
    town.call(method, `/api/exchanges${path}`, body, { token });
}
