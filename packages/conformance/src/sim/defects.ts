/**
 * Defects to be planted: each a small change to the source, in the core or in the simulated bank.
 *
 * They live here as text and nowhere as a switch. `planted.ts` puts one at a time into a copy of the
 * source, and the simulator as it is has to find it.
 *
 * @module
 */

/** A file below `packages/`, what stands in it exactly once, and what takes its place. */
type Change = readonly [file: string, search: string, replace: string];

export interface Defect {
  readonly name: string;
  readonly changes: readonly Change[];
}

function plant(name: string, ...changes: Change[]): Defect {
  return { name, changes };
}

const JUDGE = 'protocol/src/core/journal/judge.ts';
const DECIDE = 'protocol/src/core/journal/decide.ts';
const PAIR = 'protocol/src/core/journal/pair.ts';
const KEYS = 'protocol/src/core/journal/keys.ts';
const GREETING = 'protocol/src/core/delivery/greeting.ts';
const SETTLE = 'protocol/src/core/recovery/settle.ts';
const AGREEMENT = 'protocol/src/core/agreement/agreement.ts';
const RUN = 'protocol/src/core/delivery/run.ts';
const BANK = 'conformance/src/sim/bank.ts';
const DELIVERY = 'conformance/src/sim/delivery.ts';
const VERIFY = 'conformance/src/sim/verify.ts';
const ENDING = 'conformance/src/sim/ending.ts';
const INTEGRITY = 'protocol/src/proof/data-integrity.ts';
const SCHEMAS = 'protocol/src/wire/schemas.ts';

export const DEFECTS: readonly Defect[] = [
  plant('off by one at the limit', [
    JUDGE,
    'exposureOf(view, author) + body.minutes > view.limits[author]',
    'exposureOf(view, author) + body.minutes > view.limits[author] + 1',
  ]),
  plant('suspension not looked at', [
    JUDGE,
    'if (view.suspended[author]) return',
    'if (view.suspended[author] && author > 1) return',
  ]),
  plant('room taken for validity', [
    JUDGE,
    "        return refusal('already_answered', naming(body));\n      if (transfer === undefined || !isOpen",
    "        return refusal('already_answered', naming(body));\n      if (exposureOf(view, other(author)) > view.limits[other(author)]) return refusal('limit_reached');\n      if (transfer === undefined || !isOpen",
  ]),
  plant('more posted than held', [
    JUDGE,
    'if (!isEntryAmount(body.minutes) || body.minutes > own.minutes)',
    'if (!isEntryAmount(body.minutes))',
  ]),
  plant('posted without an accept', [
    JUDGE,
    'if (own.accepted === null || own.accepted > seen) return',
    'if (own.accepted !== null && own.accepted > seen) return',
  ]),
  plant('second receipt counts', [
    JUDGE,
    "if (transfer.receipted !== null) return refusal('already_answered', naming(body));",
    '',
  ]),
  plant('validity judged at the present state', [
    DECIDE,
    'const breach = judge(view, book, author, entry.body);',
    'const breach = judge(pair.views[pair.me], book, author, entry.body);',
  ]),
  plant('no deduplication', [
    DECIDE,
    "    return held === entry.hash\n      ? { outcome: 'not_next', refusal: refusal('known_already', place(entry)) }\n      : {",
    "    return held === entry.hash\n      ? { outcome: 'fault', refusal: refusal('fork', place(entry)) }\n      : {",
  ]),
  plant('fork taken for known', [
    DECIDE,
    "      : { outcome: 'fault', refusal: refusal('fork', { ...place(entry), held, received: entry.hash }) };",
    "      : { outcome: 'not_next', refusal: refusal('known_already', place(entry)) };",
  ]),
  plant('an ack that goes back', [
    DECIDE,
    "if (ack.seq < last.seq) return 'ack_goes_back';",
    'if (ack.seq < last.seq) return null;',
  ]),
  plant('an ack compared with the previous entry that counts', [
    DECIDE,
    'acks: withParty(pair.acks, author, entry.ack),\n    views: author === 0',
    'acks: breach === null ? withParty(pair.acks, author, entry.ack) : pair.acks,\n    views: author === 0',
  ]),
  plant('a Resume (or any entry) acknowledged by number only', [
    DECIDE,
    'return acknowledged.hash === ack.hash && acknowledged.epoch === ack.epoch ? null',
    'return acknowledged.seq === ack.seq ? null',
  ]),
  plant('the chain not looked at', [DECIDE, "if (entry.prev !== head.hash) return 'prev_is_not_my_head';", '']),
  plant('an epoch that rises by itself', [
    DECIDE,
    "if (rises !== (entry.body.kind === 'Resume')) return",
    "if (!rises && entry.body.kind === 'Resume') return",
  ]),
  plant('missing epoch', [DECIDE, 'pair.heads[pair.me].epoch + 1 + chance, hash', 'pair.heads[pair.me].epoch, hash']),
  plant('written before the Resume is acknowledged', [
    PAIR,
    "return last?.kind === 'Resume';",
    "return last?.kind === 'Resume' && last.seq < 0;",
  ]),
  plant('a declined hold stays open', [
    PAIR,
    "    case 'HoldDecline':\n      return { ...close(view, other(author), judged, book), cut };",
    "    case 'HoldDecline':\n      return { ...view, cut };",
  ]),
  plant('an id that a broken hold used is free again', [
    DECIDE,
    'if (book.has(transferKey(author, body.transfer))) return null;',
    'if (book.has(transferKey(author, body.transfer)) || breach !== null) return null;',
  ]),
  plant(
    'proof context not compared',
    [
      SCHEMAS,
      'const context = z.tuple([z.literal(CONTEXT[0]), z.literal(CONTEXT[1]), z.literal(CONTEXT[2])]);',
      'const context = z.array(z.string()).min(CONTEXT.length);',
    ],
    [
      INTEGRITY,
      "if (!isPinnedContext(document['@context'])) return refuse",
      "if (!Array.isArray(document['@context'])) return refuse",
    ],
    [
      INTEGRITY,
      'const input = join(configDigest(key.verificationMethod, created as string), digest);\n  if',
      "const shown = digestOf({ ...document, '@context': proof['@context'] as string[] });\n  const input = join(configDigest(key.verificationMethod, created as string), shown);\n  if",
    ],
  ),
  plant('a key change that no recovery key allows', [
    JUDGE,
    'if (hashOfKey(body.keyChange.recoveryKey) !== view.recovery[author])',
    'if (hashOfKey(body.keyChange.recoveryKey) === null)',
  ]),
  plant('a key change for another pair', [
    JUDGE,
    'if (body.recoveryVerified !== true) return',
    'if (body.recoveryVerified === undefined) return',
  ]),
  plant('an older key counts after its change', [
    VERIFY,
    'const checked = bank.sealer.verify(link.agreement, author, document, key);',
    'const { sealer } = bank;\n      let checked = sealer.verify(link.agreement, author, document, key);\n      for (const older of schedule) {\n        if (checked instanceof Promise || checked.ok) break;\n        checked = sealer.verify(link.agreement, author, document, older.key);\n      }',
  ]),
  plant('a key counts from its own change on', [KEYS, 'fromSeq: entry.seq + 1, hash', 'fromSeq: entry.seq, hash']),
  plant('older entries checked with the newest key', [
    KEYS,
    'return (schedule.findLast((period) => period.fromSeq <= seq) ?? schedule[0]).key;',
    'return lastOf(schedule).key;',
  ]),
  plant('a restored bank does not recover', [
    GREETING,
    "return held === answered.hash ? { next: 'open'",
    "return held !== 'none' ? { next: 'open'",
  ]),
  plant('cursor not taken back for a partner that greets', [
    GREETING,
    'sendAfter: pair.acks[peer] },',
    'sendAfter: pair.heads[pair.me] },',
  ]),
  plant('session not fenced', [
    GREETING,
    "return accepted !== '' && accepted === session ? null",
    "return accepted !== 'none' ? null",
  ]),
  plant('answers of an older session taken', [
    RUN,
    "if (now.mine !== mine || now.partner !== partner) return { next: 'discard' };",
    "if (now.mine !== mine && now.partner !== partner) return { next: 'discard' };",
  ]),
  plant('a position that counts what one bank holds', [
    SETTLE,
    'const cut: [number, number] = [common(0), common(1)];',
    'const cut: [number, number] = [mine[0].length, mine[1].length];',
  ]),
  plant('settled at less than the partner signed', [
    ENDING,
    "if (low < signed(bank, link, author, theirs)) return 'wait';",
    '',
  ]),
  plant('what is not in the position is not given back', [
    SETTLE,
    '} else if (posted) refunded.push(transfer);',
    '} else if (posted) released.push(transfer);',
  ]),
  plant('journals given beyond the position', [
    ENDING,
    'return cut < head.seq ? headAt(bank, link, author, cut) : head;',
    'return cut < 0 ? headAt(bank, link, author, cut) : head;',
  ]),
  plant('a Close taken before the recovery', [
    GREETING,
    "waiting: ['greet', 'answer_greeting', 'read'],\n  recovering: ['answer_greeting', 'read'],",
    "waiting: ['greet', 'close', 'answer_greeting', 'read'],\n  recovering: ['close', 'answer_greeting', 'read'],",
  ]),
  plant('closed without a look at what the restore lost', [
    DELIVERY,
    '(over && !this.line(link).recovered)',
    '(over && this.line(link).recovered === null)',
  ]),
  plant('entries taken after the end', [
    GREETING,
    "closed: ['close', 'answer_greeting', 'read'],",
    "closed: ['apply', 'close', 'answer_greeting', 'read'],",
  ]),
  plant('an opening owed by the wrong bank', [
    AGREEMENT,
    'core.opening?.debtor === second.bank ? negate(opening)',
    'core.opening?.debtor === first.bank ? negate(opening)',
  ]),
  plant('a position carried over and left behind too', [
    ENDING,
    'if (owes > 0) work.tx.post({ debit: from, credit: to,',
    'if (owes > 0) work.tx.post({ debit: LOSS, credit: to,',
  ]),
  plant(
    'acknowledged before the commit',
    [
      DELIVERY,
      "    yield* bank.commit(work, good[0]?.entry.body.kind ?? 'run');\n    const head",
      "    (this as any).late = bank.commit(work, good[0]?.entry.body.kind ?? 'run');\n    const head",
    ],
    [
      DELIVERY,
      "    if (reply.kind === 'ran' && reply.head.seq > 0)\n",
      "    const { late } = this as any;\n    (this as any).late = undefined;\n    if (reply.kind === 'ran' && late) {\n      this.#ports.promised(bank, link, bank.peerOf(link), reply.head.seq, reply.head.hash);\n      yield* late;\n    }\n    if (reply.kind === 'ran' && reply.head.seq > 0)\n",
    ],
  ),
  plant('limit read outside the lock', [
    BANK,
    '  *give(link: Link, order: GiveOrder): Job<boolean> {\n    yield { lock: link.number };\n    const work = this.open(link);',
    "  *give(link: Link, order: GiveOrder): Job<boolean> {\n    const work = this.open(link);\n    yield pause('before_send', 'limit');\n    yield { lock: link.number };",
  ]),
  plant('postings committed after the entries', [
    BANK,
    '    const soon = this.store.commit(tx.changes);',
    "    const moved = new Map([...tx.changes].filter(([key]) => /^(posting|account)/.test(key)));\n    for (const key of moved.keys()) tx.changes.delete(key);\n    if (moved.size > 0 && tx.changes.size > 0) {\n      this.store.commit(tx.changes);\n      yield pause('before_commit', about);\n    }\n    const soon = this.store.commit(moved.size > 0 ? moved : tx.changes);",
  ]),
];
