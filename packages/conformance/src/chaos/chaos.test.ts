/** A short run, on real nodes: it shows that chaos works, and finds what fails at once. It does not count. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cleanup } from '@evenhour/bench/cleanup';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Document } from '../auditor/audit.ts';
import type { Books, PairBooks } from './books.ts';
import type { Operation } from './clients.ts';
import { judge, type Verdict } from './judge.ts';
import { LINK_FAULTS, TOWN_FAULTS } from './plan.ts';
import { type Outcome, runChaos } from './run.ts';

/** A seed by which every fault of a town comes up once. */
const SHORT = { seed: 402, towns: 3, replicas: 2, minutes: 0, restore: true, faultsMs: 9_000, longestMs: 3_000 };
const MAIN = fileURLToPath(new URL('../../dist/chaos/main.js', import.meta.url));
const PATIENCE_MS = 240_000;

/** Processes that this one started, and those that they started. */
function descendants(of: number): number[] {
  const parents = readdirSync('/proc').flatMap((name) => {
    try {
      const [, parent] = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      return [[Number(name), Number(parent)] as const];
    } catch {
      return [];
    }
  });
  const children = parents.flatMap(([child, parent]) => (parent === of ? [child] : []));
  return [...children, ...children.flatMap(descendants)];
}

// As the tests that need a database: where the run has none, these are named among those not run.
const isRun = Boolean(process.env['EVENHOUR_TEST_POSTGRES']) && existsSync('/proc/self/stat');

describe.skipIf(!isRun)('a short run', () => {
  const keep = join(mkdtempSync(join(tmpdir(), 'evenhour-kept-')), 'chaos');
  const before = new Set(descendants(process.pid));
  let outcome: Outcome;
  beforeAll(async () => {
    const cleanup = new Cleanup();
    try {
      outcome = await runChaos(SHORT, keep, cleanup);
    } finally {
      await cleanup.run();
    }
  }, PATIENCE_MS);
  afterAll(() => rmSync(join(keep, '..'), { recursive: true, force: true }));

  test('loses nothing, counts nothing twice, breaks no limit, and comes to rest', () => {
    const zeros = { unresolved: 0, lostAcknowledged: 0, appliedTwice: 0, limitBroken: 0, mirrorUnequal: 0 };
    expect(outcome.verdict).toEqual({ ...zeros, says: [] });
    expect(existsSync(keep)).toBe(false);
  });

  test('has operations of every kind and faults of most', () => {
    const kinds = new Set(outcome.operations.filter(({ outcome: said }) => said === 'ok').map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['across', 'inside', 'limit', 'statement']);
    expect(TOWN_FAULTS.filter((kind) => outcome.counts[kind] === 0)).toEqual([]);
    expect(LINK_FAULTS.filter((kind) => outcome.counts[kind] > 0).length).toBeGreaterThanOrEqual(2);
  });

  test('leaves no process behind', () => {
    expect(descendants(process.pid).filter((pid) => !before.has(pid))).toEqual([]);
  });

  /** The verdict on books that are changed a little. */
  function judged(change: (books: Books[], operations: Operation[]) => void): Verdict {
    const books = structuredClone(outcome.books) as Books[];
    const operations = structuredClone(outcome.operations) as Operation[];
    change(books, operations);
    return judge(operations, books);
  }

  type Loose<T> = { -readonly [K in keyof T]: T[K] };

  /** Some gift that went across and settled, and that no restore forgot: the operation, and its two rows. */
  function settled(books: Books[], operations: Operation[], kind: 'across' | 'inside') {
    for (const operation of operations) {
      const content = `operation ${operation.number}`;
      const rows = books.flatMap((each) =>
        each.exchanges.filter((row) => row.content === content).map((row) => ({ each, row: row as Loose<typeof row> })),
      );
      const [out] = rows.filter(({ row }) => row.direction !== 'in');
      if (operation.kind !== kind || operation.outcome === 'forgotten' || out?.row.status !== 'settled') continue;
      return { operation, out, arrived: rows.find(({ row }) => row.direction === 'in') };
    }
    throw new Error(`no gift ${kind} has settled`);
  }

  const without = (books: Books, row: object): void => {
    (books as Loose<Books>).exchanges = books.exchanges.filter((each) => each !== row);
  };
  const pairOf = (books: Books | undefined): Loose<PairBooks> => books?.pairs[0] as Loose<PairBooks>;

  test.each<readonly [string, keyof Verdict, (books: Books[], operations: Operation[]) => void]>([
    [
      'a gift that was taken and is in no book',
      'lostAcknowledged',
      (books, operations) => {
        const { out } = settled(books, operations, 'inside');
        without(out.each, out.row);
      },
    ],
    [
      'hours that left and did not arrive',
      'lostAcknowledged',
      (books, operations) => {
        const { arrived } = settled(books, operations, 'across');
        if (arrived !== undefined) without(arrived.each, arrived.row);
      },
    ],
    [
      'a gift that moved nothing',
      'lostAcknowledged',
      (books, operations) => {
        settled(books, operations, 'inside').out.row.moves = 0;
      },
    ],
    [
      'hours that were called settled and came back',
      'lostAcknowledged',
      (books, operations) => {
        const { operation, out } = settled(books, operations, 'across');
        operation.sawSettled = true;
        out.row.status = 'returned';
      },
    ],
    [
      'a gift that is there twice',
      'appliedTwice',
      (books, operations) => {
        const { out } = settled(books, operations, 'inside');
        (out.each as Loose<Books>).exchanges = [...out.each.exchanges, out.row];
      },
    ],
    [
      'hours that arrived twice',
      'appliedTwice',
      (books, operations) => {
        const row = settled(books, operations, 'across').arrived?.row;
        if (row !== undefined) row.moves = 2;
      },
    ],
    [
      'a member below the floor',
      'limitBroken',
      (books) => {
        const member = books[0]?.accounts.find(({ handle }) => handle !== null) as Loose<Books['accounts'][number]>;
        member.floor = member.balance + 1;
      },
    ],
    [
      'a mirror that is one minute off',
      'mirrorUnequal',
      (books) => {
        pairOf(books[0]).mirrorMinutes += 1;
      },
    ],
    [
      'a journal that misses its last entry on one side',
      'mirrorUnequal',
      (books) => {
        const pair = pairOf(books[0]);
        const [bank = '', entries = []] = Object.entries(pair.journals)[0] ?? [];
        pair.journals = { ...pair.journals, [bank]: entries.slice(0, -1) };
      },
    ],
    [
      'an operation that nobody answered',
      'unresolved',
      (_, operations) => {
        (operations[0] as Operation).outcome = 'unknown';
      },
    ],
  ])('%s is found', (_, finding, change) => {
    expect(judged(change)[finding]).toBeGreaterThan(0);
  });

  test.each<readonly [string, RegExp, (books: Books[], operations: Operation[]) => void]>([
    [
      'a gift that was refused and is there',
      /was refused with/,
      (books, operations) => {
        settled(books, operations, 'inside').operation.outcome = 'failed';
      },
    ],
    [
      'a minute too many in an account',
      /by what the clients were told/,
      (books) => {
        const member = books[0]?.accounts.find(({ handle }) => handle !== null) as Loose<Books['accounts'][number]>;
        member.balance += 1;
      },
    ],
    [
      'an entry whose words were changed',
      /do not hold/,
      (books) => {
        const entry = Object.values(pairOf(books[0]).journals)[0]?.[0] as Document;
        entry['minutes'] = 1;
      },
    ],
  ])('%s is told', (_, says, change) => {
    expect(judged(change).says.join('\n')).toMatch(says);
  });
});

test('a hold above the limit breaks the limit, by the auditor alone', () => {
  const file = new URL('../../../protocol/vectors/journals.json', import.meta.url);
  const { core, cases } = JSON.parse(readFileSync(file, 'utf8')) as {
    core: Document;
    cases: { writer: string; outcome: string; document: Document }[];
  };
  const banks = (core['parties'] as unknown as { bank: string }[]).map(({ bank }) => bank);
  const journals = Object.fromEntries(
    banks.map((bank) => [
      bank,
      cases
        .filter(({ writer, outcome }) => writer === bank && ['applied', 'breach'].includes(outcome))
        .map(({ document }) => document),
    ]),
  );
  const pair = { id: 'p', peer: '', core, mode: 'open', debtMinutes: 0, openMinutes: 0, mirrorMinutes: 0, journals };
  const books = { name: 'Leith', origin: 'http://leith.example', bank: banks[0] ?? '', accounts: [], exchanges: [] };
  const verdict = judge([], [{ ...books, pairs: [{ ...pair, breaches: 0 }], evidence: [] }]);
  expect(verdict.limitBroken).toBeGreaterThan(0);
});

test.skipIf(!isRun)(
  'killed in the middle of its work it leaves no process behind',
  async () => {
    const chaos = spawn(process.execPath, [MAIN, '--nodes', '2', '--minutes', '1', '--seed', '1'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    for await (const chunk of chaos.stderr) {
      said += String(chunk);
      if (said.includes('connected')) break;
    }
    const started = descendants(chaos.pid ?? 0);
    // Three nodes and two databases, each with what they started.
    expect(started.length, said).toBeGreaterThanOrEqual(5);
    chaos.kill('SIGKILL');
    await once(chaos, 'exit');
    const alive = (): number[] => started.filter((pid) => existsSync(`/proc/${pid}`));
    await expect.poll(alive, { timeout: 30_000, interval: 100 }).toEqual([]);
  },
  PATIENCE_MS,
);
