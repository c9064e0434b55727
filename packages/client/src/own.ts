/**
 * What is a member's own: receipts that can be shown, everything that the bank has of them, and leaving.
 *
 * @module
 */
import { type Listing, listing } from './listing.ts';
import type { CallOptions, DoOptions, Transport } from './transport.ts';
import type { Everything, Leaving, LeavingMember, OpenReceipt, Receipt, SharedReceipt } from './types.ts';

export interface Receipts {
  /** The signed papers of settled hours, checked by the bank just now. `names`: with names and words. */
  get(transferId: string, options?: CallOptions & { readonly names?: boolean | undefined }): Promise<Receipt>;
  /** Makes a link under which anybody can check it. For the member whose hours they are. */
  share(transferId: string, names: boolean, options?: DoOptions): Promise<SharedReceipt>;
  /** Ends the link. */
  withdraw(transferId: string, options?: DoOptions): Promise<void>;
  /** A receipt that somebody shows, by the end of its link. Needs no token. */
  open(token: string, options?: CallOptions): Promise<OpenReceipt>;
}

export interface Leave {
  /** Everything that the bank has about a member. For the member. */
  everything(idOrHandle: string, options?: CallOptions): Promise<Everything>;
  /** Whether a member is about to leave. */
  get(idOrHandle: string, options?: CallOptions): Promise<Leaving | null>;
  /** The first step: `word` is what the second asks for. For the member. */
  ask(idOrHandle: string, options?: DoOptions): Promise<Leaving>;
  /** The second step: everything goes after seven days. */
  confirm(idOrHandle: string, word: string, options?: DoOptions): Promise<Leaving>;
  /** Takes it back. */
  stay(idOrHandle: string, options?: DoOptions): Promise<void>;
  /** The fund makes up the hours that a leaving member still has to give. For the operator, as what follows. */
  letFundPay(idOrHandle: string, options?: DoOptions): Promise<Leaving>;
  /** Who is about to leave, the next first. */
  list(options?: CallOptions): Listing<LeavingMember>;
}

export function receiptsOf({ get, post }: Transport): Receipts {
  return {
    get: (id, { names = false, ...call } = {}) =>
      get('/api/transfers/{id}/receipt', id, { names: names ? 'true' : 'false' }, call),
    share: (id, names, call) => post('/api/transfers/{id}/receipt/share', id, { names }, call),
    withdraw: async (id, call) => {
      await post('/api/transfers/{id}/receipt/withdraw', id, {}, call);
    },
    open: (token, call) => get('/api/receipts/{id}', token, {}, call),
  };
}

export function leaveOf({ get, post }: Transport): Leave {
  return {
    everything: (id, call) => get('/api/members/{id}/everything', id, {}, call),
    get: async (id, call) => (await get('/api/members/{id}/leaving', id, {}, call)).leaving,
    ask: (id, call) => post('/api/members/{id}/leaving', id, {}, call),
    confirm: (id, word, call) => post('/api/members/{id}/leaving/confirm', id, { word }, call),
    stay: async (id, call) => {
      await post('/api/members/{id}/leaving/stay', id, {}, call);
    },
    letFundPay: (id, call) => post('/api/members/{id}/leaving/fund', id, {}, call),
    list: (call) => listing(async () => ({ ...(await get('/api/leaving', '', {}, call)), next: null }), undefined),
  };
}
