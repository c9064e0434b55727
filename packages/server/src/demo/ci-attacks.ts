/**
 * Steps of `--ci` about what must not work: replays, forgeries, limits, strangers.
 *
 * Promises: each looks at both towns before and after; a refusal names its code and nothing moves.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Agreement } from '@evenhour/client';
import { say as sayMinutes } from '@evenhour/protocol';
import { passLimit, replay, samePlace } from './acts.ts';
import { until } from './api.ts';
import { agreementWith, greeted } from './connect.ts';
import { forge, postEntries, postSigned, tryForgery } from './forge.ts';
import { must, mustEqual, type Report } from './report.ts';
import type { Town } from './towns.ts';
import type { World } from './world.ts';

export async function attackSteps(report: Report, world: World): Promise<void> {
  const [leith, gracia, galway] = world.towns;
  await report.step('replay', async () => {
    const { sent, known, unchanged } = await quietly(leith, gracia, () => replay(leith, gracia));
    must(sent > 0 && known === sent, `of ${sent} entries that came again, ${known} were known`);
    must(unchanged, 'something moved');
    return `${sent} entries of ${leith.name} came twice: already counted, nothing moved`;
  });

  await report.step('forge-http', async () => {
    const { unsigned, signed, unchanged } = await quietly(gracia, leith, () => tryForgery(gracia, leith));
    mustEqual([unsigned.status, unsigned.code], [401, 'missing_signature'], 'a request without a signature');
    mustEqual([signed.status, signed.code], [401, 'signature_mismatch'], 'a request signed by a stranger');
    must(unchanged, 'something moved');
    return `an hour forged in the name of ${gracia.name}: signature does not match (${signed.code}), nothing moved`;
  });

  await report.step('forge-proof', async () => {
    const codes = await quietly(leith, galway, () => forgeInside(world, leith, galway));
    return `forged entries in a well-signed request: the proof does not match (${codes.join(', ')}), nothing moved`;
  });

  await report.step('limit', async () => {
    const before = await both(leith, galway);
    const { askedMinutes, honoursMinutes, code } = await passLimit(leith, galway);
    mustEqual(code, 'limit_reached', 'the refusal');
    const after = await both(leith, galway);
    mustEqual(honoursMinutes, before[0].position.roomMinutes, 'what the refusal says is left');
    must(
      after.every((each, index) => samePlace(each, before[index === 0 ? 0 : 1])),
      'something moved',
    );
    return `${leith.name} asked for ${sayMinutes(askedMinutes)}: ${galway.name} honours ${sayMinutes(honoursMinutes)} more from ${leith.name}, nothing moved`;
  });

  await report.step('unknown-host', async () => {
    const status = await statusFor(leith, 'stranger.example');
    mustEqual(status, 421, 'a host that this node does not serve');
    return `a request for stranger.example at ${leith.name} gets 421`;
  });

  await report.step('no-token', async () => {
    const paths = ['/api/members', '/api/agreements', '/api/transfers', '/api/doctor'];
    const statuses = await Promise.all(paths.map(async (path) => (await fetch(`${leith.origin}${path}`)).status));
    mustEqual(statuses, [401, 401, 401, 401], 'without a token');
    return 'without a token the API gives nothing away';
  });
}

/**
 * The worst that a thief without the signing key could hope for: the request itself is signed as it
 * should be, and only the entries in it are forged. Each entry must prove itself.
 */
async function forgeInside(world: World, pretended: Town, to: Town): Promise<string[]> {
  const key = world.keys[world.towns.indexOf(pretended)];
  if (key === undefined) throw new Error('the key of the bank is known in a fresh start only');
  const forgery = await forge(pretended, to);
  const session = randomBytes(32).toString('base64url');
  const nonce = randomBytes(32).toString('base64url');
  const opened = await postSigned(
    `${forgery.url}/open`,
    JSON.stringify({ pair: forgery.pair, session, nonce }),
    key,
    session,
  );
  mustEqual(opened.status, 200, 'a new session');
  const before = await agreementWith(to, pretended);
  const codes: string[] = [];
  for (const entry of [forgery.invented, forgery.altered]) {
    const answer = await postEntries(forgery, [entry], key, session);
    const refused = answer.body['refused'] as { code?: string } | undefined;
    mustEqual([answer.status, answer.body['applied'], refused?.code], [200, 0, 'proof_mismatch'], 'the answer');
    codes.push(refused?.code ?? '');
  }
  const after = await agreementWith(to, pretended);
  must(samePlace(before, after), 'something moved');
  // The town's own session is older now; it greets again by itself with the next thing that it sends.
  const { id } = await agreementWith(pretended, to);
  await pretended.api.agreements.writeStatement(id);
  await greeted(pretended, to);
  await until('the statement arrives after the new greeting', async () => {
    const { journal } = await agreementWith(pretended, to);
    return journal.deliveredSeq === journal.ours.seq;
  });
  return codes;
}

/** Waits until nothing is on its way between two towns, so that "nothing moved" can be seen. */
async function quietly<T>(a: Town, b: Town, act: () => Promise<T>): Promise<T> {
  await until(`${a.name} and ${b.name} have told each other everything`, async () => {
    const [ours, theirs] = await both(a, b);
    const agreed = [ours, theirs].every(
      ({ statement, position }) => statement?.agrees === true && statement.weSayMinutes === position.owesMinutes,
    );
    return agreed && isDelivered(ours) && isDelivered(theirs) && ours.journal.ours.hash === theirs.journal.theirs.hash;
  });
  return act();
}

function isDelivered({ journal, underway }: Agreement): boolean {
  return journal.deliveredSeq === journal.ours.seq && underway.length === 0;
}

async function both(a: Town, b: Town): Promise<[Agreement, Agreement]> {
  return Promise.all([agreementWith(a, b), agreementWith(b, a)]);
}

/** `fetch` lets nobody choose the host. */
async function statusFor(town: Town, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(`${town.origin}/api/bank`, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on('error', reject);
    asked.end();
  });
}
