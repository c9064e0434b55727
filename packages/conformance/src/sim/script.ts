/**
 * What is to happen in one run: who gives hours when, and which faults come. A script is plain
 * data, so that one that fails can be shortened, printed and kept as a test.
 *
 * @module
 */
import { halts, LIES, type Lie } from './lies.ts';
import { Random } from './random.ts';
import { MEMBERS, type Plan } from './work.ts';
import { SAFETY_MS } from './world.ts';

/** How often the network errs, in a thousand packets. */
export interface Noise {
  readonly lose: number;
  readonly repeat: number;
  readonly late: number;
}

/** `at` is in milliseconds from the beginning; `link` picks one of the bank's pairs. */
export type Step = { readonly at: number; readonly bank: number } & (
  | {
      readonly do: 'give';
      readonly link: number;
      readonly payer: number;
      readonly payee: number;
      readonly minutes: number;
      readonly size: 'plain' | 'room' | 'over';
      readonly plan: Plan;
      /** Left out when enough transfers were started already. */
      readonly spare: boolean;
    }
  | { readonly do: 'local'; readonly from: number; readonly to: number; readonly minutes: number }
  | { readonly do: 'grant'; readonly link: number; readonly minutes: number }
  | { readonly do: 'suspend'; readonly link: number; readonly on: boolean }
  | { readonly do: 'state'; readonly link: number }
  /** The bank ends the pair; another follows. */
  | { readonly do: 'close'; readonly link: number }
  /** The bank puts its next key in the place of the present one. */
  | { readonly do: 'rekey'; readonly link: number }
  /** A crash after so many more points; with `back`, from a backup that is so many commits old. */
  | { readonly do: 'crash'; readonly points: number; readonly downMs: number; readonly back: number | null }
  /** For `ms` nothing that the bank sends to `to` arrives. */
  | { readonly do: 'cut'; readonly to: number; readonly ms: number }
  /** What the bank sends to `to` within `ms` arrives `byMs` later. */
  | { readonly do: 'slow'; readonly to: number; readonly ms: number; readonly byMs: number }
  | { readonly do: 'skew'; readonly aheadMs: number; readonly ms: number }
  | { readonly do: 'lie'; readonly link: number; readonly lie: Lie }
);

export interface Script {
  readonly seed: number;
  readonly banks: number;
  readonly noise: Noise;
  /** The bank that lies, if one does. */
  readonly liar: number | null;
  readonly steps: readonly Step[];
}

/** One seed in so many is run with real canonical form, hashes and signatures. */
const REAL_EVERY = 50;

export function isReal(seed: number): boolean {
  return seed % REAL_EVERY === 0;
}

/** Two banks: each with the other. More: each with the next two. */
export function pairsOf(
  script: Pick<Script, 'seed' | 'banks'>,
): { banks: [number, number]; grants: [number, number] }[] {
  const random = new Random(script.seed, 'pairs');
  const seen = new Map<string, [number, number]>();
  for (let bank = 0; bank < script.banks; bank++)
    for (const step of [1, 2]) {
      const peer = (bank + step) % script.banks;
      const banks: [number, number] = [Math.min(bank, peer), Math.max(bank, peer)];
      if (peer !== bank) seen.set(String(banks), banks);
    }
  return [...seen.values()].map((banks) => ({ banks, grants: [random.pick(GRANTS), random.pick(GRANTS)] }));
}

const GRANTS = [240, 480, 900] as const;

/** Started transfers that a seed needs to count: twenty, and ten a bank where there are more than two. */
export function enough(banks: number): number {
  return banks === 2 ? 20 : banks * 10;
}

/** The script of a seed. */
export function scriptOf(seed: number, banks: number): Script {
  return new Author(seed, banks).script();
}

class Author {
  readonly #seed: number;
  readonly #banks: number;
  readonly #random: Random;
  readonly #steps: Step[] = [];

  constructor(seed: number, banks: number) {
    this.#seed = seed;
    this.#banks = banks;
    this.#random = new Random(seed, 'script');
  }

  script(): Script {
    const random = this.#random;
    const banks = this.#banks;
    // What only real signatures can show needs somebody who plays with them.
    const liar = isReal(this.#seed) || random.chance(300) ? this.#bank() : null;
    for (let i = Math.ceil(enough(banks) * 1.9) + 4; i > 0; i--) this.#give(this.#time(), this.#bank(), true);
    for (let i = banks * 3; i > 0; i--) this.#other(this.#time(), this.#bank());
    for (let i = random.between(1, banks + 1); i > 0; i--) this.#crash(this.#time(), this.#bank());
    if (random.chance(900)) this.#lateAfterRestore(this.#time());
    if (random.chance(600)) {
      const [bank, to] = this.#way();
      this.#steps.push({ do: 'cut', at: this.#time(), bank, to, ms: random.between(500, 6_000) });
    }
    if (random.chance(350)) {
      const aheadMs = random.pick([-900_000, 900_000, 120_000]);
      this.#steps.push({ do: 'skew', at: this.#time(), bank: this.#bank(), aheadMs, ms: random.between(500, 5_000) });
    }
    if (liar !== null) this.#lies(liar);
    const noise: Noise = {
      lose: random.pick([10, 40, 120]),
      repeat: random.pick([20, 60, 150]),
      late: random.pick([10, 30, 80]),
    };
    this.#endings();
    return { seed: this.#seed, banks, noise, liar, steps: this.#steps.sort((a, b) => a.at - b.at) };
  }

  #time(): number {
    return this.#random.between(200, SAFETY_MS - 1_500);
  }

  #bank(): number {
    return this.#random.int(this.#banks);
  }

  /** Two banks that have a pair. */
  #way(): readonly [number, number] {
    const bank = this.#bank();
    const to = (bank + (this.#random.chance(500) ? 1 : this.#banks - 1)) % this.#banks;
    return [bank, to];
  }

  #give(at: number, bank: number, spare: boolean): void {
    const random = this.#random;
    const dice = random.int(100);
    this.#steps.push({
      do: 'give',
      at,
      bank,
      link: random.int(4),
      payer: random.int(MEMBERS),
      // One above the members stands for a payee whom nobody knows, two above for one who has moved away.
      payee: random.chance(80) ? MEMBERS + random.int(2) : random.int(MEMBERS),
      minutes: random.between(1, 60),
      size: dice < 6 ? 'room' : dice < 10 ? 'over' : 'plain',
      plan: random.pick(['post', 'post', 'post', 'post', 'post_less', 'void', 'wait'] as const),
      spare,
    });
  }

  /** Something that is no transfer to another bank. */
  #other(at: number, bank: number): void {
    const random = this.#random;
    const [dice, link] = [random.int(10), random.int(4)];
    if (dice < 3)
      this.#steps.push({ do: 'local', at, bank, from: random.int(MEMBERS), to: random.int(MEMBERS), minutes: 15 });
    else if (dice < 6) this.#steps.push({ do: 'grant', at, bank, link, minutes: random.pick([0, 60, 240, 600, 1200]) });
    else if (dice < 8) this.#steps.push({ do: 'state', at, bank, link });
    else {
      this.#steps.push({ do: 'suspend', at, bank, link, on: true });
      this.#steps.push({ do: 'suspend', at: at + random.between(300, 3_000), bank, link, on: false });
    }
  }

  #crash(at: number, bank: number): void {
    const random = this.#random;
    const back = random.chance(300) ? random.between(1, 40) : null;
    const downMs = random.between(50, 3_000);
    this.#steps.push({ do: 'crash', at, bank, points: random.int(12), downMs, back });
    if (!random.chance(400)) return;
    // A bank that comes back is crashed again while it greets or recovers.
    const again = at + downMs + random.between(20, 400);
    this.#steps.push({ do: 'crash', at: again, bank, points: random.int(12), downMs: 100, back: null });
  }

  /** What a bank sent before it was restored arrives when it has already written something else. */
  #lateAfterRestore(at: number): void {
    const random = this.#random;
    const [bank, to] = this.#way();
    const crashAt = at + random.between(250, 500);
    const downMs = random.between(10, 120);
    const backOnceMore = crashAt + downMs + random.between(40, 250);
    this.#steps.push({ do: 'slow', at, bank, to, ms: crashAt - at, byMs: random.pick([700, 700, 2_000, 5_000]) });
    for (let i = 0; i < 4; i++) this.#give(at + random.between(20, 300), i < 2 ? to : bank, false);
    const crash = { do: 'crash', points: random.int(4), downMs } as const;
    this.#steps.push({ ...crash, at: crashAt, bank, back: random.between(1, 4) });
    if (random.chance(400)) this.#steps.push({ ...crash, at: backOnceMore, bank: to, back: random.between(1, 3) });
    for (let i = 0; i < 5; i++) this.#give(crashAt + random.between(120, 1_500), bank, false);
  }

  /** Key changes, and ends of pairs. They have chance of their own, so that they change nothing else of a script. */
  #endings(): void {
    const random = new Random(this.#seed, 'endings');
    const banks = this.#banks;
    for (let i = random.pick([0, 1, 1, 2]) * Math.ceil(banks / 2); i > 0; i--) {
      const at = random.between(1_000, SAFETY_MS - 1_500);
      this.#steps.push({ do: 'rekey', at, bank: random.int(banks), link: random.int(4) });
    }
    for (let i = Math.ceil(banks / 2); i > 0; i--) {
      if (random.chance(700)) continue;
      const [at, bank] = [random.between(6_000, SAFETY_MS - 4_000), random.int(banks)];
      this.#steps.push({ do: 'close', at, bank, link: random.int(4) });
      if (random.chance(300)) continue;
      // One of the two is restored while the position is looked for, or when the other has settled already.
      const restored = (bank + random.pick([0, 1, banks - 1])) % banks;
      // What it takes last leads to no entry of its own, so its own journal does not tell that it is lost.
      for (let i = 2; i > 0; i--)
        this.#steps.push({
          do: 'state',
          at: at - random.between(40, 300),
          bank: (restored + 1) % banks,
          link: random.int(4),
        });
      const crash = { do: 'crash', points: random.int(12), downMs: random.between(20, 600) } as const;
      const after = random.chance(500) ? random.between(0, 250) : random.between(250, 1_500);
      this.#steps.push({ ...crash, at: at + after, bank: restored, back: random.between(2, 8) });
    }
  }

  /** Lies that end a pair come late, so that the others are not in vain. */
  #lies(bank: number): void {
    const random = this.#random;
    const [ending, others] = [LIES.filter(halts), LIES.filter((lie) => !halts(lie))];
    const tell = (at: number, lie: Lie): void => {
      this.#steps.push({ do: 'lie', at, bank, link: random.int(4), lie });
    };
    for (let i = random.between(4, 9); i > 0; i--) tell(this.#time(), random.pick(others));
    for (let i = random.between(1, 2); i > 0; i--) tell(SAFETY_MS - random.between(1_500, 6_000), random.pick(ending));
    if (isReal(this.#seed)) for (let i = 0; i < 8; i++) tell(this.#time(), 'appended_context');
  }
}
