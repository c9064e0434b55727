/**
 * The files that an export is made of, and what one line of each looks like.
 *
 * @module
 */
import { AGREEMENT_TABLE, type AgreementStatus } from '@evenhour/protocol';
import { z } from 'zod';

export const FORMAT = 'evenhour-export/1';

/** Names of files. A pair's own are in a folder of their own under `pairs`. */
export const FILES = {
  manifest: 'manifest.json',
  bank: 'bank.json',
  keys: 'keys.jsonl',
  accounts: 'accounts.jsonl',
  postings: 'postings.jsonl',
  exchanges: 'exchanges.jsonl',
  evidence: 'evidence.jsonl',
} as const;

const whole = z.int();
const head = z.strictObject({ epoch: whole, seq: whole, hash: z.string() });
const cut = z.tuple([whole, whole]);

export const manifestShape = z.strictObject({
  format: z.literal(FORMAT),
  bank: z.string(),
  madeAt: z.string(),
  /** Whether members' names and words are in it. */
  private: z.boolean(),
  files: z.array(z.strictObject({ path: z.string(), lines: whole, sha256: z.string() })),
});

export const bankShape = z.strictObject({ origin: z.string(), name: z.string(), actor: z.string() });

export const keyShape = z.strictObject({
  id: z.string(),
  purpose: z.enum(['ed25519', 'rsa', 'recovery']),
  publicKey: z.string(),
  createdAt: z.string(),
});

export const accountShape = z.strictObject({
  id: z.string(),
  kind: z.enum(['member', 'fund', 'mirror', 'unclaimed', 'loss']),
  balanceMinutes: whole,
  heldMinutes: whole,
  name: z.string().optional(),
});

export const postingShape = z.strictObject({
  id: z.string(),
  kind: z.enum(['direct', 'hold', 'post', 'void']),
  debit: z.string(),
  credit: z.string(),
  minutes: whole,
  holdId: z.string().optional(),
  heldMinutes: whole.optional(),
  cause: z.string(),
  transferId: z.string().optional(),
  at: z.string(),
});

export const exchangeShape = z.strictObject({
  id: z.string(),
  direction: z.enum(['local', 'out', 'in']),
  pair: z.string().optional(),
  memberId: z.string(),
  accountId: z.string(),
  minutes: whole,
  status: z.enum(['offered', 'accepted', 'held', 'posted', 'settled', 'declined', 'returned']),
  code: z.string().optional(),
  transfer: z.string().optional(),
  detail: z.string().optional(),
  reverses: z.string().optional(),
  /** Of a part of an exchange: which one, and which part. */
  exchange: z.string().optional(),
  part: whole.optional(),
  createdAt: z.string(),
  /** Only where members' words were asked for. */
  private: z
    .strictObject({
      counterparty: z.string(),
      counterpartyName: z.string(),
      content: z.string(),
      salt: z.string().optional(),
      /** Of a part of an exchange across: what its Hold stands for, beside what the Hold says itself. */
      hold: z
        .strictObject({
          exchange: z.string(),
          part: whole,
          agreed: z.strictObject({
            side: z.enum(['giver', 'receiver']),
            n: whole,
            terms: z.strictObject({
              minutes: whole,
              content: z.string(),
              startTime: z.string().optional(),
              place: z.string().optional(),
            }),
          }),
        })
        .optional(),
    })
    .optional(),
});

export const evidenceShape = z.strictObject({
  id: z.string(),
  pair: z.string(),
  code: z.string(),
  at: z.string(),
  document: z.string(),
});

export const agreementShape = z.strictObject({
  pair: z.string(),
  partner: z.string(),
  status: z.enum(Object.keys(AGREEMENT_TABLE) as AgreementStatus[]),
  mirror: z.string(),
  owesMinutes: whole,
  openMinutes: whole,
  settlement: z
    .strictObject({
      cut,
      owesMinutes: whole,
      opening: z
        .strictObject({ debtor: z.string(), minutes: whole, predecessor: z.string(), causes: z.tuple([head, head]) })
        .nullable(),
      releasedMinutes: whole,
      refundedMinutes: whole,
      lossMinutes: whole,
      alone: z.boolean(),
    })
    .optional(),
});

export const receiptShape = z.strictObject({
  transfer: z.string(),
  from: z.enum(['us', 'them']),
  minutes: whole,
  /** `seq` of the Post in the debtor's journal, and of the Receipt in the creditor's. */
  post: whole,
  receipt: whole,
});

export type PostingLine = z.infer<typeof postingShape>;
export type AgreementFile = z.infer<typeof agreementShape>;

export function journalFile(name: string, ours: boolean): string {
  return `${name}/${ours ? 'ours' : 'theirs'}.jsonl`;
}

export function closeFile(name: string, ours: boolean): string {
  return `${name}/close-${ours ? 'ours' : 'theirs'}.json`;
}

export function droppedFile(name: string): string {
  return `${name}/dropped.jsonl`;
}
