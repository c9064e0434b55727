/**
 * The page that shows mail where it goes into a folder.
 *
 * Promises: it is there on a machine on which somebody tries things out, and nowhere else: anybody who opens it reads
 * everybody's codes.
 *
 * @module
 */
import { isLoopback, keptLetters } from '../../mail/transport.ts';
import type { Config } from '../../node/config.ts';
import { Refused } from '../../node/refused.ts';
import { MailboxPage } from '../mailbox.tsx';
import { paths } from '../paths.ts';
import type { WebApp } from './env.ts';
import { frameOf } from './page.tsx';

const SHOWN = 30;

export function mailboxRoutes(app: WebApp): void {
  app.get(paths.mailbox, async (c) => {
    const { node, bank } = c.var;
    const { mail } = node.config;
    if (mail.to !== 'folder' || !isMailboxOpen(node.config, bank.origin)) throw new Refused('not_found');
    c.header('cache-control', 'no-store');
    return c.html(<MailboxPage frame={frameOf(c)} letters={await keptLetters(mail.folder, bank.host, SHOWN)} />);
  });
}

/** Only where nobody but this machine can ask; a demo may listen more widely, as in a container, for anyone may come in there. */
export function isMailboxOpen(
  config: Pick<Config, 'production' | 'demo' | 'listen' | 'mail'>,
  origin: string,
): boolean {
  if (config.production || config.mail.to !== 'folder' || !isLoopback(hostOf(origin))) return false;
  return config.demo || isLoopback(config.listen);
}

function hostOf(origin: string): string {
  return new URL(origin).hostname.replace(/^\[|\]$/g, '');
}
