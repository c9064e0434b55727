/** `evenhour serve`: runs a node until it is told to stop. */
import { readConfig } from '../node/config.ts';
import { startLog } from '../node/log.ts';
import { openDatabase, startNode } from '../node/node.ts';

export async function serveCommand(): Promise<number> {
  const config = readConfig(process.env);
  startLog(config.log);
  const database = await openDatabase(config);
  const node = await startNode(config, database).catch(async (error: unknown) => {
    // Otherwise its connections would keep this process, and its lock the folder.
    await database.close();
    throw error;
  });
  // A parent that starts a node waits for this line.
  process.stdout.write(`evenhour is listening on port ${node.port}\n`);
  await new Promise<void>((resolve) => {
    const stop = (): void => resolve();
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  });
  await node.stop();
  return 0;
}
