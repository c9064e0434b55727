/**
 * Every interleaving of two members' steps, up to five a side: two banks never differ at rest, and what is
 * confirmed or cancelled is never undone.
 */
import { describe, expect, test } from 'vitest';
import {
  type Act,
  actsFor,
  type ExchangeState,
  foldExchange,
  type Logs,
  mayWrite,
  openVersion,
  otherSide,
  type Side,
  type Step,
  TABLE,
  tell,
} from './exchange.ts';

const SIDES: readonly Side[] = ['receiver', 'giver'];

/** What each side would do: the two want other minutes, so that every comparison comes out both ways. */
function actsOf(state: ExchangeState, side: Side): readonly Act[] {
  const answers = openVersion(state);
  const minutes = side === 'giver' ? 90 : 60;
  return actsFor(state, side).flatMap((kind): readonly Act[] => {
    switch (kind) {
      case 'Offer':
      case 'Counter':
        return [{ kind, terms: { minutes: minutes + 1, content: '' } }];
      case 'Accept':
      case 'Reject':
      case 'AcceptClaim':
        return answers === null ? [] : [{ kind, answers }];
      case 'RejectClaim':
        return answers === null ? [] : [{ kind, answers, because: 'It was less.' }];
      case 'Claim':
        return [
          { kind, minutes },
          { kind, minutes: 0 },
        ];
      case 'Update':
        return [{ kind, minutes: minutes - 15 }];
      default:
        return [{ kind }];
    }
  });
}

/** Both logs, and how much of the other's each side has and has heard. */
interface World {
  readonly logs: Logs;
  /** How many steps of this side the other one has applied. */
  readonly delivered: Record<Side, number>;
  /** How many steps of the other side a side must have before it may write: what it was told with the last answer. */
  readonly needs: Record<Side, number>;
}

interface Found {
  worlds: number;
  rests: number;
  statuses: Set<string>;
  undone: string[];
  different: string[];
}

const asSeenBy = ({ logs, delivered }: World, side: Side): Logs => ({
  ...logs,
  [otherSide(side)]: logs[otherSide(side)].slice(0, delivered[otherSide(side)]),
});

/** Confirmed is final at once; the others once the other side has heard of it and everything of it was applied. */
function isFinal({ status }: ExchangeState, world: World, side: Side): boolean {
  if (status === 'confirmed') return true;
  return (status === 'cancelled' || status === 'declined') && isFree(world, side);
}

const isFree = (world: World, side: Side): boolean =>
  mayWrite(asSeenBy(world, side), side, { applied: world.delivered[side], written: world.needs[side] });

/**
 * Walks every schedule. Answers are taken to arrive with the delivery; a lost answer only makes a side wait longer.
 * `stopAndWait` false lets the sides write without waiting, to show what the rule is for.
 */
function explore(steps: number, stopAndWait = true, enough = Number.POSITIVE_INFINITY): Found {
  const start: World = {
    logs: { receiver: [{ n: 1, seen: 0, act: { kind: 'Offer', terms: { minutes: 60, content: '' } } }], giver: [] },
    delivered: { receiver: 0, giver: 0 },
    needs: { receiver: 0, giver: 0 },
  };
  const found: Found = { worlds: 0, rests: 0, statuses: new Set(), undone: [], different: [] };
  const seen = new Set<string>([keyOf(start)]);
  const open = [start];
  for (let world = open.pop(); world !== undefined && found.undone.length < enough; world = open.pop()) {
    found.worlds += 1;
    const views = {
      receiver: foldExchange(asSeenBy(world, 'receiver')),
      giver: foldExchange(asSeenBy(world, 'giver')),
    };
    for (const side of SIDES) found.statuses.add(views[side].status);
    if (SIDES.every((side) => world.delivered[side] === world.logs[side].length)) {
      found.rests += 1;
      if (JSON.stringify(views.receiver) !== JSON.stringify(views.giver)) found.different.push(keyOf(world));
    }
    for (const next of followers(world, views, steps, stopAndWait)) {
      for (const side of SIDES) {
        const after = foldExchange(asSeenBy(next, side));
        if (isFinal(views[side], world, side) && JSON.stringify(after) !== JSON.stringify(views[side]))
          found.undone.push(`${views[side].status} became ${after.status} for the ${side}: ${keyOf(next)}`);
      }
      const key = keyOf(next);
      if (seen.has(key)) continue;
      seen.add(key);
      open.push(next);
    }
  }
  return found;
}

function* followers(
  world: World,
  views: Record<Side, ExchangeState>,
  steps: number,
  stopAndWait: boolean,
): Generator<World> {
  const { logs, delivered, needs } = world;
  for (const side of SIDES) {
    const peer = otherSide(side);
    const has = delivered[peer];
    if (logs[side].length < steps && (isFree(world, side) || !stopAndWait))
      for (const act of actsOf(views[side], side)) {
        const step: Step = { n: logs[side].length + 1, seen: has, act };
        yield { ...world, logs: { ...logs, [side]: [...logs[side], step] } };
      }
    // The next step of the other side arrives; the answer says how much this side has written.
    if (has < logs[peer].length)
      yield {
        ...world,
        delivered: { ...delivered, [peer]: has + 1 },
        needs: { ...needs, [peer]: logs[side].length },
      };
  }
}

function keyOf({ logs, delivered, needs }: World): string {
  const short = (side: Side) =>
    logs[side].map(({ seen, act }) => `${act.kind}${'minutes' in act ? act.minutes : ''}@${seen}`).join(' ');
  return `${short('receiver')}|${short('giver')}|${delivered.receiver}${delivered.giver}${needs.receiver}${needs.giver}`;
}

describe('every interleaving', () => {
  test.each([2, 3, 4, 5])(
    'of %i steps a side: no divergence, and what is final stays',
    { timeout: 120_000 },
    (steps) => {
      const found = explore(steps);
      expect(found.different).toEqual([]);
      expect(found.undone).toEqual([]);
      expect(found.rests).toBeGreaterThan(steps * 10);
      const all = Object.keys(TABLE).filter((status) => status !== 'none' && (steps > 2 || status !== 'disputed'));
      expect(all.every((status) => found.statuses.has(status) || steps < 3)).toBe(true);
    },
  );

  test('without waiting for the other, a confirmation is undone: the rule is needed', { timeout: 120_000 }, () => {
    expect(explore(4, false, 1).undone[0]).toMatch(/^confirmed became/);
  });
});

/** Each row of the table, and what it leads to: `g` and `r` are the two sides, `r!` a step that has no place. */
describe('row by row', () => {
  const terms = (minutes: number) => ({ minutes, content: '' });
  const offer: Act = { kind: 'Offer', terms: terms(60) };
  const yes = (side: Side, n: number): Act => ({ kind: 'Accept', answers: { side, n } });
  const no = (side: Side, n: number): Act => ({ kind: 'Reject', answers: { side, n } });
  const claim = (minutes: number): Act => ({ kind: 'Claim', minutes });
  const confirm = (side: Side, n: number): Act => ({ kind: 'AcceptClaim', answers: { side, n } });
  const dispute = (side: Side, n: number): Act => ({ kind: 'RejectClaim', answers: { side, n }, because: 'less' });
  const counter: Act = { kind: 'Counter', terms: terms(90) };
  const withdraw: Act = { kind: 'Withdraw' };
  const cancel: Act = { kind: 'Cancel' };

  type Turn = readonly [who: 'g' | 'r' | 'g!' | 'r!', act: Act];
  const agreed: Turn[] = [
    ['r', offer],
    ['g', yes('receiver', 1)],
  ];
  const claimed: Turn[] = [...agreed, ['g', claim(60)]];

  /** One after the other, each having seen all before it. */
  function play(turns: readonly Turn[]): ExchangeState {
    const logs: Record<Side, Step[]> = { giver: [], receiver: [] };
    for (const [who, act] of turns) {
      const side: Side = who.startsWith('g') ? 'giver' : 'receiver';
      const before = foldExchange(logs);
      logs[side].push({ n: logs[side].length + 1, seen: logs[otherSide(side)].length, act });
      const { story } = tell(logs);
      expect(story.at(-1)?.counted, `${who} ${act.kind} in ${before.status}`).toBe(!who.endsWith('!'));
    }
    return foldExchange(logs);
  }

  test.each<[string, Turn[], object]>([
    ['an offer', [['r', offer]], { status: 'proposed', proposal: { by: 'receiver' } }],
    [
      'a second offer',
      [
        ['r', offer],
        ['g!', offer],
      ],
      { status: 'proposed' },
    ],
    ['an act before the offer', [['r!', claim(60)]], { status: 'none' }],
    ['yes', agreed, { status: 'agreed', change: null }],
    [
      'yes to oneself',
      [
        ['r', offer],
        ['r!', yes('receiver', 1)],
      ],
      { status: 'proposed' },
    ],
    [
      'no',
      [
        ['r', offer],
        ['g', no('receiver', 1)],
      ],
      { status: 'declined', by: 'giver', because: '' },
    ],
    [
      'no to oneself',
      [
        ['r', offer],
        ['r!', no('receiver', 1)],
      ],
      { status: 'proposed' },
    ],
    [
      'other terms',
      [
        ['r', offer],
        ['g', counter],
      ],
      { proposal: { by: 'giver', version: { side: 'giver', n: 1 } } },
    ],
    [
      'other terms out of turn',
      [
        ['r', offer],
        ['r!', counter],
      ],
      { proposal: { terms: terms(60) } },
    ],
    [
      'an answer to older terms',
      [
        ['r', offer],
        ['g', counter],
        ['r!', yes('receiver', 1)],
      ],
      { status: 'proposed' },
    ],
    [
      'taken back',
      [
        ['r', offer],
        ['r', withdraw],
      ],
      { status: 'cancelled', by: 'receiver' },
    ],
    [
      'taken back by the other',
      [
        ['r', offer],
        ['g!', withdraw],
      ],
      { status: 'proposed' },
    ],
    ['called off by the giver', [...agreed, ['g', cancel]], { status: 'cancelled', last: { terms: terms(60) } }],
    ['called off by the receiver', [...agreed, ['r', cancel]], { status: 'cancelled', by: 'receiver' }],
    [
      'a change',
      [...agreed, ['r', counter]],
      { status: 'agreed', agreed: { terms: terms(60) }, change: { by: 'receiver' } },
    ],
    ['a second change by the same', [...agreed, ['r', counter], ['r!', counter]], { change: { version: { n: 2 } } }],
    ['another change instead', [...agreed, ['r', counter], ['g', counter]], { change: { by: 'giver' } }],
    [
      'a change, yes',
      [...agreed, ['r', counter], ['g', yes('receiver', 2)]],
      { agreed: { terms: terms(90) }, change: null },
    ],
    [
      'a change, no',
      [...agreed, ['r', counter], ['g', no('receiver', 2)]],
      { agreed: { terms: terms(60) }, change: null },
    ],
    ['a change, an old yes', [...agreed, ['r', counter], ['g!', yes('receiver', 1)]], { agreed: { terms: terms(60) } }],
    [
      'a change, one’s own yes',
      [...agreed, ['r', counter], ['r!', yes('receiver', 2)]],
      { change: { by: 'receiver' } },
    ],
    ['a change, taken back', [...agreed, ['r', counter], ['r', withdraw]], { status: 'agreed', change: null }],
    [
      'a change, taken back by the other',
      [...agreed, ['r', counter], ['g!', withdraw]],
      { change: { by: 'receiver' } },
    ],
    [
      'recorded',
      claimed,
      { status: 'claimed', record: { by: 'giver', minutes: 60, version: { side: 'giver', n: 2 } } },
    ],
    [
      'recorded while a change is open',
      [...agreed, ['r', counter], ['g', claim(60)]],
      { agreed: { terms: terms(60) } },
    ],
    ['called off after the record', [...claimed, ['r!', cancel]], { status: 'claimed' }],
    ['confirmed', [...claimed, ['r', confirm('giver', 2)]], { status: 'confirmed', record: { minutes: 60 } }],
    ['confirmed by oneself', [...claimed, ['g!', confirm('giver', 2)]], { status: 'claimed' }],
    ['confirmed by number of another step', [...claimed, ['r!', confirm('giver', 1)]], { status: 'claimed' }],
    ['contested', [...claimed, ['r', dispute('giver', 2)]], { status: 'disputed', against: null, because: 'less' }],
    ['contested by oneself', [...claimed, ['g!', dispute('giver', 2)]], { status: 'claimed' }],
    ['put right', [...claimed, ['g', { kind: 'Update', minutes: 45 }]], { status: 'claimed', record: { minutes: 45 } }],
    ['put right by the other', [...claimed, ['r!', { kind: 'Update', minutes: 45 }]], { record: { minutes: 60 } }],
    [
      'confirmed as it was before it was put right',
      [...claimed, ['g', { kind: 'Update', minutes: 90 }], ['r!', confirm('giver', 2)]],
      { status: 'claimed' },
    ],
    ['a second record by the same', [...claimed, ['g!', claim(90)]], { record: { minutes: 60 } }],
    [
      'both recorded, the payer as much',
      [...claimed, ['r', claim(60)]],
      { status: 'confirmed', record: { minutes: 60 } },
    ],
    [
      'both recorded, the payer more',
      [...claimed, ['r', claim(75)]],
      { status: 'confirmed', record: { by: 'giver', minutes: 60 } },
    ],
    [
      'both recorded, the payer first and more',
      [...agreed, ['r', claim(75)], ['g', claim(60)]],
      { status: 'confirmed', record: { by: 'giver', minutes: 60 } },
    ],
    [
      'both recorded, the payer less',
      [...claimed, ['r', claim(45)]],
      { status: 'disputed', record: { by: 'giver', minutes: 60 }, against: { by: 'receiver', minutes: 45 } },
    ],
    [
      'contested, then recorded anew',
      [...claimed, ['r', dispute('giver', 2)], ['r', claim(45)], ['g', confirm('receiver', 3)]],
      { status: 'confirmed', record: { minutes: 45 } },
    ],
    [
      'contested, then nothing at all',
      [...claimed, ['r', dispute('giver', 2)], ['g', claim(0)], ['r', confirm('giver', 3)]],
      { status: 'confirmed', record: { minutes: 0 } },
    ],
    ['contested, then called off', [...claimed, ['r', dispute('giver', 2)], ['r!', cancel]], { status: 'disputed' }],
    [
      'confirmed, then anything',
      [...claimed, ['r', confirm('giver', 2)], ['r!', cancel], ['g!', claim(90)]],
      { status: 'confirmed' },
    ],
    [
      'declined, then anything',
      [
        ['r', offer],
        ['g', no('receiver', 1)],
        ['r!', counter],
        ['g!', yes('receiver', 1)],
      ],
      { status: 'declined' },
    ],
    [
      'cancelled, then anything',
      [...agreed, ['g', cancel], ['r!', claim(60)], ['g!', counter]],
      { status: 'cancelled' },
    ],
  ])('%s', (_name, turns, expected) => {
    expect(play(turns)).toMatchObject(expected);
  });
});
