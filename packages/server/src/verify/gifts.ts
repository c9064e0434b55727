/**
 * The gifts and the evidence of an export, each against what is signed about it.
 *
 * Promises: a gift between two banks stands as the journals leave its transfer, and in an export with words the
 * signed Hold names its giver, its words and for whom it was; a piece of evidence is signed by whom it is about.
 * Which member a journal's own reference stands for can only the bank itself read. Spec: gift, evidence of a fork.
 *
 * @module
 */
import { type Gift, other, type Transfer, transferKey } from '@evenhour/protocol';
import { verifyFork, verifyRun } from '@evenhour/protocol/proof';
import { detailOf, detailOfHold } from '@evenhour/protocol/wire';
import type { z } from 'zod';
import { DoesNotHold, documentOf, type ExportFolder } from './folder.ts';
import type { ProvenPair } from './pair.ts';
import { accountShape, evidenceShape, exchangeShape, FILES } from './shapes.ts';
import { sayRefused } from './words.ts';

type GiftLine = z.infer<typeof exchangeShape>;
type PairsById = ReadonlyMap<string, ProvenPair>;

/** The gift that a transfer belongs to, as the bank has it. */
export interface GiftOfTransfer {
  readonly id: string;
  readonly accountId: string;
}

export interface ProvenGifts {
  readonly ids: ReadonlySet<string>;
  /** By pair and transfer, see {@link giftKey}. */
  readonly byTransfer: ReadonlyMap<string, GiftOfTransfer>;
  /** Of how many the signed Hold names the giver. */
  readonly named: number;
}

export function giftKey(pair: string, debtor: number, transfer: string): string {
  return `${pair} ${debtor} ${transfer}`;
}

/** @param actor the bank whose export this is */
export async function proveGifts(folder: ExportFolder, pairs: PairsById, actor: string): Promise<ProvenGifts> {
  const ids = new Set<string>();
  const byTransfer = new Map<string, GiftOfTransfer>();
  const accounts = new Map<string, z.infer<typeof accountShape>>();
  for await (const { item } of folder.items(FILES.accounts, accountShape)) accounts.set(item.id, item);
  let named = 0;
  for await (const { line, item } of folder.items(FILES.exchanges, exchangeShape)) {
    const fail = (why: string): never => {
      throw new DoesNotHold(FILES.exchanges, why, { line });
    };
    if (ids.has(item.id)) fail(`lists the gift ${item.id} twice`);
    ids.add(item.id);
    if ((item.direction === 'local') !== (item.pair === undefined)) fail('is neither between two banks nor inside one');
    if (item.pair === undefined) continue;
    const proven = pairs.get(item.pair) ?? fail(`names the pair ${item.pair}, which is not in this export`);
    if (item.transfer === undefined) {
      if (item.status === 'posted' || item.status === 'settled') fail(`says ${item.status} and names no transfer`);
      continue;
    }
    const debtor = item.direction === 'out' ? proven.pair.me : other(proven.pair.me);
    const key = giftKey(item.pair, debtor, item.transfer);
    if (byTransfer.has(key)) fail('is a second gift for one transfer');
    byTransfer.set(key, { id: item.id, accountId: item.accountId });
    const transfer = proven.transfers.get(transferKey(debtor, item.transfer));
    const unlike = contradiction(item, transfer, proven);
    if (unlike !== null) fail(unlike);
    if (transfer === undefined || item.private?.salt === undefined) continue;
    if (item.exchange !== undefined) {
      if (!standsFor(item, transfer)) fail('is for other terms or another exchange than its signed Hold stands for');
      continue;
    }
    if (item.direction !== 'out') continue;
    const wish =
      giftOf(item, transfer, accounts.get(item.accountId), actor) ?? fail('names another account than its member has');
    const { salt } = item.private;
    if (salted(() => detailOf(salt, wish)) !== transfer.detail)
      fail('has another giver, other words or another receiver than its signed Hold stands for');
    named += 1;
  }
  return { ids, byTransfer, named };
}

/** What the journals say otherwise, or `null`. */
function contradiction(item: GiftLine, transfer: Transfer | undefined, { pair, claimed }: ProvenPair): string | null {
  const { status, direction, minutes, detail } = item;
  const posted = transfer?.posted ?? null;
  if (transfer?.holdCounts === true) {
    // Of a part of an exchange less may be posted than was held.
    const moved = item.exchange === undefined ? null : transfer.postedMinutes;
    if (moved !== null && moved !== minutes) return `says ${minutes} minutes; the signed Post says ${moved}`;
    if (moved === null && transfer.minutes !== minutes)
      return `says ${minutes} minutes; the signed Hold says ${transfer.minutes}`;
    if (detail !== transfer.detail) return 'stands for other words than the signed Hold';
  }
  if (direction === 'in') {
    if (posted === null)
      return status === 'posted' || status === 'settled' ? `says ${status}, and no signed Post says so` : null;
    return status === 'settled' ? null : `says ${status}, and a signed Post says that the minutes came`;
  }
  // What the end of a pair gave back is over, whatever was posted.
  const counts = posted !== null && posted <= (claimed.settlement?.cut[pair.me] ?? posted);
  if (!counts) return status === 'posted' || status === 'settled' ? `says ${status}, and no signed Post says so` : null;
  if (status !== 'posted' && status !== 'settled')
    return `says ${status}, and a signed Post says that the minutes went`;
  if (transfer?.postedMinutes !== minutes)
    return `says ${minutes} minutes; the signed Post says ${transfer?.postedMinutes}`;
  const receipted = transfer.receipted !== null;
  if (receipted === (status === 'settled')) return null;
  return receipted ? 'says posted, and there is a Receipt' : 'says settled, and there is no Receipt';
}

/** Whether the signed Hold of a part stands for the exchange and the terms that the export has for it. */
function standsFor({ part, memberId, accountId, private: words }: GiftLine, transfer: Transfer): boolean {
  const hold = words?.hold;
  if (words?.salt === undefined || hold === undefined || hold.part !== part || accountId !== `member:${memberId}`)
    return false;
  const { minutes, payerRef, payeeRef } = transfer;
  const { exchange, agreed } = hold;
  const { content, minutes: agreedMinutes, startTime, place } = agreed.terms;
  const terms = {
    content,
    minutes: agreedMinutes,
    ...(startTime !== undefined && { startTime }),
    ...(place !== undefined && { place }),
  };
  const details = { exchange, part, minutes, payerRef, payeeRef, agreed: { ...agreed, terms } };
  return salted(() => detailOfHold(words.salt ?? '', details)) === transfer.detail;
}

/**
 * The gift as its giver's bank offered it, or `null` when the account is not the giver's. A member's name stays the
 * same.
 */
function giftOf(
  { minutes, memberId, accountId, private: words, reverses }: GiftLine,
  { payerRef }: Transfer,
  account: z.infer<typeof accountShape> | undefined,
  actor: string,
): Gift | null {
  const fund = account?.kind === 'fund';
  if (!fund && accountId !== `member:${memberId}`) return null;
  return {
    payer: fund ? actor : `${new URL(actor).origin}/ap/${memberId}`,
    payerName: account?.name ?? '',
    payee: `acct:${words?.counterparty}`,
    minutes,
    content: words?.content ?? '',
    payerRef,
    ...(reverses !== undefined && { reverses }),
  };
}

/** The hash that a Hold has of its details, or nothing when the salt is none. */
function salted(hash: () => string): string | undefined {
  try {
    return hash();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export interface ProvenEvidence {
  readonly forks: number;
  /** Entries that a partner signed and that broke a rule or did not fit. */
  readonly entries: number;
  /** The bank's own notes, which nobody signed. */
  readonly notes: number;
}

export async function proveEvidence(folder: ExportFolder, pairs: PairsById): Promise<ProvenEvidence> {
  const found = { forks: 0, entries: 0, notes: 0 };
  for await (const { line, item } of folder.items(FILES.evidence, evidenceShape)) {
    const fail = (why: string): never => {
      throw new DoesNotHold(FILES.evidence, why, { line });
    };
    const { core, pair, keys } =
      pairs.get(item.pair) ?? fail(`names the pair ${item.pair}, which is not in this export`);
    const document = documentOf(FILES.evidence, item.document, line);
    if (document['entries'] !== undefined) {
      const proved = await verifyFork(document);
      if (!proved.ok) fail(sayRefused(proved.refusal));
      else if (proved.fork.pair !== item.pair) fail('is evidence about another pair');
      found.forks += 1;
    } else if (document['proof'] === undefined) found.notes += 1;
    else {
      const author = core.parties[0].bank === document['actor'] ? 0 : 1;
      const { bad } = await verifyRun(core, pair.terms.pair, author, [document], keys[author]);
      if (bad !== null) fail(sayRefused(bad.refusal));
      found.entries += 1;
    }
  }
  return found;
}
