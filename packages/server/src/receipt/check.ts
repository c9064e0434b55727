/**
 * What a receipt proves, worked out from its documents and from nothing else.
 *
 * Promises: no database and no network; a step is good only if everything before it was. The parts of an exchange are
 * added up only when both banks' references say that they are of one exchange, and each only once. Names and words
 * count only when they are what the giver's bank signed the digest of. `web/assets/check.js` does the same in a
 * browser; one test gives both the same receipts. Spec: receipts that are shown.
 *
 * @module
 */
import {
  type AgreementCore,
  checkCore,
  type Gift,
  type Hold,
  keysAtStart,
  type Party,
  termsOf,
} from '@evenhour/protocol';
import { importVerifyingKey, verifyDocument, verifyRun } from '@evenhour/protocol/proof';
import {
  canonical,
  decodeHonour,
  detailOf,
  type HonourMessage,
  type JsonObject,
  pairOf,
  parseStrict,
} from '@evenhour/protocol/wire';
import { z } from 'zod';

export const FORMAT = 'evenhour-receipt/1';

const document = z.record(z.string(), z.unknown()).transform((value) => value as JsonObject);
/** What the hours were for, with the salt that its digest was made with. */
const details = z.strictObject({ salt: z.string(), object: document });

/** The four entries of one transfer. */
const part = { hold: document, holdAccept: document, post: document, receipt: document, details: details.optional() };
/** A receipt may be so long, and have so many parts beside the first. */
const MOST = { bytes: 1024 * 1024, parts: 100 };

export const receiptShape = z.union([
  z.strictObject({
    format: z.literal(FORMAT),
    kind: z.literal('between'),
    offer: document,
    accept: document,
    /** Changes of key of either bank, each in the order of its journal. */
    keyChanges: z.array(document).max(1000),
    ...part,
    /** The other parts of an exchange whose hours moved in several. */
    more: z.array(z.strictObject(part)).min(1).max(MOST.parts).optional(),
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
/** The papers of one transfer between two banks. */
export type PartDocuments = NonNullable<Between['more']>[number];
type Inside = Extract<ReceiptDocuments, { kind: 'inside' }>;

/** In the order in which they are looked at. */
export const STEPS = {
  between: ['agreement', 'hold', 'holdAccept', 'post', 'receipt', 'parts', 'details'],
  inside: ['town', 'parts', 'details'],
} as const;
export type Step = (typeof STEPS)['between'][number] | (typeof STEPS)['inside'][number];

/** Minutes that moved at once; times as the banks' own clocks had them. */
export interface PartFacts {
  readonly minutes: number;
  readonly givenAt: string;
  readonly receivedAt: string;
}

/** What the documents say, once they are checked. Minutes are those of all parts, times those of the last. */
export interface ReceiptFacts extends PartFacts {
  /** In their order; of most receipts one. */
  readonly parts: readonly PartFacts[];
  /** Names of the banks. Inside one town both are the same. */
  readonly from: string;
  readonly to: string;
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
  const strict = parseStrict(text, { maxBytes: MOST.bytes });
  if (!strict.ok) return null;
  const parsed = receiptShape.safeParse(strict.value);
  return parsed.success ? parsed.data : null;
}

export async function checkReceipt(documents: ReceiptDocuments): Promise<CheckedReceipt> {
  const { kind } = documents;
  const found = kind === 'between' ? await checkBetween(documents) : await checkInside(documents);
  const more = kind === 'between' ? documents.more : documents.town['parts'];
  const told = kind === 'between' ? partsOf(documents) : [documents];
  const has: { readonly [S in Step]?: boolean } = {
    parts: more !== undefined,
    details: told.some(({ details: each }) => each !== undefined),
  };
  const names = STEPS[kind].filter((step) => has[step] ?? true);
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
  const { core } = agreed;
  const debtor = core.parties.findIndex(({ bank }) => bank === documents.hold['actor']);
  if (debtor !== 0 && debtor !== 1) return bad;
  const parts = partsOf(documents);
  const checked = await Promise.all(parts.map((each) => checkPart(agreed, debtor, documents.keyChanges, each)));
  // What is good of every part: each says how far it is good.
  const shortest = checked.reduce((least, each) => (each.good.length < least.good.length ? each : least));
  good.push(...shortest.good);
  const whole = checked.flatMap(({ hold, facts }) => (hold === null || facts === null ? [] : [{ hold, facts }]));
  if (whole.length < parts.length) return bad;
  const holds = whole.map(({ hold }) => hold);
  if (!isOneExchange(holds)) return bad;
  good.push('parts');
  if (!areDetails(parts, holds)) return bad;
  const facts = {
    ...sumOf(whole.map(({ facts }) => facts)),
    from: core.parties[debtor].name,
    to: core.parties[1 - debtor]?.name ?? '',
    ...wordsOf(documents.details?.object),
  };
  return { good, facts };
}

function partsOf(documents: Between): readonly PartDocuments[] {
  return [documents, ...(documents.more ?? [])];
}

/** The four entries of one transfer: how far they are good, and what they say when all are. */
async function checkPart(
  { core, pair }: Agreed,
  debtor: Party,
  keyChanges: readonly JsonObject[],
  part: PartDocuments,
): Promise<{ good: readonly Step[]; hold: Hold | null; facts: PartFacts | null }> {
  const good: Step[] = [];
  const bad = { good, hold: null, facts: null };
  const creditor = debtor === 0 ? 1 : 0;
  const signed = await Promise.all([
    signedBy(core, pair, debtor, [...changesOf(keyChanges, core, debtor), part.hold, part.post]),
    signedBy(core, pair, creditor, [...changesOf(keyChanges, core, creditor), part.holdAccept, part.receipt]),
  ]);
  const [of, by] = [signed[0], signed[1]];
  const [hold, holdAccept] = [of.get(part.hold), by.get(part.holdAccept)];
  const [post, receipt] = [of.get(part.post), by.get(part.receipt)];
  if (hold?.body.kind !== 'Hold') return bad;
  good.push('hold');
  const { transfer, minutes } = hold.body;
  if (holdAccept?.body.kind !== 'HoldAccept' || holdAccept.body.transfer !== transfer) return bad;
  if (holdAccept.ack.seq < hold.seq) return bad;
  good.push('holdAccept');
  if (post?.body.kind !== 'Post' || post.body.transfer !== transfer || post.body.minutes > minutes) return bad;
  if (post.ack.seq < holdAccept.seq) return bad;
  good.push('post');
  if (receipt?.body.kind !== 'Receipt' || receipt.body.transfer !== transfer || receipt.ack.seq < post.seq) return bad;
  good.push('receipt');
  const facts = { minutes: post.body.minutes, givenAt: createdOf(part.post), receivedAt: createdOf(part.receipt) };
  return { good, hold: hold.body, facts };
}

/**
 * Each bank makes a new reference for each exchange, so Holds with the same two are of one. No transfer counts twice.
 */
function isOneExchange(holds: readonly Hold[]): boolean {
  const of = new Set(holds.map(({ payerRef, payeeRef }) => canonical([payerRef, payeeRef])));
  return of.size === 1 && new Set(holds.map(({ transfer }) => transfer)).size === holds.length;
}

/** What is told of the parts: of all or of none, each what its Hold has the digest of, and each another part. */
function areDetails(parts: readonly PartDocuments[], holds: readonly Hold[]): boolean {
  const told = parts.flatMap(({ details: each }) => each ?? []);
  if (told.length === 0) return true;
  if (!holds.every(({ detail }, n) => told[n] !== undefined && isDetail(told[n], detail))) return false;
  const numbers = new Set(told.map(({ object }) => canonical(object['part'] ?? null)));
  return told.length === parts.length && numbers.size === parts.length;
}

/** All parts as one. There is at least one. */
function sumOf(parts: readonly PartFacts[]): PartFacts & Pick<ReceiptFacts, 'parts'> {
  const minutes = parts.reduce((sum, each) => sum + each.minutes, 0);
  const { givenAt, receivedAt } = parts.at(-1) as PartFacts;
  return { minutes, givenAt, receivedAt, parts };
}

interface Agreed {
  readonly core: AgreementCore;
  readonly pair: string;
}

/** Both yeses to one agreement, each under the key that it pins. */
async function agreementOf({ offer, accept }: Between): Promise<Agreed | null> {
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

function changesOf(keyChanges: readonly JsonObject[], core: AgreementCore, party: Party): JsonObject[] {
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
  const { id, actor, name, minutes, at, parts, detail, proof } = said.data;
  if (!id.startsWith(`${new URL(actor).origin}/`) || !proof.verificationMethod.startsWith(`${actor}#`)) return bad;
  const imported = await importVerifyingKey(key, proof.verificationMethod);
  if (!imported.ok || !(await verifyDocument(town, imported.key)).ok) return bad;
  const moved = parts ?? [{ id, minutes, at }];
  const sum = sumOf(moved.map((each) => ({ minutes: each.minutes, givenAt: each.at, receivedAt: each.at })));
  const once = new Set(moved.map((each) => each.id)).size === moved.length;
  if (!once || sum.minutes !== minutes || moved[0]?.id !== id || sum.givenAt !== at)
    return { good: ['town'], facts: null };
  if (told !== undefined && !isDetail(told, detail)) return { good: ['town', 'parts'], facts: null };
  return { good: ['town', 'parts'], facts: { ...sum, from: name, to: name, ...wordsOf(told?.object) } };
}

const townPart = z.strictObject({ id: z.url(), minutes: z.int().positive(), at: z.iso.datetime() });

/** What a bank signs of hours inside its own town. `parts`: of an exchange whose hours moved in several. */
const townShape = z.strictObject({
  '@context': z.array(z.string()),
  id: z.url(),
  type: z.tuple([z.literal('Object'), z.literal('TownReceipt')]),
  actor: z.url(),
  name: z.string(),
  minutes: z.int().positive(),
  at: z.iso.datetime(),
  parts: z.array(townPart).min(2).max(MOST.parts).optional(),
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
