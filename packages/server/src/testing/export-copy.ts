/**
 * An export that tests change, as somebody would who wants to deceive.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DoesNotHold } from '../verify/folder.ts';
import { sayProven } from '../verify/say.ts';
import { verifyExport } from '../verify/verify.ts';

// biome-ignore lint/suspicious/noExplicitAny: each file has values of its own
type Value = any;
/** A copy of an export whose files can be changed; balances and manifest are made to fit again. */
export class ExportCopy {
  readonly root: string;

  constructor(of: string) {
    this.root = mkdtempSync(join(dirname(of), 'copy-'));
    cpSync(of, this.root, { recursive: true });
  }

  read(file: string): Value[] {
    const lines = readFileSync(join(this.root, file), 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line));
  }

  write(file: string, values: readonly unknown[]): void {
    writeFileSync(join(this.root, file), values.map((value) => `${JSON.stringify(value)}\n`).join(''));
  }

  edit(file: string, change: (value: Value, index: number) => void): void {
    const values = this.read(file);
    values.forEach(change);
    this.write(file, values);
  }

  /** Accounts again from the lines, and the manifest from the files. */
  fit(): void {
    const balances = new Map<string, number>();
    for (const { kind, debit, credit, minutes } of this.read('postings.jsonl')) {
      if (kind !== 'direct' && kind !== 'post') continue;
      balances.set(debit, (balances.get(debit) ?? 0) - minutes);
      balances.set(credit, (balances.get(credit) ?? 0) + minutes);
    }
    this.edit('accounts.jsonl', (account) => {
      account.balanceMinutes = balances.get(account.id) ?? 0;
    });
    const paths = readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'manifest.json')
      .map((entry) => join(entry.parentPath, entry.name).slice(this.root.length + 1));
    this.edit('manifest.json', (manifest) => {
      manifest.files = paths.sort().map((path) => {
        const bytes = readFileSync(join(this.root, path));
        const lines = bytes.toString().split('\n').length - 1;
        return { path, lines, sha256: createHash('sha256').update(bytes).digest('hex') };
      });
    });
  }

  async says(): Promise<string> {
    this.fit();
    return sayProven(await verifyExport(this.root));
  }

  async fails(): Promise<{ file: string; line: number | null; why: string }> {
    this.fit();
    return failure(this.root);
  }
}

/** What is named in this folder. Throws when it is taken for honest. */
export async function failure(root: string): Promise<DoesNotHold> {
  const error = await verifyExport(root).then(
    (proven) => new Error(`it was taken for honest: ${sayProven(proven)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DoesNotHold)) throw error;
  return error;
}
