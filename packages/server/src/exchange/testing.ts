/** A bank with members for tests of exchanges, without a node around it. */
import type { Side, Terms } from '@evenhour/protocol';
import type { Caller } from '../auth/tokens.ts';
import { type Bank, Banks, createBank } from '../bank/bank.ts';
import type { Database, Queries } from '../db/database.ts';
import { type Signal, Signals } from '../delivery/signals.ts';
import { addMember, balanceOf, type MemberRow } from '../member/members.ts';
import { refusalOf } from '../node/refused.ts';
import { createSeal } from '../node/seal.ts';
import { doInExchange, type Wish } from './acts.ts';
import { askExchange } from './asking.ts';
import type { Exchange } from './exchange-store.ts';

export const DESK_CALLER: Caller = { role: 'operator', tokenHash: '' };
export const callerOf = ({ id }: Pick<MemberRow, 'id'>): Caller & { role: 'member' } => ({
  role: 'member',
  memberId: id,
  tokenHash: '',
});

export interface Scene {
  readonly database: Database;
  readonly bank: Bank;
  readonly moira: MemberRow;
  readonly davie: MemberRow;
  readonly agnes: MemberRow;
  run<T>(work: (tx: Queries, after: Signal[]) => Promise<T>): Promise<T>;
  /** Moira asks Davie, who would give; or the other way round. */
  ask(side?: Side, terms?: Partial<Terms>, yesAhead?: boolean): Promise<Exchange>;
  act(who: MemberRow | Caller, id: string, wish: Wish, side?: Side): Promise<Exchange>;
  /** The code that something is refused with, or `null`. */
  code(work: Promise<unknown>): Promise<string | null>;
  balances(): Promise<{ moira: number; davie: number; held: number }>;
}

let counter = 0;

export async function setScene(database: Database, set: { ceilingMinutes?: number } = {}): Promise<Scene> {
  const seal = createSeal('a secret of thirty-two characters');
  const origin = `https://town-${++counter}.example`;
  const id = await createBank(database, seal, { origin, name: 'Leith', mayOweMinutes: 120, ...set });
  const banks = new Banks(database, seal);
  await banks.reload();
  const bank = banks.byId(id) as Bank;
  const signals = new Signals(database);
  const add = (name: string) => addMember(database.db, bank, { handle: name.toLowerCase(), name: `${name} Baird` });
  const [moira, davie, agnes] = [await add('Moira'), await add('Davie'), await add('Agnes')];
  const run: Scene['run'] = (work) => signals.commit(work);
  return {
    ...{ database, bank, moira, davie, agnes, run },
    ask: (side = 'receiver', terms = {}, yesAhead = false) =>
      run((tx, after) =>
        askExchange(
          tx,
          bank,
          {
            by: { by: 'member' },
            memberId: moira.id,
            to: 'davie',
            ...{ side, yesAhead },
            terms: { minutes: 60, content: 'Look at my bicycle', ...terms },
          },
          after,
        ),
      ),
    act: (who, exchangeId, wish, side) => {
      const caller = 'role' in who ? who : callerOf(who);
      return run((tx, after) => doInExchange(tx, bank, caller, exchangeId, wish, after, side));
    },
    code: (work) =>
      work.then(
        () => null,
        (error: unknown) => {
          const refusal = refusalOf(error);
          if (refusal === null) throw error;
          return refusal.code;
        },
      ),
    async balances() {
      const of = (row: MemberRow) => balanceOf(database.db, bank.id, row.accountId);
      const [first, second] = [await of(moira), await of(davie)];
      return { moira: first.balanceMinutes, davie: second.balanceMinutes, held: first.heldMinutes };
    },
  };
}
