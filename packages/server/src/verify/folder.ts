/**
 * The folder that an export is: which files there are, and what one line of each looks like.
 *
 * Promises: a file is read line by line and never held whole; each line is strict JSON of a closed shape; the
 * first thing that does not hold is named by file, line and, in a journal, `seq`. What is read is hashed on the
 * way, so that the manifest can be compared at the end. Nothing in a manifest is believed.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type JsonObject, type JsonValue, parseStrict } from '@evenhour/protocol/wire';
import { z } from 'zod';

export const FORMAT = 'evenhour-export/1';

/** Names of files. A pair's own are in a folder of their own under `pairs`. */
export const FILES = {
  manifest: 'manifest.json',
  bank: 'bank.json',
  keys: 'keys.jsonl',
  accounts: 'accounts.jsonl',
  postings: 'postings.jsonl',
  exchanges: 'exchanges.jsonl',
  evidence: 'evidence.jsonl',
} as const;

const whole = z.int();
const head = z.strictObject({ epoch: whole, seq: whole, hash: z.string() });
const cut = z.tuple([whole, whole]);

export const manifestShape = z.strictObject({
  format: z.literal(FORMAT),
  bank: z.string(),
  madeAt: z.string(),
  /** Whether members' names and words are in it. */
  private: z.boolean(),
  files: z.array(z.strictObject({ path: z.string(), lines: whole, sha256: z.string() })),
});

export const bankShape = z.strictObject({ origin: z.string(), name: z.string(), actor: z.string() });

export const keyShape = z.strictObject({
  id: z.string(),
  purpose: z.enum(['ed25519', 'rsa', 'recovery']),
  publicKey: z.string(),
  createdAt: z.string(),
});

export const accountShape = z.strictObject({
  id: z.string(),
  kind: z.enum(['member', 'fund', 'mirror', 'unclaimed', 'loss']),
  balanceMinutes: whole,
  heldMinutes: whole,
  name: z.string().optional(),
});

export const postingShape = z.strictObject({
  id: z.string(),
  kind: z.enum(['direct', 'hold', 'post', 'void']),
  debit: z.string(),
  credit: z.string(),
  minutes: whole,
  holdId: z.string().optional(),
  heldMinutes: whole.optional(),
  cause: z.string(),
  exchangeId: z.string().optional(),
  at: z.string(),
});

export const exchangeShape = z.strictObject({
  id: z.string(),
  direction: z.enum(['local', 'out', 'in']),
  pair: z.string().optional(),
  memberId: z.string(),
  accountId: z.string(),
  minutes: whole,
  status: z.string(),
  code: z.string().optional(),
  transfer: z.string().optional(),
  detail: z.string().optional(),
  reverses: z.string().optional(),
  createdAt: z.string(),
  /** Only where members' words were asked for. */
  private: z
    .strictObject({
      counterparty: z.string(),
      counterpartyName: z.string(),
      content: z.string(),
      salt: z.string().optional(),
    })
    .optional(),
});

export const evidenceShape = z.strictObject({
  id: z.string(),
  pair: z.string(),
  code: z.string(),
  at: z.string(),
  document: z.string(),
});

export const agreementShape = z.strictObject({
  pair: z.string(),
  partner: z.string(),
  status: z.string(),
  mirror: z.string(),
  owesMinutes: whole,
  openMinutes: whole,
  settlement: z
    .strictObject({
      cut,
      owesMinutes: whole,
      opening: z
        .strictObject({ debtor: z.string(), minutes: whole, predecessor: z.string(), causes: z.tuple([head, head]) })
        .nullable(),
      releasedMinutes: whole,
      refundedMinutes: whole,
      lossMinutes: whole,
      alone: z.boolean(),
    })
    .optional(),
});

export const receiptShape = z.strictObject({
  transfer: z.string(),
  from: z.enum(['us', 'them']),
  minutes: whole,
  /** `seq` of the Post in the debtor's journal, and of the Receipt in the creditor's. */
  post: whole,
  receipt: whole,
});

export type PostingLine = z.infer<typeof postingShape>;
export type AgreementFile = z.infer<typeof agreementShape>;

/** The first thing of an export that does not hold. */
export class DoesNotHold extends Error {
  override readonly name = 'DoesNotHold';
  readonly file: string;
  readonly line: number | null;
  readonly seq: number | null;
  readonly why: string;

  constructor(file: string, why: string, place: { line?: number; seq?: number } = {}) {
    super(
      [file, place.line && `line ${place.line}`, place.seq && `entry ${place.seq}`].filter(Boolean).join(', ') +
        `: ${why}`,
    );
    this.file = file;
    this.line = place.line ?? null;
    this.seq = place.seq ?? null;
    this.why = why;
  }
}

export interface Line {
  readonly line: number;
  readonly text: string;
}

interface Read {
  readonly lines: number;
  readonly sha256: string;
}

export class ExportFolder {
  readonly #root: string;
  /** What each file that was read to its end came to. */
  readonly read = new Map<string, Read>();

  constructor(root: string) {
    this.#root = root;
  }

  has(file: string): boolean {
    return existsSync(join(this.#root, file));
  }

  /** The lines of a file, one after another. */
  async *lines(file: string): AsyncGenerator<Line> {
    if (!this.has(file)) throw new DoesNotHold(file, 'is missing');
    const hash = createHash('sha256');
    const stream = createReadStream(join(this.#root, file));
    stream.on('data', (chunk) => void hash.update(chunk));
    let line = 0;
    for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }))
      yield { line: ++line, text };
    this.read.set(file, { lines: line, sha256: hash.digest('hex') });
  }

  /** The lines of a file as values of one shape. */
  async *items<T>(file: string, shape: z.ZodType<T>): AsyncGenerator<{ line: number; item: T }> {
    for await (const { line, text } of this.lines(file)) yield { line, item: shaped(file, text, shape, line) };
  }

  /** A file that is one value. */
  async one<T>(file: string, shape: z.ZodType<T>): Promise<T> {
    return shaped(file, await this.#whole(file), shape);
  }

  /** A file that is one signed document. */
  async document(file: string): Promise<JsonObject> {
    return documentOf(file, await this.#whole(file));
  }

  async #whole(file: string): Promise<string> {
    if (!this.has(file)) throw new DoesNotHold(file, 'is missing');
    const bytes = readFileSync(join(this.#root, file));
    const text = bytes.toString('utf8');
    const lines = text.split('\n').length - 1;
    this.read.set(file, { lines, sha256: createHash('sha256').update(bytes).digest('hex') });
    return text.trimEnd();
  }
}

/** A line as a signed document: an object in strict JSON. */
export function documentOf(file: string, text: string, line?: number): JsonObject {
  const value = strict(file, text, line);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new DoesNotHold(file, 'is not a JSON object', line === undefined ? {} : { line });
  return value as JsonObject;
}

function shaped<T>(file: string, text: string, shape: z.ZodType<T>, line?: number): T {
  const parsed = shape.safeParse(strict(file, text, line));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new DoesNotHold(
    file,
    `has another form than expected at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? ''}`,
    line === undefined ? {} : { line },
  );
}

/** A manifest grows with the pairs, a line of evidence holds a whole document. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

function strict(file: string, text: string, line?: number): JsonValue {
  const parsed = parseStrict(text, { maxBytes: MAX_TEXT_BYTES });
  if (parsed.ok) return parsed.value;
  throw new DoesNotHold(
    file,
    `is not strict JSON (${parsed.refusal.facts['reason']})`,
    line === undefined ? {} : { line },
  );
}
