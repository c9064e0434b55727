/**
 * Fills a new database with one town before its node is started.
 *
 * Promises: made with the node's own functions, so what stands there is what a node would have
 * written; the hours of the past are ordinary ledger lines, only with older dates. The operator's token is
 * given to the caller and is kept as a hash only.
 *
 * @module
 */

import type { SigningKey } from '@evenhour/protocol/proof';
import { eq } from 'drizzle-orm';
import { issueToken } from '../auth/tokens.ts';
import { type Bank, createBank, loadBank } from '../bank/bank.ts';
import { type Database, openFolder, type Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { bank as bankTable, member, posting, transfer } from '../db/schema.ts';
import { addMember, findMember } from '../member/members.ts';
import { addPerson, giveHat } from '../member/people.ts';
import { updateProfile } from '../member/profile.ts';
import { createSeal, readSecret } from '../node/seal.ts';
import { createOffer, type OfferInput } from '../offer/offers.ts';
import { keepPicture, type Picture } from '../offer/pictures.ts';
import { setPlace } from '../offer/places.ts';
import { readDrawing } from './drawings.ts';
import type { Person, TownPlan } from './people.ts';
import { writeExchanges } from './seed-exchanges.ts';
import { writeTogether } from './seed-together.ts';

export interface Seeded {
  /** The operator's token. */
  readonly token: string;
  /** The bank's own key: for showing that a well-signed request with a forged entry in it is refused. */
  readonly key: SigningKey;
}

/** More than any of the demo's limits, so that a limit is what stops a gift that is too large. */
const CAP_MINUTES = 100 * 60;
const DAY_MS = 86_400_000;

/** Seeds the town into a folder that holds a migrated database, or nothing. */
export async function seedTown(plan: TownPlan, folder: string, origin: string): Promise<Seeded> {
  const database = await openFolder(folder);
  try {
    const seal = createSeal(readSecret(undefined, folder));
    const { id: theme, name, phone, bridgeBuilder, language, timeZone } = plan;
    const id = await createBank(database, seal, {
      origin,
      name,
      theme,
      phone,
      bridgeBuilder,
      language,
      timeZone,
      transferCapMinutes: CAP_MINUTES,
      memberCapMinutes: CAP_MINUTES,
    });
    const [row] = await database.db.select().from(bankTable).where(eq(bankTable.id, id));
    if (row === undefined) throw new Error('the bank was not written');
    const bank = await loadBank(database.db, seal, row);
    await database.transaction(async (tx) => {
      for (const [place, [latitude, longitude]] of Object.entries(plan.places))
        await setPlace(tx, bank, place, { latitude, longitude });
      for (const someone of plan.people) await moveIn(tx, bank, plan, someone);
    });
    await writePast(database, bank, plan);
    await writeWishes(database, bank, plan);
    await writeExchanges(database, bank, plan);
    await writeTogether(database, bank, plan);
    return { token: await issueToken(database.db, id, 'operator', null), key: bank.key };
  } finally {
    await database.close();
  }
}

async function moveIn(tx: Queries, bank: Bank, { id: town }: TownPlan, someone: Person): Promise<void> {
  const { handle, name, kind, about, speaks, when, place, noMail } = someone;
  const { id } = await addMember(tx, bank, { handle, name, about, ...(kind !== undefined && { kind }) });
  const { id: personId } = await addPerson(tx, bank.id, name, noMail ? undefined : `${handle}@${town}.example`);
  await giveHat(tx, bank.id, { personId, memberId: id, role: 'acts' });
  await updateProfile(tx, bank.id, id, { speaks, whenFree: when, place });
}

/** What people offer and need. */
async function writeWishes(database: Database, bank: Bank, plan: TownPlan): Promise<void> {
  await database.transaction(async (tx) => {
    for (const wish of plan.wishes) {
      const someone = plan.people.find(({ handle }) => handle === wish.by);
      const row = await findMember(tx, bank.id, wish.by);
      if (row === undefined) throw new Error(`${plan.name} has nobody called ${wish.by}`);
      const picture = wish.drawing && (await hangUp(tx, bank, row.id, wish.drawing));
      const said: OfferInput = {
        kind: wish.kind,
        title: wish.title,
        text: wish.text,
        language: plan.language,
        category: wish.category,
        place: { name: someone?.place ?? '' },
        when: wish.when ?? '',
        minutes: wish.minutes ?? null,
        seats: wish.seats ?? null,
        visibility: wish.seenBy ?? 'partners',
      };
      await createOffer(tx, bank, row.id, said, picture);
    }
  });
}

/** A drawing that was made for somebody's offer, as if they had taken a picture. */
async function hangUp(
  tx: Queries,
  bank: Bank,
  memberId: string,
  [name, text]: readonly [string, string],
): Promise<Picture> {
  return { id: await keepPicture(tx, bank, memberId, readDrawing(name)), text };
}

/** Hours that neighbours gave each other in the last weeks. */
async function writePast(database: Database, bank: Bank, plan: TownPlan): Promise<void> {
  await database.transaction(async (tx) => {
    const rows = await tx.select().from(member).where(eq(member.bankId, bank.id));
    const find = (handle: string) => {
      const row = rows.find((each) => each.handle === handle);
      if (row === undefined) throw new Error(`${plan.name} has nobody called ${handle}`);
      return row;
    };
    for (const [daysAgo, from, to, minutes, content] of plan.past) {
      const [giver, receiver] = [find(from), find(to)];
      const at = new Date(Date.now() - daysAgo * DAY_MS);
      const id = newId(at.getTime());
      await tx.insert(transfer).values({
        bankId: bank.id,
        id,
        direction: 'local',
        url: `${bank.origin}/ap/exchanges/${id}`,
        memberId: giver.id,
        accountId: giver.accountId,
        counterparty: receiver.id,
        counterpartyName: receiver.name,
        minutes,
        content,
        status: 'settled',
        ownRef: bank.references.make(giver.id, id),
        createdAt: at,
        updatedAt: at,
      });
      await tx.insert(posting).values({
        bankId: bank.id,
        id: newId(at.getTime()),
        kind: 'direct',
        debit: giver.accountId,
        credit: receiver.accountId,
        minutes,
        cause: id,
        transferId: id,
        at,
      });
    }
  });
}
