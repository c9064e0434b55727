/**
 * Refusals as people and programs can read them (RFC 9457).
 *
 * @module
 */
import { STATUS_CODES } from 'node:http';

export function problem(status: number, detail: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify({ title: STATUS_CODES[status], status, detail }), {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
  });
}
