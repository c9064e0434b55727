/** What `evenhour verify` found in a receipt, in sentences. */
import { say } from '@evenhour/protocol';
import { plain } from '../verify/folder.ts';
import type { CheckedReceipt, Step } from './check.ts';

const WORDS: { readonly [S in Step]: string } = {
  agreement: 'Two banks signed one agreement.',
  hold: "The giver's bank signed that the hours are kept ready.",
  holdAccept: "The receiver's bank signed that it takes them.",
  post: "The giver's bank signed that they are given.",
  receipt: "The receiver's bank signed that they have arrived.",
  parts: 'The parts are of one exchange, and none is counted twice.',
  details: 'What is told here about the hours is what was meant when it was signed.',
  town: 'The bank signed that the hours stand in its books.',
};

export function sayReceipt({ ok, kind, steps, facts }: CheckedReceipt): string {
  const lines = steps.map(({ step, ok: good }) => `${good ? 'holds' : 'DOES NOT HOLD'}: ${WORDS[step]}`);
  if (!ok || facts === null) return `This receipt does not hold.\n${lines.join('\n')}\n`;
  const { giver, receiver, what } = facts;
  const people = giver === null || receiver === null ? [] : [`From ${giver} to ${receiver}.`];
  const parts =
    facts.parts.length > 1
      ? [`In ${facts.parts.length} parts: ${facts.parts.map((part) => say(part.minutes)).join(' + ')}.`]
      : [];
  const words = what === null ? [] : [`For: ${what}`];
  const said = [
    `${say(facts.minutes)} from ${facts.from} to ${facts.to}, ${facts.givenAt}: this receipt holds.`,
    ...parts,
    ...people,
    ...words,
    ...lines,
    kind === 'between'
      ? 'It cannot show that these keys are the banks’ own, nor what happened later.'
      : 'It is the word of one bank about its own members. It cannot show that this key is the bank’s own.',
  ];
  return `${said.map(plain).join('\n')}\n`;
}
