/**
 * The JSON API of a bank, and its OpenAPI 3.1 document at `/api/openapi.json`.
 *
 * Promises: whatever a page can do is an operation here; every refusal is problem details with a
 * code; every POST takes an Idempotency-Key; a token of one bank opens nothing at another.
 *
 * @module
 */
import { type Refusal, refusal } from '@evenhour/protocol';
import { parseStrict } from '@evenhour/protocol/wire';
import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { Callers } from '../auth/callers.ts';
import type { Database } from '../db/database.ts';
import { problemResponse } from '../node/problem.ts';
import { refusalOf } from '../node/refused.ts';
import { MOST_BYTES } from '../offer/shrink.ts';
import { agreementRoutes } from './agreements.ts';
import { brokerRoutes } from './broker.ts';
import { cardRoutes } from './cards.ts';
import type { ApiEnv } from './env.ts';
import { evidenceRoutes } from './evidence.ts';
import { exchangeRoutes } from './exchanges.ts';
import { fundRoutes } from './fund.ts';
import { gatheringRoutes } from './gatherings.ts';
import { sayIssue } from './invalid.ts';
import { joiningRoutes } from './joining.ts';
import { leavingRoutes } from './leaving.ts';
import { memberRoutes } from './members.ts';
import { notificationRoutes } from './notifications.ts';
import { offerRoutes } from './offers.ts';
import { passkeyRoutes } from './passkeys.ts';
import { peopleRoutes } from './people.ts';
import { placeRoutes } from './places.ts';
import { receiptRoutes } from './receipts.ts';
import { signInRoutes } from './sign-in.ts';
import { townRoutes } from './towns.ts';
import { transferRoutes } from './transfers.ts';

export type Api = OpenAPIHono<ApiEnv>;

const MAX_BODY = 64 * 1024;
/** Operations that take a file, which is not JSON. */
const FILES = /^\/api\/offers\/[^/]+\/picture$/;
const JSON_TYPE = /^application\/json\b/;

export function createApi(database: Database): Api {
  const callers = new Callers(database);
  const api: Api = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => (result.success ? undefined : problemResponse(invalid(result.error, result.target))),
  });
  const counted = (maxSize: number) =>
    bodyLimit({ maxSize, onError: () => problemResponse(refusal('too_large', { maxBytes: maxSize })) });
  const [text, file] = [counted(MAX_BODY), counted(MOST_BYTES)];
  // Where no length is given, what comes is counted; no more than a length that is given is ever read. Counting
  // makes a stream of every body, which is a tenth of the work of a request.
  api.use('/api/*', (c, next) => {
    const { method, headers } = c.req.raw;
    const length = headers.has('transfer-encoding') ? null : headers.get('content-length');
    const small = length !== null && Number(length) <= MAX_BODY;
    if (small || method === 'GET') return next();
    const isFile = FILES.test(c.req.path) && !JSON_TYPE.test(headers.get('content-type') ?? '');
    return (isFile ? file : text)(c, next);
  });
  api.use('/api/*', async (c, next) => {
    if (c.req.method !== 'POST' || !JSON_TYPE.test(c.req.header('content-type') ?? '')) return next();
    const refused = unclear(new Uint8Array(await c.req.arrayBuffer()));
    return refused === null ? next() : problemResponse(refused);
  });
  api.use('/api/*', async (c, next) => {
    const bearer = /^Bearer (\S{1,200})$/.exec(c.req.header('authorization') ?? '')?.[1];
    c.set('caller', bearer === undefined ? null : await callers.find(c.var.bank, bearer));
    await next();
    c.header('cache-control', 'no-store');
    return undefined;
  });
  api.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: "A token of this bank: the operator's, or a member's.",
  });
  memberRoutes(api);
  signInRoutes(api);
  peopleRoutes(api);
  passkeyRoutes(api);
  cardRoutes(api);
  joiningRoutes(api);
  transferRoutes(api);
  receiptRoutes(api);
  leavingRoutes(api);
  offerRoutes(api);
  placeRoutes(api);
  exchangeRoutes(api);
  fundRoutes(api);
  gatheringRoutes(api);
  brokerRoutes(api);
  notificationRoutes(api);
  townRoutes(api);
  agreementRoutes(api);
  evidenceRoutes(api);
  api.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Evenhour bank API',
      version: '1',
      license: { name: 'AGPL-3.0-or-later' },
      description:
        'What members and operators of one timebank can do. All amounts are whole minutes; 60 are an hour, and every hour is equal. ' +
        'Every POST needs an Idempotency-Key: sending it again within 90 days gives the same answer and does nothing twice.',
    },
    security: [{ token: [] }],
  });
  api.all('/api/*', () => problemResponse(refusal('not_found')));
  api.onError((error) => {
    const refused = error instanceof SyntaxError ? refusal('malformed_json') : (unreadable(error) ?? refusalOf(error));
    if (refused === null) throw error;
    return problemResponse(refused);
  });
  return api;
}

/** Numbers that no field of ours takes: the schema refuses them too, and names the field. */
const NUMBERS: readonly string[] = ['fraction', 'exponent', 'unsafe_number', 'negative_zero'];

/** A body that two programs could read differently: of two keys of one name, each takes another. */
function unclear(body: Uint8Array): Refusal | null {
  const parsed = parseStrict(body);
  if (parsed.ok || NUMBERS.includes(String(parsed.refusal.facts['reason']))) return null;
  return parsed.refusal;
}

/** A body that could not be read: not JSON, or not said to be. */
function unreadable(error: Error): Refusal | null {
  if (!('status' in error)) return null;
  if (error.status === 400) return refusal('malformed_json');
  return error.status === 415
    ? refusal('invalid_request', { field: 'content-type', reason: 'send application/json' })
    : null;
}

function invalid(error: z.ZodError, target: string): Refusal {
  const issue = error.issues[0];
  // The one header that operations name.
  if (target === 'header') return refusal('idempotency_key_missing', { reason: issue?.message ?? '' });
  return refusal('invalid_request', {
    field: issue?.path.join('.') ?? '',
    reason: issue === undefined ? '' : sayIssue(issue),
    ...(error.issues.length > 1 && { more: error.issues.length - 1 }),
  });
}
