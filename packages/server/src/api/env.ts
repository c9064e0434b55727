/** What a route of the API can reach: the node's context, and who asks. */
import type { Caller } from '../auth/tokens.ts';
import type { NodeEnv } from '../node/env.ts';

export interface ApiEnv {
  Variables: NodeEnv['Variables'] & { caller: Caller | null };
}
