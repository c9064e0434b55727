/** What every page handler can reach: the node, the bank, who looks, and the form that was sent. */
import type { Context, Hono } from 'hono';
import type { Caller } from '../../auth/tokens.ts';
import type { MemberRow } from '../../member/members.ts';
import type { NodeEnv } from '../../node/env.ts';
import type { Language, Words } from '../words.ts';

/** Somebody who is signed in. */
export interface Session {
  readonly caller: Caller;
  /** The member whose hat is worn, as read for this request; `null` at the desk. */
  readonly member: MemberRow | null;
  /** As the band greets them. */
  readonly name: string;
  /** What forms of this session carry. */
  readonly csrf: string;
  /** The language that this member chose, if any. */
  readonly language: Language | null;
}

export interface WebEnv {
  Variables: NodeEnv['Variables'] & {
    session: Session | null;
    /** What pages say, in the language of whoever looks. */
    words: Words;
    /** How much whoever looks was told and has not opened. */
    unread: number;
    /** The fields of a form, once it has been let in. */
    form: URLSearchParams;
    /** The files of a form that may have some, by the names of their fields. */
    files?: ReadonlyMap<string, Uint8Array>;
  };
}

export type WebContext = Context<WebEnv>;
export type WebApp = Hono<WebEnv>;
