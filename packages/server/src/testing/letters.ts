/** Letters that a town has posted into its folder, for tests that read their mail. */
import { and, eq } from 'drizzle-orm';
import { mail } from '../db/schema.ts';
import { keptLetters } from '../mail/transport.ts';
import { type Town, until } from './town.ts';

const MANY = 1000;

/** The words of the newest letter to an address, once all that were promised to it are there; empty when none was. */
export async function lastLetter({ node, bank, database }: Town, to: string): Promise<string> {
  const mine = and(eq(mail.bankId, bank.id), eq(mail.to, to));
  const promised = (await database.db.select({ id: mail.id }).from(mail).where(mine)).length;
  if (promised === 0) return '';
  const config = node.context.config.mail;
  if (config.to !== 'folder') throw new Error('the town posts its letters elsewhere');
  return until(async () => {
    const letters = (await keptLetters(config.folder, bank.host, MANY)).filter((letter) => letter.to === to);
    return letters.length >= promised ? letters[0]?.text : undefined;
  });
}
