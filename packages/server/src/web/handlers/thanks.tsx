/** A member's thanks: read, shown and taken off again. */
import { showThanks, thanksOf } from '../../exchange/talk.ts';
import { paths } from '../paths.ts';
import { ThanksPage } from '../thanks.tsx';
import type { WebApp } from './env.ts';
import { field, guarded, idOf } from './form.ts';
import { frameOf, memberOf, pattern, signedIn } from './page.tsx';

const PAGE = 20;

export function thanksRoutes(app: WebApp): void {
  app.get(paths.thanks, signedIn, async (c) => {
    const { bank, node } = c.var;
    const { memberId } = memberOf(c);
    const asked = c.req.query('before');
    const before = asked === undefined ? undefined : idOf(asked);
    const found = await thanksOf(node.database.db, bank.id, memberId, { shownOnly: false, before, limit: PAGE + 1 });
    const thanks = found.slice(0, PAGE);
    const last = thanks.at(-1);
    const olderHref = found.length > PAGE && last !== undefined ? `${paths.thanks}?before=${last.id}` : null;
    return c.html(<ThanksPage frame={frameOf(c)} model={{ thanks, olderHref }} />);
  });

  app.post(pattern(paths.showThanks), ...guarded, async (c) => {
    const { bank, node, form, session } = c.var;
    memberOf(c);
    const caller = session?.caller;
    if (caller?.role === 'member') {
      const shown = field(form, 'shown') === 'yes';
      const id = idOf(c.req.param('id'));
      await node.database.transaction((tx) => showThanks(tx, bank, caller, id, shown));
    }
    return c.redirect(paths.thanks, 303);
  });
}
