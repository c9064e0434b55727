import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { notPublic, SPECIAL_RANGES } from './addresses.ts';
import { createOutgoing, type Outgoing, OutgoingError, type OutgoingOptions } from './outgoing.ts';
import { all } from './testing.ts';

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
  vi.restoreAllMocks();
});

async function serve(listener: RequestListener): Promise<{ origin: string; port: number; server: Server }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ended.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, port, server };
}

function outgoing(options: Partial<OutgoingOptions> = {}): Outgoing {
  const made = createOutgoing({ allowedOrigins: [], userAgent: 'Evenhour-test', ...options });
  ended.push(() => made.close());
  return made;
}

const get = (url: string, headers: Record<string, string> = {}) => ({ method: 'GET', url, headers });

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof OutgoingError)) throw new Error(`not an OutgoingError: ${String(error)}`);
  expect(error.message).toMatch(/^[^\n]+\.$/);
  return error.code;
}

/** The first and the last address of a range, in the registries' notation and another one. */
const EXAMPLES: Record<string, string[]> = {
  '0.0.0.0/8': ['0.0.0.0', '0.255.255.255'],
  '10.0.0.0/8': ['10.0.0.0', '10.255.255.255'],
  '100.64.0.0/10': ['100.64.0.0', '100.127.255.255'],
  '127.0.0.0/8': ['127.0.0.1', '127.255.255.255'],
  '169.254.0.0/16': ['169.254.169.254', '169.254.255.255'],
  '172.16.0.0/12': ['172.16.0.0', '172.31.255.255'],
  '192.0.0.0/24': ['192.0.0.0', '192.0.0.255'],
  '192.0.2.0/24': ['192.0.2.0', '192.0.2.255'],
  '192.88.99.0/24': ['192.88.99.0', '192.88.99.255'],
  '192.168.0.0/16': ['192.168.0.0', '192.168.255.255'],
  '198.18.0.0/15': ['198.18.0.0', '198.19.255.255'],
  '198.51.100.0/24': ['198.51.100.0', '198.51.100.255'],
  '203.0.113.0/24': ['203.0.113.0', '203.0.113.255'],
  '224.0.0.0/4': ['224.0.0.1', '239.255.255.255'],
  '240.0.0.0/4': ['240.0.0.0', '255.255.255.255'],
  '::/128': ['::', '0:0:0:0:0:0:0:0'],
  '::1/128': ['::1', '0:0:0:0:0:0:0:1'],
  '::ffff:0:0/96': ['::ffff:8.8.8.8', '::ffff:7f00:1', '::ffff:127.0.0.1'],
  '64:ff9b::/96': ['64:ff9b::7f00:1', '64:ff9b::808:808'],
  '64:ff9b:1::/48': ['64:ff9b:1::1', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  '100::/64': ['100::1', '100::ffff:ffff:ffff:ffff'],
  '2001::/23': ['2001::1', '2001:1ff:ffff::1'],
  '2001:db8::/32': ['2001:db8::1', '2001:db8:ffff::1'],
  '2002::/16': ['2002:7f00:1::1', '2002:808:808::1'],
  '3fff::/20': ['3fff::1', '3fff:fff:ffff::1'],
  'fc00::/7': ['fc00::1', 'fdff:ffff::1'],
  'fe80::/10': ['fe80::1', 'febf::1'],
  'ff00::/8': ['ff02::1', 'ffff::1'],
};

describe('addresses', () => {
  it('has an example of every range', () => {
    expect(Object.keys(EXAMPLES)).toEqual(SPECIAL_RANGES.map(([cidr]) => cidr));
  });

  it.each(SPECIAL_RANGES)('%s (%s) is not public', async (cidr, name) => {
    for (const address of EXAMPLES[cidr] ?? []) {
      expect(notPublic(address), address).toBe(name);
      // Answered by a resolver, together with a public one: still refused, and nothing is connected to.
      const connect = vi.spyOn(net, 'connect');
      const resolve = async () => ['93.184.215.14', address];
      expect(await codeOf(outgoing({ resolve }).request(get('https://bank.example/')))).toBe('private_address');
      expect(connect).not.toHaveBeenCalled();
      // Written into the address itself.
      const host = address.includes(':') ? `[${address}]` : address;
      expect(await codeOf(outgoing().request(get(`https://${host}/`)))).toBe('private_address');
    }
  });

  it.each([
    '93.184.215.14',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.0',
    '198.20.0.0',
    '223.255.255.255',
    '2606:2800:21f::1',
    '2001:200::1',
    '2003::1',
    '3ffe::1',
  ])('%s is public', (address) => expect(notPublic(address)).toBeUndefined());

  it.each(['5f00::1', '4000::1', 'fec0::1', '::2', '', 'localhost', '1.2.3.4.5'])('%s is not', (address) =>
    expect(notPublic(address)).toBeDefined(),
  );
});

describe('the text of an address', () => {
  it.each([
    'https://2130706433/',
    'https://017700000001/',
    'https://0x7f000001/',
    'https://0x7f.1/',
    'https://127.1/',
    'https://0177.0.0.1/',
    'https://127.0.0.1./',
    'https://①②⑦.0.0.1/',
    'https://[::ffff:127.0.0.1]/',
    'https://[0:0:0:0:0:ffff:a9fe:a9fe]/',
    'https://0/',
  ])('%s is seen through', async (url) => {
    expect(await codeOf(outgoing().request(get(url)))).toBe('private_address');
  });

  it.each([
    'http://bank.example/',
    'ftp://bank.example/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'bank.example',
    '',
    'https://',
  ])('%s is no address to send to', async (url) => {
    const resolve = vi.fn(async () => ['93.184.215.14']);
    expect(await codeOf(outgoing({ resolve }).request(get(url)))).toBe('bad_url');
    expect(resolve).not.toHaveBeenCalled();
  });

  it('carries no user name or password, even to an allowed origin', async () => {
    const { origin, port } = await serve((_, response) => response.end());
    const client = outgoing({ allowedOrigins: [origin] });
    for (const who of ['ana@', 'ana:secret@', ':secret@']) {
      expect(await codeOf(client.request(get(`http://${who}127.0.0.1:${port}/`)))).toBe('bad_url');
    }
  });

  it('must name an allowed origin exactly: scheme, host and port', async () => {
    const { origin, port } = await serve((_, response) => response.end('ok'));
    const client = outgoing({ allowedOrigins: [origin] });
    expect((await client.request(get(`${origin}/x`))).status).toBe(200);
    expect(await codeOf(client.request(get(`https://127.0.0.1:${port}/`)))).toBe('private_address');
    expect(await codeOf(client.request(get('https://127.0.0.1:1/')))).toBe('private_address');
    expect(await codeOf(client.request(get(`http://localhost:${port}/`)))).toBe('bad_url');
    expect(await codeOf(client.request(get(`https://localhost:${port}/`)))).toBe('private_address');
  });
});

describe('names', () => {
  it('are looked up once, and the connection goes to the address that was checked', async () => {
    const answers = [['93.184.215.14'], ['127.0.0.1']];
    const resolve = vi.fn(async () => answers.shift() ?? ['127.0.0.1']);
    const tried: unknown[] = [];
    vi.spyOn(net.Socket.prototype, 'connect').mockImplementation(function (this: net.Socket, ...all: unknown[]) {
      const options = (Array.isArray(all[0]) ? all[0][0] : all[0]) as net.TcpSocketConnectOpts;
      options.lookup?.(options.host ?? '', { all: false }, (error, address) => {
        tried.push(error ?? address);
        this.destroy(new Error('no network here'));
      });
      return this;
    });
    expect(await codeOf(outgoing({ resolve }).request(get('https://rebinding.example/')))).toBe('unreachable');
    expect(resolve).toHaveBeenCalledTimes(1);
    expect(tried).toEqual(['93.184.215.14']);
  });

  it('are not looked up again while a connection is kept', async () => {
    const { port } = await serve((_, response) => response.end('ok'));
    const answers = [['127.0.0.1']];
    const resolve = vi.fn(async () => answers.shift() ?? ['10.0.0.1']);
    const client = outgoing({ resolve, allowedOrigins: [`http://bank.test:${port}`] });
    for (let i = 0; i < 3; i++) expect((await client.request(get(`http://bank.test:${port}/`))).status).toBe(200);
    expect(resolve).toHaveBeenCalledTimes(1);
  });

  it('that have no address, or no server behind it, are unreachable', async () => {
    expect(await codeOf(outgoing({ resolve: async () => [] }).request(get('https://nobody.example/')))).toBe(
      'unreachable',
    );
    const failing = async () => Promise.reject(new Error('ENOTFOUND'));
    expect(await codeOf(outgoing({ resolve: failing }).request(get('https://nobody.example/')))).toBe('unreachable');
    const { origin, server } = await serve(() => {});
    server.close();
    expect(await codeOf(outgoing({ allowedOrigins: [origin] }).request(get(origin)))).toBe('unreachable');
  });
});

describe('redirects', () => {
  it('are followed for a GET, at most three', async () => {
    const { origin } = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    const client = outgoing({ allowedOrigins: [origin] });
    const { status, url } = await client.fetch(`${origin}/3`);
    expect([status, url]).toEqual([200, `${origin}/0`]);
    expect(await codeOf(client.request(get(`${origin}/4`)))).toBe('redirect');
  });

  it.each([
    ['https://10.0.0.1/', 'private_address'],
    ['https://private.test/', 'private_address'],
    ['http://public.test/', 'bad_url'],
    ['https://ana@public.test/', 'bad_url'],
    ['file:///etc/passwd', 'bad_url'],
    ['', 'redirect'],
  ])('to %j are refused', async (location, code) => {
    const { origin } = await serve((_, response) => response.writeHead(302, { location }).end());
    const resolve = async (name: string) => (name === 'private.test' ? ['192.168.1.1'] : ['127.0.0.1']);
    expect(await codeOf(outgoing({ allowedOrigins: [origin], resolve }).request(get(origin)))).toBe(code);
  });

  it('answering a POST or a signed GET are an error, and the target is never asked', async () => {
    const asked: (string | undefined)[] = [];
    const { origin } = await serve((request, response) => {
      asked.push(request.url);
      response.writeHead(request.method === 'POST' ? 307 : 302, { location: '/target' }).end();
    });
    const client = outgoing({ allowedOrigins: [origin] });
    const post = { method: 'POST', url: `${origin}/inbox`, headers: { signature: 'sig1=:AA==:' }, body: '{}' };
    expect(await codeOf(client.request(post))).toBe('redirect');
    expect(await codeOf(client.request({ ...post, headers: {} }))).toBe('redirect');
    for (const header of ['Signature', 'Authorization', 'Cookie', 'signature-input']) {
      expect(await codeOf(client.request(get(`${origin}/journal`, { [header]: 'x' })))).toBe('redirect');
    }
    expect(asked).not.toContain('/target');
  });
});

describe('limits', () => {
  it('a body that says or turns out to be too large is not read', async () => {
    const { origin } = await serve((request, response) => {
      if (request.url === '/honest') {
        response.writeHead(200, { 'content-length': 1001 }).end('x'.repeat(1001));
        return;
      }
      response.writeHead(200);
      response.write('x'.repeat(600));
      setTimeout(() => response.end('x'.repeat(600)), 10);
    });
    const client = outgoing({ allowedOrigins: [origin], maxBytes: 1000 });
    expect(await codeOf(client.request(get(`${origin}/honest`)))).toBe('too_large');
    expect(await codeOf(client.request(get(`${origin}/liar`)))).toBe('too_large');
    const wide = outgoing({ allowedOrigins: [origin], maxBytes: 1200 });
    expect((await wide.request(get(`${origin}/liar`))).body.byteLength).toBe(1200);
  });

  it('time counts the headers, the body and the redirects together', async () => {
    const { origin } = await serve((request, response) => {
      if (request.url === '/silent') return;
      if (request.url === '/drip') {
        const drip = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(drip));
        return;
      }
      setTimeout(() => response.writeHead(302, { location: '/slow' }).end(), 80);
    });
    const client = outgoing({ allowedOrigins: [origin], timeoutMs: 200 });
    for (const path of ['/silent', '/drip', '/slow']) {
      const began = Date.now();
      expect(await codeOf(client.request(get(`${origin}${path}`)))).toBe('timeout');
      expect(Date.now() - began).toBeLessThan(1000);
    }
  });

  it('a resolver that never answers is a timeout as well', async () => {
    const resolve = () => new Promise<string[]>(() => {});
    expect(await codeOf(outgoing({ resolve, timeoutMs: 50 }).request(get('https://bank.example/')))).toBe('timeout');
  });

  it('a broken answer is unreachable', async () => {
    const { origin } = await serve((request, response) => {
      if (request.url === '/status') {
        response.writeHead(999).end();
        return;
      }
      response.writeHead(200, { 'content-length': 100 });
      response.write('x');
      setTimeout(() => response.destroy(), 10);
    });
    const client = outgoing({ allowedOrigins: [origin] });
    expect(await codeOf(client.request(get(`${origin}/status`)))).toBe('unreachable');
    expect(await codeOf(client.request(get(`${origin}/cut`)))).toBe('unreachable');
  });
});

describe('what is sent', () => {
  const read = async (request: IncomingMessage) => Buffer.concat(await all(request)).toString();

  it('is the exact body and the given headers, but host and length are ours', async () => {
    let seen: unknown;
    const { origin, port } = await serve(async (request, response) => {
      const { host, 'content-length': length, 'user-agent': agent, 'x-test': test, connection } = request.headers;
      seen = {
        method: request.method,
        url: request.url,
        host,
        length,
        agent,
        test,
        connection,
        body: await read(request),
      };
      response.writeHead(202, { 'x-twice': ['a', 'b'], 'content-type': 'application/json' }).end('{}');
    });
    const answer = await outgoing({ allowedOrigins: [origin] }).request({
      method: 'post',
      url: `${origin}/inbox?a=b#c`,
      headers: { Host: 'victim.example', 'Content-Length': '1', Connection: 'upgrade', 'X-Test': 'é'.normalize() },
      body: '{"hours":"ñ"}',
    });
    expect(seen).toEqual({
      method: 'POST',
      url: '/inbox?a=b',
      host: `127.0.0.1:${port}`,
      length: '14',
      agent: 'Evenhour-test',
      test: 'é',
      connection: 'keep-alive',
      body: '{"hours":"ñ"}',
    });
    expect([answer.status, answer.headers['x-twice'], Buffer.from(answer.body).toString()]).toEqual([
      202,
      'a, b',
      '{}',
    ]);
  });

  it('uses up to eight connections at once and keeps them', async () => {
    let now = 0;
    let most = 0;
    const { origin, server } = await serve((_, response) => {
      most = Math.max(most, ++now);
      setTimeout(() => response.end(String(now--)), 5);
    });
    let connections = 0;
    server.on('connection', () => connections++);
    const client = outgoing({ allowedOrigins: [origin] });
    await Promise.all(Array.from({ length: 100 }, () => client.request(get(origin))));
    expect([most, connections]).toEqual([8, 8]);
  });

  it('speaks fetch', async () => {
    const { origin } = await serve(async (request, response) => {
      if (request.url === '/moved') response.writeHead(301, { location: '/' }).end();
      else if (request.url === '/empty') response.writeHead(204).end();
      else
        response.end(
          JSON.stringify({ method: request.method, body: await read(request), accept: request.headers.accept }),
        );
    });
    const { fetch } = outgoing({ allowedOrigins: [origin] });
    const posted = await fetch(
      new Request(origin, { method: 'POST', body: 'hello', headers: { accept: 'text/plain' } }),
    );
    expect(await posted.json()).toEqual({ method: 'POST', body: 'hello', accept: 'text/plain' });
    expect((await fetch(`${origin}/empty`)).status).toBe(204);
    expect((await fetch(`${origin}/moved`, { redirect: 'manual' })).status).toBe(301);
    expect(await codeOf(fetch(`${origin}/moved`, { redirect: 'error' }))).toBe('redirect');
    await expect(fetch(origin, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});
