/** Exchange messages in the form in which they are sent and kept. */
import type { AgreementCore, Party } from '@evenhour/protocol';
import { completeProof, prepareProof } from '@evenhour/protocol/proof';
import { type ExchangeMessage, encodeExchangeMessage } from '@evenhour/protocol/wire';
import type { Bank } from '../bank/bank.ts';
import type { NewMessage } from './transfer-store.ts';

/** The pair that a message belongs to, as the bank that sends it sees it. */
export interface MessagePair {
  readonly id: string;
  readonly core: AgreementCore;
  readonly me: Party;
}

/** Signs a message. `exchangeId` is what the message is found again by: for an answer, the exchange's URL. */
export async function signMessage(
  bank: Bank,
  pair: MessagePair,
  message: ExchangeMessage,
  exchangeId: string,
): Promise<NewMessage> {
  const document = encodeExchangeMessage(pair.core, pair.id, pair.me, message);
  const prepared = prepareProof(document, bank.keyFor(pair.id), new Date().toISOString());
  const signed = await completeProof(prepared);
  // An answer is given in the response to its offer, and again whenever the offer comes again.
  const pending = message.kind !== 'GiftAccept' && message.kind !== 'GiftReject';
  return {
    id: message.id,
    pairId: pair.id,
    direction: 'out',
    exchangeId,
    hash: prepared.hash,
    document: JSON.stringify(signed),
    pending,
  };
}
