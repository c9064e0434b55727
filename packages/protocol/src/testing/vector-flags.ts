/**
 * What each file of the vectors asks for, what each flag means, and what goes wrong in a program that fails one.
 *
 * @module
 */
import type { JsonObject } from '../wire/strict-json.ts';
import type { VectorFile } from './vector-pair.ts';

/** The trap, its price, and the section of the specification that has the rule. */
type Flag = readonly [means: string, otherwise: string, spec: string];

interface About {
  /** What a program does with a case, and what it compares. */
  readonly read: string;
  readonly flags: Readonly<Record<string, Flag>>;
}

const STORY =
  'In order, be the bank that did not write `document`. Compare `outcome`, `code`, `hash`, `debtMinutes`, `exposureMinutes` and `recovering` after it.';

const FILES: Readonly<Record<string, About>> = {
  'canonical.json': {
    read: 'Write `input` in canonical form and hash its UTF-8 bytes. Compare `canonical` and `sha256`.',
    flags: {},
  },
  'strict-json.json': {
    read: 'Read the text `input` as JSON. Compare whether it is read with `valid`.',
    flags: {
      duplicate: ['a member stands twice', 'one bank counts the first, the other the last', '3.2'],
      number: ['a number that two languages read differently', 'sums and hashes differ', '3.2'],
      unicode: ['NUL, or half of a surrogate pair', 'hashes differ, or text ends early', '3.2'],
      prototype: ['a name with a meaning in some languages', 'the message changes the program', '3.2'],
      depth: ['more levels than allowed', 'one message can stop the program', '3.2'],
      trailing: ['something behind the value', 'two programs read two messages', '3.2'],
      syntax: ['not JSON', 'two programs read two messages', '3.2'],
      bom: ['a byte order mark', 'hashes differ', '3.2'],
    },
  },
  'proofs.json': {
    read: 'Verify `document` with the key of this file. Compare with `valid`. The members beside `cases` are the steps of the first case.',
    flags: {
      value: ['the document is not the one that was signed', 'anybody can change an amount', '3.5'],
      contextPrefix: [
        'a context was appended; the suite alone lets the proof have fewer than the document',
        'one entry has two hashes, and its writer looks like a forger',
        '3.5',
      ],
      proofMember: [
        'the proof has a member too many, another value in one, or stands twice',
        'an expired proof, or one for another use, passes',
        '3.5',
      ],
      key: ['the proof names another key than the one that is pinned', 'a key of somebody else passes', '3.5'],
    },
  },
  'journals.json': {
    read: STORY,
    flags: {
      accept: ['a Post before the HoldAccept', 'it counts a debt that nobody agreed to take', '4.4'],
      minutes: ['more minutes than were held', 'it credits more than was promised', '4.4'],
      debtor: ['a Post by the creditor', 'a bank can take what it was not given', '4.4'],
      once: ['a second answer', 'a payee is credited twice', '4.4'],
      idUsed: ['an id again, also that of a Hold without effect', 'two transfers are taken for one', '4.4'],
      limit: ['one minute too many', 'it honours more than it agreed to', '4.4'],
      open: ['an answer to a hold that ended', 'the two banks differ about what is held', '4.4'],
      suspended: ['a Hold while its writer is suspended', 'hours go to a bank that takes none', '4.4'],
      feature: ['a kind that the agreement does not list', 'the two banks differ about what counts', '4.4'],
      gap: ['a number is left out', 'an entry is lost for ever', '4.5'],
      prev: ['`prev` is not the hash of the head', 'two histories become one', '4.5'],
      ackBack: ['an ack below that of the entry before', 'a limit that its writer had seen is unseen again', '4.5'],
      epoch: [
        'the epoch rises without a Resume, or a Resume does not raise it',
        'entries of before a restore count',
        '4.5',
      ],
      fork: ['another entry at a place that is taken', 'a bank can tell two histories', '4.5'],
    },
  },
  'restores.json': {
    read: STORY,
    flags: {
      epoch: [
        'the epoch rises without a Resume, or a Resume does not raise it',
        'entries of before a restore count',
        '4.5',
      ],
      prev: ['a Resume whose `prev` is not the hash of the head', 'two histories become one', '4.5'],
      resume: ['a good Resume, or the Checkpoint that answers one', 'the pair hangs after a restore', '9.4'],
      staleResume: ['a Resume at a number that is taken', 'an honest bank looks like a forger', '4.5'],
      oldEpoch: ['an entry of before the restore that comes late', 'an honest bank looks like a forger', '4.5'],
      resumeByNumber: [
        'an ack with the number of the Resume, and another hash or epoch',
        'it goes on after a Resume that nobody took',
        '9.4',
      ],
    },
  },
  'keys.json': {
    read: `${STORY} Verify each with the key that holds at its \`seq\`.`,
    flags: {
      keyChange: ['a good key change, or an entry under the new key', 'the pair stops at a key change', '4.9'],
      keyEarly: ['the new key before its Amend', 'whoever names a key can sign with it', '4.9'],
      oldKey: ['the old key after its Amend', 'a stolen key works for ever', '4.9'],
      recovery: [
        'a change by another recovery key than the one whose hash was named last',
        'who steals a key takes the journal',
        '4.9',
      ],
      forwardOnly: [
        'a later answer to a Hold under the old key',
        'a bank can take back its debts by changing its key',
        '4.9',
      ],
    },
  },
  'successor.json': {
    read: STORY,
    flags: {
      opening: ['a Hold above what the opening leaves of the limit', 'a debt that was carried over is free', '4.3'],
    },
  },
  'statements.json': {
    read: 'Take in `entries`, then answer each question. Compare `statement` and `code`.',
    flags: {
      ownCut: [
        "the figures in front of an entry, at that entry's own cut and with nothing that came since",
        'the search for what two banks count differently ends at an entry that both count alike',
        '9.9',
      ],
      question: ['a question that has no answer', 'a bank states figures of a place that does not exist', '9.9'],
    },
  },
  'endings.json': {
    read: 'Check each `document` by itself, as Gràcia. Compare with `valid` and `code`.',
    flags: {
      evidenceKeys: [
        'evidence whose entries are not signed by the bank it accuses',
        'anybody can accuse anybody',
        '9.7',
      ],
      secondProof: ['one content with two proofs', 'an honest bank is accused of a fork', '9.7'],
      restoreIsNoFork: ['one number in two epochs', 'an honest restore is taken for a fork', '9.7'],
      close: ['a Close by somebody else, or of another pair', 'a stranger can end a pair', '9.8'],
      closes: [
        'a greeting on a closed pair whose Close one of the two banks has not signed',
        "whoever is greeted ends a pair, also in the greeter's own name",
        '9.8',
      ],
      lostClose: [
        "a greeting that brings back one's own Close",
        'a bank that was restored to before the end waits for ever',
        '9.8',
      ],
      ownSignature: [
        "an agreement without one's own signature",
        'a stranger becomes a partner of a restored bank',
        '9.5',
      ],
    },
  },
  'exchanges.json': {
    read: 'Story by story, be the `bank` of each case: put `document` into the log that it belongs to, or refuse it. Compare `outcome`, `code` and, after it, `status`. Compare `hash`, and `detail` of `hold`.',
    flags: {
      crossing: [
        'two messages that crossed, in either order of arrival',
        'two banks see two ends of one exchange',
        '6.7',
      ],
      twice: ['a message that comes again', 'an answer counts twice', '6.8'],
      noPlace: ['an act that the table has no place for', 'the two logs part for ever', '6.7'],
      gap: ['a number is left out', 'a message is lost for ever', '6.8'],
      fork: ['another message at a place that is taken', 'a bank can tell two stories', '6.8'],
      prev: ['`prev` is not the hash of the message before', 'a bank can tell two stories', '6.8'],
      seen: [
        '`seen` goes back, or names a message that was never written',
        'what crossed is told in two orders',
        '6.8',
      ],
    },
  },
  'http-signatures.json': {
    read: 'Check the request, or the answer to it where `response` is there, at the time `now`. Compare with `valid` and `code`.',
    flags: {
      unsigned: ['no signature', 'anybody can write or answer', '2.4'],
      key: ['another key than the one that the agreement pins', 'strangers can write or answer', '2.4'],
      digest: ['another body than the one that was signed', 'whoever carries a message can change it', '2.4'],
      target: ['another method, host or path than was signed', 'a message to one bank is shown to another', '2.4'],
      session: ['another session than was signed', 'an old life of a bank writes again', '2.4'],
      covered: ['a good signature that leaves something out', 'what is left out can be changed', '2.4'],
      oneSignature: ['a second signature', 'two programs check two signatures', '2.4'],
      clock: ['more than five minutes from `now`, or exactly five', 'an old message comes back', '2.6'],
      bound: ['an answer to another request, or with another status', 'an old yes answers a new question', '2.5'],
    },
  },
};

/** The index. Throws when a file has a flag without a line here, or a line is used by no case. */
export function flagVectors(files: readonly VectorFile[]): VectorFile {
  for (const { name, content } of files) {
    const cases = content['cases'] as readonly JsonObject[];
    const used = new Set(cases.flatMap((each) => (each['flags'] ?? []) as readonly string[]));
    const named = new Set(Object.keys(FILES[name]?.flags ?? {}));
    const odd = [...used, ...named].filter((flag) => !used.has(flag) || !named.has(flag));
    if (odd.length > 0) throw new Error(`${name}: the index and the cases differ about ${odd.join(', ')}`);
  }
  return {
    name: 'index.json',
    content: {
      about:
        'For each file: what to do with a case (`read`), and for each flag what its cases have in them (`means`), what goes wrong in a program that fails one (`otherwise`), and the section of the specification (`spec`). A flag names what a case is about; whether it has to be taken is in the case.',
      files: Object.fromEntries(
        Object.entries(FILES).map(([file, { read, flags }]) => [
          file,
          {
            read,
            flags: Object.fromEntries(
              Object.entries(flags).map(([flag, [means, otherwise, spec]]) => [flag, { means, otherwise, spec }]),
            ),
          },
        ]),
      ),
    },
  };
}
