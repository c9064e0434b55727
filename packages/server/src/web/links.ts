/**
 * What is wrong with an invitation link, for the person who pasted it.
 *
 * Promises: each way in which a link can be wrong has words of its own that say what to do; the command line says
 * the same as the page.
 *
 * @module
 */
import { originOf, type Refusal, type RefusalCode } from '@evenhour/protocol';
import type { Words } from './words.ts';

const NO_TIMEBANK: readonly RefusalCode[] = ['schema_mismatch', 'foreign_origin', 'wrong_key'];

/** `ours` is our own origin. */
export function sayLink({ t }: Words, refusal: Pick<Refusal, 'code' | 'facts'>, link: string, ours: string): string {
  const { code, facts } = refusal;
  const origin = originOf(link);
  const host = origin === null ? t('link.thatAddress') : new URL(origin).host;
  if (code === 'invalid_request') return origin === ours ? t('link.ours') : t('link.noInvitation');
  if (code === 'not_found') return t('link.unknown', { host });
  if (code === 'invitation_used') return t('link.used');
  if (code === 'private_address') return t('link.private', { host });
  if (code === 'partner_unreachable' && facts['status'] === undefined) return t('link.nobody', { host });
  if (code === 'partner_unreachable' || NO_TIMEBANK.includes(code)) return t('link.noTimebank', { host });
  return t('link.other', { code });
}
