/**
 * Vectors of exchanges: what two banks write and receive, step by step, and the state that each sees after it.
 *
 * @module
 */
import type { AgreementCore } from '../core/agreement/agreement.ts';
import { type Act, foldExchange, type Logs, otherSide, type Side, type Step } from '../core/exchange/exchange.ts';
import { type StepMessage, takeStep } from '../core/exchange/log.ts';
import type { Party } from '../core/journal/entry.ts';
import { signDocument } from '../proof/data-integrity.ts';
import { importVerifyingKey } from '../proof/key.ts';
import { verifyExchangeMessage } from '../proof/verified.ts';
import { base64urlEncode, canonical, hashOf } from '../wire/canonical.ts';
import { pairOf } from '../wire/entry.ts';
import { encodeExchangeMessage } from '../wire/messages.ts';
import { detailOfHold, type HoldDetails } from '../wire/steps.ts';
import type { JsonObject } from '../wire/strict-json.ts';
import { bankKey, CREATED, type VectorFile, vectorCore } from './vector-pair.ts';

const SALT = base64urlEncode(new Uint8Array(32).fill(5));
const terms = { minutes: 60, content: 'The gate squeaks', startTime: '2026-12-01T10:00:00+01:00', place: 'The yard' };
const names = ['Rosa', 'Moira'] as const;

/** What happens in a story: a bank writes an act, or takes a message in, changed on its way or not. */
type Event =
  | { readonly writes: Side; readonly act: Act; readonly change?: Partial<StepMessage> }
  | {
      readonly receives: Side;
      /** Which of the other side's messages, from 1, in the order in which they were written. */
      readonly nth: number;
      readonly code?: string;
      readonly known?: true;
      readonly flags?: readonly string[];
      /** A message that is signed and was not written in its place. */
      readonly instead?: { readonly act: Act } & Partial<StepMessage>;
    };

const writes = (by: Side, act: Act): Event => ({ writes: by, act });
const receives = (by: Side, nth: number, rest: object = {}): Event => ({ receives: by, nth, ...rest });
/** Written by one, taken in by the other. */
const says = (by: Side, nth: number, act: Act): Event[] => [writes(by, act), receives(otherSide(by), nth)];

const begun: readonly Event[] = [
  ...says('receiver', 1, { kind: 'Offer', terms }),
  ...says('giver', 1, { kind: 'Accept', answers: { side: 'receiver', n: 1 } }),
];
const claim = (minutes: number): Act => ({ kind: 'Claim', minutes, doneOn: '2026-12-01' });
const yes = (side: Side, n: number): Act => ({ kind: 'AcceptClaim', answers: { side, n } });
const crossing = { flags: ['crossing'] };

/** Leith's member asks, Gràcia's gives. Each story ends in the state that its name says. */
const STORIES: Readonly<Record<string, readonly Event[]>> = {
  'confirmed: asked, agreed, recorded, confirmed': [
    ...begun,
    ...says('giver', 2, claim(60)),
    ...says('receiver', 2, yes('giver', 2)),
    receives('giver', 2, { known: true, flags: ['twice'] }),
  ],
  'confirmed: both record at once, and the payer wrote more': [
    ...begun,
    writes('giver', claim(60)),
    writes('receiver', claim(75)),
    receives('receiver', 2, crossing),
    receives('giver', 2, crossing),
  ],
  'disputed: both record at once, and the payer wrote less': [
    ...begun,
    writes('giver', claim(60)),
    writes('receiver', claim(45)),
    receives('giver', 2, crossing),
    receives('receiver', 2, crossing),
  ],
  'claimed: one cancels while the other records': [
    ...begun,
    writes('receiver', { kind: 'Cancel', because: 'I am ill' }),
    writes('giver', claim(60)),
    receives('giver', 2, crossing),
    receives('receiver', 2, crossing),
  ],
  'cancelled: taken back while the other says yes': [
    ...says('receiver', 1, { kind: 'Offer', terms }),
    writes('giver', { kind: 'Accept', answers: { side: 'receiver', n: 1 } }),
    writes('receiver', { kind: 'Withdraw' }),
    receives('giver', 2, crossing),
    receives('receiver', 1, crossing),
  ],
  'agreed: an answer to older terms counts for nothing': [
    ...says('receiver', 1, { kind: 'Offer', terms }),
    ...says('giver', 1, { kind: 'Counter', terms: { ...terms, minutes: 90 } }),
    ...says('receiver', 2, { kind: 'Counter', terms: { ...terms, minutes: 75 } }),
    writes('giver', { kind: 'Accept', answers: { side: 'receiver', n: 1 } }),
    receives('receiver', 2, { flags: ['noPlace'] }),
    ...says('giver', 3, { kind: 'Accept', answers: { side: 'receiver', n: 2 } }),
  ],
  'proposed: an act without a place is kept and has no effect': [
    ...says('receiver', 1, { kind: 'Offer', terms }),
    writes('giver', claim(60)),
    receives('receiver', 1, { flags: ['noPlace'] }),
  ],
  'claimed: what does not fit the log is refused': [
    ...begun,
    writes('giver', claim(60)),
    receives('receiver', 2, {
      code: 'gap',
      flags: ['gap'],
      instead: { act: claim(60), n: 3, seen: 1, prev: `uEi${'A'.repeat(44)}` },
    }),
    receives('receiver', 1, {
      code: 'fork',
      flags: ['fork'],
      instead: { act: { kind: 'Reject', answers: { side: 'receiver', n: 1 } }, n: 1, seen: 1, prev: null },
    }),
    receives('receiver', 2, {
      code: 'chain_fault',
      flags: ['prev'],
      instead: { act: claim(60), n: 2, seen: 1, prev: `uEi${'A'.repeat(44)}` },
    }),
    receives('receiver', 2, { code: 'chain_fault', flags: ['seen'], instead: { act: claim(60), seen: 0 } }),
    receives('receiver', 2, { code: 'gap', flags: ['seen'], instead: { act: claim(60), seen: 2 } }),
    receives('receiver', 2),
  ],
};

interface Written {
  readonly message: StepMessage;
  readonly document: JsonObject;
  readonly hash: string;
}

/** One story told by two banks that keep their logs. */
class Story {
  readonly #core: AgreementCore;
  readonly #pair: string;
  readonly #exchange: string;
  readonly #written: Record<Side, Written[]> = { giver: [], receiver: [] };
  /** How many messages of a side the other one has taken. */
  readonly #taken: Record<Side, number> = { giver: 0, receiver: 0 };

  constructor(core: AgreementCore, pair: string, nth: number) {
    this.#core = core;
    this.#pair = pair;
    this.#exchange = `https://leith.example/ap/exchanges/story-${nth}`;
  }

  /** Gràcia is party 0 and gives, Leith is party 1 and receives. */
  static party(side: Side): Party {
    return side === 'giver' ? 0 : 1;
  }

  async #sign(by: Side, act: Act, change: Partial<StepMessage> = {}): Promise<Written> {
    const party = Story.party(by);
    const n = change.n ?? this.#written[by].length + 1;
    const { origin } = new URL(this.#core.parties[party].bank);
    const member = { id: `${origin}/ap/${names[party]}`, name: names[party], ref: `ref-${by}` };
    const message: StepMessage = {
      kind: 'Step',
      id: `${this.#exchange.replace('https://leith.example', origin)}/${n}`,
      exchange: this.#exchange,
      n,
      seen: this.#taken[otherSide(by)],
      prev: this.#written[by].at(-1)?.hash ?? null,
      act,
      member: n === 1 ? member : null,
      beginning: act.kind === 'Offer' ? { side: by, with: `acct:rosa@gracia.example`, salt: SALT } : null,
      ...change,
    };
    const unsigned = encodeExchangeMessage(this.#core, this.#pair, party, message);
    const document = (await signDocument(unsigned, await bankKey(party), CREATED)) as unknown as JsonObject;
    return { message, document, hash: hashOf(unsigned) };
  }

  #seenBy(side: Side): Logs {
    const peer = otherSide(side);
    const steps = (by: Side, upTo: number): Step[] =>
      this.#written[by].slice(0, upTo).map(({ message: { n, seen, act } }) => ({ n, seen, act }));
    return { [side]: steps(side, Number.POSITIVE_INFINITY), [peer]: steps(peer, this.#taken[peer]) } as unknown as Logs;
  }

  async tell(name: string, event: Event): Promise<JsonObject> {
    if ('writes' in event) {
      const { writes: by, act, change } = event;
      const written = await this.#sign(by, act, change);
      this.#written[by].push(written);
      return this.#case(name, by, 'writes', 'appended', null, [], written);
    }
    const { receives: by, nth, code = null, known, flags = [], instead } = event;
    const peer = otherSide(by);
    const sent =
      instead === undefined
        ? (this.#written[peer][nth - 1] as Written)
        : await this.#sign(peer, instead.act, { n: nth, prev: this.#prevOf(peer, nth), ...instead });
    const party = Story.party(peer);
    const key = await importVerifyingKey((await bankKey(party)).publicMultikey, this.#core.parties[party].key.id);
    if (!key.ok) throw new Error(key.refusal.code);
    const checked = await verifyExchangeMessage(this.#core, this.#pair, party, sent.document, key.key);
    if (!checked.ok || checked.message.kind !== 'Step') throw new Error(`${name}: not a step`);
    const held = this.#written[peer].slice(0, this.#taken[peer]);
    const log = {
      hashes: held.map(({ hash }) => hash),
      seen: held.at(-1)?.message.seen ?? 0,
      written: this.#written[by].length,
    };
    const taken = takeStep(log, checked.message, checked.hash);
    if (taken.take === 'append') this.#taken[peer] += 1;
    const outcome = taken.take === 'append' ? 'appended' : taken.take === 'known' ? 'known' : 'refused';
    const found = taken.take === 'refuse' ? taken.refusal.code : null;
    if (found !== code || (outcome === 'known') !== (known === true))
      throw new Error(`${name}: ${outcome} ${found}, and the story says ${code}`);
    return this.#case(name, by, 'receives', outcome, code, flags, sent);
  }

  #prevOf(side: Side, nth: number): string | null {
    return this.#written[side][nth - 2]?.hash ?? null;
  }

  #case(
    story: string,
    by: Side,
    does: 'writes' | 'receives',
    outcome: string,
    code: string | null,
    flags: readonly string[],
    { document, hash }: Written,
  ): JsonObject {
    const { status } = foldExchange(this.#seenBy(by));
    const bank = this.#core.parties[Story.party(by)].bank;
    const name = `${by} ${does} ${String((document['type'] as string[])[1])} ${document['n']}: ${outcome}`;
    return { name, story, bank, does, flags: [...flags], outcome, code, status, hash, document };
  }

  end(name: string): void {
    for (const side of ['giver', 'receiver'] as const) {
      const { status } = foldExchange(this.#seenBy(side));
      if (!name.startsWith(`${status}:`)) throw new Error(`story "${name}" ends ${status} for the ${side}`);
    }
  }
}

export async function exchangeVectors(): Promise<VectorFile> {
  const core = await vectorCore();
  const { pair } = pairOf(core);
  const cases: JsonObject[] = [];
  for (const [index, [name, events]] of Object.entries(STORIES).entries()) {
    const story = new Story(core, pair, index + 1);
    for (const event of events) cases.push(await story.tell(name, event));
    story.end(name);
  }
  const details: HoldDetails = {
    exchange: 'https://leith.example/ap/exchanges/story-1',
    part: 1,
    minutes: 60,
    payerRef: 'ref-receiver',
    payeeRef: 'ref-giver',
    agreed: { side: 'receiver', n: 1, terms },
  };
  return {
    name: 'exchanges.json',
    content: {
      about:
        'Exchanges, each `story` from its beginning. Leith asks and receives the hours, Gràcia gives them. `bank` either writes `document`, and has it in its own log from then on, or receives it. `outcome` is what becomes of it, `status` the state that this bank sees after it. `hold` is what a Hold of the first story stands for.',
      core: core as unknown as JsonObject,
      pair,
      hold: {
        salt: SALT,
        details: details as unknown as JsonObject,
        canonical: canonical(details as unknown as JsonObject),
        detail: detailOfHold(SALT, details),
      },
      cases,
    },
  };
}
