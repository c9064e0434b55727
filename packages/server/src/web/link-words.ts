/**
 * What is wrong with an invitation link, for the person who pasted it.
 *
 * Promises: each way in which a link can be wrong has words of its own that say what to do; the command line says
 * the same as the page.
 *
 * @module
 */
import { originOf, type Refusal, type RefusalCode } from '@evenhour/protocol';

const NO_TIMEBANK: readonly RefusalCode[] = ['schema_mismatch', 'foreign_origin', 'wrong_key'];

/** `ours` is our own origin. */
export function sayLink({ code, facts }: Pick<Refusal, 'code' | 'facts'>, link: string, ours: string): string {
  const origin = originOf(link);
  const host = origin === null ? 'that address' : new URL(origin).host;
  if (code === 'invalid_request')
    return origin === ours
      ? 'This is our own link. Send it to the other town: they open it, not we.'
      : 'This is not an invitation. It looks like https://town.example/invitations/ and then many letters: paste the whole of it, as they sent it.';
  if (code === 'not_found')
    return `${host} knows no such invitation. Perhaps a letter is missing at the end. Copy the link once more, or ask them for a new one.`;
  if (code === 'invitation_used')
    return 'This invitation was used already, was taken back, or is too old. Ask them for a new one.';
  if (code === 'private_address')
    return `${host} cannot be reached from the open internet. Check the link. In a trial at home, name it in EVENHOUR_ALLOW_PRIVATE_ORIGINS.`;
  if (code === 'partner_unreachable' && facts['status'] === undefined)
    return `Nobody answers at ${host}. Check the address, letter by letter. If it is right, their computer may be off: try again later.`;
  if (code === 'partner_unreachable' || NO_TIMEBANK.includes(code))
    return `What answers at ${host} is no timebank that we can read. Check the address, or ask them for a new link.`;
  return `This invitation cannot be read just now (${code}). Try again later.`;
}
