/** Whether the letters of this machine can be read on a page. */
import { isLoopback } from '../../mail/transport.ts';
import type { Config } from '../../node/config.ts';

/**
 * Only where nobody but this machine can ask; a demo may listen more widely, as in a container, for anyone may come in
 * there.
 */
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
