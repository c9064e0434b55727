/**
 * HTTP signatures of the fediverse: what they must cover, and whether they are good.
 *
 * Promises: exactly one signature; it covers method, address and host and a digest of the body,
 * which Fedify's verifier leaves to the signer; made within five minutes; by an RSA key of 2048
 * bits or more, or by another kind that Fedify knows. No key is fetched here.
 *
 * @module
 */
import { verifyRequestDetailed } from '@fedify/fedify/sig';
import type { DocumentLoader } from '@fedify/vocab-runtime';
import type { RemoteKey } from './remote-keys.ts';

/**
 * The id of the key with which a request says that it is signed. Undefined if it is not signed,
 * more than once, or by less than it must be.
 */
export function signingKeyId(headers: Headers): string | undefined {
  const input = headers.get('signature-input');
  const keyId = input === null ? draftKeyId(headers) : standardKeyId(input, headers);
  return keyId !== undefined && URL.canParse(keyId) && new URL(keyId).href === keyId ? keyId : undefined;
}

/** RFC 9421, in the plain form that all fediverse servers write. */
const INPUT = /^([a-z*][a-z0-9_*.-]*)=\(((?:"[a-z0-9@-]+" ?)*)\)((?:;[a-z]+=(?:"[^"\\]*"|\d+))*)$/;
const SIGNATURE = /^([a-z*][a-z0-9_*.-]*)=:[A-Za-z0-9+/=]+:$/;

function standardKeyId(input: string, headers: Headers): string | undefined {
  const [, label, list = '', rest = ''] = INPUT.exec(input) ?? [];
  if (label === undefined || SIGNATURE.exec(headers.get('signature') ?? '')?.[1] !== label) return undefined;
  const covered = list.split(' ').map((name) => name.slice(1, -1));
  const covers = (...names: string[]) => names.every((name) => covered.includes(name));
  if (!covers('@method', 'content-digest')) return undefined;
  if (!covers('@target-uri') && !covers('@authority', '@path')) return undefined;
  return once([...rest.matchAll(/;([a-z]+)=(?:"([^"]*)"|\d+)/g)])?.get('keyid');
}

/** The draft by Cavage, version 12. */
function draftKeyId(headers: Headers): string | undefined {
  const pieces = (headers.get('signature') ?? '')
    .split(',')
    .map((piece) => /^\s*([A-Za-z]+)=(?:"([^"]*)"|\d+)\s*$/.exec(piece));
  if (!pieces.every((piece) => piece !== null)) return undefined;
  const fields = once(pieces);
  const covered = (fields?.get('headers') ?? '').toLowerCase().split(' ');
  if (!['(request-target)', 'host', 'date', 'digest'].every((name) => covered.includes(name))) return undefined;
  // Fedify would be content with SHA-1 alone.
  if (!/(^|,)\s*sha-(256|512)=/i.test(headers.get('digest') ?? '')) return undefined;
  return fields?.get('keyId');
}

/** Names and values of matches; undefined if a name comes twice, for then readers differ. */
function once(matches: readonly RegExpExecArray[]): Map<string, string> | undefined {
  const fields = new Map(matches.map(([, name = '', value = '']) => [name, value]));
  return fields.size === matches.length ? fields : undefined;
}

/** Whether a request was signed with this key, whose id {@link signingKeyId} read from it. */
export async function isSignedWith(request: Request, key: RemoteKey, contextLoader: DocumentLoader): Promise<boolean> {
  const { id, owner, publicKeyPem } = key;
  const document = { '@context': 'https://w3id.org/security/v1', id, type: 'CryptographicKey', owner, publicKeyPem };
  try {
    const result = await verifyRequestDetailed(request, {
      timeWindow: { minutes: 5 },
      contextLoader,
      documentLoader: async (url) => {
        if (url !== id) throw new Error('A signature is verified with the key that was found for it.');
        return { contextUrl: null, document, documentUrl: url };
      },
    });
    if (!result.verified || result.key.id?.href !== id || result.key.publicKey === null) return false;
    const { modulusLength } = result.key.publicKey.algorithm as Partial<RsaKeyAlgorithm>;
    return modulusLength === undefined || modulusLength >= 2048;
  } catch {
    // Bad base64, an impossible date, a key of another kind: Fedify throws where it should say no.
    return false;
  }
}
