import { describe, expect, test } from 'vitest';
import { type AgreementCore, termsOf } from '../core/agreement/agreement.ts';
import type { GiftReject } from '../core/exchange/gift.ts';
import type { Body, KeyChange, Party } from '../core/journal/entry.ts';
import { keysAtStart } from '../core/journal/keys.ts';
import { bankKey, CREATED, hold, keyChangeTo, vectorCore } from '../testing/vector-pair.ts';
import { base58Encode } from '../wire/canonical.ts';
import { encodeEntry, pairOf } from '../wire/entry.ts';
import { encodeExchangeMessage } from '../wire/messages.ts';
import type { JsonObject } from '../wire/strict-json.ts';
import { signDocument } from './data-integrity.ts';
import { encodeMultikey, importVerifyingKey, type VerifyingKey } from './key.ts';
import { verifyEntry, verifyExchangeMessage, verifyRun } from './verified.ts';

const core = await vectorCore();
const { pair, genesis } = pairOf(core);
const sign = async (document: JsonObject, party: Party): Promise<JsonObject> =>
  (await signDocument(document, await bankKey(party), CREATED)) as unknown as JsonObject;

async function keyOf(of: AgreementCore, party: Party): Promise<VerifyingKey> {
  const { id, publicKeyMultibase } = of.parties[party].key;
  const imported = await importVerifyingKey(publicKeyMultibase, id);
  if (!imported.ok) throw new Error('not a key');
  return imported.key;
}

describe('an exchange message', () => {
  const message: GiftReject = {
    kind: 'GiftReject',
    id: 'https://leith.example/ap/gifts/1/no',
    exchange: 'https://gracia.example/ap/gifts/1',
    object: 'https://gracia.example/ap/gifts/1/offer',
    code: 'unknown_payee',
  };

  test('is what its author signed', async () => {
    const document = await sign(encodeExchangeMessage(core, pair, 1, message), 1);
    const checked = await verifyExchangeMessage(core, pair, 1, document, await keyOf(core, 1));
    expect(checked).toMatchObject({ ok: true, message });
  });

  test('of the other bank is refused, though the other bank signed it', async () => {
    const document = await sign(encodeExchangeMessage(core, pair, 1, message), 1);
    const checked = await verifyExchangeMessage(core, pair, 0, document, await keyOf(core, 1));
    expect(checked).toMatchObject({ ok: false, refusal: { code: 'foreign_origin' } });
  });
});

describe('a run', () => {
  const schedule = keysAtStart(termsOf(core, pair, genesis), 1);
  const START = { epoch: 0, seq: 0, hash: genesis };
  const EMPTY = {
    heads: { own: START, peer: START },
    debtMinutes: 0,
    openMinutes: { own: 0, peer: 0 },
    limitMinutes: { own: 600, peer: 300 },
  };
  const run = async (body: Body, bend: (document: JsonObject) => JsonObject = (document) => document) => {
    const draft = { author: 1, epoch: 0, seq: 1, prev: genesis, ack: START, body } as const;
    const document = await sign(bend(encodeEntry(core, pair, draft)), 1);
    return verifyRun(core, pair, 1, [document], schedule);
  };

  test.each(['1', null, -1, 1.5])('with an entry whose number is %s is refused', async (seq) => {
    const result = await run({ kind: 'Checkpoint', statement: EMPTY }, (document) => ({ ...document, seq }));
    expect(result).toMatchObject({
      entries: [],
      keys: schedule,
      bad: { index: 0, refusal: { code: 'schema_mismatch' } },
    });
  });

  test.each<[string, Partial<KeyChange>]>([
    ['a recovery key that is none', { recoveryKey: encodeMultikey(new Uint8Array(32)) }],
    ['a recovery signature of 63 bytes', { recoverySignature: `z${base58Encode(new Uint8Array(63).fill(255))}` }],
    ['a recovery signature of 65 bytes', { recoverySignature: `z${base58Encode(new Uint8Array(65).fill(255))}` }],
    ['a recovery signature by nobody', { recoverySignature: `z${base58Encode(new Uint8Array(64).fill(255))}` }],
  ])('with %s is a run, and the key stays', async (_name, change) => {
    const body = (await keyChangeTo(pair, 3, 18, 19)) as Extract<Body, { kind: 'Amend' }>;
    const result = await run({ ...body, keyChange: { ...(body.keyChange as KeyChange), ...change } });
    expect([result.bad, result.keys]).toEqual([null, schedule]);
    expect(result.entries[0]?.body).toMatchObject({ recoveryVerified: false });
  });
});

test('of all mixtures of two banks in id, actor, transfer, key id and key only the writer alone is taken', async () => {
  const banks = core.parties.map((each) => each.bank.replace('/ap/bank', ''));
  const taken: string[] = [];
  for (let mixture = 0; mixture < 32; mixture++) {
    const of = (place: number): Party => ((mixture >> place) & 1) as Party;
    const body: Body = { ...hold('t1', 60), transfer: `${banks[of(2)]}/ap/transfers/t1` } as Body;
    const draft = { author: of(0), epoch: 0, seq: 1, prev: genesis, ack: { epoch: 0, seq: 0, hash: genesis }, body };
    const unsigned = { ...encodeEntry(core, pair, draft), actor: core.parties[of(1)].bank };
    const key = { ...(await bankKey(of(4))), verificationMethod: core.parties[of(3)].key.id };
    const document = (await signDocument(unsigned, key, CREATED)) as unknown as JsonObject;
    if ((await verifyEntry(core, pair, 1, document, await keyOf(core, 1))).ok) taken.push(mixture.toString(2));
  }
  expect(taken).toEqual(['11111']);
});
