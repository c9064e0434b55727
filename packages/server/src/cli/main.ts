#!/usr/bin/env node
/**
 * The command `evenhour`: serve a node, try three towns at once, examine a bank.
 *
 * @module
 */
import { KeyFileError } from '../bank/keys.ts';
import { DatabaseError } from '../db/database.ts';
import { ConfigError } from '../node/config.ts';
import { Refused } from '../node/refused.ts';
import { SealError } from '../node/seal.ts';
import { FolderError } from '../verify/folder.ts';
import { sayRefused } from './refused.ts';

const USAGE = `evenhour: software for timebanks that honour each other's hours

  evenhour serve                     run a node; settings come from the environment
  evenhour demo [options]            three towns on this machine (npm start)
  evenhour bank add ORIGIN NAME      host another bank on this node
  evenhour bank list                 the banks that this node hosts
  evenhour bank set BANK ...         the office's telephone and person, floor and caps; alone it lists them
  evenhour bank rotate-key OLD NEW   give a bank a new key; OLD and NEW are files with its keys
  evenhour token BANK [MEMBER]       make a token for a bank's operator, or for a member
  evenhour member add BANK HANDLE NAME
                                     add a member; evenhour member list BANK
  evenhour doctor [BANK]             check what a bank promises; --token TOKEN asks the running node
  evenhour pair list|suspend|resume|limit|close|successor|offer|accept|silence
                                     stop new hours with a partner, end a pair, begin the next one
  evenhour export FOLDER             write everything that proves a bank; --bank ORIGIN, --words
  evenhour verify FOLDER             prove an export, or a receipt that was saved, without a network

Settings are described in docs/operating/README.md.
`;

async function main(argv: string[]): Promise<number> {
  const [command, ...rest] = argv;
  if (command !== 'demo' && rest.some((each) => each === '--help' || each === '-h')) {
    process.stdout.write(USAGE);
    return 0;
  }
  switch (command) {
    case 'serve':
      if (rest.length > 0) {
        process.stderr.write(
          `evenhour serve takes no options, and "${rest[0]}" is one. Settings come from the environment.\n`,
        );
        return 2;
      }
      return (await import('./serve.ts')).serveCommand();
    case 'demo':
      return (await import('../demo/main.ts')).demoCommand(rest);
    case 'bank':
      return (await import('./admin.ts')).bankCommand(rest);
    case 'token':
      return (await import('./admin.ts')).tokenCommand(rest);
    case 'member':
      return (await import('./member.ts')).memberCommand(rest);
    case 'doctor':
      return (await import('./doctor.ts')).doctorCommand(rest);
    case 'pair':
      return (await import('./pair.ts')).pairCommand(rest);
    case 'export':
      return (await import('./verify.ts')).exportCommand(rest);
    case 'verify':
      return (await import('./verify.ts')).verifyCommand(rest);
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
  const told = [ConfigError, DatabaseError, FolderError, KeyFileError, SealError];
  if (told.some((kind) => error instanceof kind)) return (error as Error).message;
  if (error instanceof Refused) return sayRefused(error);
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'EADDRINUSE') {
    const port = (error as { port?: number }).port;
    return `Port ${port} is in use by another program. Stop that one, or choose another port with EVENHOUR_PORT (for the demo: --ports).`;
  }
  if (code?.startsWith('ERR_PARSE_ARGS_')) return sayOption(error as Error);
  // What the system refuses is a file, a folder or an address that somebody named.
  if (error instanceof Error && 'syscall' in error) return saySystem(error as NodeJS.ErrnoException);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Without Node's advice about options that begin with a dash, which none of ours does. */
function sayOption({ message }: Error): string {
  const option = /^Unknown option '([^']+)'/.exec(message)?.[1];
  return option === undefined ? message : `there is no option ${option} here; see: evenhour help`;
}

const SYSTEM: Readonly<Record<string, string>> = {
  EACCES: 'may not be used by this user',
  EEXIST: 'is there already, and is no folder',
  EISDIR: 'is a folder, and a file is needed',
  ENOENT: 'cannot be made or read: it, or the folder that it is in, is not there',
  ENOSPC: 'cannot be written: the disk is full',
  ENOTDIR: 'goes through something that is a file and no folder',
};

function saySystem({ code, path, message }: NodeJS.ErrnoException): string {
  const says = SYSTEM[code ?? ''];
  return says === undefined || path === undefined ? `the system refuses: ${message}` : `${path} ${says} (${code})`;
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
