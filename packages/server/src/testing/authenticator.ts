/**
 * A device that makes a passkey and signs with it, for tests of programs that bring what a browser would say.
 *
 * @module
 */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** What a credential says as JSON, for the API. */
type Said = Record<string, unknown>;

/** User present and verified; and that a key comes along. */
const [VERIFIED, WITH_KEY] = [0x05, 0x40];

const base64url = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64url');
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest();

/** What an answer says that is not so. */
interface Lie {
  /** As if the browser stood on the page of this origin. */
  readonly origin?: string;
  /** As if the key were made for this host. */
  readonly host?: string;
  /** As if it had been used so often. */
  readonly counter?: number;
  /** As if it were the key with this id. */
  readonly id?: string;
  /** As if nobody had shown that it is theirs. */
  readonly flags?: number;
}

export class Authenticator {
  readonly #origin: string;
  readonly #id = randomBytes(16);
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  #counter = 0;

  /** `origin` is that of the bank, as a browser would tell it. */
  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Makes the passkey that these options ask for. */
  make({ challenge }: Said): Said {
    const clientData = this.#clientData('webauthn.create', challenge);
    const length = Buffer.from([this.#id.length >> 8, this.#id.length & 255]);
    const attested = Buffer.concat([Buffer.alloc(16), length, this.#id, this.#coseKey()]);
    const data = Buffer.concat([this.#data(VERIFIED | WITH_KEY), attested]);
    // A CBOR map of three: the format, no statement, and the data.
    const attestation = Buffer.concat([
      Buffer.from([0xa3]),
      ...[cborText('fmt'), cborText('none'), cborText('attStmt'), Buffer.from([0xa0])],
      ...[cborText('authData'), Buffer.from([0x58, data.length]), data],
    ]);
    return this.#said({ clientDataJSON: base64url(clientData), attestationObject: base64url(attestation) });
  }

  /** Signs what these options ask, with a lie in it if there is one. */
  use({ challenge }: Said, { origin, host, counter, id, flags = VERIFIED }: Lie = {}): Said {
    const clientData = this.#clientData('webauthn.get', challenge, origin);
    const data = this.#data(flags, host, counter);
    const signature = sign('sha256', Buffer.concat([data, sha256(clientData)]), this.#keys.privateKey);
    const response = { authenticatorData: base64url(data), signature: base64url(signature) };
    return this.#said({ clientDataJSON: base64url(clientData), ...response }, id);
  }

  #said(response: Said, id = base64url(this.#id)): Said {
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
  }

  #clientData(type: string, challenge: unknown, origin = this.#origin): string {
    return JSON.stringify({ type, challenge, origin, crossOrigin: false });
  }

  /** For whom, in which way, and how often so far. */
  #data(flags: number, host = new URL(this.#origin).hostname, counter?: number): Buffer {
    const rest = Buffer.alloc(5);
    rest[0] = flags;
    this.#counter = counter ?? this.#counter + 1;
    rest.writeUInt32BE(this.#counter, 1);
    return Buffer.concat([sha256(host), rest]);
  }

  /** The public key as CBOR: an elliptic curve, ES256, P-256, and its two coordinates. */
  #coseKey(): Buffer {
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' });
    const [bytesX, bytesY] = [Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
    const head = Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32]);
    return Buffer.concat([head, bytesX, Buffer.from([0x22, 0x58, 32]), bytesY]);
  }
}

/** A text of less than 24 letters. */
function cborText(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)]);
}
