/** Links of other banks that lie, and second yeses to our own offers that are none. */
import { generateKeyPair } from '@evenhour/protocol/proof';
import { encodeHonour, type HonourMessage, hashOf, type JsonObject } from '@evenhour/protocol/wire';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pair as pairTable } from '../db/schema.ts';
import type { FakePartner, SignedAnswer } from '../testing/fake-partner.ts';
import type { Reply } from '../testing/fake-server.ts';
import { until } from '../testing/town.ts';
import { type Stage, said, setStage, unchanged } from '../testing/watch.ts';

let stage: Stage;
let bank: FakePartner;
let third: FakePartner;

beforeAll(async () => {
  stage = await setStage(3);
  [bank, third] = stage.partners as [FakePartner, FakePartner];
  bank.town = stage.town;
  await third.agree(stage.town);
});
afterAll(() => stage?.stop());
beforeEach(() => {
  for (const route of ['invitation', 'actor'] as const) delete bank.replies[route];
});

const SECRET = 's'.repeat(32);

/** Opens a link of the bank's at the town: as a reader, or as the first yes. */
const open = (path: '/api/invitations/read' | '/api/agreements', link = `${bank.origin}/invitations/${SECRET}`) =>
  stage.town.call('POST', path, {
    link,
    ...(path === '/api/agreements' && { grantsMinutes: 600, bridgeBuilder: 'Fiona' }),
  });

describe('a link is not followed', () => {
  const party = (changes: JsonObject) => ({
    ...bank.shown(),
    party: { ...(bank.shown()['party'] as JsonObject), ...changes },
  });
  const CASES: Record<string, [() => Reply, string]> = {
    'to a journal at a third bank': [
      () => ({ body: party({ journal: third.party(1).journal }) }),
      '403 foreign_origin',
    ],
    'to messages at a third bank': [
      () => ({ body: party({ exchange: third.party(1).exchange }) }),
      '403 foreign_origin',
    ],
    'to a third bank': [() => ({ body: third.shown() }), '403 foreign_origin'],
    'to our own bank': [() => ({ body: party({ bank: stage.town.bank.actor }) }), '403 foreign_origin'],
    'to a key at a third bank': [
      () => ({ body: party({ key: { ...third.party(1).key } as unknown as JsonObject }) }),
      '403 foreign_origin',
    ],
    'to a key that the bank does not show': [
      () => ({
        body: party({ key: { id: bank.keys.signing.verificationMethod, publicKeyMultibase: third.published } }),
      }),
      '403 wrong_key',
    ],
    'to a key of small order': [
      () => ({
        body: party({ key: { id: bank.keys.signing.verificationMethod, publicKeyMultibase: `z6Mk${'1'.repeat(44)}` } }),
      }),
      '403 wrong_key',
    ],
    'with a member too many': [() => ({ body: { ...bank.shown(), opening: 60 } }), '400 schema_mismatch'],
    'with a name that turns the writing direction': [
      () => ({ body: party({ name: '\u202ekaF' }) }),
      '400 schema_mismatch',
    ],
    'with a limit below zero': [() => ({ body: party({ grantsMinutes: -1 }) }), '400 schema_mismatch'],
    'that is a page': [() => ({ text: '<html>' }), '502 partner_unreachable'],
    'that is not there': [() => ({ status: 404 }), '404 not_found'],
    'that was used': [() => ({ status: 409 }), '409 invitation_used'],
    'that leads to a private address': [
      () => ({ status: 302, headers: { location: `https://10.0.0.1/invitations/${SECRET}` } }),
      '422 private_address',
    ],
    'that leads around in a circle': [
      () => ({ status: 302, headers: { location: `/invitations/${SECRET}` } }),
      '502 partner_unreachable',
    ],
    'that is endless': [() => ({ text: 'x'.repeat(2 * 1024 * 1024) }), '502 partner_unreachable'],
  };
  test.each(Object.entries(CASES))('%s', async (_name, [reply, expected]) => {
    bank.replies.invitation = () => ({ unsigned: true, ...reply() });
    for (const path of ['/api/invitations/read', '/api/agreements'] as const)
      expect(said(await open(path))).toBe(expected);
    expect(await stage.town.database.db.select().from(pairTable).where(eq(pairTable.peerBank, bank.actor))).toEqual([]);
  });
});

describe('our offer', () => {
  let core: FakePartner['core'];
  let pair: string;

  beforeAll(async () => {
    bank.replies.invitation = () => ({ unsigned: true, body: bank.shown() });
    const offered = await open('/api/agreements');
    expect(said(offered)).toBe('201 ok');
    pair = offered.body.pair;
    const sent = await until(async () => bank.seen.find(({ route }) => route === 'offer'));
    core = sent.json['core'] as unknown as FakePartner['core'];
    expect(sent.json['invitation']).toBe(SECRET);
    await until(async () => (await row())?.honourPending === null);
  });

  const row = async () => (await stage.town.database.db.select().from(pairTable).where(eq(pairTable.id, pair)))[0];
  const yes = (changes: Partial<HonourMessage> = {}, kind = 'HonourAccept'): JsonObject => {
    const id = `${bank.origin}/ap/agreements/${pair.slice(18)}#accept`;
    return encodeHonour({
      kind,
      id,
      actor: bank.actor,
      pair,
      ...(kind === 'HonourAccept' && { core }),
      ...changes,
    } as HonourMessage);
  };
  const send = (document: JsonObject, by = bank): Promise<SignedAnswer> =>
    by.send(`/ap/agreements/${pair.slice(18)}`, document, { session: '-' });

  const CASES: Record<string, [() => Promise<SignedAnswer>, string]> = {
    'another agreement': [
      async () => send(await bank.sign(yes({ core: { ...core, words: ['And a fee.'] } }))),
      '403 foreign_pair',
    ],
    'an agreement with another limit': [
      async () => {
        const parties = core.parties.map((party) => ({ ...party, grantsMinutes: 6000 }));
        return send(await bank.sign(yes({ core: { ...core, parties: parties as unknown as typeof core.parties } })));
      },
      '403 foreign_pair',
    ],
    'another pair': [async () => send(await bank.sign(yes({ pair: third.pair }))), '403 foreign_pair'],
    'in the name of a third bank': [
      async () => send(await bank.sign(yes({ actor: third.actor, id: `${third.origin}/x` }))),
      '403 foreign_pair',
    ],
    'in our own name': [
      async () => send(await bank.sign(yes({ actor: stage.town.bank.actor, id: `${stage.town.origin}/x` }))),
      '403 foreign_pair',
    ],
    'under an id at a third bank': [
      async () => send(await bank.sign(yes({ id: `${third.origin}/x` }))),
      '403 foreign_origin',
    ],
    'by a third bank': [
      async () => send(await third.sign(yes({ actor: third.actor, id: `${third.origin}/x` })), third),
      '403 foreign_pair',
    ],
    'by another key under its name': [
      async () => send(await bank.sign(yes(), (await generateKeyPair(bank.keys.signing.verificationMethod)).signing)),
      '400 proof_mismatch',
    ],
    'by the recovery key': [async () => send(await bank.sign(yes(), bank.keys.recovery)), '403 wrong_key'],
    'that was changed after signing': [
      async () =>
        send({ ...(await bank.sign(yes())), core: { ...core, nonce: 'A'.repeat(43) } as unknown as JsonObject }),
      '400 proof_mismatch',
    ],
    'that is our own offer again': [
      async () => send(bank.seen.find(({ route }) => route === 'offer')?.json as JsonObject),
      '403 foreign_pair',
    ],
  };
  test.each(Object.entries(CASES))('is not agreed to by a yes to %s', async (_name, [attempt, expected]) => {
    expect(said(await unchanged(stage.town, attempt))).toBe(expected);
    expect((await row())?.status).toBe('offered');
  });

  test('cannot be agreed to by ourselves', async () => {
    const { agreementId } = (await row()) ?? {};
    const answer = await unchanged(stage.town, () => stage.town.call('POST', `/api/agreements/${agreementId}/accept`));
    expect(said(answer)).toBe('409 not_your_turn');
  });

  test('is agreed to by one yes, and another or a no changes nothing more', async () => {
    bank.pair = pair;
    const signed = await bank.sign(yes());
    bank.replies.open = ({ json }) => ({
      body: { pair, head: { epoch: 0, seq: 0, hash: hashOf(core as unknown as JsonObject) }, nonce: json['nonce'] },
    });
    expect(said(await send(signed))).toBe('200 ok');
    await until(async () => (await row())?.mode === 'open');
    expect((await row())?.status).toBe('active');
    expect(said(await unchanged(stage.town, () => send(signed)))).toBe('200 ok');
    const no = await bank.sign(yes({ id: `${bank.origin}/x` }, 'HonourReject'));
    expect(said(await unchanged(stage.town, () => send(no)))).toBe('409 agreement_not_active');
  });
});
