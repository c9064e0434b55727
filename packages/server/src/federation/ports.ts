/**
 * What the face to the fediverse needs from the rest of the node.
 *
 * Promises: nothing here can change a bank; all that leaves by it is what a bank publishes.
 *
 * @module
 */

/** A bank that this node hosts. */
export interface HostedBank {
  readonly id: string;
  /** Scheme, host and port, without a slash at the end. All of the bank's URLs begin with it. */
  readonly origin: string;
  /** The part after the @ of its members' addresses. */
  readonly host: string;
  readonly name: string;
  readonly createdAt: Date;
  /** The URL of the Ed25519 key. */
  readonly edKeyId: string;
  readonly edMultikey: string;
  /** The key for signatures that ordinary fediverse servers understand. */
  rsa(): Promise<CryptoKeyPair>;
  /** A member by id or by handle; both are unique in the bank. */
  findMember(idOrHandle: string): Promise<HostedMember | null>;
  statistics(): Promise<{ readonly members: number; readonly partners: number }>;
}

export interface HostedMember {
  /** A ULID. */
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  /** Plain text. */
  readonly about: string;
  readonly status: string;
}

/** Counts what was verified and then left alone. */
export interface FederationCounters {
  /** `type` is a name of the Activity Vocabulary, so there are few of them. */
  noteIgnored(bank: HostedBank, type: string): void;
}

/** What Fedify hands to each of our callbacks. */
export interface FederationContext {
  readonly bank: HostedBank;
}
