/**
 * The link at the foot of a mail that ends such mails, for whoever holds the mail and without signing in.
 *
 * Promises: only this node can make such a link, and it can do nothing else. It ends mail to the person to whom it was
 * sent, and to nobody who acts for the same member. It never runs out: whoever finds an old mail may still use it.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Queries } from '../db/database.ts';
import type { NodeContext } from '../node/env.ts';
import { Refused } from '../node/refused.ts';
import type { Seal } from '../node/seal.ts';
import { setMailed, setWishes } from './wishes.ts';

/** Somebody who is told: a member of a bank of this node, or its desk. */
export interface Told {
  readonly bankId: string;
  /** Empty for the desk. */
  readonly memberId: string;
  /** Who was written to. Older links name the member alone. */
  readonly personId?: string | undefined;
}

export function stopToken(seal: Seal, told: readonly Told[]): string {
  const names = told
    .map(({ bankId, memberId, personId }) => [bankId, memberId, personId ?? []].flat().join(' '))
    .join(',');
  return `${Buffer.from(names).toString('base64url')}.${sign(seal, names)}`;
}

/** Whom a link is about; `null` when it was not made here. */
export function readStopToken(seal: Seal, token: string): Told[] | null {
  const [text = '', signature = ''] = token.slice(0, 4_000).split('.');
  const names = Buffer.from(text, 'base64url').toString();
  const meant = Buffer.from(sign(seal, names));
  const given = Buffer.from(signature);
  if (names === '' || given.length !== meant.length || !timingSafeEqual(given, meant)) return null;
  return names.split(',').map((name) => {
    const [bankId = '', memberId = '', personId] = name.split(' ');
    return { bankId, memberId, personId };
  });
}

/** Whom a link is about. Refuses `not_found`, and `too_many_requests` for a source that guesses links. */
export function readStopLink(
  { seal, openRate }: Pick<NodeContext, 'seal' | 'openRate'>,
  source: string,
  token: string,
): Told[] {
  const told = readStopToken(seal, token);
  if (told !== null) return told;
  throw new Refused(openRate.take(source) ? 'not_found' : 'too_many_requests');
}

/** The towns that a link is about, by their names. */
export function townsTold({ banks }: Pick<NodeContext, 'banks'>, told: readonly Told[]): string[] {
  return [...new Set(told.flatMap(({ bankId }) => banks.byId(bankId)?.settings.name ?? []))];
}

function sign(seal: Seal, names: string): string {
  return createHmac('sha256', seal.derive('stop mail')).update(names).digest('base64url');
}

/**
 * Ends mail about notices for them, also for what waits already. Again, it changes nothing. A link that names no person
 * says what it said when it was sent: no mail for this member.
 */
export async function stopMail(tx: Queries, told: readonly Told[]): Promise<void> {
  for (const { bankId, memberId, personId } of told)
    if (personId === undefined) await setWishes(tx, { id: bankId }, memberId, { mail: 'none' });
    else await setMailed(tx, { bankId, memberId, personId }, false);
}
