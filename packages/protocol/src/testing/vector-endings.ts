/**
 * Vectors of documents outside of the journals: evidence of a fork, Close, the answer to a greeting on a closed pair,
 * the presentation of a pair.
 *
 * @module
 */
import { type AgreementCore, termsOf } from '../core/agreement/agreement.ts';
import type { Body, Party } from '../core/journal/entry.ts';
import { keysAtStart } from '../core/journal/keys.ts';
import { signDocument } from '../proof/data-integrity.ts';
import { verifyClose, verifyFork, verifyPresentation } from '../proof/endings.ts';
import { importVerifyingKey, type SigningKey } from '../proof/key.ts';
import { verifyRun } from '../proof/verified.ts';
import { encodeClose, makeFork, makePresentation } from '../wire/endings.ts';
import { encodeEntry, pairOf } from '../wire/entry.ts';
import { encodeHonour } from '../wire/messages.ts';
import type { JsonObject } from '../wire/strict-json.ts';
import { bankKey, CREATED, keyChangeTo, type VectorFile, vectorCore } from './vector-pair.ts';

interface Case {
  readonly kind: 'Fork' | 'Close' | 'Greeting' | 'Presentation';
  readonly why: string;
  /** `null` when it has to be taken. */
  readonly code: string | null;
  readonly flags: readonly string[];
  readonly document: JsonObject;
}

/** Documents to take or refuse, each by itself. */
export async function endingVectors(): Promise<VectorFile> {
  const core = await vectorCore();
  const { pair, genesis } = pairOf(core);
  const cases = await casesOf(core, pair, genesis);
  for (const each of cases) {
    const code = await codeOf(core, pair, genesis, each);
    if (code !== each.code) throw new Error(`vector "${each.why}": ${code}`);
  }
  return {
    name: 'endings.json',
    content: {
      about:
        "Documents that are no entries, each to be taken (`valid`) or refused, as Gràcia, whose key has the seed 1. A Close is by Leith, under the key of the agreement. A Greeting is Leith's answer to a greeting of Gràcia's; it is taken if each of its `closes` is signed by the bank that it names.",
      core: core as unknown as JsonObject,
      pair,
      cases: cases.map(({ kind, why, code, flags, document }) => ({
        kind,
        name: why,
        valid: code === null,
        code,
        flags: [...flags],
        document,
      })),
    },
  };
}

/** The first fault of the Closes in the answer to a greeting, each under the key of the bank that it names. */
async function codeOfCloses(core: AgreementCore, pair: string, closes: readonly JsonObject[]): Promise<string | null> {
  for (const close of closes) {
    const author: Party = close['actor'] === core.parties[0].bank ? 0 : 1;
    const { id, publicKeyMultibase } = core.parties[author].key;
    const key = await importVerifyingKey(publicKeyMultibase, id);
    const checked = key.ok ? await verifyClose(core, pair, author, close, key.key) : key;
    if (!checked.ok) return checked.refusal.code;
  }
  return null;
}

async function codeOf(
  core: AgreementCore,
  pair: string,
  genesis: string,
  { kind, document }: Case,
): Promise<string | null> {
  const keys = keysAtStart(termsOf(core, pair, genesis), 1);
  const key = await importVerifyingKey(keys[0].key, core.parties[1].key.id);
  if (!key.ok) return key.refusal.code;
  const own = [core.parties[0].key.publicKeyMultibase];
  if (kind === 'Greeting') return codeOfCloses(core, pair, document['closes'] as readonly JsonObject[]);
  const outcome =
    kind === 'Fork'
      ? await verifyFork(document)
      : kind === 'Close'
        ? await verifyClose(core, pair, 1, document, key.key)
        : await verifyPresentation(document, core.parties[0].bank, own);
  return outcome.ok ? null : outcome.refusal.code;
}

async function casesOf(core: AgreementCore, pair: string, genesis: string): Promise<Case[]> {
  const [gracia, leith, next] = await Promise.all([bankKey(0), bankKey(1), bankKey(1, 3)]);
  const sign = async (document: JsonObject, key: SigningKey, created = CREATED): Promise<JsonObject> =>
    (await signDocument(document, key, created)) as unknown as JsonObject;
  const START = { epoch: 0, seq: 0, hash: genesis };
  const unsigned = (seq: number, body: Body, epoch = 0): JsonObject =>
    encodeEntry(core, pair, { author: 1, epoch, seq, prev: genesis, ack: START, body });
  const end = (kind: 'Void' | 'Release'): Body => ({ kind, transfer: 'https://leith.example/ap/transfers/t1' });
  const [one, two] = [await sign(unsigned(3, end('Void')), leith), await sign(unsigned(3, end('Release')), leith)];
  const change = await sign(unsigned(2, await keyChangeTo(pair, 3, 18, 19)), leith);
  const changed = [await sign(unsigned(3, end('Void')), next), await sign(unsigned(3, end('Release')), next)] as const;
  const fork = (entries: readonly [JsonObject, JsonObject], changes: JsonObject[] = []): JsonObject =>
    makeFork(core, pair, 1, entries, changes);
  const close = encodeClose(core, pair, 1, { own: START, peer: START });
  const greeting = (...closes: JsonObject[]): JsonObject => ({ pair, head: START, nonce: 'A'.repeat(43), closes });
  const ownClose = encodeClose(core, pair, 0, { own: START, peer: START });
  const [closed, closedByMe] = [await sign(close, leith), await sign(ownClose, gracia)];
  const yes = (party: Party) => ({ actor: core.parties[party].bank, pair, core });
  const offer = await sign(
    encodeHonour({ kind: 'HonourOffer', id: 'https://leith.example/o', ...yes(1), invitation: 'i' }),
    leith,
  );
  const accept = encodeHonour({ kind: 'HonourAccept', id: 'https://gracia.example/a', ...yes(0) });
  const accepted = await sign(accept, gracia);
  const run = await verifyRun(core, pair, 1, [change], keysAtStart(termsOf(core, pair, genesis), 1));
  if (run.keys.length !== 2) throw new Error('the key change has no effect');
  const taken = { code: null, flags: [] };
  return [
    { kind: 'Fork', why: 'two entries at one place', ...taken, document: fork([one, two]) },
    { kind: 'Fork', why: 'two entries after a key change', ...taken, document: fork(changed, [change]) },
    {
      kind: 'Fork',
      why: 'the same without the key change',
      code: 'proof_mismatch',
      flags: ['evidenceKeys'],
      document: fork(changed),
    },
    {
      kind: 'Fork',
      why: 'one entry with two proofs is one entry',
      code: 'invalid_request',
      flags: ['secondProof'],
      document: fork([one, await sign(unsigned(3, end('Void')), leith, '2026-11-22T10:00:01Z')]),
    },
    {
      kind: 'Fork',
      why: 'two entries at one number in two epochs are a restore',
      code: 'invalid_request',
      flags: ['restoreIsNoFork'],
      document: fork([one, await sign(unsigned(3, end('Release'), 5), leith)]),
    },
    {
      kind: 'Fork',
      why: 'entries by a stranger',
      code: 'proof_mismatch',
      flags: ['evidenceKeys'],
      document: fork([one, await sign(unsigned(3, end('Release')), await bankKey(1, 9))]),
    },
    {
      kind: 'Fork',
      why: 'the other bank accused',
      code: 'foreign_origin',
      flags: ['evidenceKeys'],
      document: { ...fork([one, two]), actor: core.parties[0].bank },
    },
    { kind: 'Close', why: 'Leith ends the pair', ...taken, document: closed },
    {
      kind: 'Close',
      why: 'a Close by a stranger',
      code: 'proof_mismatch',
      flags: ['close'],
      document: await sign(close, await bankKey(1, 9)),
    },
    {
      kind: 'Close',
      why: 'a Close of another pair',
      code: 'foreign_pair',
      flags: ['close'],
      document: await sign({ ...close, pair: pair.replace(/.$/, 'A') }, leith),
    },
    { kind: 'Greeting', why: 'a greeting on a pair that Leith has ended', ...taken, document: greeting(closed) },
    {
      kind: 'Greeting',
      why: "Gràcia's own Close, which it has lost",
      code: null,
      flags: ['lostClose'],
      document: greeting(closedByMe, closed),
    },
    {
      kind: 'Greeting',
      why: 'a Close that nobody signed',
      code: 'schema_mismatch',
      flags: ['closes'],
      document: greeting(close),
    },
    {
      kind: 'Greeting',
      why: 'a good Close beside one that a stranger signed',
      code: 'proof_mismatch',
      flags: ['closes'],
      document: greeting(closed, await sign(ownClose, await bankKey(0, 9))),
    },
    {
      kind: 'Greeting',
      why: 'a Close by Gràcia that Leith signed',
      code: 'wrong_key',
      flags: ['closes'],
      document: greeting(await sign(ownClose, leith)),
    },
    {
      kind: 'Greeting',
      why: 'the Close of another pair',
      code: 'foreign_pair',
      flags: ['closes'],
      document: greeting(await sign({ ...close, pair: pair.replace(/.$/, 'A') }, leith)),
    },
    {
      kind: 'Presentation',
      why: 'a pair that the backup does not know',
      ...taken,
      document: makePresentation(pair, offer, accepted, [change]),
    },
    {
      kind: 'Presentation',
      why: 'an agreement that Gràcia never signed',
      code: 'proof_mismatch',
      flags: ['ownSignature'],
      document: makePresentation(
        pair,
        offer,
        { ...accepted, proof: (await sign(accept, await bankKey(0, 9)))['proof'] as JsonObject },
        [],
      ),
    },
    {
      kind: 'Presentation',
      why: 'two yeses by Leith',
      code: 'foreign_origin',
      flags: ['ownSignature'],
      document: makePresentation(
        pair,
        offer,
        await sign(encodeHonour({ kind: 'HonourAccept', id: 'https://leith.example/a', ...yes(1) }), leith),
        [],
      ),
    },
  ];
}
