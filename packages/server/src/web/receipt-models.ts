/** What the pages of receipts are given to show. */
import type { CheckedReceipt, ReceiptDocuments } from '../receipt/check.ts';
import type { Party } from './models.ts';

export interface ReceiptModel {
  /** Who gave the time, or passed hours on. Named only where the reader may see names. */
  readonly giver: Party;
  readonly receiver: Party;
  /** The towns whose hours went and came; of time that was given, the other way round than its people. */
  readonly from: string;
  readonly to: string;
  readonly minutes: number;
  /** The minutes of each part; more than one of an exchange whose hours moved in several. */
  readonly parts: readonly number[];
  readonly what: string;
  readonly givenAt: Date;
  readonly receivedAt: Date;
  readonly checked: CheckedReceipt;
  readonly documents: ReceiptDocuments;
  /** The banks' keys as they stand in the papers. */
  readonly keys: readonly { readonly bank: string; readonly key: string }[];
  /** The whole address under which others can check it; `null` when it is not shown. */
  readonly link: string | null;
}

export interface OwnReceiptModel extends ReceiptModel {
  readonly id: string;
  /** Each part between two banks, whose signed lines have a page. */
  readonly lines: readonly { readonly id: string; readonly minutes: number }[];
  /** The desk looks; the act is the member's own. */
  readonly mayShare: boolean;
  readonly shared: { readonly names: boolean; readonly at: Date; readonly path: string } | null;
}
