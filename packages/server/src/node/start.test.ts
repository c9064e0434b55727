/** A start that fails. */

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { type Database, openMemory } from '../db/database.ts';
import { readConfig } from './config.ts';
import { startLog } from './log.ts';
import { startNode } from './node.ts';

test('a start that finds its port taken leaves nothing running, whatever other processes say meanwhile', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'evenhour-start-'));
  const memory = await openMemory();
  let say = (_payload: string): void => {};
  const database: Database = {
    ...memory,
    listen: (handler) => {
      say = handler;
    },
  };
  const talk = setInterval(() => say('another everything'), 0);
  let said = '';
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  startLog('error');
  try {
    const config = readConfig({
      EVENHOUR_ENV: 'development',
      EVENHOUR_ORIGIN: `http://127.0.0.1:${port}`,
      EVENHOUR_PORT: String(port),
      EVENHOUR_DATA: folder,
    });
    await expect(startNode(config, database)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await memory.close();
    for (let times = 0; times < 20; times++) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(said).toBe('');
  } finally {
    clearInterval(talk);
    write.mockRestore();
    other.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
