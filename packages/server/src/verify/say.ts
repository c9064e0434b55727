/** What `evenhour verify` has proved, and what no signature shows, in sentences. */
import { other, say } from '@evenhour/protocol';
import { plain } from './folder.ts';
import type { ProvenPair } from './pair.ts';
import type { Proven } from './verify.ts';

export function sayProven({ bank, pairs, books, gifts, evidence }: Proven): string {
  const sum = (of: (pair: ProvenPair) => number): number => pairs.reduce((total, pair) => total + of(pair), 0);
  const who =
    bank.name === null
      ? `${plain(bank.origin)}, whose name no agreement signs`
      : `${plain(bank.name)} (${plain(bank.origin)})`;
  const pieces = evidence.forks + evidence.entries + evidence.notes;
  const kinds = `${count(evidence.forks, 'fork')} and ${count(evidence.entries, 'entry', 'entries')} proved, ${count(evidence.notes, 'note')} of the bank itself`;
  const fixed = gifts.named === 0 ? '' : ` Who gave ${gifts.named} of them, to whom and why is signed too.`;
  const lines = [
    `${who}: all that signatures can show holds.`,
    `${count(pairs.length, 'agreement')}, each with two signed yeses; ${count(
      sum((p) => p.entries),
      'journal entry',
      'journal entries',
    )}, each signed with the key of its time and in its place.`,
    ...pairs.flatMap(sayPair),
    `${count(
      sum((p) => p.receipts),
      'receipt',
    )}, each signed by both banks.`,
    `${count(books.accounts, 'account')} and ${count(books.lines, 'ledger line')}: every balance is what its lines make, and together they make nothing.`,
    `${count(books.signedLines, 'line')} between two banks: each comes from a signed entry, and none twice.`,
    `${count(gifts.byTransfer.size, 'gift')} between two banks: each stands as the journals leave it.${fixed}`,
    `${count(pieces, 'piece of evidence', 'pieces of evidence')}${pieces === 0 ? '' : `: ${kinds}`}.`,
    `This export cannot show whether a pair, the newest entries of a journal or a piece of evidence were left out of it; to which member a signed line belongs, unless her gift says so above; whether the ${count(books.lines - books.signedLines, 'line')} inside the bank are true; and that these keys are the banks' own. Ask the partners how far their journals go, and compare the keys with those that you know.`,
  ];
  return `${lines.join('\n')}\n`;
}

function sayPair({ core, pair, keys, owesMinutes, claimed, notProved }: ProvenPair): string[] {
  const { me } = pair;
  const peer = core.parties[other(me)];
  const owes =
    owesMinutes === 0
      ? 'nobody owes anything'
      : owesMinutes > 0
        ? `we owe ${say(owesMinutes)}`
        : `they owe us ${say(owesMinutes)}`;
  const when = claimed.settlement === undefined ? '' : ' where the pair ended';
  return [
    `  ${plain(peer.name)} (${plain(peer.bank)}): ${owes}${when}. Ours ${keys[me].at(-1)?.key}, theirs ${keys[other(me)].at(-1)?.key}`,
    ...notProved.map((what) => `    Not proved: ${what}.`),
  ];
}

function count(number: number, one: string, many: string = `${one}s`): string {
  return `${number.toLocaleString('en-GB')} ${number === 1 ? one : many}`;
}
