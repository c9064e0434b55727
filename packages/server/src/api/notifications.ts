/** Operations about what whoever asks was told, and how they wish to be told by mail. */
import { z } from '@hono/zod-openapi';
import { type Caller, mustBePerson, mustBeSignedIn } from '../auth/tokens.ts';
import type { Queries } from '../db/database.ts';
import { GROUPS } from '../notification/kinds.ts';
import { listNotices, type NoticeRow, readerOf, readNotices } from '../notification/notices.ts';
import { sayNotice } from '../notification/say.ts';
import { readStopLink, stopMail, townsTold } from '../notification/stop.ts';
import { isMailed, MAIL_WISHES, setMailed, setWishes, type Wishes, wishesOf } from '../notification/wishes.ts';
import { askedFor } from '../web/handlers/language.ts';
import { isLanguage, type Words, wordsOf } from '../web/words.ts';
import type { Api } from './app.ts';
import { doing, noParams, noQuery, reading } from './describe.ts';
import { once } from './idempotent.ts';
import { page, pageQuery } from './schemas.ts';
import { lastPart } from './sign-in.ts';

const noticeSchema = z
  .object({
    id: z.string(),
    kind: z.string().describe('What it is, such as `exchange_asked`. New ones may come.'),
    facts: z.record(z.string(), z.union([z.string(), z.number()])),
    text: z.string().describe('The sentence, in the language that `Accept-Language` asks for.'),
    href: z.string().describe("A path at the bank's origin."),
    createdAt: z.iso.datetime(),
    readAt: z.iso.datetime().nullable(),
  })
  .openapi('Notice');

const readSchema = z
  .strictObject({ ids: z.array(z.string().max(64)).max(200).optional().describe('Left out: all.') })
  .openapi('ReadNotices');

const hour = z.int().min(0).max(23);
const wishesShape = {
  mail: z.enum(MAIL_WISHES),
  hour: hour.describe("Of the day on which a digest goes, by the bank's clock."),
  weekday: z.int().min(1).max(7).describe('On which a weekly digest goes; 1 is Monday.'),
  quietFrom: hour.describe(
    'No mail from this hour until `quietUntil`; a digest of these hours goes at their end. Both the same: none.',
  ),
  quietUntil: hour,
  muted: z.array(z.enum(GROUPS)).max(GROUPS.length).describe('Groups that are never mailed.'),
};
const toMe = z.boolean();
const wishesSchema = z
  .object({
    ...wishesShape,
    toMe: toMe
      .nullable()
      .describe(
        'Whether I am written to myself. All else holds for everybody who acts for the member, or is at the desk.',
      ),
  })
  .openapi('Wishes');
const newWishesSchema = z
  .strictObject({ ...wishesShape, toMe: toMe.describe('For whoever signed in as a person.') })
  .partial()
  .openapi('WishesChange');

const stopSchema = z
  .strictObject({ link: z.string().max(4_200).describe('Or its last part alone.') })
  .openapi('StopLink');
const stoppedSchema = z
  .object({ towns: z.array(z.string()).describe('Of which no more mail about notices comes.') })
  .openapi('MailStopped');

export function notificationRoutes(api: Api): void {
  stopOperation(api);
  api.openapi(
    reading(
      { path: '/api/notices', operationId: 'listNotices', summary: 'What I was told, newest first' },
      { answer: page(noticeSchema, 'NoticePage'), query: pageQuery, params: noParams },
    ),
    async (c) => {
      const { bank, caller, node } = c.var;
      mustBeSignedIn(caller);
      const { cursor, limit } = c.req.valid('query');
      const rows = await listNotices(node.database.db, bank.id, readerOf(caller), cursor, limit);
      const asked = askedFor(c.req.header('accept-language') ?? '') ?? bank.settings.language;
      const words = wordsOf(isLanguage(asked) ? asked : 'en');
      const { name, timeZone } = bank.settings;
      const items = rows.map((row) => viewOf(row, words, name, timeZone));
      return c.json({ items, next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null }, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/notices/read',
        operationId: 'readNotices',
        summary: 'Mark what I was told as read',
        status: 200,
      },
      { answer: z.object({ read: z.int() }).openapi('NoticesRead'), body: readSchema, params: noParams },
    ),
    async (c) => {
      const { bank, caller } = c.var;
      mustBeSignedIn(caller);
      const { ids } = c.req.valid('json');
      const result = await once(c, async (tx) => ({
        status: 200,
        body: { read: await readNotices(tx, bank.id, readerOf(caller), ids ?? 'all') },
      }));
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    reading(
      { path: '/api/wishes', operationId: 'getWishes', summary: 'How I wish to be told by mail' },
      { answer: wishesSchema, query: noQuery, params: noParams },
    ),
    async (c) => {
      const { bank, caller, node } = c.var;
      mustBeSignedIn(caller);
      const { db } = node.database;
      const wishes = await wishesOf(db, bank.id, readerOf(caller));
      return c.json(await wishesView(db, bank.id, caller, wishes), 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/wishes',
        operationId: 'setWishes',
        summary: 'Say how I wish to be told by mail; what is left out stays',
        status: 200,
      },
      { answer: wishesSchema, body: newWishesSchema, params: noParams },
    ),
    async (c) => {
      const { bank, caller } = c.var;
      mustBeSignedIn(caller);
      const { toMe: mailed, ...given } = c.req.valid('json');
      if (mailed !== undefined) mustBePerson(caller);
      const change = Object.entries(given).filter(([, value]) => value !== undefined);
      const result = await once(c, async (tx) => {
        const memberId = readerOf(caller);
        const wishes = await setWishes(tx, bank, memberId, Object.fromEntries(change));
        if (mailed !== undefined && caller.personId !== undefined)
          await setMailed(tx, { bankId: bank.id, memberId, personId: caller.personId }, mailed);
        return { status: 200, body: await wishesView(tx, bank.id, caller, wishes) };
      });
      return c.json(result.body, 200);
    },
  );
}

async function wishesView(
  tx: Queries,
  bankId: string,
  caller: Caller,
  { muted, ...wishes }: Wishes,
): Promise<z.infer<typeof wishesSchema>> {
  const { personId } = caller;
  const mailed = personId === undefined ? null : await isMailed(tx, { bankId, memberId: readerOf(caller), personId });
  return { ...wishes, muted: [...muted], toMe: mailed };
}

function stopOperation(api: Api): void {
  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/mail/stop',
        operationId: 'stopMail',
        summary: 'End mail about notices to whoever was sent the link at the foot of one. Needs no token',
        status: 200,
      },
      { answer: stoppedSchema, body: stopSchema, params: noParams },
    ),
    async (c) => {
      const { node, source } = c.var;
      const link = lastPart(c.req.valid('json').link);
      const result = await once(c, async (tx) => {
        const told = readStopLink(node, source, link);
        await stopMail(tx, told);
        return { status: 200, body: { towns: townsTold(node, told) } };
      });
      return c.json(result.body, 200);
    },
  );
}

function viewOf(row: NoticeRow, words: Words, town: string, timeZone: string): z.infer<typeof noticeSchema> {
  return {
    id: row.id,
    kind: row.kind,
    facts: { ...row.facts },
    text: sayNotice(words, row, town, { timeZone, now: new Date() }),
    href: row.href,
    createdAt: row.createdAt.toISOString(),
    readAt: row.readAt?.toISOString() ?? null,
  };
}
