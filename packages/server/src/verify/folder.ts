/**
 * Reads the folder that an export is. Whoever made it may have meant harm.
 *
 * Promises: a file is read line by line and never held whole; a line has an end and a most length, is UTF-8 and
 * strict JSON of a closed shape; only plain files are opened, none outside of the folder. The first thing that does
 * not hold is named by file, line and, in a journal, `seq`. What is read is hashed on the way, so that the manifest
 * can be compared at the end. Nothing in a manifest is believed.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { createReadStream, type Dirent, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, type JsonValue, parseStrict } from '@evenhour/protocol/wire';
import type { z } from 'zod';

/** The first thing of an export that does not hold. Its words can be shown on a terminal. */
export class DoesNotHold extends Error {
  override readonly name = 'DoesNotHold';
  readonly file: string;
  readonly line: number | null;
  readonly seq: number | null;
  readonly why: string;

  constructor(file: string, why: string, place: { line?: number; seq?: number } = {}) {
    super(
      [plain(file), place.line && `line ${place.line}`, place.seq && `entry ${place.seq}`].filter(Boolean).join(', ') +
        `: ${plain(why)}`,
    );
    this.file = file;
    this.line = place.line ?? null;
    this.seq = place.seq ?? null;
    this.why = plain(why);
  }
}

/** A folder that is no export or cannot become one, in a sentence for the operator. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
}

const MAX_SHOWN = 500;

/** Text of a file as it may be shown: short, and with nothing in it that steers a terminal or turns its writing. */
export function plain(text: string): string {
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  return shown.replace(
    /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu,
    (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

export interface Line {
  readonly line: number;
  readonly text: string;
}

interface Read {
  readonly lines: number;
  readonly sha256: string;
}

/** A manifest grows with the pairs, a line of evidence holds a whole document. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const LINE_END = 0x0a;

export class ExportFolder {
  readonly #root: string;
  /** What each file that was read to its end came to. */
  readonly read = new Map<string, Read>();

  /** Throws a {@link FolderError} when there is no such folder. */
  constructor(root: string) {
    this.#root = root;
    const found = statSync(root, { throwIfNoEntry: false });
    if (found === undefined) throw new FolderError(`There is no folder ${root}.`);
    if (!found.isDirectory()) throw new FolderError(`${root} is a file. Name the folder that the export is in.`);
  }

  has(file: string): boolean {
    return lstatSync(join(this.#root, file), { throwIfNoEntry: false }) !== undefined;
  }

  /** The folders under `pairs`, in the order of their names. */
  pairs(): string[] {
    return this.#entries('pairs').map(({ name }) => `pairs/${name}`);
  }

  /** Every path on the disk that an export can have, and whatever else lies beside them. */
  paths(): string[] {
    const inside = (path: string): string[] => this.#entries(path).map(({ name }) => `${path}/${name}`);
    const root = this.#entries('').flatMap(({ name }) => (name === 'pairs' ? [] : name));
    return [...root, ...this.pairs().flatMap(inside)];
  }

  #entries(path: string): Dirent[] {
    if (path !== '' && !this.has(path)) return [];
    if (path !== '' && !lstatSync(join(this.#root, path)).isDirectory()) throw new DoesNotHold(path, 'is no folder');
    const entries = reading(path, () => readdirSync(join(this.#root, path), { withFileTypes: true }));
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The lines of a file, one after another. */
  async *lines(file: string): AsyncGenerator<Line> {
    const path = join(this.#root, file);
    const found = reading(file, () => lstatSync(path, { throwIfNoEntry: false }));
    if (found === undefined) throw new DoesNotHold(file, 'is missing');
    if (!found.isFile()) throw new DoesNotHold(file, 'is no plain file');
    const hash = createHash('sha256');
    let line = 0;
    let begun: Buffer[] = [];
    let size = 0;
    const take = (bytes: Buffer): void => {
      begun.push(bytes);
      size += bytes.length;
      if (size > MAX_LINE_BYTES)
        throw new DoesNotHold(file, 'is longer than any line of an export', { line: line + 1 });
    };
    const ended = (): Line => {
      line += 1;
      const text = decoded(file, Buffer.concat(begun), line);
      begun = [];
      size = 0;
      return { line, text };
    };
    for await (const chunk of chunks(file, path)) {
      hash.update(chunk);
      let from = 0;
      for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, from)) {
        take(chunk.subarray(from, end));
        yield ended();
        from = end + 1;
      }
      take(chunk.subarray(from));
    }
    if (size > 0) {
      yield ended();
      throw new DoesNotHold(file, 'ends in the middle of a line', { line });
    }
    this.read.set(file, { lines: line, sha256: hash.digest('hex') });
  }

  /** The lines of a file as values of one shape. */
  async *items<T>(file: string, shape: z.ZodType<T>): AsyncGenerator<{ line: number; item: T }> {
    for await (const { line, text } of this.lines(file)) yield { line, item: shaped(file, text, shape, line) };
  }

  /** A file that is one value. */
  async one<T>(file: string, shape: z.ZodType<T>): Promise<T> {
    return shaped(file, await this.#single(file), shape);
  }

  /** A file that is one signed document. */
  async document(file: string): Promise<JsonObject> {
    return documentOf(file, await this.#single(file));
  }

  async #single(file: string): Promise<string> {
    let only: string | undefined;
    for await (const { line, text } of this.lines(file)) {
      if (line > 1) throw new DoesNotHold(file, 'has more than one line', { line });
      only = text;
    }
    if (only === undefined) throw new DoesNotHold(file, 'is empty');
    return only;
  }
}

async function* chunks(file: string, path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path) as AsyncIterable<Buffer>;
  } catch (error) {
    throw unreadable(file, error);
  }
}

function reading<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** What the system says of a file that it does not give. */
function unreadable(file: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' ? new DoesNotHold(file === '' ? '.' : file, `cannot be read (${code})`) : error;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decoded(file: string, bytes: Buffer, line: number): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new DoesNotHold(file, 'is not UTF-8', { line });
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

function strict(file: string, text: string, line?: number): JsonValue {
  const parsed = parseStrict(text, { maxBytes: MAX_LINE_BYTES });
  if (parsed.ok) return parsed.value;
  throw new DoesNotHold(
    file,
    `is not strict JSON (${parsed.refusal.facts['reason']})`,
    line === undefined ? {} : { line },
  );
}
