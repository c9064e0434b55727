/**
 * The page that shows mail where it goes into a folder.
 *
 * Promises: it is there on a machine on which somebody tries things out, and nowhere else: anybody who opens it reads
 * everybody's codes.
 *
 * @module
 */
import { keptLetters } from '../../mail/transport.ts';
import { Refused } from '../../node/refused.ts';
import { MailboxPage } from '../mailbox.tsx';
import { paths } from '../paths.ts';
import type { WebApp } from './env.ts';
import { isMailboxOpen } from './mailbox-open.ts';
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
