/**
 * Builds on a timebank: `createClient({ baseUrl, token })`. For a bank that lives in memory, see
 * `@evenhour/client/testing`.
 *
 * @module
 */
export {
  type Agreements,
  type Client,
  createClient,
  type Invitations,
  isEnded,
  type JournalOptions,
  type ListOptions,
  type Members,
  type TransferListOptions,
  type Transfers,
} from './client.ts';
export { AnswerError, type ClientError, EvenhourError, type Facts, isClientError, NetworkError } from './errors.ts';
export type { components, operations, paths } from './generated/api.ts';
export type { RefusalCode } from './generated/refusals.ts';
export type { Listing, Page, PageAt } from './listing.ts';
export { hours, say } from './minutes.ts';
export type { CallOptions, ClientOptions, DoOptions } from './transport.ts';
export type * from './types.ts';
