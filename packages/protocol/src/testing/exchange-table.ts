/**
 * The table of an exchange as rows that people read: page 6 of the specification shows them, and a test compares.
 *
 * @module
 */
import {
  type Act,
  type ActKind,
  applyStep,
  type ExchangeState,
  openVersion,
  otherSide,
  type Proposal,
  type Recorded,
  type Side,
  TABLE,
} from '../core/exchange/exchange.ts';

/** From where, what, by whom, and what follows. */
export type ExchangeTableRow = readonly [from: string, act: ActKind, by: string, to: string];

const version = { side: 'giver', n: 1 } as const;
const proposal: Proposal = { by: 'giver', version, terms: { minutes: 60, content: '' } };
const record: Recorded = { by: 'giver', version, minutes: 60 };

/** Every state that the table tells apart, with what lies open said by the giver. */
const STATES: Readonly<Record<string, ExchangeState>> = {
  none: { status: 'none' },
  proposed: { status: 'proposed', proposal },
  agreed: { status: 'agreed', agreed: proposal, change: null },
  'agreed, a change is open': { status: 'agreed', agreed: proposal, change: proposal },
  claimed: { status: 'claimed', agreed: proposal, record },
  disputed: { status: 'disputed', agreed: proposal, record, against: null, because: '', until: null },
  confirmed: { status: 'confirmed', agreed: proposal, record },
  declined: { status: 'declined', proposal, by: 'receiver', because: '' },
  cancelled: { status: 'cancelled', last: proposal, by: 'giver', because: '' },
};

const KINDS = [...new Set(Object.values(TABLE).flatMap((row) => Object.keys(row)))] as ActKind[];

/** Examples of an act: minutes below and above what lies open, so that every comparison comes out both ways. */
function examples(kind: ActKind): readonly Act[] {
  const terms = { minutes: 30, content: 'other' };
  switch (kind) {
    case 'Offer':
    case 'Counter':
      return [{ kind, terms }];
    case 'Accept':
    case 'Reject':
    case 'AcceptClaim':
      return [{ kind, answers: version }];
    case 'RejectClaim':
      return [{ kind, answers: version, because: 'it was less' }];
    case 'Claim':
    case 'Update':
      return [30, 90].map((minutes) => ({ kind, minutes }));
    default:
      return [{ kind }];
  }
}

/** What a state is called after a step. */
function nameOf(state: ExchangeState): string {
  return state.status === 'agreed' && state.change !== null ? 'agreed, a change is open' : state.status;
}

/** All rows that lead somewhere, in the order of the states. */
export function exchangeTable(): ExchangeTableRow[] {
  return Object.entries(STATES).flatMap(([from, state]) =>
    KINDS.flatMap((kind): ExchangeTableRow[] => {
      const after = (by: Side): string =>
        [
          ...new Set(
            examples(kind)
              .flatMap((act) => applyStep(state, by, { n: 2, act }) ?? [])
              .map(nameOf),
          ),
        ].join(' or ');
      const speaker = openVersion(state)?.side ?? 'giver';
      const [own, other] = [after(speaker), after(otherSide(speaker))];
      if (own === other) return own === '' ? [] : [[from, kind, 'either side', own]];
      return [
        ...(own === '' ? [] : [[from, kind, 'whoever said what is open', own] as const]),
        ...(other === '' ? [] : [[from, kind, 'the other side', other] as const]),
      ];
    }),
  );
}

/** The same as the lines of a state diagram. */
export function exchangeDiagram(): string {
  const id = (name: string): string => (name === 'none' ? '[*]' : name.replace(/,.*/, '_change'));
  const arrows = exchangeTable().flatMap(([from, act, , to]) =>
    to.split(' or ').map((each) => `  ${id(from)} --> ${id(each)}: ${act}`),
  );
  const ends = ['confirmed', 'declined', 'cancelled'].map((end) => `  ${end} --> [*]`);
  return ['stateDiagram-v2', '  agreed_change: agreed, a change is open', ...new Set(arrows), ...ends].join('\n');
}
