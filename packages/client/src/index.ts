/**
 * Builds on a timebank: `createClient({ baseUrl, token })`. For a bank that lives in memory, see
 * `@evenhour/client/testing`.
 *
 * @module
 */
export {
  type Acts,
  type Agreements,
  type Client,
  type CommunityFund,
  createClient,
  type Gifts,
  type Invitations,
  isEnded,
  type JournalOptions,
  type Members,
  type Notices,
  type StatementFileOptions,
  type StatementOptions,
  type TransferListOptions,
  type Transfers,
} from './client.ts';
export { AnswerError, type ClientError, EvenhourError, type Facts, isClientError, NetworkError } from './errors.ts';
export type { ExchangeDoOptions, ExchangeListOptions, Exchanges } from './exchanges.ts';
export type { GatheringListOptions, Gatherings } from './gatherings.ts';
export type { components, operations, paths } from './generated/api.ts';
export type { RefusalCode } from './generated/refusals.ts';
export type { Listing, ListOptions, Page, PageAt } from './listing.ts';
export { hours, say } from './minutes.ts';
export type { OfferSearch, Offers, Places } from './offers.ts';
export type { Leave, Receipts } from './own.ts';
export type { Applications, Cards, Hats, JoinLinks, Passkeys, People, Sessions, SignIn } from './people.ts';
export type { Bytes, CallOptions, ClientOptions, DoOptions } from './transport.ts';
export type * from './types.ts';
