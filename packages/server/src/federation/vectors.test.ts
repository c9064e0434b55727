import { readFileSync } from 'node:fs';
import { EVENHOUR_CONTEXT_DOCUMENT, EVENHOUR_CONTEXT_URL } from '@evenhour/protocol/wire';
import { verifyProof } from '@fedify/fedify/sig';
import { DataIntegrityProof } from '@fedify/vocab';
import { preloadedContexts, type RemoteDocument } from '@fedify/vocab-runtime';
import { expect, test } from 'vitest';

/** Fedify's verifier is another implementation of `eddsa-jcs-2022`. It knows the suite and not our narrower profile. */
const file = JSON.parse(readFileSync(new URL('../../../protocol/vectors/proofs.json', import.meta.url), 'utf8')) as {
  publicKeyMultibase: string;
  verificationMethod: string;
  cases: { name: string; valid: boolean; document: Record<string, unknown> }[];
};
const CONTEXTS: Record<string, unknown> = {
  ...preloadedContexts,
  [EVENHOUR_CONTEXT_URL]: EVENHOUR_CONTEXT_DOCUMENT,
};

/** The contexts that both name, and the key: nothing is fetched. */
async function load(url: string): Promise<RemoteDocument> {
  const [controller] = url.split('#');
  const key = { id: url, type: 'Multikey', controller, publicKeyMultibase: file.publicKeyMultibase };
  const document = CONTEXTS[url] ?? { '@context': 'https://w3id.org/security/multikey/v1', ...key };
  return { contextUrl: null, documentUrl: url, document };
}

async function isTaken(document: Record<string, unknown>): Promise<boolean> {
  const loaders = { documentLoader: load, contextLoader: load };
  const proof = await DataIntegrityProof.fromJsonLd(document['proof'], loaders);
  return (await verifyProof(document, proof, loaders)) !== null;
}

/** What Fedify takes and we refuse: the reason for a verifier of our own. */
const WIDER = ['an expiry added to the proof', 'a foreign domain added to the proof', 'two proofs'];

test.each(file.cases)('Fedify agrees, or is known not to: $name', async ({ name, valid, document }) => {
  expect(await isTaken(document)).toBe(valid || WIDER.includes(name));
});
