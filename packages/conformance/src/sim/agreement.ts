/**
 * The agreements of the simulated banks.
 *
 * Promises: the same banks and limits give the same agreement, so it is made once a process.
 *
 * @module
 */
import { type AgreementCore, type Opening, type PairTerms, termsOf } from '@evenhour/protocol';
import { hashOfKey, pairOf } from '@evenhour/protocol/wire';
import { type BankKey, type BankKeys, originOfBank } from './keys.ts';

export interface Agreement {
  readonly core: AgreementCore;
  readonly id: string;
  readonly terms: PairTerms;
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
  keys: BankKeys,
): Agreement {
  const name = `${banks} ${grants}`;
  const known = agreements.get(name);
  if (known !== undefined) return known;
  const party = (side: 0 | 1): AgreementCore['parties'][0] => {
    const origin = originOfBank(banks[side]);
    const key = keys[banks[side]]?.[0] as BankKey;
    return {
      bank: `${origin}/ap/bank`,
      name: `Bank ${banks[side]}`,
      key: { id: `${origin}/ap/bank#key`, publicKeyMultibase: key.signing.publicMultikey },
      recovery: hashOfKey(key.recovery.multikey),
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
  const agreement = agreementFrom(core);
  agreements.set(name, agreement);
  return agreement;
}

/** The agreement that follows another, with the position that it left and the keys of its end, by party. */
export function successorOf(
  { core, id }: Agreement,
  keys: readonly [SuccessorKey, SuccessorKey],
  opening: Omit<Opening, 'predecessor'> | null,
): Agreement {
  const party = (side: 0 | 1): AgreementCore['parties'][0] => {
    const { key, recovery } = keys[side];
    const before = core.parties[side];
    return { ...before, key: { ...before.key, publicKeyMultibase: key }, recovery };
  };
  return agreementFrom({
    ...core,
    parties: [party(0), party(1)],
    predecessor: id,
    ...(opening !== null && { opening: { ...opening, predecessor: id } }),
  });
}

/** A key and the hash of the recovery key that may end it. */
interface SuccessorKey {
  readonly key: string;
  readonly recovery: string;
}

function agreementFrom(core: AgreementCore): Agreement {
  const { pair: id, genesis } = pairOf(core);
  return { core, id, terms: termsOf(core, id, genesis) };
}
