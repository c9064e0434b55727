/**
 * Close, evidence and presentation with real signatures: what they prove, and everything that they
 * must not be taken for. Runs across key changes.
 *
 * @module
 */
import { describe, expect, test } from 'vitest';
import { type AgreementCore, termsOf } from '../core/agreement/agreement.ts';
import type { Draft } from '../core/journal/decide.ts';
import type { Body, Head, KeyChange, Party } from '../core/journal/entry.ts';
import { keysAtStart } from '../core/journal/keys.ts';
import { base58Encode, base64urlEncode, hashOf, hashOfKey } from '../wire/canonical.ts';
import { encodeClose, makeFork, makePresentation } from '../wire/endings.ts';
import { encodeEntry, pairOf } from '../wire/entry.ts';
import { encodeHonour } from '../wire/messages.ts';
import type { JsonObject } from '../wire/strict-json.ts';
import { signDocument } from './data-integrity.ts';
import { verifyClose, verifyFork, verifyPresentation } from './endings.ts';
import {
  encodeMultikey,
  importSeed,
  importVerifyingKey,
  type SigningKey,
  signBytes,
  type VerifyingKey,
} from './key.ts';
import { recoveryBytes, verifyRun } from './verified.ts';

const IDS = ['https://gracia.example/ap/bank#key', 'https://leith.example/ap/bank#key'] as const;
const seeded = (seed: number, party: Party): Promise<SigningKey> =>
  importSeed(new Uint8Array(32).fill(seed), IDS[party]);
const [gracia, leith, leith2, leith3, recovery, recovery2, stranger] = (await Promise.all([
  seeded(1, 0),
  seeded(2, 1),
  seeded(3, 1),
  seeded(4, 1),
  seeded(11, 1),
  seeded(12, 1),
  seeded(9, 1),
])) as [SigningKey, SigningKey, SigningKey, SigningKey, SigningKey, SigningKey, SigningKey];

function coreWith(leithKey: SigningKey): AgreementCore {
  const party = (name: string, key: SigningKey) => ({
    bank: `https://${name}.example/ap/bank`,
    name,
    key: { id: key.verificationMethod, publicKeyMultibase: key.publicMultikey },
    recovery: hashOfKey(recovery.publicMultikey),
    journal: `https://${name}.example/ap/journals`,
    exchange: `https://${name}.example/ap/exchanges`,
    bridgeBuilder: 'B',
    grantsMinutes: 600,
  });
  return {
    version: 'https://w3id.org/evenhour/v1',
    features: [],
    parties: [party('gracia', gracia), party('leith', leithKey)],
    start: '2026-11-22',
    noticeDays: 30,
    public: true,
    words: [],
    nonce: base64urlEncode(new Uint8Array(32).fill(7)),
  };
}

const core = coreWith(leith);
const { pair, genesis } = pairOf(core);
const START: Head = { epoch: 0, seq: 0, hash: genesis };
const sign = async (document: JsonObject, key: SigningKey): Promise<JsonObject> =>
  (await signDocument(document, key, '2026-11-22T10:00:00Z')) as unknown as JsonObject;

async function entry(seq: number, body: Body, key: SigningKey, change: Partial<Draft> = {}): Promise<JsonObject> {
  const draft: Draft = { author: 1, epoch: 0, seq, prev: genesis, ack: START, body, ...change };
  return sign(encodeEntry(core, pair, draft), key);
}

async function changeTo(key: SigningKey, by: SigningKey, next: SigningKey): Promise<Body> {
  const named = { newKey: key.publicMultikey, nextRecovery: hashOfKey(next.publicMultikey) };
  const signature = await signBytes(by, recoveryBytes(pair, named));
  const keyChange: KeyChange = {
    ...named,
    recoveryKey: by.publicMultikey,
    recoverySignature: `z${base58Encode(signature)}`,
  };
  return { kind: 'Amend', keyChange };
}

const transfer = 'https://leith.example/ap/transfers/t1';
const voided: Body = { kind: 'Void', transfer };
const schedule = keysAtStart(termsOf(core, pair, genesis), 1);
const change1 = await entry(2, await changeTo(leith2, recovery, recovery2), leith);
const change2 = await entry(4, await changeTo(leith3, recovery2, stranger), leith2);
const code = (outcome: { ok: boolean; refusal?: { code: string } }): string => outcome.refusal?.code ?? 'ok';

describe('a run across key changes', () => {
  test('each entry is verified with the key of its time', async () => {
    const documents = [
      await entry(1, voided, leith),
      change1,
      await entry(3, voided, leith2),
      change2,
      await entry(5, voided, leith3),
    ];
    const run = await verifyRun(core, pair, 1, documents, schedule);
    expect(run.bad).toBe(null);
    expect(run.entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(run.keys.map(({ key, fromSeq }) => [key, fromSeq])).toEqual([
      [leith.publicMultikey, 1],
      [leith2.publicMultikey, 3],
      [leith3.publicMultikey, 5],
    ]);
    // Any later run begins from that schedule, and old entries still verify.
    const again = await verifyRun(core, pair, 1, documents.slice(0, 3), run.keys);
    expect([again.entries.length, again.bad, again.keys]).toEqual([3, null, run.keys]);
  });

  test.each([
    ['the old key afterwards', leith],
    ['a key that is not in use yet', leith3],
    ['the recovery key', recovery],
  ])('%s is refused, and what stands before it is kept', async (_name, key) => {
    const run = await verifyRun(core, pair, 1, [change1, await entry(3, voided, key)], schedule);
    expect(run.bad).toMatchObject({ index: 1, refusal: { code: 'proof_mismatch' } });
    expect([run.entries.length, run.keys.length]).toEqual([1, 2]);
  });

  test('a change by a stolen key without the recovery key leaves the key in place', async () => {
    const stolen = await entry(2, await changeTo(stranger, stranger, stranger), leith);
    const run = await verifyRun(core, pair, 1, [stolen, await entry(3, voided, leith)], schedule);
    expect([run.bad, run.keys]).toEqual([null, schedule]);
  });

  test('a change whose recovery signature is of another change does not count', async () => {
    const body = (await changeTo(leith2, recovery, recovery2)) as Extract<Body, { kind: 'Amend' }>;
    const keyChange = { ...(body.keyChange as KeyChange), newKey: stranger.publicMultikey };
    const run = await verifyRun(core, pair, 1, [await entry(2, { ...body, keyChange }, leith)], schedule);
    expect(run.entries[0]?.body).toMatchObject({ recoveryVerified: false });
    expect(run.keys).toEqual(schedule);
  });
});

test('a change to a text that is no key does not count: nothing would verify under it', async () => {
  const nothing = { ...leith2, publicMultikey: encodeMultikey(new Uint8Array(32)) };
  const run = await verifyRun(
    core,
    pair,
    1,
    [await entry(2, await changeTo(nothing, recovery, recovery2), leith)],
    schedule,
  );
  expect(run.entries[0]?.body).toMatchObject({ recoveryVerified: false });
  expect([run.bad, run.keys]).toEqual([null, schedule]);
});

const verifying = async (key: SigningKey): Promise<VerifyingKey> => {
  const imported = await importVerifyingKey(key.publicMultikey, key.verificationMethod);
  if (!imported.ok) throw new Error('not a key');
  return imported.key;
};

describe('a Close', async () => {
  const heads = { own: { epoch: 0, seq: 4, hash: hashOf(change2) }, peer: START };
  const unsigned = encodeClose(core, pair, 1, heads);
  const good = await sign(unsigned, leith);

  test('names the heads of its writer', async () => {
    expect(await verifyClose(core, pair, 1, good, await verifying(leith))).toEqual({
      ok: true,
      heads,
      hash: hashOf(unsigned),
    });
  });

  test.each<[string, JsonObject, SigningKey, string]>([
    ['by another key', unsigned, stranger, 'proof_mismatch'],
    ['of another pair', { ...unsigned, pair: pair.replace(/.$/, 'A') }, leith, 'foreign_pair'],
    ['by a third bank', { ...unsigned, actor: 'https://evil.example/ap/bank' }, leith, 'foreign_origin'],
    ['in the name of the other', { ...unsigned, actor: core.parties[0].bank }, leith, 'foreign_origin'],
    ['with another id', { ...unsigned, id: 'https://leith.example/close' }, leith, 'foreign_origin'],
    ['with more in it', { ...unsigned, reason: 'x' }, leith, 'schema_mismatch'],
  ])('%s is none', async (_name, document, key, expected) => {
    expect(code(await verifyClose(core, pair, 1, await sign(document, key), await verifying(leith)))).toBe(expected);
  });

  test('of the partner is not mine', async () => {
    const theirs = await sign(encodeClose(core, pair, 0, heads), gracia);
    expect(code(await verifyClose(core, pair, 1, theirs, await verifying(leith)))).toBe('foreign_origin');
  });
});

describe('evidence of a fork', async () => {
  const one = await entry(1, voided, leith);
  const two = await entry(1, { kind: 'Release', transfer }, leith);
  const fork = makeFork(core, pair, 1, [one, two], []);

  test('is the same whoever makes it, and names bank, place and key', async () => {
    expect(makeFork(core, pair, 1, [two, one], [])).toEqual(fork);
    expect(await verifyFork(fork)).toMatchObject({
      ok: true,
      fork: { pair, bank: core.parties[1].bank, epoch: 0, seq: 1, agreedKey: leith.publicMultikey },
    });
  });

  test('holds after key changes too', async () => {
    const late = [await entry(5, voided, leith3), await entry(5, { kind: 'Release', transfer }, leith3)] as const;
    expect((await verifyFork(makeFork(core, pair, 1, late, [change1, change2]))).ok).toBe(true);
    expect(code(await verifyFork(makeFork(core, pair, 1, late, [change1])))).toBe('proof_mismatch');
    expect(code(await verifyFork(makeFork(core, pair, 1, late, [change2, change1])))).toBe('proof_mismatch');
  });

  test.each<[string, () => Promise<JsonObject>, string]>([
    ['one entry twice', async () => makeFork(core, pair, 1, [one, one], []), 'invalid_request'],
    [
      'a second proof of one entry',
      async () => {
        const { proof: _proof, ...content } = one;
        const again = (await signDocument(content, leith, '2026-11-23T10:00:00Z')) as unknown as JsonObject;
        return makeFork(core, pair, 1, [one, again], []);
      },
      'invalid_request',
    ],
    ['two places', async () => makeFork(core, pair, 1, [one, await entry(2, voided, leith)], []), 'invalid_request'],
    [
      'two epochs',
      async () => makeFork(core, pair, 1, [one, await entry(1, voided, leith, { epoch: 3 })], []),
      'invalid_request',
    ],
    [
      'the other order',
      async () => ({ ...fork, entries: (fork['entries'] as JsonObject[]).toReversed() }),
      'invalid_request',
    ],
    [
      'an entry by another key',
      async () => makeFork(core, pair, 1, [one, await entry(1, voided, stranger)], []),
      'proof_mismatch',
    ],
    ['another bank accused', async () => ({ ...fork, actor: core.parties[0].bank }), 'foreign_origin'],
    ['a third bank accused', async () => ({ ...fork, actor: 'https://evil.example/ap/bank' }), 'foreign_origin'],
    ['another agreement', async () => ({ ...fork, core: coreWith(stranger) as unknown as JsonObject }), 'foreign_pair'],
    ['three entries', async () => ({ ...fork, entries: [one, two, one] }), 'schema_mismatch'],
  ])('%s is none', async (_name, make, expected) => {
    expect(code(await verifyFork(await make()))).toBe(expected);
  });
});

describe('the presentation of a pair', async () => {
  const bank = core.parties[0].bank;
  const message = { actor: core.parties[1].bank, pair, core };
  const offer = await sign(
    encodeHonour({ kind: 'HonourOffer', id: 'https://leith.example/o', ...message, invitation: 'i' }),
    leith,
  );
  const yes = { ...message, actor: bank };
  const accept = await sign(encodeHonour({ kind: 'HonourAccept', id: 'https://gracia.example/a', ...yes }), gracia);
  const good = makePresentation(pair, offer, accept, [change1, change2]);
  const mine = [gracia.publicMultikey];

  test('gives the agreement, my place in it, and the keys of both', async () => {
    const result = await verifyPresentation(good, bank, mine);
    expect(result.ok && result.presented).toMatchObject({ core, pair, genesis, me: 0 });
    expect(result.ok && result.presented.keys.map((keys) => keys.length)).toEqual([1, 3]);
  });

  test('gives the second bank of the agreement the same, from its own side', async () => {
    const result = await verifyPresentation(good, core.parties[1].bank, [leith.publicMultikey]);
    expect(result.ok && result.presented.me).toBe(1);
    expect(result.ok && result.presented.keys.map((keys) => keys.length)).toEqual([1, 3]);
  });

  test.each<[string, () => Promise<JsonObject>, string]>([
    ['an agreement of others', async () => good, 'unknown_partner'],
    ['a key that was never mine', async () => good, 'wrong_key'],
    [
      'two yeses of one bank',
      async () => ({
        ...good,
        accept: await sign(encodeHonour({ kind: 'HonourAccept', id: 'https://leith.example/a', ...message }), leith),
      }),
      'foreign_origin',
    ],
    [
      'my yes by another key',
      async () => ({
        ...good,
        accept: await sign(encodeHonour({ kind: 'HonourAccept', id: 'https://gracia.example/a', ...yes }), stranger),
      }),
      'wrong_key',
    ],
    [
      'another core in my yes',
      async () => ({
        ...good,
        accept: await sign(
          encodeHonour({
            kind: 'HonourAccept',
            id: 'https://gracia.example/a',
            ...yes,
            core: { ...core, noticeDays: 1 },
          }),
          gracia,
        ),
      }),
      'foreign_pair',
    ],
    [
      'an agreement with a feature that nobody has',
      async () => {
        const odd = { ...core, features: ['teleport'] };
        const at = { pair: pairOf(odd).pair, core: odd };
        const first = {
          kind: 'HonourOffer',
          id: 'https://leith.example/o',
          ...message,
          ...at,
          invitation: 'i',
        } as const;
        const second = { kind: 'HonourAccept', id: 'https://gracia.example/a', ...yes, ...at } as const;
        const [one, two] = [await sign(encodeHonour(first), leith), await sign(encodeHonour(second), gracia)];
        return makePresentation(at.pair, one, two, []);
      },
      'not_supported',
    ],
    [
      'an agreement that names no key for the other bank',
      async () => {
        const odd = coreWith({ ...leith, publicMultikey: encodeMultikey(new Uint8Array(32)) });
        const at = { pair: pairOf(odd).pair, core: odd };
        const first = {
          kind: 'HonourOffer',
          id: 'https://leith.example/o',
          ...message,
          ...at,
          invitation: 'i',
        } as const;
        const second = { kind: 'HonourAccept', id: 'https://gracia.example/a', ...yes, ...at } as const;
        const [one, two] = [await sign(encodeHonour(first), leith), await sign(encodeHonour(second), gracia)];
        return makePresentation(at.pair, one, two, []);
      },
      'schema_mismatch',
    ],
    [
      'a key change of mine that I did not sign',
      async () => {
        const draft: Draft = {
          author: 0,
          epoch: 0,
          seq: 1,
          prev: genesis,
          ack: START,
          body: await changeTo(leith2, recovery, recovery2),
        };
        const forged = await sign(encodeEntry(core, pair, draft), { ...stranger, verificationMethod: IDS[0] });
        return { ...good, keyChanges: [forged] };
      },
      'proof_mismatch',
    ],
    ['a key change out of its turn', async () => ({ ...good, keyChanges: [change2] }), 'proof_mismatch'],
    ['another pair', async () => ({ ...good, pair: pair.replace(/.$/, 'A') }), 'foreign_pair'],
    ['more in it', async () => ({ ...good, extra: 1 }), 'schema_mismatch'],
  ])('%s is refused', async (name, make, expected) => {
    const asked = name === 'an agreement of others' ? 'https://galway.example/ap/bank' : bank;
    const keys = name === 'a key that was never mine' ? [stranger.publicMultikey] : mine;
    expect(code(await verifyPresentation(await make(), asked, keys))).toBe(expected);
  });
});
