/**
 * What the face to the fediverse needs from the rest of the node.
 *
 * Promises: nothing here can change a bank but who follows its members; all that leaves by it is what a bank publishes.
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
  /** The key of a member who has said something in public; `null` for any other. */
  memberRsa(memberId: string): Promise<CryptoKeyPair | null>;
  /** Stores a follower and writes the Accept. */
  follow(follower: NewFollower): Promise<void>;
  /** `follow` is the id of the Follow, or whom it was about. */
  unfollow(what: { readonly actor: string; readonly follow: string }): Promise<void>;
  /** The newest activities by which a member's offers were published. */
  outboxOf(memberId: string): Promise<{ readonly total: number; readonly items: readonly object[] }>;
  /** How many follow a member. */
  followersOf(memberId: string): Promise<number>;
  /** An offer that was posted, or what is left of it; `null` when it never was. `again` counts its posts from 1. */
  postedAt(id: string, again: number): Promise<{ readonly gone: boolean; readonly document: object } | null>;
  statistics(): Promise<{ readonly members: number; readonly partners: number }>;
}

/** Who wants to follow a member; addresses as the follower's own document has them. */
export interface NewFollower {
  readonly memberId: string;
  readonly actor: string;
  readonly inbox: string;
  readonly sharedInbox: string | null;
  /** The id of the Follow. */
  readonly follow: string;
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
