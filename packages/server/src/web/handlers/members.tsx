/**
 * The desk's page of members: adding one, and making the words of a card.
 *
 * Promises: only the operator is let in; a member comes with a card in one transaction; the words of a card are
 * shown once, to the session that asked for them.
 *
 * @module
 */
import { newMemberSchema } from '../../api/schemas.ts';
import { issueToken } from '../../auth/tokens.ts';
import { addMember, findMember, listMembers } from '../../member/members.ts';
import { Refused, refusalOf } from '../../node/refused.ts';
import { members as words } from '../member-words.ts';
import { MembersPage } from '../members.tsx';
import type { MembersModel } from '../models.ts';
import { paths } from '../paths.ts';
import type { WebApp, WebContext } from './env.ts';
import { field, guarded, idOf } from './form.ts';
import { keep, take } from './kept.ts';
import { frameOf, operatorOnly, pattern, signedIn } from './page.tsx';

const PAGE = 50;

export function membersRoutes(app: WebApp): void {
  app.get(paths.members, signedIn, operatorOnly, (c) => membersPage(c, {}, 200));

  app.post(paths.members, ...guarded, operatorOnly, async (c) => {
    const { bank, node, form } = c.var;
    const values = { name: field(form, 'name'), handle: field(form, 'handle') };
    const given = newMemberSchema.safeParse(values);
    if (!given.success) {
      const wrong = given.error.issues.map(({ path }) => path[0]);
      const errors = {
        ...(wrong.includes('name') && { name: words.nameMissing }),
        ...(wrong.includes('handle') && { handle: words.handleWrong }),
      };
      return membersPage(c, { values, errors }, 422);
    }
    try {
      const card = await node.database.transaction(async (tx) => {
        const { id } = await addMember(tx, bank, values);
        return issueToken(tx, bank.id, 'member', id);
      });
      keep(c, 'card', JSON.stringify({ name: values.name, words: card }));
      return c.redirect(paths.members, 303);
    } catch (error) {
      if (refusalOf(error)?.code !== 'handle_taken') throw error;
      return membersPage(c, { values, errors: { handle: words.handleTaken } }, 409);
    }
  });

  app.post(pattern(paths.memberCard), ...guarded, operatorOnly, async (c) => {
    const { bank, node } = c.var;
    const row = await findMember(node.database.db, bank.id, idOf(c.req.param('id')));
    if (row === undefined || row.kind === 'fund') throw new Refused('not_found');
    const card = await issueToken(node.database.db, bank.id, 'member', row.id);
    keep(c, 'card', JSON.stringify({ name: row.name, words: card }));
    return c.redirect(paths.members, 303);
  });
}

async function membersPage(
  c: WebContext,
  given: Pick<Partial<MembersModel>, 'values' | 'errors'>,
  status: 200 | 409 | 422,
): Promise<Response> {
  const { bank, node } = c.var;
  const asked = c.req.query('after');
  const after = asked === undefined ? undefined : idOf(asked);
  const rows = await listMembers(node.database.db, bank.id, after, PAGE);
  const card = take(c, 'card');
  const last = rows.at(-1)?.id;
  const model: MembersModel = {
    card: card === null ? null : (JSON.parse(card) as MembersModel['card']),
    signInUrl: `${bank.origin}${paths.signIn}`,
    members: rows
      .filter(({ kind }) => kind !== 'fund')
      .map(({ id, name, handle, status: state }) => ({ id, name, handle, resting: state !== 'active' })),
    firstHref: after === undefined ? null : paths.members,
    moreHref: rows.length === PAGE && last !== undefined ? `${paths.members}?after=${last}` : null,
    values: { name: '', handle: '' },
    errors: {},
    ...given,
  };
  return c.html(<MembersPage frame={frameOf(c)} model={model} />, status);
}
