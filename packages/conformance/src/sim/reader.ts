/**
 * How the auditor reads signatures in the simulator.
 *
 * @module
 */
import { type Document, isAllowed, type Reader, readSeal, type Seal } from '../auditor/audit.ts';
import type { Sealer } from './seal.ts';

/** Whether a recovery key allowed a change, by its signature and pair. There are few, and every run has them. */
const allowed = new Map<string, boolean>();

/** How the auditor reads signatures; it looks at each document once, however often it reads a journal. */
export function readerOf({ hashOf, isSealed }: Sealer): Reader {
  const seals = new WeakMap<Document, { readonly key: string; readonly seal: Seal }>();
  return {
    readSeal: (document, party) => {
      const key = party.key.publicKeyMultibase;
      if (isSealed !== undefined) return { hash: hashOf(document), isSigned: isSealed(document, key) };
      const known = seals.get(document);
      if (known?.key === key) return known.seal;
      const seal = readSeal(document, party);
      seals.set(document, { key, seal });
      return seal;
    },
    isAllowed: (change, pair) => {
      const name = `${pair} ${Object.values(change)}`;
      const known = allowed.get(name) ?? isAllowed(change, pair);
      allowed.set(name, known);
      return known;
    },
  };
}
