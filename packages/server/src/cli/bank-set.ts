/** `evenhour bank set`: what a bank tells its members, and its own rules for them. */
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { bank as bankTable } from '../db/schema.ts';
import { fail, findBank, withDatabase } from './common.ts';

type Change = Partial<typeof bankTable.$inferInsert>;

interface Setting {
  /** What the value is. */
  readonly takes: string;
  /** What changes; `null` when the value cannot be taken. */
  read(value: string): Change | null;
}

const MOST_HOURS = 10_000;

function minutesOf(value: string): number | null {
  return /^[0-9]{1,5}$/.test(value) && Number(value) <= MOST_HOURS ? Number(value) * 60 : null;
}

const words = z
  .string()
  .max(100)
  .regex(/^[^\p{Cc}\u202a-\u202e\u2066-\u2069]*$/u);

function hours(column: 'transferCapMinutes' | 'memberCapMinutes' | 'grantCapMinutes', takes: string): Setting {
  return {
    takes,
    read: (value) => {
      const minutes = minutesOf(value);
      return minutes === null || minutes === 0 ? null : { [column]: minutes };
    },
  };
}

const SETTINGS: Readonly<Record<string, Setting>> = {
  phone: {
    takes: 'the telephone number of the office, as it is read out; "" takes it off the pages',
    read: (value) => (words.safeParse(value).success && /^[^<>]*$/.test(value) ? { phone: value } : null),
  },
  person: {
    takes: 'first and last name of whoever looks after the desk',
    read: (value) => (words.safeParse(value).success ? { bridgeBuilder: value } : null),
  },
  'time-zone': {
    takes: 'where the office is, such as Europe/Dublin',
    read: (value) => (isTimeZone(value) ? { timeZone: value } : null),
  },
  floor: {
    takes: 'how many hours a new member may be short of',
    read: (value) => {
      const minutes = minutesOf(value);
      return minutes === null ? null : { floorMinutes: minutes === 0 ? 0 : -minutes };
    },
  },
  ceiling: {
    takes: 'how many hours a new member may have in hand, or none',
    read: (value) => {
      const minutes = minutesOf(value);
      if (value === 'none') return { ceilingMinutes: null };
      return minutes === null || minutes === 0 ? null : { ceilingMinutes: minutes };
    },
  },
  'gift-cap': hours('transferCapMinutes', 'how many hours one gift may be'),
  'grant-cap': hours('grantCapMinutes', 'how many hours the desk may grant from the community fund at once'),
  'fund-floor': {
    takes: 'how many hours the community fund may be short of',
    read: (value) => {
      const minutes = minutesOf(value);
      return minutes === null || minutes > 600 ? null : { fundFloorMinutes: minutes === 0 ? 0 : -minutes };
    },
  },
  'object-days': {
    takes: 'how many days members have to object to what was written down for them',
    read: (value) => (/^[1-9][0-9]?$/.test(value) ? { objectDays: Number(value) } : null),
  },
  'confirm-after': {
    takes: 'after how many days recorded hours of two members here are confirmed by themselves, or never',
    read: (value) => {
      if (value === 'never') return { confirmAfterDays: null };
      return /^[1-9][0-9]?$/.test(value) ? { confirmAfterDays: Number(value) } : null;
    },
  },
  invitations: {
    takes: 'whether whoever a member invites joins at once (open) or asks for the desk’s yes (yes)',
    read: (value) => (value === 'open' || value === 'yes' ? { invitedNeedYes: value === 'yes' } : null),
  },
  'member-cap': hours('memberCapMinutes', 'how many hours one member may have on the way to one town'),
};

const USE = `use: evenhour bank set BANK SETTING VALUE
${Object.entries(SETTINGS)
  .map(([name, { takes }]) => `     ${name.padEnd(11)} ${takes}`)
  .join('\n')}`;

/** A running node hears of it at once. Floors and ceilings are those of members who are added from now on. */
export async function bankSetCommand([bankNamed, name = '', ...rest]: string[]): Promise<number> {
  const setting = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
  if (bankNamed === undefined || setting === undefined || rest.length === 0) return fail(USE);
  const value = rest.join(' ').trim();
  const change = setting.read(value);
  if (change === null) return fail(`"${value}" cannot be the ${name}. Give ${setting.takes}`);
  return withDatabase(async (_config, database) => {
    const row = await findBank(database, bankNamed);
    if (typeof row === 'string') return fail(row);
    await database.db.update(bankTable).set(change).where(eq(bankTable.id, row.id));
    await database.notify(['admin banks']);
    const later = name === 'floor' || name === 'ceiling' ? ' It counts for members who are added from now on.' : '';
    process.stdout.write(`${row.name}: ${name} is ${value === '' ? 'taken off' : value} now.${later}\n`);
    return 0;
  });
}

function isTimeZone(value: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return value !== '';
  } catch {
    return false;
  }
}
