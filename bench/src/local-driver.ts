/**
 * The clients of one bank, in a process of its own: members who give hours to their neighbours.
 *
 * Promises: one POST a payment, each with its own Idempotency-Key; a fixed number is in flight.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { serveJobs } from './children.ts';
import type { Side } from './driver.ts';
import { Lane, requestBytes } from './lane.ts';
import { randomPayment } from './payment.ts';

export interface LocalJob {
  readonly side: Side;
  readonly inFlight: number;
  readonly seconds: number;
}

export interface LocalDriven {
  /** Payments that the node took. */
  readonly taken: number;
  /** Answers of another kind, by status and code. */
  readonly wrong: Readonly<Record<string, number>>;
}

async function drive({ side, inFlight, seconds }: LocalJob): Promise<LocalDriven> {
  const { origin, host, token, memberIds, handles } = side;
  const end = performance.now() + seconds * 1000;
  const wrong: Record<string, number> = {};
  let taken = 0;
  const lane = async (): Promise<void> => {
    const line = new Lane(Number(new URL(origin).port));
    while (performance.now() < end) {
      const headers = {
        host,
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      };
      const payment = JSON.stringify(randomPayment(memberIds, handles));
      const { status, body } = await line.send(requestBytes('POST', '/api/transfers', headers, payment));
      if (status === 202) taken += 1;
      else {
        const kind = `${status} ${/"code":"(\w+)"/.exec(body)?.[1] ?? ''}`;
        wrong[kind] = (wrong[kind] ?? 0) + 1;
      }
    }
    line.close();
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { taken, wrong };
}

serveJobs<LocalJob>(drive);
