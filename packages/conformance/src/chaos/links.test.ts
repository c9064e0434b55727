import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '@evenhour/bench/children';
import { afterEach, expect, test } from 'vitest';
import { Random } from '../sim/random.ts';
import { Links } from './links.ts';
import { CLIENTS, type LinkFault, type LinkStep } from './plan.ts';

const ORIGINS = ['http://leith.example', 'http://127.0.0.1:1'];
const ANSWER = 'x'.repeat(2_000);
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A town's process that writes down what it was asked. */
async function process(): Promise<{ port: number; heard: string[] }> {
  const heard: string[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      heard.push(`${request.method} ${request.url} ${request.headers['host']} ${body}`);
      response.writeHead(201, { 'x-said': 'by the town' }).end(ANSWER);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, heard };
}

async function proxied(ports: number[]): Promise<{ links: Links; url: string }> {
  const links = new Links(new Random(1, 'links'), ORIGINS);
  const port = await freePort();
  const proxy = await links.listen(1, { address: '127.0.0.1', port, ports });
  closers.push(() => proxy.close());
  return { links, url: `http://127.0.0.1:${port}` };
}

/** One request, from Leith or from a client. `null` for an answer that did not come whole. */
async function ask(url: string, from: number, body = 'hours'): Promise<string | null> {
  const signed = { 'signature-input': `evenhour=("@method");keyid="${ORIGINS[0]}/ap/bank#ed25519";tag="x"` };
  try {
    const response = await fetch(`${url}/ap/journals`, {
      method: 'POST',
      body,
      headers: from === CLIENTS ? {} : signed,
    });
    return `${response.status} ${response.headers.get('x-said')} ${await response.text()}`;
  } catch {
    return null;
  }
}

const step = (fault: LinkFault, from = 0): LinkStep => ({ atMs: 0, fault, from, to: 1, forMs: 0 });
/** Half of the requests meet a fault, so this many will not all pass by it. */
const MANY = 12;

test('without a fault every byte arrives and comes back', async () => {
  const town = await process();
  const { url } = await proxied([town.port]);
  expect(await ask(url, 0)).toBe(`201 by the town ${ANSWER}`);
  expect(town.heard).toEqual([`POST /ap/journals ${new URL(url).host} hours`]);
});

test('a process that does not listen is passed over', async () => {
  const town = await process();
  const { url } = await proxied([await freePort(), town.port]);
  for (let i = 0; i < 4; i++) expect(await ask(url, CLIENTS)).toContain('201');
  expect(town.heard).toHaveLength(4);
});

test('a way that is cut is cut for one end only, and counts once it was tried', async () => {
  const town = await process();
  const { links, url } = await proxied([town.port]);
  const cut = step('oneWay');
  links.begin(cut);
  expect(await ask(url, CLIENTS)).toContain('201');
  expect(links.end(cut)).toBe(false);
  links.begin(cut);
  expect(await ask(url, 0)).toBeNull();
  expect(town.heard).toHaveLength(1);
  expect(links.end(cut)).toBe(true);
  expect(await ask(url, 0)).toContain('201');
});

test.each<readonly [LinkFault, (lost: number, heard: number) => void]>([
  [
    'drop',
    (lost, heard) => {
      expect(lost).toBeGreaterThan(0);
      expect(heard).toBe(MANY - lost);
    },
  ],
  [
    'cut',
    (lost, heard) => {
      expect(lost).toBeGreaterThan(0);
      expect(heard).toBe(MANY);
    },
  ],
  [
    'duplicate',
    (lost, heard) => {
      expect(lost).toBe(0);
      expect(heard).toBeGreaterThan(MANY);
    },
  ],
  [
    'delay',
    (lost, heard) => {
      expect([lost, heard]).toEqual([0, MANY]);
    },
  ],
  [
    'slow',
    (lost, heard) => {
      expect([lost, heard]).toEqual([0, MANY]);
    },
  ],
])('%s', async (fault, check) => {
  const town = await process();
  const { links, url } = await proxied([town.port]);
  const one = step(fault);
  links.begin(one);
  const answers = await Promise.all(Array.from({ length: MANY }, () => ask(url, 0)));
  for (const answer of answers) expect([null, `201 by the town ${ANSWER}`]).toContain(answer);
  // A copy that follows at once has not waited for the first one to be answered.
  await expect.poll(() => town.heard.length).toBeGreaterThanOrEqual(fault === 'duplicate' ? MANY + 1 : 0);
  check(answers.filter((answer) => answer === null).length, town.heard.length);
  expect(links.end(one)).toBe(true);
});
