/**
 * The proof of one hour that crossed.
 *
 * Promises: a proof is shown to the member whose hour it is, and to the desk; its signatures are
 * verified when it is shown, and "checked" is said only of an hour that is whole.
 *
 * @module
 */
import { and, eq, inArray } from 'drizzle-orm';
import { agreementViewOfPair } from '../../agreement/view.ts';
import { proofOf } from '../../api/transfers.ts';
import { FUND_ACCOUNT, LOSS_ACCOUNT, UNCLAIMED_ACCOUNT } from '../../bank/bank.ts';
import { member } from '../../db/schema.ts';
import { Refused } from '../../node/refused.ts';
import { maySee, type TransferRow, transferById } from '../../transfer/transfer-store.ts';
import type { Party, ProofModel } from '../models.ts';
import { paths } from '../paths.ts';
import { ProofPage } from '../proof.tsx';
import type { WebApp, WebContext } from './env.ts';
import { idOf } from './form.ts';
import { frameOf, pattern, signedIn } from './page.tsx';
import { bankView, townOf } from './towns.ts';

export function proofRoutes(app: WebApp): void {
  app.get(pattern(paths.proof), signedIn, async (c) => {
    const { bank, node, session } = c.var;
    const row = await transferById(node.database.db, bank.id, idOf(c.req.param('id')));
    // Hours within one town have no signed lines: their proof is that town's own books.
    if (row === undefined || row.pairId === null || session === null || !maySee(row, session.caller))
      throw new Refused('not_found');
    return c.html(<ProofPage frame={frameOf(c)} model={await proofModel(c, row, row.pairId)} />);
  });
}

async function proofModel(c: WebContext, row: TransferRow, pairId: string): Promise<ProofModel> {
  const { bank, node } = c.var;
  const { db } = node.database;
  const proof = await proofOf(node, bank, row);
  const view = await agreementViewOfPair(db, bank, pairId);
  const us = bankView(bank);
  const them = townOf(view?.town ?? '');
  const [own] = await db
    .select({ name: member.name, kind: member.kind })
    .from(member)
    .where(and(eq(member.bankId, bank.id), eq(member.id, row.memberId)));
  const here: Party = { name: own?.name ?? '', kind: own?.kind, town: us };
  const there: Party = { name: row.counterpartyName, town: them };
  const names = await accountNames(
    c,
    proof.postings.flatMap(({ from, to }) => [from, to]),
  );
  const named = (account: string): string => names.get(account) ?? them.name;
  return {
    giver: row.direction === 'in' ? there : here,
    receiver: row.direction === 'in' ? here : there,
    minutes: row.minutes,
    what: row.content,
    at: row.createdAt,
    checked: proof.checked && row.status === 'settled' && proof.entries.some(({ kind }) => kind === 'Receipt'),
    ledger: proof.postings.map(({ kind, from, to, minutes, at }) => ({
      kind,
      from: named(from),
      to: named(to),
      minutes,
      at: new Date(at),
    })),
    entries: proof.entries.map((entry) => ({
      kind: entry.kind,
      by: entry.author === 'us' ? us : them,
      epoch: entry.epoch,
      seq: entry.seq,
      hash: entry.hash,
      at: new Date(entry.at),
      document: JSON.stringify(entry.document),
    })),
  };
}

/** Accounts by the names of their members; a partner's account is named by its town. */
async function accountNames(c: WebContext, accounts: readonly string[]): Promise<Map<string, string>> {
  const { bank, node } = c.var;
  const { t } = c.var.words;
  const wanted = [...new Set(accounts)];
  const rows =
    wanted.length === 0
      ? []
      : await node.database.db
          .select({ account: member.accountId, name: member.name })
          .from(member)
          .where(and(eq(member.bankId, bank.id), inArray(member.accountId, wanted)));
  return new Map([
    [FUND_ACCOUNT, t('proof.fund')],
    [UNCLAIMED_ACCOUNT, t('proof.unclaimed')],
    [LOSS_ACCOUNT, t('proof.lost')],
    ...rows.map(({ account, name }) => [account, name] as const),
  ]);
}
