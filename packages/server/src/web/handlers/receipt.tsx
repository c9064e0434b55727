/**
 * Receipts: a member's own, and those that were shown to somebody.
 *
 * Promises: one's own receipt is nobody else's; a link opens what its member chose to show; every signature is checked
 * again at each visit.
 *
 * @module
 */
import { and, eq } from 'drizzle-orm';
import { member } from '../../db/schema.ts';
import { Refused } from '../../node/refused.ts';
import { checkReceipt, type ReceiptDocuments } from '../../receipt/check.ts';
import { type Parts, partsWith } from '../../receipt/documents.ts';
import { documentsOf, openReceipt, receiptPath, sharedBy, shareReceipt, withdrawReceipt } from '../../receipt/links.ts';
import { maySee, type TransferRow, transferById } from '../../transfer/transfer-store.ts';
import type { ReceiptModel } from '../models.ts';
import { paths } from '../paths.ts';
import { OpenReceiptPage, ReceiptPage } from '../receipt.tsx';
import { ReceiptFile } from '../receipt-file.tsx';
import type { WebApp, WebContext } from './env.ts';
import { field, guarded, idOf } from './form.ts';
import { frameOf, memberOf, pattern, signedIn } from './page.tsx';
import { bankView, townOf } from './towns.ts';

export function receiptRoutes(app: WebApp): void {
  app.get(pattern(paths.receipt), signedIn, async (c) => {
    const { bank, node, session } = c.var;
    const parts = await ownParts(c);
    const [row] = parts;
    const caller = session?.caller;
    const memberId = caller?.role === 'member' ? caller.memberId : null;
    const { db } = node.database;
    const shared = memberId === null ? null : await sharedBy(db, node.seal, row, memberId);
    const documents = await documentsOf(db, bank, row, true);
    const model = {
      ...(await receiptModel(c, row, documents, true, shared?.token)),
      id: row.id,
      lines: row.pairId === null ? [] : parts.map(({ id, minutes }) => ({ id, minutes })),
      mayShare: memberId !== null,
      shared: shared && { names: shared.names, at: shared.sharedAt, path: receiptPath(shared.token) },
    };
    return c.html(<ReceiptPage frame={frameOf(c)} model={model} />);
  });

  app.get('/receipt/:id/file', signedIn, async (c) => {
    const [row] = await ownParts(c);
    const names = c.req.query('names') === 'yes';
    const documents = await documentsOf(c.var.node.database.db, c.var.bank, row, names);
    return answerFile(c, await receiptModel(c, row, documents, names));
  });

  app.post(pattern(paths.shareReceipt), ...guarded, async (c) => {
    const { bank, node } = c.var;
    const { memberId } = memberOf(c);
    const [row] = await ownParts(c);
    const names = field(c.var.form, 'names') === 'yes';
    await node.database.transaction((tx) => shareReceipt(tx, { bank, seal: node.seal }, row, memberId, names));
    return c.redirect(paths.receipt(row.id), 303);
  });

  app.post(pattern(paths.withdrawReceipt), ...guarded, async (c) => {
    const { memberId } = memberOf(c);
    const [row] = await ownParts(c);
    await withdrawReceipt(c.var.node.database.db, row, memberId);
    return c.redirect(paths.receipt(row.id), 303);
  });

  app.get(pattern(paths.openReceipt), async (c) => {
    const token = c.req.param('id') ?? '';
    const { row, names, documents } = await opened(c, token);
    const model = { ...(await receiptModel(c, row, documents, names, token)), token };
    c.header('x-robots-tag', 'noindex');
    return c.html(<OpenReceiptPage frame={frameOf(c)} model={model} />);
  });

  app.get(pattern(paths.openReceiptFile), async (c) => {
    const token = c.req.param('id') ?? '';
    const { row, names, documents } = await opened(c, token);
    c.header('x-robots-tag', 'noindex');
    return answerFile(c, await receiptModel(c, row, documents, names, token));
  });
}

/** Whoever has the link reads names, so no cache is to keep them. */
function opened(c: WebContext, token: string) {
  c.header('cache-control', 'no-store');
  return openReceipt(c.var.node.database.db, c.var.bank, token);
}

/**
 * The hours and what belongs to their exchange, if they are the caller's and there is a receipt. Refuses `not_found`.
 */
async function ownParts(c: WebContext): Promise<Parts> {
  const { bank, node, session } = c.var;
  const { db } = node.database;
  const row = await transferById(db, bank.id, idOf(c.req.param('id')));
  if (row === undefined || session === null || !maySee(row, session.caller)) throw new Refused('not_found');
  return partsWith(db, row);
}

function answerFile(c: WebContext, model: ReceiptModel): Response | Promise<Response> {
  const name = `${c.var.words.t('receipt.fileName')}-${model.givenAt.toISOString().slice(0, 10)}.html`;
  c.header('content-disposition', `attachment; filename="${name}"`);
  return c.html(<ReceiptFile frame={frameOf(c)} model={model} />);
}

async function receiptModel(
  c: WebContext,
  row: TransferRow,
  documents: ReceiptDocuments,
  names: boolean,
  token?: string,
): Promise<ReceiptModel> {
  const { bank, node, words } = c.var;
  const checked = await checkReceipt(documents);
  const { facts } = checked;
  const us = bankView(bank);
  const [own] = await node.database.db
    .select({ name: member.name })
    .from(member)
    .where(and(eq(member.bankId, bank.id), eq(member.id, row.memberId)));
  const keys = keysIn(documents, us.name);
  const other = row.pairId === null ? us : townOf(keys.find(({ actor }) => actor !== bank.actor)?.bank ?? '');
  const named = (name: string) => (names && name !== '' ? name : words.t('receipt.somebody'));
  const here = { name: named(own?.name ?? ''), town: us };
  const there = { name: named(row.counterpartyName), town: other };
  const [payer, payee] = row.direction === 'in' ? [there, here] : [here, there];
  // Hours go to whoever gave the time; a gift is given by whom they leave.
  const [giver, receiver] = row.purpose === 'exchange' ? [payee, payer] : [payer, payee];
  return {
    giver,
    receiver,
    from: payer.town.name,
    to: payee.town.name,
    minutes: facts?.minutes ?? row.minutes,
    parts: facts?.parts.map(({ minutes }) => minutes) ?? [],
    what: names ? row.content : '',
    givenAt: facts === null ? row.createdAt : new Date(facts.givenAt),
    receivedAt: facts === null ? row.updatedAt : new Date(facts.receivedAt),
    checked,
    documents,
    keys,
    link: token === undefined ? null : `${bank.origin}${receiptPath(token)}`,
  };
}

/** The banks of a receipt and the keys that stand in its papers. */
function keysIn(documents: ReceiptDocuments, ownName: string) {
  if (documents.kind === 'inside')
    return [{ actor: String(documents.town['actor']), bank: ownName, key: documents.key }];
  const { parties } = documents.offer['core'] as unknown as {
    parties: { bank: string; name: string; key: { publicKeyMultibase: string } }[];
  };
  return parties.map(({ bank, name, key }) => ({ actor: bank, bank: name, key: key.publicKeyMultibase }));
}
