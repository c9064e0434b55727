/**
 * A bank that lies with a good key. Beside its lies it works like any other, so that what follows a
 * lie is seen too.
 *
 * @module
 */
import { type Body, type Draft, other, type Party, statementFor, type Transfer } from '@evenhour/protocol';
import type { JsonObject } from '@evenhour/protocol/wire';
import type { Link } from './bank.ts';
import type { Node } from './delivery.ts';
import { type BankKey, bankOf, changeTo } from './keys.ts';
import type { Lie } from './lies.ts';
import type { Job } from './wire.ts';
import type { EntryRow, Work } from './work.ts';
import type { World } from './world.ts';

/** Tells a lie, if there is occasion for it. */
export function* tell(world: World, node: Node, link: Link, lie: Lie): Job {
  const { bank } = node;
  yield { lock: link.number };
  const work = bank.open(link);
  const drop = (): void => bank.ports.unlock(bank, link.number);
  if (work.mode !== 'open') return drop();
  const rule = breach(world, work, lie);
  if (rule !== null) {
    // Appended to the liar's own journal, and sent like everything else.
    for (const body of rule) work.cheat(body);
    if (lie !== 'ack_goes_back_after_breach') {
      world.coverage.hit('lie', lie);
      yield* bank.commit(work, work.fresh[0]?.entry.body.kind ?? 'lie');
      return bank.wake(link, 0);
    }
  }
  const shown = yield* show(world, node, link, work, lie);
  if (rule !== null) {
    yield* bank.commit(work, 'lie');
    bank.wake(link, 100);
  } else drop();
  if (shown.length === 0) return;
  world.coverage.hit('lie', lie);
  if (lie === 'replayed_request') return;
  const { mySession } = bank.row(link);
  const request = bank.ports.unique();
  world.judge.lied(link, request, lie, shown);
  const broken = rule === null ? undefined : work.entry(link.me, work.pair.heads[link.me].seq);
  if (broken !== undefined) shown.unshift(broken.document);
  node.request(link, request, { kind: 'run', session: mySession, entries: shown });
}

/** Entries that break a rule at this place, or `null` when the lie is of another sort. */
function breach(world: World, work: Work, lie: Lie): Body[] | null {
  const { me } = work.pair;
  const peer = other(me);
  /** About the newest transfer of that debtor which is so. */
  const about = (debtor: Party, is: (transfer: Transfer) => boolean, make: (transfer: Transfer) => Body): Body[] => {
    const found = transfersOf(work).find((transfer) => transfer.debtor === debtor && is(transfer));
    return found === undefined ? [] : [make(found)];
  };
  const isOpen = (t: Transfer): boolean =>
    t.holdCounts && t.posted === null && t.voided === null && t.declined === null;
  switch (lie) {
    case 'over_limit':
    case 'ack_goes_back_after_breach':
      return [hold(`${id(work)}lie${work.pair.heads[me].seq}`, 600_000)];
    case 'used_id': {
      const name = `${id(work)}used${work.pair.heads[me].seq}`;
      return [hold(name, 600_000), hold(name, 1)];
    }
    case 'unaccepted_post':
      return about(
        me,
        (t) => isOpen(t) && t.accepted === null,
        (t) => ({ kind: 'Post', transfer: t.id, minutes: 1 }),
      );
    case 'post_too_much':
      return about(
        me,
        (t) => isOpen(t) && t.accepted !== null,
        (t) => ({ kind: 'Post', transfer: t.id, minutes: t.minutes + 1 }),
      );
    case 'post_twice':
      return about(
        me,
        (t) => t.posted !== null,
        (t) => ({ kind: 'Post', transfer: t.id, minutes: 1 }),
      );
    case 'receipt_of_nothing':
      return about(
        peer,
        (t) => t.posted === null,
        (t) => ({ kind: 'Receipt', transfer: t.id, unclaimed: false }),
      );
    case 'receipt_twice':
      return about(
        peer,
        (t) => t.receipted !== null,
        (t) => ({ kind: 'Receipt', transfer: t.id, unclaimed: false }),
      );
    case 'accept_of_nothing':
      return [{ kind: 'HoldAccept', transfer: `${id(work)}nothing` }];
    case 'answer_twice':
      return about(
        peer,
        (t) => t.accepted !== null && t.posted === null,
        (t) => ({ kind: 'HoldDecline', transfer: t.id, code: 'payee_unavailable' }),
      );
    case 'void_of_posted':
      return about(
        me,
        (t) => t.posted !== null,
        (t) => ({ kind: 'Void', transfer: t.id }),
      );
    case 'routed_kind':
      return about(
        peer,
        () => true,
        (t) => ({ kind: 'Release', transfer: t.id }),
      );
    case 'wrong_recovery_key': {
      const [first, second, third] = keysOf(world, work);
      if (first === undefined || second === undefined || third === undefined) return [];
      // Allowed by a recovery key of its own that the agreement does not name, or not yet.
      const [next, by] = work.keys[me].length === 1 ? [second, third] : [third, first];
      return [{ kind: 'Amend', keyChange: changeTo(next, by, work.agreement.id), recoveryVerified: true }];
    }
    case 'unsigned_key_change': {
      const keys = keysOf(world, work);
      const [present, next] = [keys[work.keys[me].length - 1], keys[work.keys[me].length]];
      if (present === undefined || next === undefined) return [];
      // The signature is good, for another pair.
      return [{ kind: 'Amend', keyChange: changeTo(next, present, `${work.agreement.id}A`), recoveryVerified: false }];
    }
    case 'wrong_statement': {
      const statement = statementFor(work.pair);
      return [{ kind: 'Checkpoint', statement: { ...statement, debtMinutes: statement.debtMinutes + 60 } }];
    }
    default:
      return null;
  }
}

function keysOf(world: World, { agreement, pair }: Work): readonly BankKey[] {
  return world.keys[bankOf(agreement.core.parties[pair.me].bank)] ?? [];
}

function transfersOf(work: Work): Transfer[] {
  return [...work.transfers().values()].sort((a, b) => b.hold - a.hold);
}

function id(work: Work): string {
  return `${new URL(work.agreement.core.parties[work.pair.me].bank).origin}/ap/transfers/`;
}

function hold(transfer: string, minutes: number): Body {
  return { kind: 'Hold', transfer, minutes, payerRef: 'm0', payeeRef: 'm1', detail: 'B'.repeat(43) };
}

/** Documents that the liar shows and does not keep. None when there is no occasion. */
function* show(world: World, node: Node, link: Link, work: Work, lie: Lie): Job<JsonObject[]> {
  const { bank } = node;
  const { me } = link;
  const head = work.pair.heads[me];
  const last = work.entry(me, head.seq);
  const ack = work.pair.heads[other(me)];
  const earlier = ack.seq > 0 ? work.entry(other(me), ack.seq - 1) : undefined;
  const before = earlier === undefined ? null : headOf(earlier);
  const acked = last?.entry.ack.seq ?? 0;
  const forge = (change: Partial<Draft>, key?: string): Job<JsonObject[]> =>
    sealed(node, link, work, hold(`${id(work)}forged${head.seq}`, 5), change, key);
  switch (lie) {
    case 'changed_leaf':
      return last === undefined ? [] : [{ ...last.document, transfer: `${id(work)}changed` }];
    case 'appended_context': {
      const documents = bank.documents(link, me, Math.max(0, head.seq - 1), 1);
      return documents.map((each) => ({
        ...each,
        '@context': [...(each['@context'] as string[]), 'https://example.org/more'],
      }));
    }
    case 'foreign_pair': {
      const elsewhere = bank.links.find(({ number }) => number !== link.number);
      return elsewhere === undefined ? [] : bank.documents(elsewhere, elsewhere.me, 0, 1);
    }
    case 'replayed_request': {
      const packet = world.network.heard.find(({ to }) => to === link.peer);
      if (packet === undefined) return [];
      world.send(packet);
      return [{}];
    }
    case 'unasked_fetch':
      world.coverage.hit('lie', lie);
      node.request(link, bank.ports.unique(), {
        kind: 'fetch',
        session: bank.row(link).mySession,
        whose: 'yours',
        after: { ...head, seq: 999 },
      });
      return [];
    case 'old_key':
      return work.keys[me].length === 1 ? [] : yield* forge({}, work.keys[me][0].key);
    case 'fork':
      return last === undefined || last.entry.seq > bank.row(link).sent.seq
        ? []
        : yield* forge({ seq: last.entry.seq, epoch: last.entry.epoch, prev: last.entry.prev, ack: last.entry.ack });
    case 'other_past':
      return yield* forge({ prev: link.agreement.terms.genesis, ...(head.seq === 0 && { seq: 2 }) });
    case 'ack_goes_back':
      return before === null || acked <= before.seq ? [] : yield* forge({ ack: before });
    case 'ack_goes_back_after_breach':
      return before === null ? [] : yield* forge({ ack: before });
    case 'ack_of_another_hash':
      return ack.seq === 0 || acked === ack.seq ? [] : yield* forge({ ack: { ...ack, hash: head.hash } });
    case 'ack_of_the_future':
      return yield* forge({ ack: { ...ack, seq: ack.seq + 1_000 } });
    case 'epoch_rises':
      return yield* forge({ epoch: head.epoch + 1 });
    default:
      return [];
  }
}

function* sealed(
  node: Node,
  link: Link,
  work: Work,
  body: Body,
  change: Partial<Draft>,
  key?: string,
): Job<JsonObject[]> {
  const entry = work.draft(body, change, key);
  const soon = node.bank.sealer.seal(link.agreement, entry, work.lastDocument);
  return [soon instanceof Promise ? ((yield soon) as JsonObject) : soon];
}

function headOf({ entry }: EntryRow): { epoch: number; seq: number; hash: string } {
  return { epoch: entry.epoch, seq: entry.seq, hash: entry.hash };
}
