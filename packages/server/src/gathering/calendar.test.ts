/** Calendars, as RFC 5545 wants them. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openMemory } from '../db/database.ts';
import { callerOf } from '../exchange/testing.ts';
import type { MemberRow } from '../member/members.ts';
import { refusalOf } from '../node/refused.ts';
import { calendarBehind, calendarOf, calendarToken, renewCalendar } from './calendar.ts';
import { cancelGathering } from './gatherings.ts';
import { signUp } from './seats.ts';
import type { GatheringRow } from './store.ts';
import { type Hall, openHall } from './testing.ts';

let database: Database;
let hall: Hall;

beforeAll(async () => {
  database = await openMemory();
  hall = await openHall(database, 2);
});
afterAll(() => database.close());

const BANK = { host: 'leith.example', origin: 'https://leith.example', settings: { name: 'Leith; Timebank' } } as never;

test('is written to the letter: escaped, folded between letters, in UTC', async () => {
  const row = {
    ...(await hall.call()),
    id: '01KB0000000000000000000000',
    title: 'Soup, Stitches; and \\ more',
    text: `Bring something torn.\r\nNeedles are here.\n${'Ñandú 🧵 خيط '.repeat(12)}`,
    place: 'Dock Street Hall, the long table',
    startsAt: new Date('2026-11-26T11:00:00Z'),
    endsAt: new Date('2026-11-26T13:30:00Z'),
    updatedAt: new Date('2026-11-01T09:08:07.654Z'),
  } satisfies GatheringRow;
  const later = {
    ...row,
    id: '01KB0000000000000000000001',
    text: '',
    place: '',
    sequence: 2,
    status: 'cancelled',
  } as const;
  const written = calendarOf(BANK, [row, later]);
  const golden = readFileSync(new URL('./calendar.golden.ics', import.meta.url), 'utf8');
  expect(written).toBe(golden.replaceAll('\n', '\r\n'));
  const lines = written.split('\r\n');
  expect(lines.every((line) => Buffer.byteLength(line) <= 75)).toBe(true);
  expect(written.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  const whole = written.replaceAll('\r\n ', '');
  expect(whole).toContain(`DESCRIPTION:Bring something torn.\\nNeedles are here.\\n${'Ñandú 🧵 خيط '.repeat(12)}`);
});

test('a secret address has where its member goes and what they host; renewed, the one before says nothing', async () => {
  const [guest, other] = [...hall.guests] as [MemberRow, MemberRow];
  const row = await hall.call({ title: 'One of mine' });
  await hall.run((tx, after) => signUp(tx, hall.bank, callerOf(guest), row.id, {}, after));
  const read = (token: string) =>
    calendarBehind(database.db, hall.bank, token).catch((error: unknown) => refusalOf(error)?.code);
  const token = await calendarToken(database.db, hall.bank, guest.id);
  expect(await read(token)).toContain('SUMMARY:One of mine');
  expect(await read(await calendarToken(database.db, hall.bank, hall.host.id))).toContain('SUMMARY:One of mine');
  expect(await read(await calendarToken(database.db, hall.bank, other.id))).not.toContain('SUMMARY');
  await hall.run((tx) => cancelGathering(tx, hall.bank, callerOf(hall.host), row.id));
  expect(await read(token)).toContain('STATUS:CANCELLED');
  const renewed = await renewCalendar(database.db, hall.bank, guest.id);
  expect(await read(token)).toBe('not_found');
  expect(await read(renewed)).toContain('SUMMARY:One of mine');
  for (const wrong of ['', guest.id, `${guest.id}.`, `${other.id}.${renewed.split('.')[1]}`, 'x'.repeat(400)])
    expect(await read(wrong)).toBe('not_found');
});
