/** Two towns, each with a member `m`, who do things together: for tests of exchanges across. */
import { openVersion, type Side } from '@evenhour/protocol';
import { eq } from 'drizzle-orm';
import { exchangeMessage } from '../db/schema.ts';
import type { Outgoing } from '../federation/outgoing.ts';
import { Restorable, type Storage } from '../testing/restorable.ts';
import { until } from '../testing/town.ts';
import { partsOf } from './across-holds.ts';
import { doInExchange, type Wish } from './acts.ts';
import { askExchange } from './asking.ts';
import { type Exchange, exchangeByUrl, talkOf } from './exchange-store.ts';
import { say, thank } from './talk.ts';
import { callerOf } from './testing.ts';

type Send = Outgoing['request'];

export type Name = 'Leith' | 'Gràcia';
const OTHER = { Leith: 'Gràcia', Gràcia: 'Leith' } as const;

/** A wish without what it answers: always what lies open. */
type Said = Wish extends infer W ? (W extends unknown ? Omit<W, 'answers'> : never) : never;

export class TwoTowns {
  readonly towns: Restorable;

  private constructor(towns: Restorable) {
    this.towns = towns;
  }

  static async start(storage: Storage): Promise<TwoTowns> {
    const towns = await Restorable.start(storage, ['Leith', 'Gràcia']);
    await towns.connect('Leith', 'Gràcia');
    return new TwoTowns(towns);
  }

  /** The member of a town asks the other one's; `side` is what the asking one would do. Answers the exchange's URL. */
  async ask(at: Name, side: Side, minutes = 60, content = 'The gate squeaks', to = 'm'): Promise<string> {
    const { node, bank } = this.towns.of(at);
    // Asked before: in one process a database has one transaction at a time.
    const memberId = await this.memberAt(at);
    const begun = await node.context.signals.commit(async (tx, after) =>
      askExchange(
        tx,
        bank,
        {
          by: { by: 'member' },
          memberId,
          to: `${to}@${this.towns.of(OTHER[at]).host}`,
          side,
          terms: { minutes, content },
        },
        after,
      ),
    );
    return begun.row.url;
  }

  async memberAt(at: Name): Promise<string> {
    return (await this.towns.of(at).call('GET', '/api/members/m')).body.id;
  }

  /** How a town has an exchange. */
  async at(name: Name, url: string): Promise<Exchange | undefined> {
    const { database, bank } = this.towns.of(name);
    return exchangeByUrl(database.db, bank.id, url);
  }

  /** A member says something as soon as the bank may write. */
  async say(at: Name, url: string, said: Said): Promise<void> {
    await until(async () => {
      try {
        await this.sayNow(at, url, said);
        return true;
      } catch (error) {
        if (String(error).includes('partner_unreachable')) return false;
        throw error;
      }
    });
  }

  async sayNow(at: Name, url: string, said: Said): Promise<void> {
    const { node, bank } = this.towns.of(at);
    const caller = callerOf({ id: await this.memberAt(at) });
    await node.context.signals.commit(async (tx, after) => {
      const known = await exchangeByUrl(tx, bank.id, url);
      if (known === undefined) throw new Error(`${at} does not know ${url}`);
      const answers = openVersion(known.row.state) ?? { side: 'giver', n: 0 };
      const wish = (
        ['accept', 'confirm', 'decline', 'contest'].includes(said.do) ? { ...said, answers } : said
      ) as Wish;
      await doInExchange(tx, bank, caller, known.row.id, wish, after);
    });
  }

  /** Waits until both towns have all that was said, and see this. */
  async both(url: string, status: string, reserved?: string): Promise<void> {
    await this.quiet();
    for (const name of ['Leith', 'Gràcia'] as const) await this.see(name, url, status, reserved);
  }

  async see(name: Name, url: string, status: string, reserved?: string): Promise<void> {
    let seen = '';
    try {
      await until(async () => {
        const row = (await this.at(name, url))?.row;
        seen = `${row?.status} ${row?.reserved} ${row?.reservedCode}`;
        return row?.status === status && (reserved === undefined || row.reserved === reserved);
      });
    } catch {
      throw new Error(`${name} sees ${seen}, and not ${status} ${reserved ?? ''}`);
    }
  }

  /** Nothing waits to be sent. */
  async quiet(): Promise<void> {
    for (const name of ['Leith', 'Gràcia'] as const)
      await until(async () => {
        const { db } = this.towns.of(name).database;
        return (await db.select().from(exchangeMessage).where(eq(exchangeMessage.pending, true))).length === 0;
      });
  }

  /** Both logs at both towns, as `kind minutes` by side. Throws when the two differ. */
  async story(url: string): Promise<string[]> {
    const told = await Promise.all(
      (['Leith', 'Gràcia'] as const).map(async (name) => {
        const found = await this.at(name, url);
        return (['giver', 'receiver'] as const).flatMap((side) =>
          (found?.steps[side] ?? []).map(({ n, act, hash }) => `${side} ${n} ${act.kind} ${hash}`),
        );
      }),
    );
    if (JSON.stringify(told[0]) !== JSON.stringify(told[1])) throw new Error(`the logs differ: ${told.join('\n')}`);
    return (told[0] ?? []).map((line) => line.split(' ').slice(0, 3).join(' '));
  }

  async balances(): Promise<[number, number]> {
    return [await this.towns.balance('Leith'), await this.towns.balance('Gràcia')];
  }

  /** Keeps what the towns send about exchanges back until the returned function is called. Until they start again. */
  keepBack(...names: Name[]): () => void {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    for (const name of names) {
      const { outgoing } = this.towns.of(name).node.context;
      const send = outgoing.request;
      outgoing.request = async (request) => {
        if (request.url.endsWith('/ap/exchanges')) await gate;
        return send(request);
      };
    }
    return release;
  }

  /** Does something with each request of a town about exchanges. Until it starts again. */
  meddle(name: Name, how: (send: Send, request: Parameters<Send>[0]) => ReturnType<Send>): void {
    const { outgoing } = this.towns.of(name).node.context;
    const send = outgoing.request.bind(outgoing);
    outgoing.request = (request) => (request.url.endsWith('/ap/exchanges') ? how(send, request) : send(request));
  }

  async words(at: Name, url: string, text: string, kind: 'talk' | 'thanks' = 'talk'): Promise<void> {
    const { node, bank } = this.towns.of(at);
    const caller = callerOf({ id: await this.memberAt(at) });
    const { id = '' } = (await this.at(at, url))?.row ?? {};
    const speak = kind === 'talk' ? say : thank;
    await node.context.signals.commit(async (tx, after) => {
      await speak(tx, bank, caller, id, text, after);
    });
  }

  /** What was said beside the steps, once it has come. */
  async heard(at: Name, url: string): Promise<string[]> {
    await this.quiet();
    const { database, bank } = this.towns.of(at);
    const said = await talkOf(database.db, bank.id, (await this.at(at, url))?.row.id ?? '');
    return said.map(({ kind, text }) => `${kind} ${text}`);
  }

  /** The parts of an exchange: number, status, minutes. */
  async parts(at: Name, url: string): Promise<string[]> {
    const { database } = this.towns.of(at);
    const found = await this.at(at, url);
    const parts = found === undefined ? [] : await partsOf(database.db, found.row);
    return parts.map(({ part, status, minutes }) => `${part} ${status} ${minutes}`);
  }

  /** A town honours so many minutes from now on, and the other one has heard of it. */
  async limit(at: Name, grantsMinutes: number): Promise<void> {
    const { id } = await this.towns.agreement(at, OTHER[at]);
    const { status } = await this.towns.of(at).call('POST', `/api/agreements/${id}/change`, { grantsMinutes });
    if (status >= 300) throw new Error(`the limit was not changed: ${status}`);
    await until(async () => {
      const { journal } = await this.towns.agreement(at, OTHER[at]);
      return journal.deliveredSeq === journal.ours.seq;
    });
  }
}
