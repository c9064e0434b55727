/**
 * The endpoint for the first yes of a bank that opened our invitation.
 *
 * Promises: that bank is no partner yet, so its request is checked with the key that the offer itself carries, once
 * the offer's proof stands; a new offer needs an open invitation, and its key must be the one which the bank's own
 * actor publishes; what is refused after that is signed, since an offer ends by nothing less. Spec: the agreement.
 *
 * @module
 */
import { verifyRequest } from '@evenhour/protocol/proof';
import type { Context } from 'hono';
import { checkPublishedKey } from '../agreement/invitations.ts';
import { checkOffer, isNewOffer, receiveOffer } from '../agreement/service.ts';
import type { NodeEnv } from '../node/env.ts';
import { problemResponse } from '../node/problem.ts';
import { Refused } from '../node/refused.ts';
import { seconds } from './partner-client.ts';
import { MAX_ENTRY_BYTES } from './verified.ts';
import { boundTo, orRefuse, parseObject, readBody, signedAnswer, signedRefusal } from './way-in.ts';

export function receiveHonourOffer(c: Context<NodeEnv>): Promise<Response> {
  const { node, bank, source } = c.var;
  const take = async (): Promise<Response> => {
    if (!node.openRate.take(source)) throw new Refused('too_many_requests');
    const body = await readBody(c.req.raw, MAX_ENTRY_BYTES);
    if (body === null) throw new Refused('too_large', { maxBytes: MAX_ENTRY_BYTES });
    const parsed = parseObject(body, MAX_ENTRY_BYTES);
    if (!parsed.ok) throw new Refused(parsed.refusal);
    const offer = await checkOffer(bank, parsed.value);
    const headers = Object.fromEntries(c.req.raw.headers);
    const verified = await verifyRequest(
      { method: 'POST', url: `${bank.origin}${new URL(c.req.url).pathname}`, headers, body },
      (keyid) => (keyid === offer.key.verificationMethod ? offer.key : undefined),
      seconds(),
    );
    if (!verified.ok) throw new Refused(verified.refusal);
    const [key, bound] = [bank.keyFor(offer.pair), boundTo(headers)];
    return orRefuse(
      async () => {
        // The key of an offer that we have is pinned; the bank may publish another by now.
        if (await isNewOffer(node.database.db, bank, offer)) await checkPublishedKey(node.outgoing, offer.peer);
        await node.signals.commit((tx, after) => receiveOffer(tx, bank, offer, JSON.stringify(parsed.value), after));
        return signedAnswer(key, bound, 200, { pair: offer.pair });
      },
      (refused) => signedRefusal(key, bound, refused),
    );
  };
  return orRefuse(take, problemResponse);
}
