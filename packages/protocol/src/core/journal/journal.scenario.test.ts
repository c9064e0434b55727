import { expect, test } from 'vitest';
import { runScenario } from '../../testing/scenario.ts';

const stories: Record<string, string> = {
  'a transfer goes through': `
    leith limit 600 · gracia limit 300
    leith  holds    t1 120  -> applied
    leith  sees     open    -> 120
    leith  posts    t1 120  -> not_accepted
    gracia accepts  t1      -> applied
    leith  posts    t1 90   -> applied
    gracia posts    t1 90   -> not_the_debtor
    leith  sees     debt    -> 90
    gracia sees     debt    -> -90
    leith  sees     room    -> 510
    gracia sees     room    -> 390
    gracia receipts t1      -> applied
    gracia receipts t1      -> already_answered
    leith  voids    t1      -> hold_not_open
    leith  holds    t1 60   -> id_used
  `,
  'the limit stops at its minute': `
    leith limit 100 · gracia limit 0
    leith  holds    t1 60   -> applied
    leith  holds    t2 41   -> limit_reached
    leith  holds    t3 40   -> applied
    leith  holds    t4 1    -> limit_reached
    leith  voids    t1      -> applied
    leith  holds    t4 60   -> applied
    gracia holds    u1 1    -> limit_reached
  `,
  'hours that come back free the line': `
    leith limit 60 · gracia limit 60
    leith  holds    t1 60   -> applied
    gracia accepts  t1      -> applied
    leith  posts    t1 60   -> applied
    leith  holds    t2 1    -> limit_reached
    gracia holds    u1 120  -> applied
    leith  accepts  u1      -> applied
    gracia posts    u1 120  -> applied
    leith  sees     debt    -> -60
    leith  sees     room    -> 120
    leith  holds    t2 120  -> applied
  `,
  'a hold and a lowered limit cross: the hold counts, for its writer could not know': `
    leith limit 100 · gracia limit 100
    silence
    leith  holds    t1 100  -> written
    gracia grants   0       -> written
    heal                    -> applied
    gracia accepts  t1      -> applied
    leith  posts    t1 100  -> applied
    leith  holds    t2 1    -> limit_reached
    leith  sees     debt    -> 100
  `,
  'an accept without room binds': `
    leith limit 100 · gracia limit 100
    silence
    leith  holds    t1 100
    gracia grants   0
    heal
    gracia accepts  t1      -> applied
    leith  posts    t1 100  -> applied
    gracia receipts t1      -> applied
  `,
  'a void and a decline cross: the hold ends once': `
    leith limit 100 · gracia limit 100
    leith  holds    t1 60   -> applied
    silence
    leith  voids    t1      -> written
    gracia declines t1      -> written
    heal                    -> applied
    leith  sees     open    -> 0
    gracia sees     debt    -> 0
    leith  holds    t2 100  -> applied
  `,
  'a cheat over the limit is kept without effect, and blocks nobody': `
    leith limit 100 · gracia limit 100
    leith  cheats holds t1 101 -> limit_reached
    leith  sees   open         -> 0
    gracia accepts t1          -> hold_not_open
    leith  holds  t1 50        -> id_used
    leith  holds  t2 100       -> applied
    gracia accepts t2          -> applied
  `,
  'an answer to a breach is a breach itself': `
    leith limit 100 · gracia limit 100
    leith  cheats holds t1 160   -> limit_reached
    gracia cheats accepts t1     -> hold_not_open
    leith  cheats posts t1 60    -> hold_not_open
    leith  sees   debt           -> 0
    gracia sees   debt           -> 0
  `,
  'a post without an accept moves nothing': `
    leith limit 100 · gracia limit 100
    leith  holds  t1 60          -> applied
    leith  cheats posts t1 60    -> not_accepted
    gracia sees   debt           -> 0
    gracia accepts t1            -> applied
    leith  posts  t1 60          -> applied
  `,
  'more than was held is not posted': `
    leith limit 600 · gracia limit 0
    leith  holds   t1 60         -> applied
    gracia accepts t1            -> applied
    leith  posts   t1 61         -> minutes_out_of_range
    leith  cheats posts t1 61    -> minutes_out_of_range
    leith  posts   t1 60         -> applied
  `,
  'suspension forbids new holds only': `
    leith limit 600 · gracia limit 600
    leith  holds    t1 60  -> applied
    gracia accepts  t1     -> applied
    gracia suspends        -> applied
    leith  holds    t2 60  -> pair_suspended
    leith  posts    t1 60  -> applied
    gracia receipts t1     -> applied
    gracia holds    u1 60  -> applied
    gracia resumes         -> applied
    leith  holds    t2 60  -> applied
  `,
  'the same entry twice changes nothing': `
    leith limit 600 · gracia limit 600
    leith  holds   t1 60 -> applied
    leith  repeats       -> known_already
    gracia accepts t1    -> applied
    gracia repeats       -> known_already
  `,
  'an answer is given once': `
    leith limit 600 · gracia limit 600
    leith  holds    t1 60        -> applied
    gracia declines t1           -> applied
    gracia accepts  t1           -> already_answered
    gracia cheats accepts t1     -> already_answered
    leith  posts    t1 60        -> hold_not_open
  `,
  'routing has its place and no effect in this version': `
    leith limit 600 · gracia limit 600
    leith  holds    t1 60        -> applied
    gracia accepts  t1           -> applied
    gracia releases t1           -> not_supported
    gracia cheats releases t1    -> not_supported
    leith  posts    t1 60        -> applied
  `,
  'statements agree at their own cut, also when entries cross': `
    leith limit 600 · gracia limit 600
    leith  holds    t1 60  -> applied
    gracia accepts  t1     -> applied
    silence
    leith  posts    t1 60  -> written
    gracia states          -> written
    leith  states          -> written
    heal                   -> applied
  `,
  'an opening position over the limit is worked off first': `
    leith limit 60 · gracia limit 600 · opening 100
    leith  sees     debt   -> 100
    leith  sees     room   -> 0
    leith  holds    t1 1   -> limit_reached
    gracia holds    u1 90  -> applied
    leith  accepts  u1     -> applied
    gracia posts    u1 90  -> applied
    leith  holds    t1 50  -> applied
  `,
  'after a restore a bank writes nothing until its Resume is acknowledged': `
    leith limit 600 · gracia limit 600
    leith  saves
    leith  holds    t1 60  -> applied
    gracia accepts  t1     -> applied
    leith  posts    t1 60  -> applied
    leith  restores
    leith  sees     debt   -> 0
    leith  recovers 7      -> applied
    leith  sees     debt   -> 60
    leith  holds    t2 60  -> pair_recovering
    leith  states          -> pair_recovering
    gracia receipts t1     -> applied
    leith  holds    t2 60  -> applied
    leith  holds    t1 60  -> id_used
  `,
  'both banks are restored at once': `
    leith limit 600 · gracia limit 600
    leith  saves
    leith  holds    t1 60  -> applied
    gracia saves
    gracia accepts  t1     -> applied
    leith  posts    t1 60  -> applied
    leith  restores
    gracia restores
    silence
    leith  recovers 7      -> written
    gracia recovers 9      -> written
    heal
    gracia accepts  t1     -> pair_recovering
    leith  states          -> applied
    gracia accepts  t1     -> applied
    leith  posts    t1 60  -> applied
    gracia sees     debt   -> -60
  `,
  'a Resume that comes twice is one, and an older entry that comes late is none': `
    leith limit 600 · gracia limit 600
    leith  holds    t1 60  -> applied
    leith  saves
    leith  restores
    leith  recovers 7      -> applied
    leith  repeats         -> known_already
    gracia states          -> applied
    leith  holds    t2 60  -> applied
    leith  repeats         -> known_already
  `,
};

for (const [name, story] of Object.entries(stories)) {
  test(name, () => {
    const { banks } = runScenario(story);
    expect(banks[0].agreed.every(Boolean) && banks[1].agreed.every(Boolean)).toBe(true);
  });
}

test('a story that expects the wrong thing fails', () => {
  expect(() => runScenario('leith limit 1 · gracia limit 1\nleith holds t 1 -> limit_reached')).toThrow(
    'actual:   applied',
  );
});
