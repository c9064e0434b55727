/**
 * What each flag of the vectors means, and what goes wrong in a program that fails one.
 *
 * @module
 */
import type { JsonObject } from '../wire/strict-json.ts';
import type { VectorFile } from './vector-pair.ts';

/** By file: for each flag, the trap and its price. */
const FLAGS: Readonly<Record<string, Readonly<Record<string, readonly [means: string, otherwise: string]>>>> = {
  'strict-json.json': {
    duplicate: ['a member stands twice', 'one bank counts the first, the other the last'],
    number: ['a number that two languages read differently', 'sums and hashes differ'],
    unicode: ['text that is no text', 'hashes differ, or text ends early'],
    prototype: ['a name with a meaning in some languages', 'the message changes the program'],
    depth: ['more levels than allowed', 'the program can be stopped by one message'],
    trailing: ['something behind the value', 'two programs read two messages'],
    syntax: ['not JSON', 'two programs read two messages'],
    bom: ['a byte order mark', 'hashes differ'],
  },
  'proofs.json': {
    value: ['another value than the one that was signed', 'anything passes'],
    contextPrefix: ['a context appended to a signed document', 'somebody can make it believe in a fork'],
    proofMember: ['a member of the proof that is missing, more, or another', 'an old or foreign proof passes'],
    key: ['another key named', 'a key of somebody else passes'],
  },
  'journals.json': {
    accept: ['a Post before the HoldAccept', 'it owes what nobody agreed to take'],
    minutes: ['more minutes than were held', 'it credits more than was promised'],
    debtor: ['a Post by the creditor', 'a bank can take what it was not given'],
    once: ['a second answer', 'a payee is credited twice'],
    idUsed: ['an id again, also after a hold without effect', 'two transfers are taken for one'],
    limit: ['one minute too many', 'it honours more than it agreed to'],
    open: ['an answer to a hold that ended', 'the two banks differ about what is held'],
    suspended: ['a Hold while the pair is suspended', 'hours go to a bank that takes none'],
    feature: ['a kind that the agreement does not list', 'the two banks differ about what counts'],
    gap: ['a number is left out', 'an entry is lost for ever'],
    prev: ['another past than the head', 'two histories become one'],
    ackBack: ['an ack that goes back', 'a limit that was seen is unseen'],
    epoch: ['an epoch that rises without a Resume, or a Resume that raises none', 'entries of before a restore count'],
    fork: ['another entry at one place', 'a bank can tell two histories'],
  },
  'restores.json': {
    epoch: ['an epoch that rises without a Resume, or a Resume that raises none', 'entries of before a restore count'],
    prev: ['another past than the head', 'two histories become one'],
    resume: ['a restored bank begins an epoch and is answered', 'the pair hangs after a restore'],
    staleResume: ['a Resume at a number that is taken', 'an honest bank looks like a forger'],
    oldEpoch: ['an entry of before the restore that comes late', 'an honest bank looks like a forger'],
    resumeByNumber: [
      'an ack with the number of the Resume and another hash or epoch',
      'it goes on after a Resume that nobody took',
    ],
  },
  'keys.json': {
    keyChange: ['the new key holds from the next number', 'the pair stops at a key change'],
    keyEarly: ['the new key before its Amend', 'whoever names a key can sign with it'],
    oldKey: ['the old key after its Amend', 'a stolen key works for ever'],
    recovery: ['a change without the right recovery key', 'who steals a key takes the journal'],
    forwardOnly: ['an entry under the old key, later', 'a bank can take back its debts by changing its key'],
  },
  'successor.json': {
    opening: ['an opening above the limit', 'a debt that was carried over does not count'],
  },
  'endings.json': {
    evidenceKeys: ['evidence whose keys do not hold', 'anybody can accuse anybody'],
    secondProof: ['one content with two proofs', 'an honest bank is accused of a fork'],
    restoreIsNoFork: ['one number in two epochs', 'an honest restore is taken for a fork'],
    close: ['a Close by somebody else, or of another pair', 'a stranger can end a pair'],
    ownSignature: ["an agreement without one's own signature", 'a stranger becomes a partner of a restored bank'],
  },
};

/** The index. Throws when a file has a flag without a line here, or a line is used by no case. */
export function flagVectors(files: readonly VectorFile[]): VectorFile {
  for (const { name, content } of files) {
    const cases = (content['cases'] ?? []) as readonly JsonObject[];
    const used = new Set(cases.flatMap((each) => (each['flags'] ?? []) as readonly string[]));
    const named = new Set(Object.keys(FLAGS[name] ?? {}));
    const odd = [...used, ...named].filter((flag) => !used.has(flag) || !named.has(flag));
    if (odd.length > 0) throw new Error(`${name}: the index and the cases differ about ${odd.join(', ')}`);
  }
  return {
    name: 'index.json',
    content: {
      about: 'For each file, what its flags mean, and what goes wrong in a program that fails a case with one.',
      files: Object.fromEntries(
        Object.entries(FLAGS).map(([file, flags]) => [
          file,
          Object.fromEntries(Object.entries(flags).map(([flag, [means, otherwise]]) => [flag, { means, otherwise }])),
        ]),
      ),
    },
  };
}
