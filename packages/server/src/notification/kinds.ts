/**
 * What members can be told, and the facts that each sentence needs.
 *
 * The words are in the catalogue under `notice.<kind>`. Every sentence may also say `{town}`, the bank's name.
 *
 * @module
 */

/**
 * `text`: a name or title. `minutes`: a number. `day` and `moment`: a date as RFC 3339, said without and with the hour.
 */
type Fact = 'text' | 'minutes' | 'day' | 'moment';

/** The groups by which members can choose what is mailed. */
export const GROUPS = ['exchanges', 'offers', 'gatherings', 'town'] as const;
export type Group = (typeof GROUPS)[number];

interface Shape {
  readonly group: Group;
  readonly facts: Readonly<Record<string, Fact>>;
}

const who = { name: 'text', title: 'text' } as const;
const hours = { ...who, minutes: 'minutes' } as const;

export const KINDS = {
  application_waiting: { group: 'town', facts: { name: 'text' } },
  invited_joined: { group: 'town', facts: { name: 'text' } },
  offer_expiring: { group: 'offers', facts: { title: 'text', at: 'day' } },
  offer_expired: { group: 'offers', facts: { title: 'text' } },
  exchange_asked: { group: 'exchanges', facts: who },
  exchange_countered: { group: 'exchanges', facts: who },
  exchange_agreed: { group: 'exchanges', facts: hours },
  exchange_declined: { group: 'exchanges', facts: who },
  exchange_withdrawn: { group: 'exchanges', facts: who },
  exchange_cancelled: { group: 'exchanges', facts: who },
  exchange_over: { group: 'exchanges', facts: who },
  exchange_claimed: { group: 'exchanges', facts: hours },
  exchange_claim_changed: { group: 'exchanges', facts: hours },
  exchange_confirmed: { group: 'exchanges', facts: hours },
  exchange_counted: { group: 'exchanges', facts: hours },
  exchange_disputed: { group: 'exchanges', facts: who },
  exchange_settled: { group: 'exchanges', facts: { title: 'text', minutes: 'minutes' } },
  exchange_reminder: { group: 'exchanges', facts: who },
  exchange_message: { group: 'exchanges', facts: who },
  thanks: { group: 'exchanges', facts: { name: 'text' } },
  hours_came: { group: 'exchanges', facts: { name: 'text', minutes: 'minutes' } },
  gathering_changed: { group: 'gatherings', facts: { title: 'text', at: 'moment' } },
  gathering_cancelled: { group: 'gatherings', facts: { title: 'text', at: 'moment' } },
  gathering_struck: { group: 'gatherings', facts: { title: 'text', at: 'moment', name: 'text' } },
  gathering_place: { group: 'gatherings', facts: { title: 'text', at: 'moment' } },
  gathering_soon: { group: 'gatherings', facts: { title: 'text', at: 'moment' } },
  gathering_over: { group: 'gatherings', facts: { title: 'text' } },
  gathering_credited: { group: 'gatherings', facts: { title: 'text', minutes: 'minutes' } },
  gift_asked: { group: 'exchanges', facts: { name: 'text', minutes: 'minutes' } },
  gift_declined: { group: 'exchanges', facts: { name: 'text', minutes: 'minutes' } },
  fund_asked: { group: 'town', facts: { name: 'text', minutes: 'minutes' } },
  fund_declined: { group: 'town', facts: {} },
  broker_objected: { group: 'town', facts: { name: 'text', slip: 'text' } },
  broker_acted: { group: 'town', facts: { name: 'text' } },
  card_issued: { group: 'town', facts: {} },
  acts_for_you: { group: 'town', facts: { name: 'text' } },
  sign_in_new_device: { group: 'town', facts: { at: 'moment' } },
  address_changed_of: { group: 'town', facts: { name: 'text' } },
  fund_granted: { group: 'town', facts: { minutes: 'minutes' } },
  deadline_near: { group: 'exchanges', facts: { title: 'text', at: 'moment' } },
  member_leaving: { group: 'town', facts: { name: 'text', at: 'day' } },
  mail_failed: { group: 'town', facts: { name: 'text', at: 'moment' } },
  /** `name` is the address: they have no other name here. */
  mail_failed_guest: { group: 'town', facts: { name: 'text', at: 'moment' } },
} as const satisfies Record<string, Shape>;

export type NoticeKind = keyof typeof KINDS;

export type FactsOf<K extends NoticeKind> = {
  readonly [F in keyof (typeof KINDS)[K]['facts']]: (typeof KINDS)[K]['facts'][F] extends 'minutes' ? number : string;
};

/** Told by mail whatever somebody wishes, and at any hour: it may be an alarm. */
export const ALARMS: ReadonlySet<string> = new Set<NoticeKind>(['sign_in_new_device', 'acts_for_you']);

/** How each fact of a kind is said. Of a kind that is not known here, nothing. */
export function factsOfKind(kind: string): Readonly<Record<string, Fact>> {
  return Object.hasOwn(KINDS, kind) ? KINDS[kind as NoticeKind].facts : {};
}
