/**
 * Keys, proofs inside documents, and signatures around HTTP messages. Nothing here fetches.
 *
 * @module
 */
export {
  completeProof,
  type PreparedProof,
  type Proof,
  type ProofConfig,
  prepareProof,
  signDocument,
  verifyDocument,
} from './data-integrity.ts';
export { type Presented, type ProvenFork, verifyClose, verifyFork, verifyPresentation } from './endings.ts';
export {
  contentDigest,
  type HttpHeaders,
  type HttpRequest,
  type HttpResponse,
  type RequestSignature,
  SESSION_HEADER,
  SIGNATURE_TAG,
  signRequest,
  signResponse,
  type VerifiedRequest,
  verifyRequest,
  verifyResponse,
  WINDOW_SECONDS,
} from './http-signature.ts';
export {
  decodeMultikey,
  encodeMultikey,
  exportPrivateJwk,
  exportSeed,
  generateKeyPair,
  importPrivateJwk,
  importSeed,
  importVerifyingKey,
  type KeyPair,
  type PrivateJwk,
  type PrivateKeyOptions,
  type Signatures,
  type SigningKey,
  signBytes,
  useSignatures,
  type VerifyingKey,
  verifyBytes,
} from './key.ts';
export { recoveryBytes, type VerifiedRun, verifyEntry, verifyExchangeMessage, verifyRun } from './verified.ts';
