/** What every route of the node can reach. */
import type { Bank, Banks } from '../bank/bank.ts';
import type { Database } from '../db/database.ts';
import type { Partners } from '../delivery/partners.ts';
import type { Senders } from '../delivery/senders.ts';
import type { Signals } from '../delivery/signals.ts';
import type { Outgoing } from '../federation/outgoing.ts';
import type { GivingQueue } from '../transfer/giving-queue.ts';
import type { Config } from './config.ts';
import type { Presence } from './presence.ts';
import type { Rate, RefusedRates } from './rate.ts';
import type { Seal } from './seal.ts';

export interface NodeContext {
  readonly config: Config;
  readonly database: Database;
  readonly seal: Seal;
  readonly banks: Banks;
  readonly partners: Partners;
  readonly senders: Senders;
  readonly signals: Signals;
  readonly giving: GivingQueue;
  readonly outgoing: Outgoing;
  readonly presence: Presence;
  readonly refused: RefusedRates;
  readonly openRate: Rate;
  /** Questions for earlier statements, by pair: a search of a million entries takes twenty. */
  readonly statementRate: Rate;
  /** Greetings of the pair that followed a closed one, by pair. */
  readonly followedRate: Rate;
}

export interface NodeEnv {
  Variables: {
    node: NodeContext;
    /** The bank that the request's exact host names. */
    bank: Bank;
    /** Where the request came from, for counting. */
    source: string;
  };
}
