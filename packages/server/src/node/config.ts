/**
 * The settings of a node, read once from the environment.
 *
 * Promises: one schema; a wrong value stops the start with a sentence that names the variable and
 * the fix; nothing else in the node reads the environment.
 *
 * @module
 */
import { join } from 'node:path';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { mailAddress } from '../mail/address.ts';

const origin = z.string().transform((value, context) => {
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    context.addIssue({ code: 'custom', message: `"${value}" is not an address such as https://town.example` });
    return z.NEVER;
  }
  if (
    (url.protocol !== 'https:' && url.protocol !== 'http:') ||
    url.pathname !== '/' ||
    url.search !== '' ||
    url.username !== ''
  ) {
    context.addIssue({ code: 'custom', message: `"${value}" must be an origin only, such as https://town.example` });
    return z.NEVER;
  }
  return url.origin;
});

const proxy = z
  .string()
  .refine(
    (value) => ipaddr.isValid(value) || ipaddr.isValidCIDR(value),
    'give addresses or ranges such as 10.0.0.2 or 10.0.0.0/8, with commas between them',
  );

const list = <T extends z.ZodType<unknown, string>>(item: T) =>
  z
    .string()
    .default('')
    .transform((value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item));

const smtp = z.string().refine((value) => {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, pathname, search, username, password } = new URL(value);
  if ((protocol !== 'smtps:' && protocol !== 'smtp:') || hostname === '' || search !== '') return false;
  return /^\/?$/.test(pathname) && !/%(?![0-9a-f]{2})/i.test(username + password);
}, 'give an address such as smtps://name:password@mail.example:465');

const mailFrom = z.string().transform((value, context) => {
  const address = mailAddress(value);
  if (address !== null) return address;
  context.addIssue({ code: 'custom', message: `"${value}" is not an address such as timebank@town.example` });
  return z.NEVER;
});

const webAddress = z.url({ protocol: /^https?$/, message: 'give an address such as https://town.example/source' });

const schema = z.object({
  EVENHOUR_DATA: z.string().min(1, 'name a folder').default('./data'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'begin it with postgres://')
    .optional(),
  EVENHOUR_LISTEN: z.string().default('127.0.0.1'),
  EVENHOUR_PORT: z.coerce.number('give a port number').int().min(0).max(65535).optional(),
  PORT: z.coerce.number('give a port number').int().min(0).max(65535).optional(),
  EVENHOUR_ORIGIN: origin.optional(),
  EVENHOUR_BANK_NAME: z.string().min(1).max(100).optional(),
  EVENHOUR_SECRET: z
    .string()
    .min(32, 'give at least 32 characters, for example from: openssl rand -base64 32')
    .optional(),
  EVENHOUR_TRUSTED_PROXIES: list(proxy),
  EVENHOUR_ALLOW_PRIVATE_ORIGINS: list(origin),
  EVENHOUR_ENV: z.enum(['production', 'development'], 'use production or development').default('production'),
  EVENHOUR_DEMO: z.stringbool('use true or false').default(false),
  EVENHOUR_LIVE_PAGE: webAddress.optional(),
  EVENHOUR_SOURCE_URL: webAddress.optional(),
  EVENHOUR_STATEMENT_QUIET_MS: z.coerce.number().int().min(100).default(60_000),
  EVENHOUR_REFUSED_PER_ADDRESS: z.coerce.number('give a number').int().min(1).default(600),
  EVENHOUR_REFUSED_PER_PARTNER: z.coerce.number('give a number').int().min(1).default(120),
  EVENHOUR_SMTP_URL: smtp.optional(),
  EVENHOUR_MAIL_FROM: mailFrom.optional(),
  EVENHOUR_MAIL_FOLDER: z.string().min(1, 'name a folder').optional(),
  EVENHOUR_LOG: z.enum(['debug', 'info', 'warning', 'error'], 'use debug, info, warning or error').default('info'),
});

export interface Config {
  readonly dataFolder: string;
  readonly databaseUrl: string | undefined;
  readonly listen: string;
  readonly port: number;
  /** The first bank's public origin; a bank is made for it when the database has none. */
  readonly origin: string | undefined;
  readonly bankName: string | undefined;
  readonly secret: string | undefined;
  /** Addresses whose X-Forwarded-Host and X-Forwarded-For are believed. */
  readonly trustedProxies: readonly string[];
  /** Exact origins that may be on private addresses. Development only. */
  readonly allowPrivateOrigins: readonly string[];
  readonly production: boolean;
  /** Shows the seeded members' doors. Never in production. */
  readonly demo: boolean;
  /** Where the live page of a demo is, so that its towns can link back to it. */
  readonly livePage: string | undefined;
  /** Where people get the source of the program that runs here (AGPL, section 13). */
  readonly sourceUrl: string;
  /** Whether somebody has said where that is, and not only we. */
  readonly sourceUrlGiven: boolean;
  /** A pair that was quiet for this long writes a statement. */
  readonly statementQuietMs: number;
  /** Requests a minute that may be refused before their signature is known to be good, from one address. */
  readonly refusedPerAddress: number;
  /** Requests a minute that may be refused for good, signed by one partner. */
  readonly refusedPerPartner: number;
  readonly mail: MailConfig;
  readonly log: 'debug' | 'info' | 'warning' | 'error';
}

/** Where mail goes: to a mail server, into a folder for trying things out, or nowhere yet. */
export type MailConfig =
  | { readonly to: 'smtp'; readonly url: string; readonly from: string }
  | { readonly to: 'folder'; readonly folder: string; readonly from: string }
  | { readonly to: 'nowhere' };

/** A setting that cannot be used. The message names the variable and what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  // An empty variable is the same as none, as compose files write it.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}.`);
    throw new ConfigError(`These settings cannot be used:\n  ${lines.join('\n  ')}`);
  }
  const value = parsed.data;
  const production = value.EVENHOUR_ENV === 'production';
  if (production && value.EVENHOUR_ALLOW_PRIVATE_ORIGINS.length > 0)
    throw new ConfigError(
      'EVENHOUR_ALLOW_PRIVATE_ORIGINS opens private addresses and is refused in production. Remove it, or set EVENHOUR_ENV=development for a test on your own machine.',
    );
  if (production && value.EVENHOUR_DEMO)
    throw new ConfigError(
      'EVENHOUR_DEMO lets anyone sign in and is refused in production. Set EVENHOUR_ENV=development for a demo.',
    );
  if (production && value.EVENHOUR_ORIGIN?.startsWith('http:') === true)
    throw new ConfigError(
      'EVENHOUR_ORIGIN must begin with https:// in production. Put a proxy with a certificate in front of the node.',
    );
  return {
    dataFolder: value.EVENHOUR_DATA,
    databaseUrl: value.DATABASE_URL,
    listen: value.EVENHOUR_LISTEN,
    port: value.EVENHOUR_PORT ?? value.PORT ?? 3000,
    origin: value.EVENHOUR_ORIGIN,
    bankName: value.EVENHOUR_BANK_NAME,
    secret: value.EVENHOUR_SECRET,
    trustedProxies: value.EVENHOUR_TRUSTED_PROXIES,
    allowPrivateOrigins: value.EVENHOUR_ALLOW_PRIVATE_ORIGINS,
    production,
    demo: value.EVENHOUR_DEMO,
    livePage: value.EVENHOUR_LIVE_PAGE,
    sourceUrl: value.EVENHOUR_SOURCE_URL ?? 'https://w3id.org/evenhour',
    sourceUrlGiven: value.EVENHOUR_SOURCE_URL !== undefined,
    statementQuietMs: value.EVENHOUR_STATEMENT_QUIET_MS,
    refusedPerAddress: value.EVENHOUR_REFUSED_PER_ADDRESS,
    refusedPerPartner: value.EVENHOUR_REFUSED_PER_PARTNER,
    mail: mailConfig(value, production),
    log: value.EVENHOUR_LOG,
  };
}

function mailConfig(value: z.infer<typeof schema>, production: boolean): MailConfig {
  const { EVENHOUR_SMTP_URL: url, EVENHOUR_MAIL_FOLDER: folder, EVENHOUR_MAIL_FROM: from } = value;
  if (url !== undefined) {
    if (from === undefined)
      throw new ConfigError(
        'EVENHOUR_SMTP_URL needs EVENHOUR_MAIL_FROM, the address that mail comes from, such as timebank@town.example.',
      );
    return { to: 'smtp', url, from };
  }
  if (folder === undefined && production) return { to: 'nowhere' };
  return { to: 'folder', folder: folder ?? join(value.EVENHOUR_DATA, 'mail'), from: from ?? 'timebank@town.example' };
}
