/**
 * HTTP as a stranger would speak it: any header, twice if wanted, and any Host.
 *
 * @module
 */
import { type IncomingMessage, request } from 'node:http';

/** Header fields in the order in which they leave; a name may come twice. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly bytes: Buffer;
  /** The JSON of the answer, `null` if it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  readonly body: any;
}

export interface Outgoing {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  /** Host is sent as it stands here. */
  readonly headers: HeaderList;
  readonly body?: Uint8Array;
  /** Sends the body in chunks, without saying its length. */
  readonly chunked?: boolean;
}

/** Sends one request to a port on loopback. */
export function send({ port, method, path, headers, body, chunked = false }: Outgoing): Promise<Answer> {
  const fields = [...headers, ['connection', 'close'] as const];
  if (body !== undefined)
    fields.push(chunked ? ['transfer-encoding', 'chunked'] : ['content-length', String(body.length)]);
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      method,
      path,
      setHost: false,
      headers: fields.flat() as unknown as string[],
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      readAll(response).then((bytes) => {
        const text = bytes.toString();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as Record<string, string>,
          bytes,
          body: /^[[{]/.test(text) ? JSON.parse(text) : null,
        });
      }, reject);
    });
    outgoing.end(body);
  });
}

export async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
