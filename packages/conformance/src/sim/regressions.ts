/**
 * Scripts that failed once, shortened, with what was wrong. They are run as a test.
 *
 * @module
 */
import type { Script } from './script.ts';

export const REGRESSIONS: readonly (readonly [wrong: string, script: Script])[] = [
  [
    'a restored bank fetched one journal from its partner, and the other after the partner was restored too',
    {
      seed: 4581,
      banks: 2,
      noise: { lose: 120, repeat: 150, late: 10 },
      liar: 1,
      steps: [
        { do: 'crash', at: 8878, bank: 0, points: 6, downMs: 1589, back: 33 },
        {
          ...{ do: 'give', at: 16943, bank: 1, link: 2, payer: 0, payee: 2, minutes: 22 },
          ...{ size: 'plain', plan: 'post_less', spare: false },
        },
        { do: 'crash', at: 18581, bank: 1, points: 10, downMs: 1722, back: 23 },
      ],
    },
  ],
  [
    'a bank that was restored to before the end settled without the entries of its partner that it had lost',
    {
      seed: 85,
      banks: 2,
      noise: { lose: 10, repeat: 150, late: 10 },
      liar: null,
      steps: [
        {
          ...{ do: 'give', at: 14447, bank: 1, link: 0, payer: 0, payee: 0, minutes: 42 },
          ...{ size: 'plain', plan: 'void', spare: true },
        },
        { do: 'close', at: 14459, bank: 1, link: 3 },
        { do: 'crash', at: 21052, bank: 0, points: 4, downMs: 1462, back: 34 },
        { do: 'suspend', at: 29080, bank: 0, link: 0, on: false },
      ],
    },
  ],
];
