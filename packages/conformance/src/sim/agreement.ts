/**
 * The agreements that the simulated banks begin with, and their keys.
 *
 * Promises: the same banks and limits give the same agreement, so it is made once a process.
 *
 * @module
 */
import { type AgreementCore, type PairTerms, termsOf } from '@evenhour/protocol';
import { importSeed, importVerifyingKey, type SigningKey, type VerifyingKey } from '@evenhour/protocol/proof';
import { hashOfKey, pairOf } from '@evenhour/protocol/wire';

export interface Agreement {
  readonly core: AgreementCore;
  readonly id: string;
  readonly terms: PairTerms;
}

/** The key of a bank. All banks of all seeds share one series, so that keys are made once. */
export interface BankKey {
  readonly signing: SigningKey;
  readonly verifying: VerifyingKey;
}

export const MAX_BANKS = 16;

/** Origins sort like the numbers of their banks, as an agreement wants its parties. */
export function originOfBank(bank: number): string {
  return `https://b${String(bank).padStart(2, '0')}.example`;
}

let made: Promise<readonly BankKey[]> | undefined;

/** The keys of all banks. */
export function bankKeys(): Promise<readonly BankKey[]> {
  made ??= Promise.all(Array.from({ length: MAX_BANKS }, (_, bank) => keyOf(bank)));
  return made;
}

async function keyOf(bank: number): Promise<BankKey> {
  const id = `${originOfBank(bank)}/ap/bank#key`;
  const signing = await importSeed(new Uint8Array(32).fill(bank + 1), id);
  const verifying = await importVerifyingKey(signing.publicMultikey, id);
  if (!verifying.ok) throw new Error(`the key of bank ${bank} cannot be read: ${verifying.refusal.code}`);
  return { signing, verifying: verifying.key };
}

const agreements = new Map<string, Agreement>();

/**
 * The agreement of two banks, `banks[0] < banks[1]`.
 *
 * @param grants what each bank lets the other owe, in minutes
 */
export function agreementOf(
  banks: readonly [number, number],
  grants: readonly [number, number],
  keys: readonly BankKey[],
): Agreement {
  const name = `${banks} ${grants}`;
  const known = agreements.get(name);
  if (known !== undefined) return known;
  const party = (side: 0 | 1): AgreementCore['parties'][0] => {
    const origin = originOfBank(banks[side]);
    const multikey = (keys[banks[side]] as BankKey).signing.publicMultikey;
    return {
      bank: `${origin}/ap/bank`,
      name: `Bank ${banks[side]}`,
      key: { id: `${origin}/ap/bank#key`, publicKeyMultibase: multikey },
      recovery: hashOfKey(multikey),
      journal: `${origin}/ap/journals`,
      exchange: `${origin}/ap/exchanges`,
      bridgeBuilder: `Bridge builder ${banks[side]}`,
      grantsMinutes: grants[side],
    };
  };
  const core: AgreementCore = {
    version: 'https://w3id.org/evenhour/v1',
    features: [],
    parties: [party(0), party(1)],
    start: '2026-01-01',
    noticeDays: 30,
    public: true,
    words: ['We honour the hours of your members.'],
    nonce: 'A'.repeat(43),
  };
  const { pair: id, genesis } = pairOf(core);
  const agreement = { core, id, terms: termsOf(core, id, genesis) };
  agreements.set(name, agreement);
  return agreement;
}
