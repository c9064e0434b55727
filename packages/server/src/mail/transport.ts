/**
 * The ways out for mail: a mail server, or a folder of files for trying things out.
 *
 * Promises: a mail server that is not on this machine is spoken to under TLS with a certificate that holds, or not at
 * all. Its address is the operator's own setting and nobody else's, so it may be a private one: the guard that requests
 * to partners pass through is not needed here. Nothing is read from files or fetched for a letter.
 *
 * @module
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport, type SMTPPoolOptions } from 'nodemailer';
import type { MailConfig } from '../node/config.ts';
import type { Letter } from './letter.tsx';

export interface Transport {
  /** The address that mail comes from. */
  readonly from: string;
  /** Settles when somebody else has taken it. Throws a {@link NotTaken}. */
  post(letter: Letter): Promise<void>;
  close(): void;
}

/** Why: with a figure or a code of the connection after it, as in `no_to_letter 550`. Words: `doctor.mailWhy`. */
type Why = 'nowhere' | 'late' | 'unwritten' | `${'unreachable' | 'no_to_us' | 'no_to_letter'} ${string}`;

/** Mail that was not taken. The message names no address and nobody's words, so that it can be kept and shown. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken';
  /** Whether this letter will never be taken, whenever it is tried. */
  readonly forGood: boolean;
  constructor(why: Why, forGood: boolean, cause?: unknown) {
    super(why, { cause });
    this.forGood = forGood;
  }
}

export function openTransport(config: MailConfig): Transport {
  switch (config.to) {
    case 'smtp':
      return smtpTransport(config.url, config.from);
    case 'folder':
      return folderTransport(config.folder, config.from);
    case 'nowhere':
      return {
        from: 'nobody@invalid',
        post: () => Promise.reject(new NotTaken('nowhere', false)),
        close() {},
      };
  }
}

/** A letter is made of what it is given, never of files or addresses that it names. */
const CLOSED = { disableFileAccess: true, disableUrlAccess: true } as const;
const CONNECTIONS = 3;

function smtpTransport(url: string, from: string): Transport {
  const transport = createTransport(smtpOptions(url));
  return {
    from,
    async post(letter) {
      try {
        await transport.sendMail({ ...letter, ...CLOSED });
      } catch (error) {
        throw notTaken(error);
      }
    },
    close: () => transport.close(),
  };
}

/** How to speak to the server of this address. */
export function smtpOptions(address: string): SMTPPoolOptions & { pool: true } {
  const url = new URL(address);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'smtps:';
  const near = isLoopback(host);
  return {
    pool: true,
    maxConnections: CONNECTIONS,
    // Trying again is the business of the outbox.
    maxRequeues: 0,
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !near,
    ignoreTLS: !secure && near,
    tls: { minVersion: 'TLSv1.2' },
    ...(url.username !== '' && {
      auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    }),
    connectionTimeout: 15_000,
    greetingTimeout: 15_000,
    socketTimeout: 60_000,
    ...CLOSED,
  };
}

/** Whether a host's name can only be this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** A 5xx about the reader or the words stays a no. One about us (sign-in, sender) is for the operator to put right. */
function notTaken(error: unknown): NotTaken {
  const { responseCode, command, code } = error as { responseCode?: number; command?: string; code?: string };
  if (responseCode === undefined) return new NotTaken(`unreachable ${code}`, false, error);
  const letter = command === 'RCPT TO' || command === 'DATA';
  const why = `${letter ? 'no_to_letter' : 'no_to_us'} ${responseCode}` as const;
  return new NotTaken(why, letter && responseCode >= 500, error);
}

/** A letter in a folder, as the page for trying things out shows it. */
export interface KeptLetter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly date: string;
}

/** Each letter is kept as it would go out, and its words beside it. */
function folderTransport(folder: string, from: string): Transport {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return {
    from,
    async post(letter) {
      const { message } = await transport.sendMail({ ...letter, ...CLOSED });
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const { to, subject, text, date } = letter;
      const kept: KeptLetter = { to, subject, text, date: date.toISOString() };
      // The id of a letter is in the order of time, and the same letter is one file however often it is posted.
      const file = join(folder, letter.messageId.replaceAll(/[^a-z0-9@.-]/g, ''));
      await writeFile(`${file}.eml`, message as Buffer, { mode: 0o600 });
      await writeFile(`${file}.json`, JSON.stringify(kept), { mode: 0o600 });
    },
    close: () => transport.close(),
  };
}

/** The newest letters of a bank in a folder, newest first. */
export async function keptLetters(folder: string, host: string, limit: number): Promise<KeptLetter[]> {
  const files = await readdir(folder).catch(() => []);
  const its = files.filter((file) => file.endsWith(`@${host.replace(/:\d+$/, '')}.json`)).sort();
  const texts = its.slice(-limit).map((file) => readFile(join(folder, file), 'utf8'));
  return (await Promise.all(texts)).map((text) => JSON.parse(text) as KeptLetter).reverse();
}
