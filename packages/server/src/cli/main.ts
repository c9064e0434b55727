#!/usr/bin/env node
/**
 * The command `evenhour`: serve a node, try three towns at once, examine a bank.
 *
 * @module
 */
import { KeyFileError } from '../bank/keys.ts';
import { DatabaseError } from '../db/database.ts';
import { ConfigError } from '../node/config.ts';
import { SealError } from '../node/seal.ts';

const USAGE = `evenhour: software for timebanks that honour each other's hours

  evenhour serve                     run a node; settings come from the environment
  evenhour demo [options]            three towns on this machine (npm start)
  evenhour bank add ORIGIN NAME      host another bank on this node
  evenhour bank rotate-key OLD NEW   give a bank a new key; OLD and NEW are files with its keys
  evenhour token BANK [MEMBER]       make a token for a bank's operator, or for a member
  evenhour doctor [BANK]             check what a bank promises about itself

Settings are described in docs/operating/README.md.
`;

async function main(argv: string[]): Promise<number> {
  const [command, ...rest] = argv;
  switch (command) {
    case 'serve':
      return (await import('./serve.ts')).serveCommand();
    case 'demo':
      return (await import('../demo/main.ts')).demoCommand(rest);
    case 'bank':
      return (await import('./admin.ts')).bankCommand(rest);
    case 'token':
      return (await import('./admin.ts')).tokenCommand(rest);
    case 'doctor':
      return (await import('./admin.ts')).doctorCommand(rest);
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(USAGE);
      return command === undefined ? 2 : 0;
    default:
      process.stderr.write(`evenhour: there is no command "${command}".\n\n${USAGE}`);
      return 2;
  }
}

/** What a person can mend gets a sentence; a bug keeps its stack. */
function explain(error: unknown): string {
  const told = [ConfigError, DatabaseError, KeyFileError, SealError];
  if (told.some((kind) => error instanceof kind)) return (error as Error).message;
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'EADDRINUSE') {
    const port = (error as { port?: number }).port;
    return `Port ${port} is in use by another program. Stop that one, or choose another port with EVENHOUR_PORT (for the demo: --ports).`;
  }
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' || code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE')
    return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`evenhour: ${explain(error)}\n`);
    process.exitCode = 1;
  },
);
