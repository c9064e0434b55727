/**
 * HTTP for load: one connection, one request at a time, bytes that were made beforehand.
 *
 * It knows as much of HTTP as the answers of a node need. What drives the load shares two processors with what is
 * measured, and a whole HTTP client would take a part of it that shows.
 *
 * @module
 */
import { connect, type Socket } from 'node:net';

export interface LaneAnswer {
  readonly status: number;
  readonly body: string;
}

/** The bytes of a request; `content-length` is added. */
export function requestBytes(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): Buffer {
  const bytes = Buffer.from(body as string);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join('')}content-length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

/** Connects when it is first used, and again when the server has closed the connection. */
export class Lane {
  readonly #port: number;
  #socket: Socket | undefined;
  #heard = '';
  #waiting: { resolve(answer: LaneAnswer): void; reject(error: Error): void } | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  send(bytes: Uint8Array): Promise<LaneAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket ??= this.#connect();
      this.#socket.write(bytes);
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #connect(): Socket {
    const socket = connect({ host: '127.0.0.1', port: this.#port, noDelay: true });
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#heard += text;
      this.#read();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#socket = undefined;
      this.#heard = '';
      this.#waiting?.reject(new Error('the connection was closed before the answer'));
      this.#waiting = undefined;
    });
    return socket;
  }

  #read(): void {
    const end = this.#heard.indexOf('\r\n\r\n');
    if (end === -1) return;
    const head = this.#heard.slice(0, end).toLowerCase();
    const length = /\ncontent-length: *(\d+)/.exec(head)?.[1];
    const rest = this.#heard.slice(end + 4);
    // Without a length it comes in chunks, the last of which is empty.
    if (length === undefined ? !rest.endsWith('0\r\n\r\n') : rest.length < Number(length)) return;
    this.#heard = '';
    if (/\nconnection: *close/.test(head)) {
      this.#socket?.removeAllListeners('close').destroy();
      this.#socket = undefined;
    }
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status: Number(head.slice(9, 12)), body: rest });
  }
}
