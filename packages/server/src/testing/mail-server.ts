/**
 * A mail server for tests, on loopback.
 *
 * Promises: it speaks SMTP as real ones do, keeps what it took, and refuses or breaks off as it is told.
 *
 * @module
 */
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface TestMailServer {
  /** For `EVENHOUR_SMTP_URL`. */
  readonly url: string;
  /** Whole letters, as they came. */
  readonly taken: { readonly from: string; readonly to: readonly string[]; readonly raw: string }[];
  /** What the next recipients hear: an SMTP code, `drop` for a connection that ends in the middle of the letter. */
  answers: (number | 'drop')[];
  stop(): Promise<void>;
}

export async function startMailServer(options: SMTPServerOptions = {}): Promise<TestMailServer> {
  const taken: TestMailServer['taken'] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo(_address, _session, callback) {
      const answer = running.answers[0];
      if (typeof answer !== 'number') return callback();
      running.answers.shift();
      const error = Object.assign(new Error('as the test says'), { responseCode: answer });
      return callback(error);
    },
    onData(stream, session, callback) {
      const parts: Buffer[] = [];
      if (running.answers[0] === 'drop') {
        running.answers.shift();
        stream.resume();
        // The letter has come; our answer never leaves.
        for (const connection of server.connections) (connection as { _socket: { destroy(): void } })._socket.destroy();
        return;
      }
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        taken.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(parts).toString(),
        });
        callback();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.server.address() as AddressInfo;
  const running: TestMailServer = {
    url: `smtp://127.0.0.1:${port}`,
    taken,
    answers: [],
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return running;
}
