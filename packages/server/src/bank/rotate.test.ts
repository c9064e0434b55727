/** A bank's key changes: while hours cross, with a partner that is away, and when an answer is lost. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Body } from '@evenhour/protocol';
import {
  generateKeyPair,
  importVerifyingKey,
  type SigningKey,
  signRequest,
  verifyRequest,
} from '@evenhour/protocol/proof';
import type { JsonObject } from '@evenhour/protocol/wire';
import { eq } from 'drizzle-orm';
import { afterEach, describe, expect, test } from 'vitest';
import { bankKey, pair as pairTable } from '../db/schema.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { itemsOf, type Seen } from '../testing/fake-server.ts';
import { firstKeyFile, keyChange, nextKeys, rotate } from '../testing/keys.ts';
import { hasTestPostgres, testDatabase } from '../testing/postgres.ts';
import { connect, startTown, startTowns, type Town, until } from '../testing/town.ts';
import { pay, promised, said, setStage, strangeHold } from '../testing/watch.ts';
import { type BankKeys, KeyFileError, readKeyFile, writeKeyFile } from './keys.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** The keys that a town was made with. */
function firstKeys(town: Town): BankKeys {
  const file = firstKeyFile(town);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  return readKeyFile(file);
}

async function give(town: Town, from: string, to: string): Promise<string> {
  const given = await town.call('POST', '/api/transfers', { from, to, minutes: 1, content: 'A minute' });
  expect(given.status).toBe(202);
  return given.body.id;
}

async function settled(town: Town, ids: readonly string[]): Promise<void> {
  await until(async () => {
    const seen = await Promise.all(ids.map((id) => town.call('GET', `/api/transfers/${id}`)));
    return seen.every(({ body }) => body.status === 'settled');
  }, 30_000);
}

async function checked(town: Town, id: string): Promise<boolean> {
  return (await town.call('GET', `/api/transfers/${id}/proof`)).body.checked;
}

/** A greeting to a town, signed with some key of its partner's. */
async function greetWith(to: Town, key: SigningKey, pair: string): Promise<string> {
  const url = `${to.origin}/ap/journals/open`;
  const session = 's'.repeat(43);
  const body = new TextEncoder().encode(JSON.stringify({ pair, session, nonce: 'n'.repeat(43) }));
  const headers = { 'evenhour-session': session };
  const now = Math.floor(Date.now() / 1000);
  const signed = await signRequest({ method: 'POST', url, headers, body }, key, now, crypto.randomUUID());
  const answer = await fetch(url, { method: 'POST', body, headers: { ...headers, ...signed } });
  return `${answer.status} ${((await answer.json()) as { code?: string }).code ?? 'ok'}`;
}

async function twoTowns(): Promise<{ leith: Town; gracia: Town; pair: string; urls: string[] }> {
  const urls = hasTestPostgres() ? [await testDatabase(), await testDatabase()] : [];
  const env = { EVENHOUR_SECRET: 's'.repeat(32) };
  const [leith, gracia] = (await startTowns(['Leith', 'Gràcia'], { urls, env })) as [Town, Town];
  ends.push(
    () => leith.stop(),
    () => gracia.stop(),
  );
  const ids = await connect(leith, gracia, 600, 600);
  await leith.call('POST', '/api/members', { handle: 'moira', name: 'Moira' });
  await gracia.call('POST', '/api/members', { handle: 'rosa', name: 'Rosa' });
  const { body } = await leith.call('GET', `/api/agreements/${ids.a}`);
  return { leith, gracia, pair: body.pair, urls };
}

describe('a new key', () => {
  test('comes into force while hours cross, the old one is refused from then on, and both stay provable', async () => {
    const { leith, gracia, pair } = await twoTowns();
    const there = `rosa@${gracia.host}`;
    const back = `moira@${leith.host}`;
    const [old, last] = [leith.bank.key, firstKeys(leith)];
    const before = await give(leith, 'moira', there);
    await settled(leith, [before]);

    const many = (count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, i) =>
          i % 2 === 0 ? give(leith, 'moira', there) : give(gracia, 'rosa', back),
        ),
      );
    const early = many(12);
    const second = await nextKeys(leith);
    expect(await rotate(leith, second, last)).toEqual({ told: 1, waiting: 0 });
    // The same once more, as after an answer that was lost.
    expect(await rotate(leith, second, last)).toBeNull();
    const ids = [...(await early), ...(await many(12))];
    await settled(
      leith,
      ids.filter((_, i) => i % 2 === 0),
    );
    await settled(
      gracia,
      ids.filter((_, i) => i % 2 === 1),
    );
    await until(
      async () => gracia.node.context.partners.byPair(gracia.bank.id, pair)?.used === second.signing.publicKey,
    );
    expect(leith.node.context.banks.byId(leith.bank.id)?.keyFor(pair).publicMultikey).toBe(second.signing.publicKey);
    expect(await greetWith(gracia, old, pair)).toBe('401 signature_mismatch');

    const after = await give(leith, 'moira', there);
    await settled(leith, [after]);
    const halves = async (town: Town): Promise<string> => {
      const { body } = await town.call('GET', '/api/transfers?limit=1');
      return body.items[0].id;
    };
    expect([await checked(leith, before), await checked(leith, after)]).toEqual([true, true]);
    expect(await checked(gracia, await halves(gracia))).toBe(true);

    // And again, with the recovery key that came with the second; the first one's is spent.
    const third = await nextKeys(leith);
    await expect(rotate(leith, third, last)).rejects.toThrow(KeyFileError);
    expect(await rotate(leith, third, second)).toEqual({ told: 1, waiting: 0 });
    await settled(leith, [await give(leith, 'moira', there)]);
    await until(
      async () => gracia.node.context.partners.byPair(gracia.bank.id, pair)?.used === third.signing.publicKey,
    );
    const agreements = await Promise.all([leith.call('GET', '/api/agreements'), gracia.call('GET', '/api/agreements')]);
    const [ours, theirs] = agreements.map(({ body }) => body.items[0].position.owesMinutes);
    expect(ours).toBe(-theirs);
  }, 60_000);

  test('is not kept in the database with what allows the next one', async () => {
    const { leith } = await twoTowns();
    const rows = await leith.database.db.select().from(bankKey).where(eq(bankKey.purpose, 'recovery'));
    expect(rows.map(({ sealed }) => sealed)).toEqual(['']);
    expect(rows[0]?.publicKey).toBe(firstKeys(leith).recovery.publicKey);
  });

  test('is in a file that is written once, and a file that is none is said plainly', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'evenhour-keys-'));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'keys.json');
    const { leith } = await twoTowns();
    const keys = await nextKeys(leith);
    writeKeyFile(file, keys);
    expect(readKeyFile(file)).toEqual(keys);
    const text = readFileSync(file, 'utf8');
    expect(() => writeKeyFile(file, keys)).toThrow(/EEXIST/);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(() => readKeyFile(join(folder, 'none'))).toThrow(KeyFileError);
  });
});

describe.skipIf(!hasTestPostgres())('a new key, with a partner that is away', () => {
  test.each(['open', 'waiting'] as const)(
    'and a pair that is %s then',
    async (mode) => {
      const { leith, gracia, pair, urls } = await twoTowns();
      const last = firstKeys(leith);
      const [leithPort, graciaPort] = [leith, gracia].map(({ origin }) => Number(new URL(origin).port)) as [
        number,
        number,
      ];
      const env = { EVENHOUR_SECRET: 's'.repeat(32) };
      const allow = [leith.origin, gracia.origin];
      await gracia.stop();
      await leith.database.db.update(pairTable).set({ mode });
      const keys = await nextKeys(leith);
      expect(await rotate(leith, keys, last)).toEqual(
        mode === 'open' ? { told: 1, waiting: 0 } : { told: 0, waiting: 1 },
      );
      const given = await give(leith, 'moira', `rosa@${gracia.host}`);
      // Nothing of this has left the node when it is stopped.
      await leith.stop();
      const leithAgain = await startTown({ port: leithPort, allow, env, databaseUrl: urls[0] as string });
      ends.push(() => leithAgain.stop());
      const graciaAgain = await startTown({ port: graciaPort, allow, env, databaseUrl: urls[1] as string });
      ends.push(() => graciaAgain.stop());
      await settled(leithAgain, [given]);
      const used = () => graciaAgain.node.context.partners.byPair(graciaAgain.bank.id, pair)?.used;
      await settled(leithAgain, [await give(leithAgain, 'moira', `rosa@${gracia.host}`)]);
      await until(async () => used() === keys.signing.publicKey);
      expect(await greetWith(graciaAgain, leith.bank.key, pair)).toBe('401 signature_mismatch');
      expect(await checked(leithAgain, given)).toBe(true);
    },
    60_000,
  );
});

describe('a town that changes its key', () => {
  test('signs requests with the old one until a signed head covers the change', async () => {
    const stage = await setStage(1);
    ends.push(() => stage.stop());
    const { town } = stage;
    const [partner] = stage.partners as [FakePartner];
    await partner.agree(town);
    const isChange = (seen: Seen): boolean =>
      (seen.route === 'run' ? itemsOf(seen) : []).some((item) => item['keyChange'] !== undefined);
    let lost = 0;
    partner.replies.run = async (seen, usual) => {
      if (!isChange(seen) || lost > 1) return usual();
      lost += 1;
      // It is applied the first time, and nobody hears of it.
      if (lost === 1) await usual();
      return { status: 502, unsigned: true };
    };
    const keys = await nextKeys(town);
    await rotate(town, keys, firstKeys(town));
    await until(async () => lost === 2 && partner.seen.filter(isChange).length > 2);
    await until(
      async () =>
        town.node.context.banks.byId(town.bank.id)?.keyFor(partner.pair).publicMultikey === keys.signing.publicKey,
    );
    const [old, fresh] = [town.bank.key.publicMultikey, keys.signing.publicKey];
    for (const seen of partner.seen.filter(isChange)) expect(await isSignedBy(seen, partner, old)).toBe(true);
    const before = partner.seen.length;
    await town.call('POST', `/api/agreements/${partner.agreementId}/statement`);
    await until(async () => partner.seen.length > before);
    const seen = partner.seen.at(-1) as Seen;
    expect([await isSignedBy(seen, partner, fresh), await isSignedBy(seen, partner, old)]).toEqual([true, false]);
  });
});

async function isSignedBy(seen: Seen, partner: FakePartner, publicKey: string): Promise<boolean> {
  const body = new TextEncoder().encode(JSON.stringify(seen.json));
  const { town } = partner;
  const key = await importVerifyingKey(publicKey, town.bank.key.verificationMethod);
  if (!key.ok) throw new Error('not a key');
  const request = { method: seen.method, url: `${partner.origin}${seen.path}`, headers: seen.headers, body };
  return (await verifyRequest(request, () => key.key, Math.floor(Date.now() / 1000))).ok;
}

describe('a partner that changes its key', () => {
  test('is believed under the old one until its first request under the new one, and its entries by their place', async () => {
    const stage = await setStage(1);
    ends.push(() => stage.stop());
    const [partner] = stage.partners as [FakePartner];
    await partner.agree(stage.town);
    await pay(partner, 'moira', 10);
    const old = { ...partner.keys };
    const id = old.signing.verificationMethod;
    const fresh = {
      signing: (await generateKeyPair(id)).signing,
      recovery: (await generateKeyPair(`${id}-next`)).signing,
    };
    const change = (recovery: SigningKey) => keyChange(partner, fresh, recovery);
    // With another recovery key it is a breach without effect: the old key goes on.
    expect((await partner.run([await partner.write(await change(fresh.recovery))])).body).toMatchObject({ applied: 1 });
    expect((await partner.run([await partner.write(strangeHold(partner))])).body).toMatchObject({ applied: 1 });
    // A gift that was promised under the old key is held under the new one; both entries come in one run.
    const hold = await promised(partner, 'moira', 10);
    const amend = await partner.write(await change(old.recovery));
    partner.keys.signing = fresh.signing;
    const held = await partner.write(hold);
    partner.keys.signing = old.signing;
    const answer = await partner.run([amend, held]);
    expect(answer.body).toMatchObject({ applied: 2 });
    expect(answer.body.refused).toBeUndefined();

    // An entry under the old key is none any more.
    const late = await partner.sign(partner.draftEntry(strangeHold(partner)));
    expect(said(await partner.run([late]))).toBe('200 proof_mismatch');
    // The old key still speaks, also for a message; then comes the first request under the new one.
    expect(said(await partner.greet())).toBe('200 ok');
    const gift = (await partner.gift('moira', 5)).document;
    partner.keys.signing = fresh.signing;
    expect(said(await partner.messages([gift]))).toBe('200 ok');
    partner.keys.signing = old.signing;
    expect(said(await partner.greet())).toBe('401 signature_mismatch');
    partner.keys.signing = fresh.signing;
    expect(said(await partner.greet())).toBe('200 ok');
    const post: Body = { kind: 'Post', transfer: hold.transfer, minutes: 10 };
    expect((await partner.run([await partner.write(post)])).body).toMatchObject({ applied: 1 });
    // What it sends again from before the change is known, and no fork.
    expect((await partner.run([amend as JsonObject])).body).toMatchObject({ known: 1, applied: 0 });
  });
});
