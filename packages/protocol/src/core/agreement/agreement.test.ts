import { describe, expect, test } from 'vitest';
import { vectorCore } from '../../testing/vector-pair.ts';
import {
  AGREEMENT_TABLE,
  type AgreementCore,
  checkCore,
  nextStatus,
  type Opening,
  originOf,
  suggestedLimit,
  termsOf,
} from './agreement.ts';

const core = await vectorCore();
const PREDECESSOR = 'urn:evenhour:pair:before';
const head = { epoch: 0, seq: 1, hash: 'h' };
const opening: Opening = {
  debtor: core.parties[1].bank,
  minutes: 60,
  predecessor: PREDECESSOR,
  causes: [head, head],
};

/** The core with some members of one party changed. */
function party(index: 0 | 1, change: Partial<AgreementCore['parties'][0]>): AgreementCore {
  const parties = [...core.parties] as [AgreementCore['parties'][0], AgreementCore['parties'][0]];
  parties[index] = { ...parties[index], ...change };
  return { ...core, parties };
}

function codeOf(of: AgreementCore): string {
  const outcome = checkCore(of);
  return outcome.ok ? 'ok' : [outcome.refusal.code, outcome.refusal.facts['reason']].filter(Boolean).join(' ');
}

describe('an agreement', () => {
  const [first, second] = core.parties;

  test.each<[string, AgreementCore]>([
    ['as it is', core],
    ['with an opening', { ...core, predecessor: PREDECESSOR, opening }],
    [
      'whose opening is the debt of the first',
      { ...core, predecessor: PREDECESSOR, opening: { ...opening, debtor: first.bank } },
    ],
    ['that grants nothing', party(0, { grantsMinutes: 0 })],
    ['that grants the most', party(1, { grantsMinutes: 60_000_000 })],
  ])('%s is taken', (_name, of) => {
    expect(codeOf(of)).toBe('ok');
  });

  test.each<[string, AgreementCore, string]>([
    ['with a feature that nobody has', { ...core, features: ['routing'] }, 'not_supported'],
    ['in the other order', { ...core, parties: [second, first] }, 'invalid_request parties_out_of_order'],
    ['of a bank with itself', { ...core, parties: [first, first] }, 'invalid_request parties_out_of_order'],
    ['with a key of elsewhere', party(0, { key: { ...first.key, id: second.key.id } }), 'foreign_origin'],
    ['with a journal of elsewhere', party(1, { journal: first.journal }), 'foreign_origin'],
    ['with an exchange of elsewhere', party(1, { exchange: first.exchange }), 'foreign_origin'],
    ['of a bank that has no origin', party(0, { bank: 'acct:bank@gracia.example' }), 'foreign_origin'],
    [
      'of a bank that has no origin anywhere',
      party(0, {
        bank: 'acct:bank@gracia.example',
        key: { ...first.key, id: 'acct:key' },
        journal: 'acct:journal',
        exchange: 'acct:exchange',
      }),
      'foreign_origin',
    ],
    ['that grants less than nothing', party(0, { grantsMinutes: -1 }), 'invalid_request limit_out_of_range'],
    ['that grants too much', party(1, { grantsMinutes: 60_000_001 }), 'invalid_request limit_out_of_range'],
    ['without a bridge builder', party(0, { bridgeBuilder: '  ' }), 'invalid_request bridge_builder_missing'],
    [
      'of two banks of one origin',
      { ...core, parties: [first, { ...first, bank: `${first.bank}-2`, key: { ...second.key, id: first.key.id } }] },
      'invalid_request one_origin',
    ],
    [
      'with one key for both',
      party(1, { key: { ...second.key, publicKeyMultibase: first.key.publicKeyMultibase } }),
      'invalid_request one_key',
    ],
    [
      'whose opening a third bank owes',
      { ...core, predecessor: PREDECESSOR, opening: { ...opening, debtor: 'https://galway.example/ap/bank' } },
      'invalid_request opening_debtor',
    ],
    ['whose opening has no predecessor', { ...core, opening }, 'invalid_request opening_predecessor'],
    [
      'whose opening is of another predecessor',
      { ...core, predecessor: 'urn:evenhour:pair:another', opening },
      'invalid_request opening_predecessor',
    ],
  ])('%s is refused', (_name, of, expected) => {
    expect(codeOf(of)).toBe(expected);
  });

  test('grants each bank what the other lets it owe, and says the opening as the first one owes it', () => {
    expect(termsOf(core, 'p', 'g')).toMatchObject({
      pair: 'p',
      genesis: 'g',
      banks: [first.bank, second.bank],
      limits: [300, 600],
      keys: [first.key.publicKeyMultibase, second.key.publicKeyMultibase],
      recovery: [first.recovery, second.recovery],
      opening: 0,
    });
    expect(termsOf({ ...core, opening }, 'p', 'g').opening).toBe(-60);
    expect(termsOf({ ...core, opening: { ...opening, debtor: first.bank } }, 'p', 'g').opening).toBe(60);
  });
});

describe('the origin of a URL', () => {
  test.each([
    ['https://leith.example', 'https://leith.example'],
    ['https://leith.example/ap/bank', 'https://leith.example'],
    ['https://leith.example?a', 'https://leith.example'],
    ['https://leith.example#a', 'https://leith.example'],
    ['https://leith.example:8443/', 'https://leith.example:8443'],
    ['http://127.0.0.1:4001/ap', 'http://127.0.0.1:4001'],
    ['https://[2001:db8::1]:8443/ap', 'https://[2001:db8::1]:8443'],
    ['http://[::1]', 'http://[::1]'],
  ])('%s is %s', (url, origin) => {
    expect(originOf(url)).toBe(origin);
  });

  test.each([
    'leith.example/ap',
    'ftp://leith.example/',
    'HTTPS://leith.example/',
    'https://LEITH.example/',
    'https://leith.example:/',
    'https://leith.example:123456/',
    'https://leith.example:8o/',
    'https://user@leith.example/',
    'https://leith.example\\@evil.example/',
    'https://l\u0435ith.example/',
    'https://leith\u3002example/',
    'https://leith.example\u0000/',
    ' https://leith.example/',
    'https://[2001:db8::1/',
    'https:///ap',
    'https://',
  ])('%j is none', (url) => {
    expect(originOf(url)).toBe(null);
  });

  test.each([
    'https://leith.example./',
    'https://leith.example:443/',
    'http://leith.example/',
    'https://leith.example.evil.example/',
  ])('%s is another than https://leith.example', (url) => {
    expect(originOf(url)).not.toBe('https://leith.example');
  });
});

test('a status changes as the table says, and in no other way', () => {
  const acts = [
    'offer',
    'accept',
    'decline',
    'withdraw',
    'suspend',
    'resume',
    'give_notice',
    'wind_up',
    'close',
  ] as const;
  for (const status of Object.keys(AGREEMENT_TABLE) as (keyof typeof AGREEMENT_TABLE)[])
    for (const act of acts) {
      const next = AGREEMENT_TABLE[status][act];
      const outcome = nextStatus(status, act);
      if (next === undefined)
        expect(outcome).toMatchObject({ ok: false, refusal: { code: 'agreement_not_active', facts: { status, act } } });
      else expect(outcome).toEqual({ ok: true, status: next });
    }
});

test.each([
  [0, 10],
  [9, 10],
  [19, 10],
  [20, 20],
  [99, 90],
  [100, 100],
  [5000, 100],
])('with %d members a limit of %d hours is suggested', (members, hours) => {
  expect(suggestedLimit(members)).toBe(hours * 60);
});
