/**
 * The data folder: whether it is there, and whether it can be used.
 *
 * Promises: a folder that cannot be made or written to is told with the variable that names it and what to do.
 *
 * @module
 */
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Config, ConfigError } from './config.ts';

/** Makes the folder of a node that keeps its database or its secret there. Throws a {@link ConfigError}. */
export function makeDataFolder({ dataFolder, databaseUrl, secret }: Config): void {
  if (databaseUrl !== undefined && secret !== undefined) return;
  try {
    make(resolve(dataFolder));
    accessSync(dataFolder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      `EVENHOUR_DATA: the folder ${dataFolder} cannot be made or written to (${code}). Name another folder, or let the user that runs the node write there.`,
    );
  }
}

/** Each missing folder by itself: where the system lets nobody make one, Node's own recursion never ends. */
function make(folder: string): void {
  if (existsSync(folder)) return;
  make(dirname(folder));
  mkdirSync(folder);
}

/** Throws a {@link ConfigError} when a node that keeps its database in the folder has never run there. */
export function mustHaveDatabase({ dataFolder, databaseUrl }: Config): void {
  if (databaseUrl === undefined && !existsSync(join(dataFolder, 'data')))
    throw new ConfigError(
      `EVENHOUR_DATA: there is no database in ${resolve(dataFolder)}. Name the folder of your node (or set DATABASE_URL, as for the node). For a new node: evenhour serve, or evenhour bank add.`,
    );
}
