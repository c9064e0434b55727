/**
 * What the live page shows, made from what the three banks say.
 *
 * Promises: every figure is one of the banks' own; a town that is off keeps its last known figures;
 * the sum is taken from a moment in which nothing moved, and carries that moment's time.
 *
 * @module
 */
import type { Proof, Transfer } from '@evenhour/client';
import { readConfig } from '../node/config.ts';
import type { DemoModel, LiveHour, LiveOpened, LivePair, LiveTown } from '../web/live-models.ts';
import type { LedgerLine, SignedEntry } from '../web/models.ts';
import { latestTransfers } from './api.ts';
import type { Events } from './events.ts';
import { sumUp } from './sums.ts';
import type { Town } from './towns.ts';
import { brief, type Look, type Watch } from './watch.ts';
import type { World } from './world.ts';

/** How long an hour that has arrived is shown on its way: as long as the page lets it travel. */
const TRAVEL_MS = 7_000;
/** An hour that has not arrived after this stands at the other town's door. */
const PATIENCE_MS = 2_000;
const LINES = 12;
const FINAL: readonly string[] = ['settled', 'declined', 'returned'];

export interface Wanted {
  readonly held: boolean;
  readonly csrf: string;
  readonly chosenTown: string;
  readonly opened: LiveOpened | null;
}

export function buildModel(world: World, watch: Watch, events: Events, look: Look, wanted: Wanted): DemoModel {
  const { towns } = world;
  const quiet = watch.steady ?? look;
  const { membersMinutes, fundsMinutes, underwayMinutes } = sumUp(quiet.towns);
  return {
    now: new Date(),
    ...wanted,
    sourceUrl: SOURCE_URL,
    towns: towns.map(
      (town, index): LiveTown => ({
        ...brief(town),
        id: town.plan.id,
        href: `${town.origin}/`,
        timeZone: town.plan.timeZone,
        on: town.on,
        openMinutes: minus(look.towns[index]?.bank.books.partnersMinutes ?? 0),
      }),
    ),
    pairs: pairsOf(world, look),
    hours: hoursOf(towns, look),
    sums: { membersMinutes, fundsMinutes, underwayMinutes },
    checkedAt: quiet.at,
    log: events.latest(LINES),
  };
}

/** Where the source of this program can be had. */
export const { sourceUrl: SOURCE_URL } = readConfig({ EVENHOUR_SOURCE_URL: process.env['EVENHOUR_SOURCE_URL'] });

function pairsOf({ towns }: World, look: Look): LivePair[] {
  const says = (from: number, to: number): number =>
    look.towns[from]?.agreements.find(
      ({ origin, status }) => origin === towns[to]?.origin && (status === 'active' || status === 'suspended'),
    )?.position.owesMinutes ?? 0;
  return [
    [0, 1],
    [1, 2],
    [2, 0],
  ].map(([a = 0, b = 0]) => ({ a, b, aSaysMinutes: says(a, b), bSaysMinutes: minus(says(b, a)) }));
}

function hoursOf(towns: readonly Town[], look: Look): LiveHour[] {
  const hours: LiveHour[] = [];
  for (const [from, figures] of look.towns.entries()) {
    for (const transfer of figures?.transfers ?? []) {
      const to = towns.findIndex(({ host }) => transfer.counterparty.endsWith(`@${host}`));
      const step = transfer.direction === 'out' && transfer.purpose === 'gift' ? stepOf(transfer, towns[to]) : null;
      if (step !== null)
        hours.push({ id: `${towns[from]?.plan.id}.${transfer.id}`, from, to, minutes: transfer.minutes, step });
    }
  }
  return hours;
}

function stepOf(transfer: Transfer, to: Town | undefined): LiveHour['step'] | null {
  const age = (time: string): number => Date.now() - new Date(time).getTime();
  if (transfer.status === 'settled') return age(transfer.updatedAt) < TRAVEL_MS ? 'moving' : null;
  if (FINAL.includes(transfer.status)) return null;
  return to?.on === true && age(transfer.createdAt) < PATIENCE_MS ? 'moving' : 'waiting';
}

/** One hour with both towns' ledgers and the signed entries. `null` when its town cannot be asked now. */
export async function openHour({ towns }: World, watch: Watch, id: string): Promise<LiveOpened | null> {
  const [townId, transferId] = id.split('.');
  const from = towns.find(({ plan }) => plan.id === townId);
  if (from === undefined || transferId === undefined || !/^[0-9A-Z]{26}$/.test(transferId) || !from.on) return null;
  const proof = await from.api.transfers.proof(transferId).catch(() => null);
  if (proof === null) return null;
  const { transfer } = proof;
  const to = towns.find(({ host }) => transfer.counterparty.endsWith(`@${host}`));
  if (to === undefined) return null;
  const ledgers = [{ town: brief(from), lines: await linesOf(from, watch, proof) }];
  const there = to.on ? await proofAt(to, transfer) : null;
  if (there !== null) ledgers.push({ town: brief(to), lines: await linesOf(to, watch, there) });
  return {
    id,
    ...watch.parties(from, transfer),
    minutes: transfer.minutes,
    what: transfer.content,
    at: new Date(transfer.createdAt),
    checked: proof.checked,
    ledgers,
    entries: proof.entries.map(
      ({ author, document, at, ...entry }): SignedEntry => ({
        ...entry,
        by: brief(author === 'us' ? from : to),
        at: new Date(at),
        document: JSON.stringify(document),
      }),
    ),
  };
}

async function proofAt(town: Town, { transfer }: Transfer): Promise<Proof | null> {
  try {
    const found = (await latestTransfers(town.api, 200)).find((each) => each.transfer === transfer);
    return found === undefined ? null : await town.api.transfers.proof(found.id);
  } catch {
    return null;
  }
}

async function linesOf(town: Town, watch: Watch, { postings }: Proof): Promise<LedgerLine[]> {
  const name = await watch.accountNames(town);
  return postings.map(({ kind, from, to, minutes, at }) => ({
    kind,
    from: name(from),
    to: name(to),
    minutes,
    at: new Date(at),
  }));
}

function minus(minutes: number): number {
  return minutes === 0 ? 0 : -minutes;
}
