/** Settings that cannot be used: each stops the start with a sentence that names the variable. */
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const GOOD = { EVENHOUR_ORIGIN: 'https://town.example', EVENHOUR_SECRET: 'x'.repeat(32) };
const development = { EVENHOUR_ENV: 'development' };

function sentence(env: Record<string, string>): string {
  try {
    readConfig({ ...GOOD, ...env });
    return 'no error';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
}

describe('a wrong setting is named', () => {
  const CASES: [Record<string, string>, string | RegExp][] = [
    [{ EVENHOUR_PORT: 'eighty' }, 'EVENHOUR_PORT: give a port number.'],
    [{ EVENHOUR_PORT: '65536' }, 'EVENHOUR_PORT: give a port number.'],
    [{ EVENHOUR_PORT: '-1' }, /^ {2}EVENHOUR_PORT: /m],
    [{ EVENHOUR_PORT: '80.5' }, /^ {2}EVENHOUR_PORT: /m],
    [{ PORT: 'eighty' }, 'PORT: give a port number.'],
    [{ DATABASE_URL: 'mysql://localhost/x' }, 'DATABASE_URL: begin it with postgres://.'],
    [
      { EVENHOUR_ORIGIN: 'town.example' },
      'EVENHOUR_ORIGIN: "town.example" is not an address such as https://town.example.',
    ],
    [
      { EVENHOUR_ORIGIN: 'ftp://town.example' },
      /EVENHOUR_ORIGIN: .* must be an origin only, such as https:\/\/town\.example/,
    ],
    [{ EVENHOUR_ORIGIN: 'https://town.example/path' }, /EVENHOUR_ORIGIN: .* must be an origin only/],
    [{ EVENHOUR_ORIGIN: 'https://town.example?x' }, /EVENHOUR_ORIGIN: .* must be an origin only/],
    [{ EVENHOUR_ORIGIN: 'https://me@town.example' }, /EVENHOUR_ORIGIN: .* must be an origin only/],
    [
      { EVENHOUR_SECRET: 'short' },
      /EVENHOUR_SECRET: give at least 32 characters, for example from: openssl rand -base64 32/,
    ],
    [{ EVENHOUR_SMTP_URL: 'mail.example' }, 'EVENHOUR_SMTP_URL: give an address such as smtps://'],
    [{ EVENHOUR_SMTP_URL: 'https://mail.example' }, 'EVENHOUR_SMTP_URL: give an address such as smtps://'],
    [{ EVENHOUR_SMTP_URL: 'smtps://a:b%@mail.example' }, 'EVENHOUR_SMTP_URL: give an address such as smtps://'],
    [{ EVENHOUR_SMTP_URL: 'smtps://mail.example' }, 'EVENHOUR_SMTP_URL needs EVENHOUR_MAIL_FROM'],
    [
      { EVENHOUR_MAIL_FROM: 'a@b.example\r\nBcc: c@d.example' },
      /EVENHOUR_MAIL_FROM: .* is not an address such as timebank@town\.example/s,
    ],
    [{ EVENHOUR_ENV: 'staging' }, 'EVENHOUR_ENV: use production or development.'],
    [{ EVENHOUR_DEMO: 'maybe' }, 'EVENHOUR_DEMO: use true or false.'],
    [{ EVENHOUR_LOG: 'loud' }, 'EVENHOUR_LOG: use debug, info, warning or error.'],
    [{ EVENHOUR_STATEMENT_QUIET_MS: 'soon' }, /^ {2}EVENHOUR_STATEMENT_QUIET_MS: /m],
    [{ EVENHOUR_STATEMENT_QUIET_MS: '5' }, /^ {2}EVENHOUR_STATEMENT_QUIET_MS: .*100/m],
    [{ EVENHOUR_REFUSED_PER_ADDRESS: '0' }, /^ {2}EVENHOUR_REFUSED_PER_ADDRESS: /m],
    [{ EVENHOUR_REFUSED_PER_PARTNER: 'few' }, 'EVENHOUR_REFUSED_PER_PARTNER: give a number.'],
    [{ EVENHOUR_BANK_NAME: 'x'.repeat(101) }, /^ {2}EVENHOUR_BANK_NAME: .*100/m],
    [
      { EVENHOUR_TRUSTED_PROXIES: '10.0.0.1, proxy.internal' },
      /^ {2}EVENHOUR_TRUSTED_PROXIES: give addresses or ranges/m,
    ],
    [{ EVENHOUR_TRUSTED_PROXIES: '10.0.0.0/33' }, /^ {2}EVENHOUR_TRUSTED_PROXIES: /m],
    [
      { ...development, EVENHOUR_ALLOW_PRIVATE_ORIGINS: 'http://127.0.0.1:1, nonsense' },
      /EVENHOUR_ALLOW_PRIVATE_ORIGINS: "nonsense" is not an address/,
    ],
  ];
  test.each(CASES)('%o', (env, expected) => {
    expect(sentence(env)).toMatch(expected);
  });

  test('and so is every one of several', () => {
    const said = sentence({ EVENHOUR_PORT: 'eighty', EVENHOUR_LOG: 'loud' });
    expect(said).toMatch(/EVENHOUR_PORT/);
    expect(said).toMatch(/EVENHOUR_LOG/);
  });

  test('without saying a secret', () => {
    expect(sentence({ EVENHOUR_SECRET: 'hush-hush' })).not.toContain('hush-hush');
  });
});

describe('in production', () => {
  const CASES: [Record<string, string>, RegExp][] = [
    [
      { EVENHOUR_ALLOW_PRIVATE_ORIGINS: 'http://127.0.0.1:4001' },
      /^EVENHOUR_ALLOW_PRIVATE_ORIGINS .*refused in production.*EVENHOUR_ENV=development/,
    ],
    [
      { EVENHOUR_ALLOW_PRIVATE_ORIGINS: 'https://partner.example' },
      /^EVENHOUR_ALLOW_PRIVATE_ORIGINS .*refused in production/,
    ],
    [{ EVENHOUR_DEMO: 'true' }, /^EVENHOUR_DEMO .*refused in production/],
    [{ EVENHOUR_ORIGIN: 'http://town.example' }, /^EVENHOUR_ORIGIN must begin with https:\/\/ in production/],
  ];
  test.each(CASES)('%o is refused, also when nobody said that it is production', (env, expected) => {
    expect(sentence(env)).toMatch(expected);
    expect(sentence({ ...env, EVENHOUR_ENV: 'production' })).toMatch(expected);
    expect(sentence({ ...env, EVENHOUR_ENV: '' })).toMatch(expected);
    expect(sentence({ ...env, ...development })).toBe('no error');
  });
});

test('an empty variable is the same as none', () => {
  const empty = Object.fromEntries(
    ['EVENHOUR_PORT', 'DATABASE_URL', 'EVENHOUR_DEMO', 'EVENHOUR_TRUSTED_PROXIES'].map((name) => [name, '']),
  );
  expect(readConfig({ ...GOOD, ...empty })).toEqual(readConfig(GOOD));
});

test('an origin is kept in its one spelling, and PORT gives way to our own variable', () => {
  const config = readConfig({ EVENHOUR_ORIGIN: 'HTTPS://Town.Example:443/', PORT: '1', EVENHOUR_PORT: '2' });
  expect([config.origin, config.port, config.production]).toEqual(['https://town.example', 2, true]);
  expect(config.trustedProxies).toEqual([]);
});

test('where mail goes', () => {
  const mail = (env: Record<string, string>) => readConfig({ ...GOOD, ...env }).mail;
  const from = { EVENHOUR_MAIL_FROM: 'timebank@Town.example' };
  expect(mail({})).toEqual({ to: 'nowhere' });
  expect(mail(development)).toMatchObject({ to: 'folder', folder: 'data/mail' });
  expect(mail({ EVENHOUR_MAIL_FOLDER: '/srv/mail' })).toMatchObject({ to: 'folder', folder: '/srv/mail' });
  const url = 'smtps://name:p%40ss@mail.example:465';
  expect(mail({ ...from, EVENHOUR_SMTP_URL: url })).toEqual({ to: 'smtp', url, from: 'timebank@town.example' });
  expect(mail({ ...development, ...from, EVENHOUR_SMTP_URL: url })).toMatchObject({ to: 'smtp' });
});
