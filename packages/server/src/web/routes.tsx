import { Hono } from 'hono';
import type { NodeEnv } from '../node/env.ts';

export function webRoutes(): Hono<NodeEnv> {
  return new Hono<NodeEnv>();
}
