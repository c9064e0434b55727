/**
 * The stories of the vectors: a pair entry by entry, with every class of entry; restores; key
 * changes; a successor that begins with a debt.
 *
 * @module
 */
import { statementFor } from '../core/journal/decide.ts';
import type { Body } from '../core/journal/entry.ts';
import { base64urlEncode, hashOf } from '../wire/canonical.ts';
import { pairOf } from '../wire/entry.ts';
import { journal } from './vector-journal.ts';
import {
  accept,
  at,
  hold,
  keyChangeTo,
  type Side,
  type Step,
  storyFile,
  type VectorFile,
  vectorCore,
} from './vector-pair.ts';

const post = (id: string, minutes: number): Body => ({ kind: 'Post', transfer: at(id), minutes });
const checkpoint = (writer: Side): Body => ({ kind: 'Checkpoint', statement: statementFor(writer.pair) });
const RESUME: Body = { kind: 'Resume' };

const HOW =
  'Be the bank that did not write the entry, and receive each in order. `applied` has effect; `breach` is appended without effect; `not_an_entry`, `not_next` and `fault` are not appended. A fault does not end the story here, so that the next case can show another; a bank would halt. `debtMinutes` is what each bank owes afterwards, `exposureMinutes` that and what it has promised in open holds, `recovering` whether it may write nothing but an answering Checkpoint.';

/** The files of all stories. */
export async function journalVectors(): Promise<VectorFile[]> {
  const core = await vectorCore();
  const { pair, genesis } = pairOf(core);
  const before = await vectorCore({ nonce: base64urlEncode(new Uint8Array(32).fill(6)) });
  const predecessor = pairOf(before);
  const causes = [
    { epoch: 0, seq: 41, hash: hashOf({ example: 41 }) },
    { epoch: 0, seq: 40, hash: hashOf({ example: 40 }) },
  ] as const;
  const successor = await vectorCore({
    predecessor: predecessor.pair,
    opening: { debtor: core.parties[1].bank, minutes: 700, predecessor: predecessor.pair, causes },
  });
  return [
    await storyFile('journals.json', `One pair, with every class of entry. ${HOW}`, core, journal(genesis)),
    await storyFile('restores.json', `Both banks are restored, one after the other. ${HOW}`, core, restores(genesis)),
    await storyFile(
      'keys.json',
      `Leith changes its key twice. Its keys have the seeds 2, 3 and 4. ${HOW}`,
      core,
      await keys(pair),
    ),
    await storyFile(
      'successor.json',
      `A successor agreement carries 700 minutes over, above Leith's limit of 600. ${HOW}`,
      successor,
      OPENING,
    ),
  ];
}

const OPENING: readonly Step[] = [
  {
    party: 1,
    body: hold('t1', 1),
    expect: 'breach',
    code: 'limit_reached',
    flags: ['opening'],
    why: 'no new hold before the opening is worked off',
  },
  { party: 0, body: hold('u1', 300, 'gracia'), expect: 'applied', why: 'the other direction is free' },
  { party: 1, body: accept('u1', 'gracia'), expect: 'applied', why: 'taken' },
  {
    party: 0,
    body: { kind: 'Post', transfer: at('u1', 'gracia'), minutes: 150 },
    expect: 'applied',
    why: '700 less 150 is 550',
  },
  {
    party: 1,
    body: hold('t2', 51),
    expect: 'breach',
    code: 'limit_reached',
    flags: ['opening'],
    why: 'the opening counts towards the limit',
  },
  { party: 1, body: hold('t3', 50), expect: 'applied', why: 'exactly the room that came back' },
  { party: 1, body: checkpoint, expect: 'applied', why: 'the statement has the opening in it' },
];

function restores(genesis: string): Step[] {
  const resume =
    (chance: number, change: object = {}) =>
    (writer: Side) => ({
      epoch: writer.pair.heads[writer.pair.me].epoch + 1 + chance,
      ...change,
    });
  return [
    { party: 1, body: hold('t1', 60), expect: 'applied', why: 'before the restore' },
    { party: 0, body: accept('t1'), expect: 'applied', why: 'accepted' },
    {
      party: 1,
      body: RESUME,
      expect: 'fault',
      code: 'chain_fault',
      flags: ['epoch'],
      why: 'a Resume that begins no epoch',
    },
    {
      party: 1,
      body: RESUME,
      change: resume(6, { seq: 1, prev: genesis, ack: { epoch: 0, seq: 0, hash: genesis } }),
      expect: 'not_next',
      code: 'stale_epoch',
      flags: ['staleResume'],
      why: 'a Resume at a number that is taken: its writer does not know its own last entry',
    },
    {
      party: 1,
      body: RESUME,
      change: resume(6, { prev: genesis }),
      expect: 'fault',
      code: 'chain_fault',
      flags: ['prev'],
      why: 'a Resume with another past',
    },
    {
      party: 1,
      body: RESUME,
      change: resume(6),
      expect: 'applied',
      flags: ['resume'],
      why: 'Leith was restored: epoch 7',
    },
    {
      party: 1,
      body: { kind: 'Void', transfer: at('t1') },
      change: { epoch: 0 },
      expect: 'not_next',
      code: 'stale_epoch',
      flags: ['oldEpoch'],
      why: 'a packet from before the restore comes late',
    },
    {
      party: 0,
      body: checkpoint,
      change: (writer) => ({ ack: { ...writer.pair.heads[1], hash: hashOf({ another: true }) } }),
      expect: 'fault',
      code: 'chain_fault',
      flags: ['resumeByNumber'],
      why: 'the number of the Resume with another hash acknowledges nothing',
    },
    {
      party: 0,
      body: checkpoint,
      change: (writer) => ({ ack: { ...writer.pair.heads[1], epoch: 0 } }),
      expect: 'fault',
      code: 'chain_fault',
      flags: ['resumeByNumber'],
      why: 'nor does the hash of the Resume in another epoch',
    },
    { party: 0, body: checkpoint, expect: 'applied', flags: ['resume'], why: 'the Checkpoint that answers the Resume' },
    { party: 1, body: post('t1', 60), expect: 'applied', why: 'Leith goes on in its new epoch' },
    {
      party: 0,
      body: RESUME,
      change: resume(0),
      expect: 'applied',
      flags: ['resume'],
      why: 'Gràcia was restored: epoch 1',
    },
    {
      party: 0,
      body: { kind: 'Receipt', transfer: at('t1'), unclaimed: false },
      change: { epoch: 2 },
      expect: 'fault',
      code: 'chain_fault',
      flags: ['epoch'],
      why: 'only a Resume raises the epoch',
    },
    {
      party: 1,
      body: RESUME,
      change: resume(9),
      expect: 'applied',
      flags: ['resume'],
      why: 'Leith again: its Resume acknowledges that of Gràcia',
    },
    { party: 0, body: checkpoint, expect: 'applied', flags: ['resume'], why: 'and is answered' },
    {
      party: 0,
      body: { kind: 'Receipt', transfer: at('t1'), unclaimed: false },
      expect: 'applied',
      why: 'everything goes on',
    },
  ];
}

async function keys(pair: string): Promise<Step[]> {
  const first = await keyChangeTo(pair, 3, 18, 19);
  return [
    { party: 1, body: hold('t1', 60), expect: 'applied', why: 'under the key of the agreement' },
    {
      party: 1,
      body: hold('t2', 60),
      seed: 3,
      expect: 'not_an_entry',
      code: 'proof_mismatch',
      flags: ['keyEarly'],
      why: 'the new key before its Amend',
    },
    {
      party: 1,
      body: await keyChangeTo(pair, 9, 9, 9),
      expect: 'breach',
      code: 'amend_out_of_range',
      flags: ['recovery'],
      why: 'a change by somebody who has the key, but not the recovery key',
    },
    {
      party: 1,
      body: hold('t3', 60),
      seed: 9,
      expect: 'not_an_entry',
      code: 'proof_mismatch',
      flags: ['recovery'],
      why: 'so that key does not hold',
    },
    { party: 1, body: first, expect: 'applied', flags: ['keyChange'], why: 'a key change, signed with the old key' },
    {
      party: 1,
      body: hold('t4', 60),
      expect: 'not_an_entry',
      code: 'proof_mismatch',
      flags: ['oldKey'],
      why: 'the old key afterwards',
    },
    {
      party: 1,
      body: hold('t4', 60),
      seed: 3,
      expect: 'applied',
      flags: ['keyChange'],
      why: 'the new key, from the next number',
    },
    {
      party: 1,
      body: await keyChangeTo(pair, 4, 18, 20),
      seed: 3,
      expect: 'breach',
      code: 'amend_out_of_range',
      flags: ['recovery'],
      why: 'a recovery key is used once',
    },
    {
      party: 1,
      body: await keyChangeTo(pair, 4, 19, 20),
      seed: 3,
      expect: 'applied',
      flags: ['keyChange'],
      why: 'the next change, by the next recovery key',
    },
    {
      party: 0,
      body: accept('t1'),
      expect: 'applied',
      flags: ['forwardOnly'],
      why: 'what the old key signed still stands',
    },
    { party: 1, body: post('t1', 60), seed: 4, expect: 'applied', flags: ['keyChange'], why: 'the third key' },
  ];
}
