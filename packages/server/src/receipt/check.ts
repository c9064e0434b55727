/**
 * What a receipt proves, worked out from its documents and from nothing else.
 *
 * Promises: no database and no network; a step is good only if everything before it was. Names and words count only
 * when they are what the giver's bank signed the digest of. `web/assets/check.js` does the same in a browser; one test
 * gives both the same receipts. Spec: receipts that are shown.
 *
 * @module
 */
import { type AgreementCore, checkCore, type Gift, keysAtStart, type Party, termsOf } from '@evenhour/protocol';
import { importVerifyingKey, verifyDocument, verifyRun } from '@evenhour/protocol/proof';
import {
  canonical,
  decodeHonour,
  detailOf,
  type HonourMessage,
  type JsonObject,
  MAX_BYTES,
  pairOf,
  parseStrict,
} from '@evenhour/protocol/wire';
import { z } from 'zod';

export const FORMAT = 'evenhour-receipt/1';

const document = z.record(z.string(), z.unknown()).transform((value) => value as JsonObject);
/** What the hours were for, with the salt that its digest was made with. */
const details = z.strictObject({ salt: z.string(), object: document });

export const receiptShape = z.union([
  z.strictObject({
    format: z.literal(FORMAT),
    kind: z.literal('between'),
    offer: document,
    accept: document,
    /** Changes of key of either bank, each in the order of its journal. */
    keyChanges: z.array(document).max(1000),
    hold: document,
    holdAccept: document,
    post: document,
    receipt: document,
    details: details.optional(),
  }),
  z.strictObject({
    format: z.literal(FORMAT),
    kind: z.literal('inside'),
    /** A Multikey. */
    key: z.string(),
    town: document,
    details: details.optional(),
  }),
]);

export type ReceiptDocuments = z.infer<typeof receiptShape>;
type Between = Extract<ReceiptDocuments, { kind: 'between' }>;
type Inside = Extract<ReceiptDocuments, { kind: 'inside' }>;

/** In the order in which they are looked at. */
export const STEPS = {
  between: ['agreement', 'hold', 'holdAccept', 'post', 'receipt', 'details'],
  inside: ['town', 'details'],
} as const;
export type Step = (typeof STEPS)['between'][number] | (typeof STEPS)['inside'][number];

/** What the documents say, once they are checked. Minutes; times as the banks' own clocks had them. */
export interface ReceiptFacts {
  readonly minutes: number;
  /** Names of the banks. Inside one town both are the same. */
  readonly from: string;
  readonly to: string;
  readonly givenAt: string;
  readonly receivedAt: string;
  /** `null` when it was not disclosed. */
  readonly giver: string | null;
  readonly receiver: string | null;
  readonly what: string | null;
}

export interface CheckedReceipt {
  readonly ok: boolean;
  readonly kind: ReceiptDocuments['kind'];
  readonly steps: readonly { readonly step: Step; readonly ok: boolean }[];
  /** `null` unless everything is good. */
  readonly facts: ReceiptFacts | null;
}

/** A receipt from its text, or `null` when it is none. */
export function readReceipt(text: string): ReceiptDocuments | null {
  const strict = parseStrict(text, { maxBytes: MAX_BYTES });
  if (!strict.ok) return null;
  const parsed = receiptShape.safeParse(strict.value);
  return parsed.success ? parsed.data : null;
}

export async function checkReceipt(documents: ReceiptDocuments): Promise<CheckedReceipt> {
  const { kind } = documents;
  const found = kind === 'between' ? await checkBetween(documents) : await checkInside(documents);
  const names = STEPS[kind].filter((step) => step !== 'details' || documents.details !== undefined);
  const ok = found.facts !== null;
  return { ok, kind, steps: names.map((step) => ({ step, ok: ok || found.good.includes(step) })), facts: found.facts };
}

interface Found {
  /** The steps that are good, up to the first that is not. */
  readonly good: readonly Step[];
  readonly facts: ReceiptFacts | null;
}

async function checkBetween(documents: Between): Promise<Found> {
  const good: Step[] = [];
  const bad = { good, facts: null };
  const agreed = await agreementOf(documents);
  if (agreed === null) return bad;
  good.push('agreement');
  const { core, pair } = agreed;
  const debtor = core.parties.findIndex(({ bank }) => bank === documents.hold['actor']);
  if (debtor !== 0 && debtor !== 1) return bad;
  const creditor = debtor === 0 ? 1 : 0;
  const signed = await Promise.all([
    signedBy(core, pair, debtor, [...changesOf(documents, core, debtor), documents.hold, documents.post]),
    signedBy(core, pair, creditor, [...changesOf(documents, core, creditor), documents.holdAccept, documents.receipt]),
  ]);
  const [of, by] = [signed[0], signed[1]];
  const [hold, holdAccept] = [of.get(documents.hold), by.get(documents.holdAccept)];
  const [post, receipt] = [of.get(documents.post), by.get(documents.receipt)];
  if (hold?.body.kind !== 'Hold') return bad;
  good.push('hold');
  const { transfer, minutes, detail } = hold.body;
  if (holdAccept?.body.kind !== 'HoldAccept' || holdAccept.body.transfer !== transfer) return bad;
  if (holdAccept.ack.seq < hold.seq) return bad;
  good.push('holdAccept');
  if (post?.body.kind !== 'Post' || post.body.transfer !== transfer || post.body.minutes > minutes) return bad;
  if (post.ack.seq < holdAccept.seq) return bad;
  good.push('post');
  if (receipt?.body.kind !== 'Receipt' || receipt.body.transfer !== transfer || receipt.ack.seq < post.seq) return bad;
  good.push('receipt');
  if (documents.details !== undefined && !isDetail(documents.details, detail)) return bad;
  const facts = {
    minutes: post.body.minutes,
    from: core.parties[debtor].name,
    to: core.parties[creditor].name,
    givenAt: createdOf(documents.post),
    receivedAt: createdOf(documents.receipt),
    ...wordsOf(documents.details?.object),
  };
  return { good, facts };
}

/** Both yeses to one agreement, each under the key that it pins. */
async function agreementOf({ offer, accept }: Between): Promise<{ core: AgreementCore; pair: string } | null> {
  const [first, second] = [decodeHonour(offer), decodeHonour(accept)];
  if (!first.ok || !second.ok) return null;
  if (first.message.kind !== 'HonourOffer' || second.message.kind !== 'HonourAccept') return null;
  const { core } = first.message;
  if (canonical(core as unknown as JsonObject) !== canonical(second.message.core as unknown as JsonObject)) return null;
  const { pair } = pairOf(core);
  if (!checkCore(core).ok || first.message.pair !== pair || second.message.pair !== pair) return null;
  if (first.message.actor === second.message.actor) return null;
  const yeses = await Promise.all([isYes(core, first.message, offer), isYes(core, second.message, accept)]);
  return yeses.every(Boolean) ? { core, pair } : null;
}

async function isYes(core: AgreementCore, { actor }: HonourMessage, document: JsonObject): Promise<boolean> {
  const party = core.parties.find(({ bank }) => bank === actor);
  if (party === undefined) return false;
  const key = await importVerifyingKey(party.key.publicKeyMultibase, party.key.id);
  return key.ok && (await verifyDocument(document, key.key)).ok;
}

function changesOf({ keyChanges }: Between, core: AgreementCore, party: Party): JsonObject[] {
  return keyChanges.filter((change) => change['actor'] === core.parties[party].bank);
}

/** Which of a bank's entries are its own, each under the key of its time. */
async function signedBy(core: AgreementCore, pair: string, author: Party, documents: readonly JsonObject[]) {
  const inOrder = [...documents].sort((a, b) => Number(a['seq']) - Number(b['seq']));
  const run = await verifyRun(
    core,
    pair,
    author,
    inOrder,
    keysAtStart(termsOf(core, pair, pairOf(core).genesis), author),
  );
  return new Map(run.entries.map((entry, index) => [inOrder[index] as JsonObject, entry]));
}

async function checkInside({ key, town, details: told }: Inside): Promise<Found> {
  const bad = { good: [], facts: null };
  const said = townShape.safeParse(town);
  if (!said.success) return bad;
  const { id, actor, name, minutes, at, detail, proof } = said.data;
  if (!id.startsWith(`${new URL(actor).origin}/`) || !proof.verificationMethod.startsWith(`${actor}#`)) return bad;
  const imported = await importVerifyingKey(key, proof.verificationMethod);
  if (!imported.ok || !(await verifyDocument(town, imported.key)).ok) return bad;
  if (told !== undefined && !isDetail(told, detail)) return { good: ['town'], facts: null };
  const facts = { minutes, from: name, to: name, givenAt: at, receivedAt: at, ...wordsOf(told?.object) };
  return { good: ['town'], facts };
}

/** What a bank signs of hours inside its own town. */
const townShape = z.strictObject({
  '@context': z.array(z.string()),
  id: z.url(),
  type: z.tuple([z.literal('Object'), z.literal('TownReceipt')]),
  actor: z.url(),
  name: z.string(),
  minutes: z.int().positive(),
  at: z.iso.datetime(),
  detail: z.string(),
  proof: z.looseObject({ verificationMethod: z.string(), created: z.string() }),
});

/** What {@link checkReceipt} takes for hours inside a town, before it is signed. */
export type TownReceipt = Omit<z.infer<typeof townShape>, 'proof'>;

function isDetail({ salt, object }: z.infer<typeof details>, detail: string): boolean {
  try {
    return detailOf(salt, object as unknown as Gift) === detail;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return false;
    throw error;
  }
}

/** Who and what, out of a gift, the terms of an exchange, or what a town has signed. */
function wordsOf(object: JsonObject | undefined): Pick<ReceiptFacts, 'giver' | 'receiver' | 'what'> {
  const terms = (object?.['agreed'] as { terms?: { content?: unknown } } | undefined)?.terms;
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    giver: text(object?.['payerName']),
    receiver: text(object?.['payee'])?.replace(/^acct:/, '') ?? text(object?.['payeeName']),
    what: text(object?.['content']) ?? text(terms?.content),
  };
}

function createdOf(document: JsonObject): string {
  return String((document['proof'] as JsonObject)['created']);
}
