/** Small words for describing operations to OpenAPI. */
import { createRoute, z } from '@hono/zod-openapi';
import { problemSchema } from './schemas.ts';

type Schema = z.ZodType;

type Success = 200 | 201 | 202;

export interface Operation<S extends Success> {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly status: S;
}

const KEY = /^[\x21-\x7e]{8,200}$/;

/** `Idempotency-Key`, as every POST needs it. */
const keyHeader = z.object({
  'idempotency-key': z
    .string('is missing')
    .regex(KEY, 'must be 8 to 200 visible ASCII characters')
    .openapi({ description: 'New for each thing that you want done; the same when you repeat a request.' }),
});

const problems = {
  default: {
    description: 'Refused, with a code and what to do',
    content: { 'application/problem+json': { schema: problemSchema } },
  },
};

export function reading<R extends Schema, Q extends z.ZodObject, P extends z.ZodObject>(
  operation: Omit<Operation<200>, 'method' | 'status'>,
  shapes: { answer: R; query: Q; params: P },
) {
  return createRoute({
    ...operation,
    method: 'get',
    request: { query: shapes.query, params: shapes.params },
    responses: {
      200: { description: operation.summary, content: { 'application/json': { schema: shapes.answer } } },
      ...problems,
    },
  });
}

export function doing<S extends Success, R extends Schema, B extends Schema, P extends z.ZodObject>(
  operation: Operation<S>,
  shapes: { answer: R; body: B; params: P },
) {
  const { status, ...rest } = operation;
  const success = { description: operation.summary, content: { 'application/json': { schema: shapes.answer } } };
  return createRoute({
    ...rest,
    request: {
      headers: keyHeader,
      params: shapes.params,
      body: { required: true, content: { 'application/json': { schema: shapes.body } } },
    },
    responses: { ...problems, [status]: success } as typeof problems & Record<S, typeof success>,
  });
}

/** An operation that takes a file. Its body is bytes, which no schema looks into. */
export function sending<R extends Schema, Q extends z.ZodObject, P extends z.ZodObject>(
  operation: Omit<Operation<200>, 'method' | 'status'>,
  shapes: { answer: R; query: Q; params: P },
) {
  const bytes = z.string().openapi({ format: 'binary' });
  return createRoute({
    ...operation,
    method: 'post',
    request: {
      headers: keyHeader,
      params: shapes.params,
      query: shapes.query,
      body: { required: true, content: { 'application/octet-stream': { schema: bytes } } },
    },
    responses: {
      200: { description: operation.summary, content: { 'application/json': { schema: shapes.answer } } },
      ...problems,
    },
  });
}

export const noParams = z.object({});
export const noQuery = z.object({});
export const noBody = z.strictObject({});
export const idParam = z.object({ id: z.string().min(1).max(64) });
