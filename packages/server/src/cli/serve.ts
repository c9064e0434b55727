/** `evenhour serve`: runs a node until it is told to stop. */
import { readConfig } from '../node/config.ts';
import { makeDataFolder } from '../node/data-folder.ts';
import { logger, startLog } from '../node/log.ts';
import { openDatabase, startNode } from '../node/node.ts';
import { wordsOf } from '../web/words.ts';

export async function serveCommand(): Promise<number> {
  const config = readConfig(process.env);
  makeDataFolder(config);
  startLog(config.log);
  const database = await openDatabase(config);
  const node = await startNode(config, database).catch(async (error: unknown) => {
    // Otherwise its connections would keep this process, and its lock the folder.
    await database.close();
    throw error;
  });
  const log = logger('node');
  if (node.context.banks.all().length === 0)
    log.warning(
      'This node hosts no bank, so no page is answered. Set EVENHOUR_ORIGIN, or use: evenhour bank add ORIGIN NAME. If there was a bank, look whether EVENHOUR_DATA or DATABASE_URL is the right one.',
      { dataFolder: config.dataFolder },
    );
  if (config.production && !config.sourceUrlGiven) log.warning(wordsOf('en').t('doctor.noSource'));
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
