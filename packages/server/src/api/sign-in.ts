/** Operations by which a person comes in: six figures or a link by mail, a card, a passkey. None needs a token. */
import type { Context } from 'hono';
import { redeemCode, redeemLink, requestCode } from '../auth/codes.ts';
import { type Entered, enter, enterByCard } from '../auth/entering.ts';
import { askForPasskey, usePasskey } from '../auth/passkeys.ts';
import type { Beginning } from '../auth/sessions.ts';
import type { Queries } from '../db/database.ts';
import { languageOr } from '../web/words.ts';
import type { Api } from './app.ts';
import { doing, noBody, noParams } from './describe.ts';
import type { ApiEnv } from './env.ts';
import { onceAsked } from './idempotent.ts';
import {
  cardWordsSchema,
  codeRequestSchema,
  codeSchema,
  codeSentSchema,
  enteredSchema,
  letterLinkSchema,
  passkeyOptionsSchema,
  passkeyUseSchema,
} from './people-schemas.ts';

export function signInRoutes(api: Api): void {
  letterOperations(api);
  cardOperation(api);
  passkeyOperations(api);
}

function letterOperations(api: Api): void {
  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/sign-in/codes',
        operationId: 'requestCode',
        summary: 'Send six figures to an address, if anybody comes in by it. Needs no token',
        status: 202,
      },
      { answer: codeSentSchema, body: codeRequestSchema, params: noParams },
    ),
    async (c) => {
      const { email, language } = c.req.valid('json');
      const { node, bank, source } = c.var;
      const asked = { email, language: languageOr(language ?? '', bank), source };
      const result = await onceAsked(
        c,
        () => requestCode(node, bank, asked),
        async (_tx, request) => ({ status: 202, body: { request } }),
      );
      return c.json(result.body, 202);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/sign-in/code',
        operationId: 'signInByCode',
        summary: 'Exchange six figures for a token of thirty days. Needs no token',
        status: 201,
      },
      { answer: enteredSchema, body: codeSchema, params: noParams },
    ),
    async (c) => {
      const { request: asker, code, memberId } = c.req.valid('json');
      const { node, bank, source } = c.var;
      const entered = await comingIn(c, 'code', memberId, (begin) =>
        redeemCode(node, bank, { asker, code, source }, (tx, { id }) => begin(tx, id)),
      );
      return c.json(entered, 201);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/sign-in/link',
        operationId: 'signInByLink',
        summary: 'Exchange the link of a letter for a token of thirty days, once. Needs no token',
        status: 201,
      },
      { answer: enteredSchema, body: letterLinkSchema, params: noParams },
    ),
    async (c) => {
      const { link, memberId } = c.req.valid('json');
      const { node, bank, source } = c.var;
      const entered = await comingIn(c, 'link', memberId, (begin) =>
        redeemLink(node, bank, { link: lastPart(link), source }, (tx, { id }) => begin(tx, id)),
      );
      return c.json(entered, 201);
    },
  );
}

function cardOperation(api: Api): void {
  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/sign-in/card',
        operationId: 'signInByCard',
        summary: 'Exchange the words of a card for a token of thirty days. Needs no token',
        status: 201,
      },
      { answer: enteredSchema, body: cardWordsSchema, params: noParams },
    ),
    async (c) => {
      const { words, memberId } = c.req.valid('json');
      const { node, bank, source } = c.var;
      const entered = await comingIn(c, 'card', memberId, (begin) => enterByCard(node, bank, { words, source }, begin));
      return c.json(entered, 201);
    },
  );
}

function passkeyOperations(api: Api): void {
  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/sign-in/passkey/options',
        operationId: 'askForPasskey',
        summary: 'What a browser needs to come in with a passkey of this bank. Needs no token',
        status: 200,
      },
      { answer: passkeyOptionsSchema, body: noBody, params: noParams },
    ),
    async (c) => {
      const { bank, node, source } = c.var;
      const result = await onceAsked(
        c,
        () => askForPasskey(node.database.db, bank, source),
        async (_tx, options) => ({ status: 200, body: { options: { ...options } as Record<string, unknown> } }),
      );
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/sign-in/passkey',
        operationId: 'signInByPasskey',
        summary: 'Exchange what a passkey has signed for a token of thirty days. Needs no token',
        status: 201,
      },
      { answer: enteredSchema, body: passkeyUseSchema, params: noParams },
    ),
    async (c) => {
      const { answer, memberId } = c.req.valid('json');
      const entered = await comingIn(c, 'passkey', memberId, (begin) =>
        usePasskey(c.var.node.database, c.var.bank, answer, begin),
      );
      return c.json(entered, 201);
    },
  );
}

type Begin = (tx: Queries, personId: string) => Promise<Entered>;

/** Lets somebody in who has shown who they are, once for the request's key: a program's session, and its token. */
async function comingIn(
  c: Context<ApiEnv>,
  how: Beginning['how'],
  memberId: string | undefined,
  show: (begin: Begin) => Promise<Entered>,
) {
  const begin: Begin = (tx, personId) =>
    enter(tx, c.var.bank, personId, { how, agent: agentOf(c), app: true }, memberId);
  const result = await onceAsked(
    c,
    () => show(begin),
    async (_tx, entered) => ({ status: 201, body: enteredView(entered) }),
  );
  return result.body;
}

/** The secret of a link, or of its last part alone. */
export function lastPart(link: string): string {
  return link.split('/').at(-1) ?? '';
}

export function agentOf(c: Context<ApiEnv>): string {
  return (c.req.header('user-agent') ?? '').slice(0, 500);
}

export function hatView({ personId, personName, memberId, role, name }: Entered['hat']) {
  return { personId, personName, memberId, role, name };
}

export function enteredView({ secret, hat, hats }: Entered) {
  return { token: secret, hat: hatView(hat), hats: hats.map(hatView) };
}
