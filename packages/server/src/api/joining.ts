/** Operations about coming to belong: invitations, asking to join, and the desk's yes or no. */
import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { countAttempt } from '../auth/attempts.ts';
import { readAddress } from '../auth/codes.ts';
import { mustBeSignedIn, mustOperate } from '../auth/tokens.ts';
import {
  type ApplicationRow,
  apply,
  decide,
  type JoinLinkRow,
  joinByLink,
  joinLinksOf,
  languageAsked,
  makeJoinLink,
  type Newcomer,
  prepareCard,
  readJoinLink,
  revokeJoinLink,
  takeIn,
  type Welcomed,
  waitingApplications,
} from '../member/joining.ts';
import { Refused } from '../node/refused.ts';
import type { Api } from './app.ts';
import { doing, idParam, noBody, noParams, noQuery, reading } from './describe.ts';
import type { ApiEnv } from './env.ts';
import { once, onceAsked } from './idempotent.ts';
import { baseView } from './members.ts';
import {
  applicationSchema,
  decidedSchema,
  decisionSchema,
  givenLinkSchema,
  inviterSchema,
  joinedSchema,
  joinLinkSchema,
  joinLinksSchema,
  madeJoinLinkSchema,
  newcomerSchema,
  newJoinLinkSchema,
  takenInSchema,
  welcomedSchema,
} from './people-schemas.ts';
import { page, pageQuery } from './schemas.ts';
import { lastPart } from './sign-in.ts';

/** What a member's own invitation may be; the desk's has the limits of the schema. */
const MEMBERS_USES = 5;
const MEMBERS_DAYS = 30;
const USUAL_DAYS = 14;

export function joiningRoutes(api: Api): void {
  linkOperations(api);
  joinOperations(api);
}

function linkOperations(api: Api): void {
  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/join-links',
        operationId: 'makeJoinLink',
        summary: 'A link by which somebody new may join; it is shown once',
        status: 201,
      },
      { answer: madeJoinLinkSchema, body: newJoinLinkSchema, params: noParams },
    ),
    async (c) => {
      const memberId = inviterOf(c);
      const { uses = 1, days = USUAL_DAYS } = c.req.valid('json');
      if (memberId !== '' && uses > MEMBERS_USES)
        throw new Refused('invalid_request', { field: 'uses', reason: `must be at most ${MEMBERS_USES}` });
      if (memberId !== '' && days > MEMBERS_DAYS)
        throw new Refused('invalid_request', { field: 'days', reason: `must be at most ${MEMBERS_DAYS}` });
      const result = await once(c, async (tx) => {
        const { row, link } = await makeJoinLink(tx, c.var.bank, { memberId, uses, days });
        return { status: 201, body: { ...linkView(row), link } };
      });
      return c.json(result.body, 201);
    },
  );

  api.openapi(
    reading(
      {
        path: '/api/join-links',
        operationId: 'listJoinLinks',
        summary: "The caller's own open invitations, newest first",
      },
      { answer: joinLinksSchema, query: noQuery, params: noParams },
    ),
    async (c) => {
      const rows = await joinLinksOf(c.var.node.database.db, c.var.bank.id, inviterOf(c));
      return c.json({ items: rows.map(linkView) }, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/join-links/{id}/revoke',
        operationId: 'revokeJoinLink',
        summary: 'End an invitation',
        status: 200,
      },
      { answer: joinLinkSchema, body: noBody, params: idParam },
    ),
    async (c) => {
      const memberId = inviterOf(c);
      const { id } = c.req.valid('param');
      const result = await once(c, async (tx) => ({
        status: 200,
        body: linkView(await revokeJoinLink(tx, c.var.bank.id, id, memberId === '' ? null : memberId)),
      }));
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/join-links/read',
        operationId: 'readJoinLink',
        summary: 'Who invites by a link. Needs no token',
        status: 200,
      },
      { answer: inviterSchema, body: givenLinkSchema, params: noParams },
    ),
    async (c) => {
      const { bank, node } = c.var;
      const secret = lastPart(c.req.valid('json').link);
      const result = await onceAsked(
        c,
        () => countAttempt(node.database.db, bank.id, 'join_source', c.var.source),
        async (tx) => {
          const { inviter } = await readJoinLink(tx, bank.id, secret);
          return { status: 200, body: { town: bank.settings.name, inviter } };
        },
      );
      return c.json(result.body, 200);
    },
  );
}

function joinOperations(api: Api): void {
  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/join',
        operationId: 'join',
        summary: 'Join by an invitation, or ask the desk to be let in. Needs no token',
        status: 201,
      },
      { answer: joinedSchema, body: newcomerSchema, params: noParams },
    ),
    async (c) => {
      const { bank, node, source } = c.var;
      const { db } = node.database;
      const { link, ...given } = c.req.valid('json');
      const newcomer = newcomerOf(given);
      const prepare = async () => {
        await countAttempt(db, bank.id, link === undefined ? 'apply_source' : 'join_source', source);
        if (link === undefined) await countAttempt(db, bank.id, 'apply_bank', 'all');
        return prepareCard(node, bank, newcomer.language);
      };
      const result = await onceAsked(c, prepare, async (tx, ready) => {
        const joined = link === undefined ? null : await joinByLink(tx, node, bank, lastPart(link), newcomer, ready);
        if (link === undefined) await apply(tx, bank, newcomer);
        return { status: 201, body: joinedView(joined) };
      });
      return c.json(result.body, 201);
    },
  );

  api.openapi(
    reading(
      { path: '/api/applications', operationId: 'listApplications', summary: 'Who asks to join, oldest first' },
      { answer: page(applicationSchema, 'ApplicationPage'), query: pageQuery, params: noParams },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { cursor, limit } = c.req.valid('query');
      const rows = await waitingApplications(c.var.node.database.db, c.var.bank.id, cursor, limit);
      const next = rows.length === limit ? (rows.at(-1)?.id ?? null) : null;
      return c.json({ items: rows.map((row) => applicationView(row, row.inviterName)), next }, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/newcomers',
        operationId: 'takeIn',
        summary: 'Take somebody in, with a first way to come in: a letter, or a card',
        status: 201,
      },
      { answer: welcomedSchema, body: takenInSchema, params: noParams },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { bank, node } = c.var;
      const { sentence = '', handle, ...given } = c.req.valid('json');
      const newcomer = newcomerOf(given);
      const email = newcomer.email === '' ? '' : readAddress(newcomer.email);
      const ready = await prepareCard(node, bank, newcomer.language);
      const result = await once(c, async (tx) => {
        const named = { ...newcomer, email, ...(handle !== undefined && { handle }) };
        return { status: 201, body: welcomedView(await takeIn(tx, node, bank, named, sentence, ready)) };
      });
      return c.json(result.body, 201);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/applications/{id}/decide',
        operationId: 'decideApplication',
        summary: 'Say yes or no to somebody who asks to join',
        status: 200,
      },
      { answer: decidedSchema, body: decisionSchema, params: idParam },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { bank, node } = c.var;
      const { id } = c.req.valid('param');
      const { yes, sentence = '' } = c.req.valid('json');
      const ready = await prepareCard(node, bank, await languageAsked(node.database.db, bank.id, id));
      const result = await once(c, async (tx) => {
        const { row, welcomed } = await decide(tx, node, bank, id, { yes, sentence }, ready);
        return {
          status: 200,
          body: {
            application: applicationView(row, ''),
            ...(welcomed === null ? { member: null, cardWords: null } : welcomedView(welcomed)),
          },
        };
      });
      return c.json(result.body, 200);
    },
  );
}

/** Whose invitations they are: a member's, or the desk's. */
function inviterOf(c: Context<ApiEnv>): string {
  const { caller } = c.var;
  mustBeSignedIn(caller);
  return caller.role === 'operator' ? '' : caller.memberId;
}

/** Somebody new, with empty texts for what was left out. */
function newcomerOf(given: Omit<z.infer<typeof newcomerSchema>, 'link'>): Newcomer {
  const { name, kind = 'person', about = '', email = '', phone = '', reach = '', language = '' } = given;
  return { name, kind, about, email, phone, reach, language };
}

function linkView({ id, memberId, left, expiresAt, createdAt }: JoinLinkRow) {
  return { id, memberId, left, expiresAt: expiresAt.toISOString(), createdAt: createdAt.toISOString() };
}

function welcomedView({ member, cardWords }: Welcomed): z.infer<typeof welcomedSchema> {
  return { member: baseView(member), cardWords: cardWords === null ? null : [...cardWords] };
}

function joinedView(joined: Awaited<ReturnType<typeof joinByLink>>): z.infer<typeof joinedSchema> {
  if (joined === null) return { status: 'waiting', memberId: null, cardWords: null };
  const { member, cardWords } = joined;
  return { status: 'joined', memberId: member.id, cardWords: cardWords === null ? null : [...cardWords] };
}

function applicationView(row: ApplicationRow, inviterName: string) {
  const { id, name, kind, about, email, phone, reach, status } = row;
  return { id, name, kind, about, email, phone, reach, inviterName, status, createdAt: row.createdAt.toISOString() };
}
