/**
 * The five buttons of the live page and the five keys of the terminal.
 *
 * Promises: every act that somebody asked for ends in an event that says what came of it, also when it could not be
 * done; one act at a time for each town.
 *
 * @module
 */
import { EvenhourError, NetworkError } from '@evenhour/client';
import { say as sayMinutes } from '@evenhour/protocol';
import type { ActName } from '../web/live-models.ts';
import { passLimit, replay, sendHour } from './acts.ts';
import { agreementWith } from './connect.ts';
import type { Events } from './events.ts';
import { tryForgery } from './forge.ts';
import type { Town } from './towns.ts';
import type { Watch } from './watch.ts';
import type { World } from './world.ts';

export interface How {
  /** The partner of an hour. */
  readonly to?: Town;
  /** What cannot be done is left out without a word, because nobody asked for it. */
  readonly silent?: boolean;
}

/** Does an act in a town. Never throws: what went wrong is told as an event. */
export type Acts = (name: ActName, town: Town, how?: How) => Promise<void>;

const SETTLE_MS = 1_500;

export function createActs({ towns }: World, events: Events, watch: Watch): Acts {
  const busy = new Set<Town>();
  const partners = (town: Town): Town[] => towns.filter((each) => each !== town);
  const acts: Record<ActName, (town: Town, to?: Town) => Promise<void>> = {
    async send(town, chosen) {
      const to = chosen ?? (await whereto(town, partners(town)));
      const { transfer } = await sendHour({
        from: town,
        to,
        minutes: LENGTHS[Math.floor(Math.random() * LENGTHS.length)] ?? 60,
      });
      if (to.on) await town.api.transfers.waitFor(transfer.id, { timeoutMs: SETTLE_MS });
    },
    async plug(town) {
      if (town.on) {
        await town.pull();
        events.tell({ kind: 'plug_out', town: town.name });
      } else {
        await town.start();
        events.tell({ kind: 'plug_in', town: town.name });
      }
    },
    async replay(town) {
      const to = await busiest(town, partners(town));
      const { sent, known, unchanged } = await replay(town, to);
      const more = `Already counted: ${known} of ${sent} entries. ${unchanged ? 'Nothing moved' : 'The figures are others now'}`;
      events.tell({ kind: 'replayed', from: town.name, to: to.name }, more);
    },
    async forge(town) {
      const to = await busiest(town, partners(town));
      const { unsigned, signed, unchanged } = await tryForgery(town, to);
      const more = `The signature does not match (${signed.code}; without any: ${unsigned.code}). ${unchanged ? 'Nothing moved' : 'The figures are others now'}`;
      events.tell({ kind: 'forged', pretended: town.name, to: to.name }, more);
    },
    async limit(town) {
      const rooms = await Promise.all(
        partners(town).map(async (to) => ({ to, room: (await agreementWith(town, to)).position.roomMinutes })),
      );
      const tightest = rooms.sort((a, b) => a.room - b.room)[0];
      if (tightest === undefined) return;
      const { askedMinutes, honoursMinutes, code } = await passLimit(town, tightest.to);
      const more = `${tightest.to.name} honours ${sayMinutes(honoursMinutes)} more from ${town.name} (${code})`;
      events.tell(
        { kind: 'limit', from: town.name, to: tightest.to.name, minutes: askedMinutes, honoursMinutes },
        more,
      );
    },
  };
  return async (name, town, { to, silent = false } = {}) => {
    const note = (title: string, text: string): void => {
      if (!silent) events.tell({ kind: 'note', title, text });
    };
    if (busy.has(town)) return note(`${town.name} is busy.`, 'It is still doing what was asked of it before.');
    busy.add(town);
    try {
      if (name !== 'plug' && !town.on) return note(`${town.name}’s plug is pulled.`, 'Put it back first.');
      await acts[name](town, to);
    } catch (error) {
      const { title, text } = explain(town, error);
      note(title, text);
    } finally {
      busy.delete(town);
      await watch.now().catch(() => {});
    }
  };
}

const LENGTHS = [60, 60, 60, 90, 30, 45];

function explain(town: Town, error: unknown): { title: string; text: string } {
  if (error instanceof EvenhourError)
    return { title: `${town.name} says no.`, text: `${error.message} Nothing moved.` };
  if (error instanceof NetworkError)
    return { title: `${town.name} does not answer.`, text: 'Its plug was pulled in the middle. Nothing is lost.' };
  return {
    title: `That could not be done in ${town.name}.`,
    text: error instanceof Error ? error.message : String(error),
  };
}

/** Mostly the partner that honours more, so that over time hours even out; now and then the other. */
async function whereto(town: Town, partners: readonly Town[]): Promise<Town> {
  const rooms = await Promise.all(
    partners.map(async (to) => ({ to, room: (await agreementWith(town, to)).position.roomMinutes })),
  );
  const sorted = rooms.filter(({ room }) => room >= 90).sort((a, b) => b.room - a.room);
  const chosen = sorted[Math.random() < 0.65 ? 0 : sorted.length - 1];
  if (chosen === undefined) throw new Error('Both partners honour less than an hour and a half just now.');
  return chosen.to;
}

/** The partner that is on and has heard most from this town. */
async function busiest(town: Town, partners: readonly Town[]): Promise<Town> {
  const on = partners.filter((each) => each.on);
  const heard = await Promise.all(
    on.map(async (to) => ({ to, seq: (await agreementWith(town, to)).journal.ours.seq })),
  );
  const most = heard.sort((a, b) => b.seq - a.seq)[0];
  if (most === undefined) throw new Error('Both of its partners are off.');
  return most.to;
}
