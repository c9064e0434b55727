/**
 * Every way on which a node asks another server, with a server that leads it astray: all of them leave by the one way
 * out.
 */
import { globSync, readFileSync } from 'node:fs';

import { hashOf } from '@evenhour/protocol/wire';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pair as pairTable } from '../db/schema.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import type { Reply, Route } from '../testing/fake-server.ts';
import { until } from '../testing/town.ts';
import { type Stage, said, setStage } from '../testing/watch.ts';

let stage: Stage;
let third: FakePartner;

beforeAll(async () => {
  stage = await setStage(9);
  for (const partner of stage.partners) partner.town = stage.town;
  third = stage.partners.at(-1) as FakePartner;
});
afterAll(() => stage?.stop());

test('no other module opens a connection', () => {
  const root = new URL('../', import.meta.url).pathname;
  const opens = /from '(node:(http|https|http2|net|tls|dgram|dns)\b|undici)|(?<![.\w])fetch\(|WebSocket/;
  const files = globSync('**/*.{ts,tsx}', { cwd: root }).filter(
    (file) => !/\.test\.|^(testing|demo|hostile|walks)\//.test(file),
  );
  expect(files.filter((file) => opens.test(readFileSync(`${root}${file}`, 'utf8'))).sort()).toEqual([
    'cli/doctor.ts', // asks the operator's own node
    'federation/documents.ts', // a function that it is given
    'federation/federation.ts', // its own method of that name
    'federation/outgoing.ts',
    'federation/problem.ts', // the names of statuses
    'federation/testing.ts',
    'node/node.ts', // whether a text is an address, and its own method
  ]);
});

const SECRET = 's'.repeat(32);
const terms = { grantsMinutes: 600, bridgeBuilder: 'Fiona' };
const linkOf = (bank: FakePartner) => `${bank.origin}/invitations/${SECRET}`;

describe('what is read of a stranger', () => {
  const read = (bank: FakePartner) => stage.town.call('POST', '/api/invitations/read', { link: linkOf(bank) });
  const WAYS: Record<string, [Route, (bank: FakePartner) => Promise<{ status: number; body: unknown }>]> = {
    'its invitation': ['invitation', read],
    'the actor behind its invitation': [
      'actor',
      (bank) => {
        bank.replies.invitation = () => ({ unsigned: true, body: bank.shown() });
        return read(bank);
      },
    ],
    'the actor behind its offer': [
      'actor',
      async (bank) => {
        const { core, invitation } = await bank.draft(stage.town, { town: 600, own: 600 });
        return bank.send('/ap/agreements', await bank.honourOffer(core, invitation), { session: '-' });
      },
    ],
  };
  const to = (location: string): Reply => ({ status: 302, headers: { location } });
  const ANSWERS: [string, (bank: FakePartner, path: string) => Reply, string][] = [
    ['a redirect to a private address', () => to('https://10.0.0.1/'), '422 private_address'],
    ['a redirect to a private address in other letters', () => to('https://0x7f.1/'), '422 private_address'],
    ['a redirect to http', () => to('http://bank.example/'), '502 partner_unreachable'],
    ['a redirect in a circle', (_bank, path) => to(path), '502 partner_unreachable'],
    ['a redirect to a third bank, with a name', () => to(`http://a:b@${third.host}/`), '502 partner_unreachable'],
    ['a body without an end', () => ({ text: 'x'.repeat(2 * 1024 * 1024) }), '502 partner_unreachable'],
  ];
  const CASES = Object.entries(WAYS).flatMap(([way, [route, work]]) =>
    ANSWERS.map(([answer, reply, expected]) => [way, answer, { route, work, reply, expected }] as const),
  );
  test.each(CASES)('%s, answered with %s', async (_way, answer, { route, work, reply, expected }) => {
    const bank = stage.partners[0] as FakePartner;
    for (const each of ['invitation', 'actor'] as const) delete bank.replies[each];
    bank.replies[route] = ({ path }) => ({ unsigned: true, ...reply(bank, path) });
    bank.seen.length = 0;
    expect(said(await work(bank))).toBe(expected);
    // At most the first request and three redirects.
    const asked = bank.seen.filter((seen) => seen.route === route).length;
    expect(asked === 1 || (asked === 4 && answer.endsWith('circle'))).toBe(true);
    expect(third.seen).toEqual([]);
    expect(await stage.town.database.db.select().from(pairTable).where(eq(pairTable.peerBank, bank.actor))).toEqual([]);
  });
});

describe('what is signed for a partner', () => {
  const rowOf = async ({ actor }: FakePartner) =>
    (await stage.town.database.db.select().from(pairTable).where(eq(pairTable.peerBank, actor)))[0];
  const stray = (): Reply => ({ status: 307, unsigned: true, headers: { location: `${third.origin}/ap/journals` } });
  const greet = async (partner: FakePartner) => {
    const where = eq(pairTable.id, partner.pair);
    await stage.town.database.db.update(pairTable).set({ mode: 'waiting', attempts: 0 }).where(where);
    stage.town.node.context.senders.get(stage.town.bank.id, partner.pair)?.wake();
  };
  const give = (to: FakePartner) =>
    stage.town.call('POST', '/api/transfers', { from: 'moira', to: `loki@${to.host}`, minutes: 5 });

  const WAYS: Record<string, (partner: FakePartner) => Promise<unknown>> = {
    'our offer': async (partner) => {
      partner.replies.invitation = () => ({ unsigned: true, body: partner.shown() });
      partner.replies.offer = stray;
      return stage.town.call('POST', '/api/agreements', { link: linkOf(partner), ...terms });
    },
    'our answer': async (partner) => {
      await partner.offer(stage.town);
      partner.replies.answer = stray;
      return stage.town.call('POST', `/api/agreements/${partner.agreementId}/decline`);
    },
    'a greeting': async (partner) => {
      await partner.agree(stage.town);
      partner.replies.open = stray;
      return greet(partner);
    },
    'a presentation': async (partner) => {
      await partner.agree(stage.town);
      partner.replies.open = () => ({ status: 403, unsigned: true, body: { code: 'unknown_partner' } });
      partner.replies.other = stray;
      return greet(partner);
    },
    'a read of its journal': async (partner) => {
      await partner.agree(stage.town);
      partner.replies.open = ({ json }) => ({
        body: { pair: partner.pair, nonce: json['nonce'], head: { epoch: 0, seq: 9, hash: hashOf({ lost: 9 }) } },
      });
      partner.replies.other = stray;
      return greet(partner);
    },
    'a run of entries': async (partner) => {
      await partner.agree(stage.town);
      partner.replies.run = stray;
      return stage.town.call('POST', `/api/agreements/${partner.agreementId}/statement`);
    },
    'exchange messages': async (partner) => {
      await partner.agree(stage.town);
      partner.replies.messages = stray;
      return give(partner);
    },
  };
  test.each(Object.entries(WAYS))('%s follows no redirect', async (way, work) => {
    const partner = stage.partners[Object.keys(WAYS).indexOf(way) + 1] as FakePartner;
    await work(partner);
    await until(async () => /redirect/.test((await rowOf(partner))?.lastError ?? ''));
    expect(third.seen).toEqual([]);
  });
});
