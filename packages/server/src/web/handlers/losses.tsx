/**
 * The community loss account, for members to see.
 *
 * Promises: whoever is signed in sees it; it is read from the ledger and from the agreements that ended.
 *
 * @module
 */
import { type AgreementView, agreementViews } from '../../agreement/view.ts';
import { totals } from '../../ledger/ledger.ts';
import { LossesPage } from '../losses.tsx';
import type { EndedModel } from '../models.ts';
import { paths } from '../paths.ts';
import type { WebApp } from './env.ts';
import { frameOf, signedIn } from './page.tsx';
import { townOf } from './towns.ts';

export function lossRoutes(app: WebApp): void {
  app.get(paths.losses, signedIn, async (c) => {
    const { bank, node } = c.var;
    const { db } = node.database;
    const views = await agreementViews(db, bank);
    const { losses } = await totals(db, bank.id);
    // Minus nothing is nothing.
    const model = { carriedMinutes: losses === 0 ? 0 : -losses, ended: views.flatMap((view) => endedOf(view) ?? []) };
    return c.html(<LossesPage frame={frameOf(c)} model={model} />);
  });
}

/** How an agreement ended; `null` when it did not. */
export function endedOf({ id, town, ending }: AgreementView): EndedModel | null {
  if (ending === null) return null;
  const { by, because, at, settlement } = ending;
  return {
    id,
    town: townOf(town),
    by,
    because,
    at: new Date(at),
    settled:
      settlement === null
        ? null
        : {
            toGiveMinutes: settlement.owesMinutes,
            backMinutes: settlement.releasedMinutes + settlement.refundedMinutes,
            lossMinutes: settlement.lossMinutes,
            alone: settlement.alone,
          },
  };
}
