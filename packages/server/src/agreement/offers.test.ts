/** Offers of an agreement that say something else than the link, and answers that nobody may give. */
import { generateKeyPair } from '@evenhour/protocol/proof';
import { encodeHonour, type JsonObject, type JsonValue, pairOf } from '@evenhour/protocol/wire';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { invitation as invitationTable, pair as pairTable } from '../db/schema.ts';
import type { FakePartner, SendOptions, SignedAnswer } from '../testing/fake-partner.ts';
import { until } from '../testing/town.ts';
import { type Stage, said, setStage, unchanged } from '../testing/watch.ts';

type Core = FakePartner['core'];
type Party = Core['parties'][0];

let stage: Stage;
let bank: FakePartner;
let friend: FakePartner;

beforeAll(async () => {
  stage = await setStage(11);
  [bank, friend] = stage.partners as [FakePartner, FakePartner];
  await friend.agree(stage.town);
});
afterAll(() => stage?.stop());
// A minute later, strangers may ask again.
beforeEach(() => void stage.town.node.context.openRate.over('127.0.0.1', Date.now() + 60_000));

const grants = { town: 600, own: 600 };
const db = () => stage.town.database.db;

function offer(document: JsonValue, options: SendOptions = {}, by = bank): Promise<SignedAnswer> {
  return by.send('/ap/agreements', document, { session: '-', ...options });
}

/** The agreement with members of the town's side changed, or of the offering bank's. */
function side(whose: 'town' | 'own', changes: Partial<Party>): (core: Core) => Core {
  return (core) => {
    const parties = core.parties.map((party) =>
      (party.bank === stage.town.bank.actor) === (whose === 'town') ? { ...party, ...changes } : party,
    );
    return { ...core, parties: parties as unknown as Core['parties'] };
  };
}

describe('an agreement that is not what the link showed', () => {
  const pair = `urn:evenhour:pair:${'A'.repeat(43)}`;
  const hash = `uEi${'A'.repeat(44)}`;
  const CASES: Record<string, [(core: Core) => Core, string]> = {
    'with an opening debt': [
      (core) => ({
        ...core,
        predecessor: pair,
        opening: {
          debtor: stage.town.bank.actor,
          minutes: 60,
          predecessor: pair,
          causes: [
            { epoch: 0, seq: 0, hash },
            { epoch: 0, seq: 0, hash },
          ],
        },
      }),
      '400 invalid_request',
    ],
    'with a predecessor': [(core) => ({ ...core, predecessor: pair }), '400 invalid_request'],
    'with an end': [(core) => ({ ...core, end: '2027-01-01' }), '400 invalid_request'],
    'with another notice': [(core) => ({ ...core, noticeDays: 31 }), '400 invalid_request'],
    'without notice': [(core) => ({ ...core, noticeDays: 0 }), '400 invalid_request'],
    'with a feature': [(core) => ({ ...core, features: ['routing'] }), '422 not_supported'],
    'with other words': [(core) => ({ ...core, words: ['We honour nothing.'] }), '400 invalid_request'],
    'with words more': [(core) => ({ ...core, words: [...core.words, 'And a fee.'] }), '400 invalid_request'],
    'that is kept secret': [(core) => ({ ...core, public: !core.public }), '400 invalid_request'],
    'where we grant more': [side('town', { grantsMinutes: 60_000 }), '400 invalid_request'],
    'where we grant less': [side('town', { grantsMinutes: 599 }), '400 invalid_request'],
    'with another bridge builder of ours': [side('town', { bridgeBuilder: 'Loki' }), '400 invalid_request'],
    'with another name for us': [side('town', { name: 'Leyth' }), '400 invalid_request'],
    'with another recovery of ours': [side('town', { recovery: hash }), '400 invalid_request'],
    'with another journal of ours': [
      (core) => side('town', { journal: `${stage.town.origin}/ap/other` })(core),
      '400 invalid_request',
    ],
    'with our journal at their place': [
      (core) => side('town', { journal: `${bank.origin}/ap/journals` })(core),
      '403 foreign_origin',
    ],
    'with their journal at a third': [
      (core) => side('own', { journal: `${friend.origin}/ap/journals` })(core),
      '403 foreign_origin',
    ],
    'with their key at a third': [
      (core) => side('own', { key: { ...bank.party(1).key, id: `${friend.actor}#key` } })(core),
      '403 foreign_origin',
    ],
    'with our key for both': [
      (core) =>
        side('own', { key: { ...bank.party(1).key, publicKeyMultibase: stage.town.bank.key.publicMultikey } })(core),
      '400 invalid_request',
    ],
    'without a bridge builder of theirs': [side('own', { bridgeBuilder: ' ' }), '400 invalid_request'],
    'with a limit that is none': [side('own', { grantsMinutes: -1 }), '400 schema_mismatch'],
    'with a limit beyond all': [side('own', { grantsMinutes: 60_000_001 }), '400 schema_mismatch'],
    'with a name that turns the writing direction': [side('own', { name: 'F\u202eake' }), '400 schema_mismatch'],
    'with the parties the other way round': [
      (core) => ({ ...core, parties: [core.parties[1], core.parties[0]] }),
      '400 invalid_request',
    ],
    'between two others': [
      (core) => {
        const parties = [bank.party(600), friend.party(600)].sort((a, b) => (a.bank < b.bank ? -1 : 1));
        return { ...core, parties: parties as unknown as Core['parties'] };
      },
      '403 foreign_pair',
    ],
    'of another version': [(core) => ({ ...core, version: 'https://w3id.org/evenhour/v0' }), '400 schema_mismatch'],
    'with a member too many': [(core) => ({ ...core, fee: 1 }) as Core, '400 schema_mismatch'],
  };
  test.each(Object.entries(CASES))('%s is refused', async (_name, [change, expected]) => {
    const { core, invitation } = await bank.draft(stage.town, grants);
    const document = await bank.honourOffer(change(core), invitation);
    expect(said(await unchanged(stage.town, () => offer(document)))).toBe(expected);
  });
});

describe('an offer is refused', () => {
  const CASES: Record<string, [(core: Core, invitation: string) => Promise<[JsonValue, SendOptions?]>, string]> = {
    'with a link that nobody made': [async (core) => [await bank.honourOffer(core, 'x'.repeat(32))], '404 not_found'],
    'with a link that was used': [
      async (core) => {
        return [await bank.honourOffer(core, await usedSecret())];
      },
      '409 invitation_used',
    ],
    'with a link that is too old': [
      async (core, invitation) => {
        await db()
          .update(invitationTable)
          .set({ expiresAt: sql`now() - interval '1 second'` })
          .where(eq(invitationTable.status, 'open'));
        return [await bank.honourOffer(core, invitation)];
      },
      '409 invitation_used',
    ],
    'with a link that was withdrawn': [
      async (core, invitation) => {
        await db().update(invitationTable).set({ status: 'withdrawn' }).where(eq(invitationTable.status, 'open'));
        return [await bank.honourOffer(core, invitation)];
      },
      '409 invitation_used',
    ],
    'under the name of another pair': [
      async (core, invitation) => [
        await bank.honourOffer(core, invitation, { pair: `urn:evenhour:pair:${'A'.repeat(43)}` }),
      ],
      '403 foreign_pair',
    ],
    'in the name of a third bank': [
      async (core, invitation) => [
        await bank.honourOffer(core, invitation, { actor: friend.actor, id: `${friend.origin}/x` }),
      ],
      '403 foreign_origin',
    ],
    'under an id of a third bank': [
      async (core, invitation) => [await bank.honourOffer(core, invitation, { id: `${friend.origin}/x` })],
      '403 foreign_origin',
    ],
    'that was changed after signing': [
      async (core, invitation) => [{ ...(await bank.honourOffer(core, invitation)), invitation: 'y'.repeat(32) }],
      '400 proof_mismatch',
    ],
    'that is signed by another key': [
      async (core, invitation) => {
        const { proof: _proof, ...document } = await bank.honourOffer(core, invitation);
        return [await bank.sign(document, (await generateKeyPair(bank.keys.signing.verificationMethod)).signing)];
      },
      '400 proof_mismatch',
    ],
    'with a context appended': [
      async (core, invitation) => {
        const document = await bank.honourOffer(core, invitation);
        return [{ ...document, '@context': [...(document['@context'] as string[]), 'https://evil.example/'] }];
      },
      '400 schema_mismatch',
    ],
    'that is an accept': [
      async (core) => [
        await bank.sign(
          encodeHonour({
            kind: 'HonourAccept',
            id: `${bank.origin}/x`,
            actor: bank.actor,
            pair: pairOf(core).pair,
            core,
          }),
        ),
      ],
      '400 schema_mismatch',
    ],
    'in a request without signature': [
      async (core, invitation) => [await bank.honourOffer(core, invitation), { headers: () => [] }],
      '401 missing_signature',
    ],
    'in a request that another signed': [
      async (core, invitation) => [await bank.honourOffer(core, invitation), { key: friend.keys.signing }],
      '403 unknown_partner',
    ],
    'in a request for another town': [
      async (core, invitation) => [
        await bank.honourOffer(core, invitation),
        { signedUrl: 'https://other.example/ap/agreements' },
      ],
      '401 signature_mismatch',
    ],
    'in a request of yesterday': [
      async (core, invitation) => [
        await bank.honourOffer(core, invitation),
        { created: Math.floor(Date.now() / 1000) - 86_400 },
      ],
      '401 clock_skew',
    ],
    'that is larger than 64 KiB': [async () => [{ x: 'x'.repeat(64 * 1024) }], '413 too_large'],
    'with a key twice': [
      async (core, invitation) => [
        JSON.stringify(await bank.honourOffer(core, invitation)).replace('{', '{"pair":"x",'),
      ],
      '400 malformed_json',
    ],
  };
  test.each(Object.entries(CASES))('%s', async (_name, [make, expected]) => {
    const { core, invitation } = await bank.draft(stage.town, grants);
    const [document, options] = await make(core, invitation);
    expect(said(await unchanged(stage.town, () => offer(document, options)))).toBe(expected);
  });

  async function usedSecret(): Promise<string> {
    const other = stage.partners[2] as FakePartner;
    const { core, invitation } = await other.draft(stage.town, grants);
    await offer(await other.honourOffer(core, invitation), {}, other);
    return invitation;
  }

  test('when the bank shows another key than it signs with', async () => {
    const { core, invitation } = await bank.draft(stage.town, grants);
    bank.published = friend.published;
    const rows = () => db().select().from(pairTable).where(eq(pairTable.peerBank, bank.actor));
    expect(said(await offer(await bank.honourOffer(core, invitation)))).toBe('403 wrong_key');
    expect(await rows()).toEqual([]);
    bank.published = bank.keys.signing.publicMultikey;
  });

  test('when the bank cannot be asked for its key', async () => {
    const { core, invitation } = await bank.draft(stage.town, grants);
    bank.replies.actor = () => ({ status: 302, unsigned: true, headers: { location: `http://127.0.0.1:1/` } });
    expect(said(await offer(await bank.honourOffer(core, invitation)))).toBe('502 partner_unreachable');
    delete bank.replies.actor;
  });

  test('when there is an agreement with that bank', async () => {
    const { core, invitation } = await friend.draft(stage.town, grants);
    const answer = await offer(await friend.honourOffer(core, invitation), {}, friend);
    expect([said(answer), answer.body.facts.bank]).toEqual(['409 agreement_exists', friend.actor]);
  });

  test('and links cannot be guessed, when a source has asked too often', async () => {
    const { openRate } = stage.town.node.context;
    for (let count = 0; count < 60; count++) openRate.take('127.0.0.1');
    expect(said(await unchanged(stage.town, () => offer({})))).toBe('429 too_many_requests');
    const page = await fetch(`${stage.town.origin}/invitations/${'x'.repeat(32)}`, {
      headers: { accept: 'application/json' },
    });
    expect(page.status).toBe(429);
  });

  test('of six banks at once with one link, one', async () => {
    const banks = stage.partners.slice(-6);
    const { invitation } = await bank.draft(stage.town, grants);
    const drafts = await Promise.all(banks.map((each) => each.draft(stage.town, grants)));
    const documents = await Promise.all(
      banks.map((each, index) => each.honourOffer(drafts[index]?.core as Core, invitation)),
    );
    // All of them are asked for their keys before one of them answers.
    let asked = 0;
    for (const each of banks)
      each.replies.actor = async (_seen, usual) => {
        asked += 1;
        await until(async () => asked === banks.length);
        return usual();
      };
    const answers = await Promise.all(
      documents.map((document, index) => offer(document, {}, banks[index] as FakePartner)),
    );
    expect(answers.map(said).sort()).toEqual(['200 ok', ...Array(5).fill('409 invitation_used')]);
  });

  test('of one bank at once with two links, one', async () => {
    const keen = stage.partners[3] as FakePartner;
    const drafts = [await keen.draft(stage.town, grants), await keen.draft(stage.town, grants)];
    const documents = await Promise.all(drafts.map(({ core, invitation }) => keen.honourOffer(core, invitation)));
    const answers = await Promise.all(documents.map((document) => offer(document, {}, keen)));
    expect(answers.map(said).sort()).toEqual(['200 ok', '409 agreement_exists']);
  });

  test('no: the same offer five times at once is one', async () => {
    const keen = stage.partners[4] as FakePartner;
    const { core, invitation } = await keen.draft(stage.town, grants);
    const document = await keen.honourOffer(core, invitation);
    const answers = await Promise.all(Array.from({ length: 5 }, () => offer(document, {}, keen)));
    expect(answers.map(said)).toEqual(Array(5).fill('200 ok'));
    expect(await db().select().from(pairTable).where(eq(pairTable.peerBank, keen.actor))).toHaveLength(1);
  });
});

describe('an answer', () => {
  let core: Core;
  let pair: string;
  let path: string;
  let document: JsonObject;

  beforeAll(async () => {
    const made = await bank.draft(stage.town, grants);
    core = made.core;
    pair = pairOf(core).pair;
    path = `/ap/agreements/${pair.slice(18)}`;
    document = await bank.honourOffer(core, made.invitation);
    expect(said(await offer(document))).toBe('200 ok');
  });

  test('of the same offer again is the same, and makes no second agreement', async () => {
    const rows = () => db().select().from(pairTable).where(eq(pairTable.peerBank, bank.actor));
    expect(said(await offer(document))).toBe('200 ok');
    expect(await rows()).toHaveLength(1);
  });

  test('of the same offer again asks for no key: the bank may show another by now', async () => {
    bank.published = friend.published;
    expect(said(await unchanged(stage.town, () => offer(document)))).toBe('200 ok');
    bank.published = bank.keys.signing.publicMultikey;
  });

  test('that is a no is signed as soon as it is certain who asks', async () => {
    const made = await bank.draft(stage.town, grants);
    const no = await offer(await bank.honourOffer(made.core, 'x'.repeat(32)));
    expect([said(no), no.signed]).toEqual(['404 not_found', true]);
    const unknown = await offer(await bank.honourOffer(made.core, 'x'.repeat(32)), { key: friend.keys.signing });
    expect([said(unknown), unknown.signed]).toEqual(['403 unknown_partner', false]);
  });

  test('cannot be given by the bank that offered', async () => {
    const id = `${bank.origin}/ap/agreements/x#accept`;
    const accept = await bank.sign(encodeHonour({ kind: 'HonourAccept', id, actor: bank.actor, pair, core }));
    expect(said(await unchanged(stage.town, () => bank.send(path, accept, { session: '-' })))).toBe(
      '409 not_your_turn',
    );
  });

  test('cannot be given by a third bank', async () => {
    const id = `${friend.origin}/ap/agreements/x#accept`;
    const accept = await friend.sign(encodeHonour({ kind: 'HonourAccept', id, actor: friend.actor, pair, core }));
    expect(said(await unchanged(stage.town, () => friend.send(path, accept, { session: '-' })))).toBe(
      '403 foreign_pair',
    );
  });

  test('is needed before anything is written', async () => {
    bank.pair = pair;
    const greeting = { pair, session: 's'.repeat(43), nonce: 'n'.repeat(43) };
    const answer = await unchanged(stage.town, () =>
      bank.send('/ap/journals/open', greeting, { session: greeting.session }),
    );
    expect(said(answer)).toBe('409 agreement_not_active');
    expect(said(await unchanged(stage.town, () => bank.messages([{}], { session: '-' })))).toBe(
      '409 agreement_not_active',
    );
  });
});
