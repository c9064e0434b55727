/**
 * A lean HTTP client for the API of a node, so that the driver costs the machine little.
 *
 * @module
 */
import http from 'node:http';

const agent = new http.Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: 256 });

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/**
 * Closes the connections that are kept. Called before a pause: a server closes an idle connection after some
 * seconds, and a request that is sent at that moment fails.
 */
export function disconnect(): void {
  agent.destroy();
}

/** One request to the API with a token. A POST gets an Idempotency-Key of its own. */
export function call<T>(
  origin: string,
  token: string,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<Answer<T>> {
  return new Promise((resolve, reject) => {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers: http.OutgoingHttpHeaders = {
      authorization: `Bearer ${token}`,
      ...(bytes !== undefined && {
        'content-type': 'application/json',
        'content-length': bytes.length,
        'idempotency-key': crypto.randomUUID(),
      }),
    };
    const request = http.request(`${origin}${path}`, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        try {
          resolve({ status: response.statusCode ?? 0, body: (text === '' ? null : JSON.parse(text)) as T });
        } catch (error) {
          reject(error);
        }
      });
    });
    request.on('error', reject);
    request.end(bytes);
  });
}
