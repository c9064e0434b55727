/**
 * A town's export, proved as an auditor would.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportBank } from '../verify/export.ts';
import { type Proven, verifyExport } from '../verify/verify.ts';
import type { Town } from './town.ts';

/** Exports a town into a folder that is gone afterwards. Throws what does not hold. */
export async function proven({ database, bank }: Town): Promise<Proven> {
  const folder = mkdtempSync(join(tmpdir(), 'evenhour-proven-'));
  try {
    await exportBank(database, bank.settings, join(folder, 'export'), false);
    return await verifyExport(join(folder, 'export'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
