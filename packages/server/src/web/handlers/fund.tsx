/** The community fund: the page for everybody, asking, and the desk's answers. */
import { randomUUID } from 'node:crypto';
import type { Refusal } from '@evenhour/protocol';
import { FUND_ACCOUNT, FUND_HANDLE, fundCapOf } from '../../bank/bank.ts';
import {
  answerRequest,
  askFund,
  FUND_LENGTHS,
  readFund,
  requestsOf,
  waitingRequests,
  withdrawRequest,
} from '../../fund/fund.ts';
import { balanceOf } from '../../member/members.ts';
import { Refused, refusalOf } from '../../node/refused.ts';
import { FundDeskPage, FundPage, type FundValues } from '../fund.tsx';
import { paths } from '../paths.ts';
import type { WebApp, WebContext } from './env.ts';
import { field, guarded, idOf, wholeNumber } from './form.ts';
import { formOnce } from './once.ts';
import { frameOf, memberOf, operatorOnly, pattern, signedIn, statusOf } from './page.tsx';

const SHOWN = 50;
const OWN_SHOWN = 10;
const EMPTY: FundValues = { hours: '1', minutes: '0', text: '' };

export function fundRoutes(app: WebApp): void {
  app.get(paths.fund, (c) => page(c, EMPTY, null));

  app.post(paths.fundAsk, ...guarded, async (c) => {
    const { memberId } = memberOf(c);
    const values = valuesOf(c);
    return orRefused(
      async () => {
        const asked = { minutes: minutesOf(values), content: textOf(values, FUND_LENGTHS.content, 'content') };
        const to = await formOnce(c, async (tx) => {
          await askFund(tx, c.var.bank, memberId, asked);
          return paths.fund;
        });
        return c.redirect(to, 303);
      },
      (refusal) => page(c, values, refusal),
    );
  });

  app.post(pattern(paths.fundWithdraw), ...guarded, async (c) => {
    const { memberId } = memberOf(c);
    const id = idOf(c.req.param('id'));
    return orRefused(
      async () => {
        await c.var.node.database.transaction((tx) => withdrawRequest(tx, c.var.bank.id, memberId, id));
        return c.redirect(paths.fund, 303);
      },
      (refusal) => page(c, EMPTY, refusal),
    );
  });

  app.get(paths.consoleFund, signedIn, operatorOnly, (c) => desk(c, null));

  app.post(pattern(paths.answerRequest), ...guarded, operatorOnly, async (c) => {
    const { bank, node, session } = c.var;
    const caller = session?.caller;
    if (caller?.role !== 'operator') throw new Refused('not_allowed');
    const id = idOf(c.req.param('id'));
    const values = valuesOf(c);
    const yes = field(c.var.form, 'answer') === 'yes';
    return orRefused(
      async () => {
        const because = textOf(values, FUND_LENGTHS.because, 'because');
        const answer = yes
          ? ({ yes, minutes: minutesOf(values), because } as const)
          : ({ yes: false, because } as const);
        await node.signals.commit((tx, after) => answerRequest(tx, bank, caller, id, answer, after));
        return c.redirect(yes ? paths.fund : paths.consoleFund, 303);
      },
      (refusal) => desk(c, { id, values, refusal }),
    );
  });
}

async function orRefused(
  act: () => Promise<Response>,
  say: (refusal: Refusal) => Promise<Response>,
): Promise<Response> {
  try {
    return await act();
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null || refusal.code === 'not_found') throw error;
    return say(refusal);
  }
}

function valuesOf(c: WebContext): FundValues {
  const of = (name: string) => field(c.var.form, name).slice(0, 2000);
  return { hours: of('hours'), minutes: of('minutes'), text: of('text') };
}

function minutesOf({ hours, minutes }: FundValues): number {
  const [whole, rest] = [wholeNumber(hours || '0'), wholeNumber(minutes || '0')];
  const all = whole === null || rest === null ? 0 : whole * 60 + rest;
  if (all < 1 || all > 600_000) throw new Refused('invalid_request', { field: 'minutes' });
  return all;
}

function textOf({ text }: FundValues, most: number, name: string): string {
  if (text === '' || text.length > most) throw new Refused('invalid_request', { field: name });
  return text;
}

async function page(c: WebContext, values: FundValues, refusal: Refusal | null): Promise<Response> {
  const { bank, node, session } = c.var;
  const { db } = node.database;
  const before = beforeOf(c);
  const fund = await readFund(db, bank, session !== null, { before });
  const caller = session?.caller;
  const mine = caller?.role === 'member' ? await requestsOf(db, bank.id, caller.memberId, OWN_SHOWN) : null;
  const giveHref = paths.giveTo(`${FUND_HANDLE}@${bank.host}`);
  const model = { fund, first: before === undefined, giveHref, mine, values, key: randomUUID(), refusal };
  return c.html(<FundPage frame={frameOf(c)} model={model} />, refusal === null ? 200 : statusOf(refusal));
}

/** The id of the last line seen, if it is one. */
function beforeOf(c: WebContext): string | undefined {
  const before = c.req.query('before') ?? '';
  return /^[0-9A-HJKMNP-TV-Z]{26}$/.test(before) ? before : undefined;
}

type Answered = { readonly id: string; readonly values: FundValues; readonly refusal: Refusal };

async function desk(c: WebContext, refused: Answered | null): Promise<Response> {
  const { bank, node } = c.var;
  const { db } = node.database;
  const { balanceMinutes } = await balanceOf(db, bank.id, FUND_ACCOUNT);
  const waiting = await waitingRequests(db, bank.id, SHOWN);
  const model = { balanceMinutes, capMinutes: fundCapOf(bank), waiting, refused };
  return c.html(<FundDeskPage frame={frameOf(c)} model={model} />, refused === null ? 200 : statusOf(refused.refusal));
}
