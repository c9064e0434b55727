/** `evenhour export` and `evenhour verify`: everything that proves a bank or a receipt, and the proof. */
import { readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checkReceipt, readReceipt } from '../receipt/check.ts';
import { receiptIn } from '../receipt/file.ts';
import { sayReceipt } from '../receipt/say.ts';
import { exportBank } from '../verify/export.ts';
import { DoesNotHold } from '../verify/folder.ts';
import { sayProven } from '../verify/say.ts';
import { verifyExport } from '../verify/verify.ts';
import { fail, findBank, withDatabase } from './common.ts';

export async function exportCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { bank: { type: 'string' }, words: { type: 'boolean', default: false } },
  });
  const [folder, ...more] = positionals;
  if (!folder || more.length > 0) return fail('use: evenhour export FOLDER [--bank https://town.example] [--words]');
  return withDatabase(async (_config, database) => {
    const row = await findBank(database, values.bank);
    if (typeof row === 'string') return fail(row);
    const { files, lines } = await exportBank(database, row, folder, values.words);
    process.stdout.write(
      `${row.name}: ${lines} lines in ${files} files are in ${folder}${values.words ? ', with names and words of members' : ''}.\nProve them with: evenhour verify ${folder}\n`,
    );
    return 0;
  });
}

/** Ends with 0 when everything holds, else with 1. */
export async function verifyCommand(args: string[]): Promise<number> {
  const { positionals } = parseArgs({ args, allowPositionals: true, options: {} });
  const [folder, ...more] = positionals;
  if (!folder || more.length > 0) return fail('use: evenhour verify FOLDER, or evenhour verify receipt.html');
  if (statSync(folder, { throwIfNoEntry: false })?.isFile()) return verifyReceipt(folder);
  try {
    process.stdout.write(sayProven(await verifyExport(folder)));
    return 0;
  } catch (error) {
    if (!(error instanceof DoesNotHold)) throw error;
    process.stdout.write(`This does not hold:\n${error.message}\n`);
    return 1;
  }
}

/** A receipt that was saved, as a page or as JSON. */
async function verifyReceipt(file: string): Promise<number> {
  const documents = readReceipt(receiptIn(readFileSync(file, 'utf8')) ?? '');
  if (documents === null) {
    process.stdout.write('This does not hold: it is no receipt, or not in the form of one.\n');
    return 1;
  }
  const checked = await checkReceipt(documents);
  process.stdout.write(sayReceipt(checked));
  return checked.ok ? 0 : 1;
}
