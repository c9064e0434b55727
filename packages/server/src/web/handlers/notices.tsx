/**
 * What a member was told: the list, opening one, wishes, and ending mail.
 *
 * @module
 */
import { wearersOf } from '../../member/people.ts';
import { Refused } from '../../node/refused.ts';
import { hasReader } from '../../notification/mailing.ts';
import {
  countUnread,
  findNotice,
  listNotices,
  readerOf,
  readNotices,
  readNoticesOf,
} from '../../notification/notices.ts';
import { DESK } from '../../notification/notify.ts';
import { readStopLink, stopMail, type Told, townsTold } from '../../notification/stop.ts';
import { isMailed, readWishes, setMailed, setWishes, type Wearer, wishesOf } from '../../notification/wishes.ts';
import { NoticesPage, StopPage, WishesPage } from '../notices.tsx';
import { paths } from '../paths.ts';
import type { WebApp, WebContext } from './env.ts';
import { field, guarded, safeNext } from './form.ts';
import { frameOf, pattern, signedIn } from './page.tsx';

const PAGE = 30;

/** For the bell. Whoever opens an exchange, a gathering or a gift has seen what they were told of it. */
export async function unreadFor(c: WebContext): Promise<number> {
  const { session, node, bank } = c.var;
  if (session === null || c.req.method !== 'GET') return 0;
  const who = [node.database.db, bank.id, readerOf(session.caller)] as const;
  const unread = await countUnread(...who);
  const isOfOne = ABOUT_ONE.test(c.req.path);
  return unread === 0 || !isOfOne ? unread : Math.max(0, unread - (await readNoticesOf(...who, c.req.path)));
}

/** The page of one thing. */
const ABOUT_ONE = /^\/(?:exchanges|gatherings|given|receipt)\/[0-9A-HJKMNP-TV-Z]{26}$/;

/** Whose notices are looked at. */
function reader(c: WebContext): string {
  const { session } = c.var;
  if (session === null) throw new Refused('not_signed_in');
  return readerOf(session.caller);
}

/** Whoever looks, in the hat that they wear; `null` where nobody in particular is signed in. */
function wearer(c: WebContext): Wearer | null {
  const personId = c.var.session?.caller.personId;
  return personId === undefined ? null : { bankId: c.var.bank.id, memberId: reader(c), personId };
}

export function noticesRoutes(app: WebApp): void {
  app.get(paths.notices, signedIn, async (c) => {
    const { node, bank } = c.var;
    const before = c.req.query('before')?.slice(0, 40);
    const rows = await listNotices(node.database.db, bank.id, reader(c), before, PAGE + 1);
    const notices = rows.slice(0, PAGE);
    const olderHref = rows.length > PAGE ? `${paths.notices}?before=${notices.at(-1)?.id}` : null;
    return c.html(<NoticesPage frame={frameOf(c)} model={{ notices, olderHref }} />);
  });

  app.post(paths.readNotices, ...guarded, async (c) => {
    await readNotices(c.var.node.database.db, c.var.bank.id, reader(c), 'all');
    return c.redirect(paths.notices, 303);
  });

  app.get(paths.wishes, signedIn, async (c) => {
    const { db } = c.var.node.database;
    const who = [c.var.bank.id, reader(c)] as const;
    const mine = wearer(c);
    const toMe = mine === null ? null : await isMailed(db, mine);
    const alone = (await wearersOf(db, ...who)).length < 2;
    const model = {
      toMe: alone && toMe === true ? null : toMe,
      wishes: await wishesOf(db, ...who),
      reachable: await hasReader(db, ...who),
      saved: c.req.query('saved') !== undefined,
    };
    return c.html(<WishesPage frame={frameOf(c)} model={model} />);
  });

  app.post(paths.wishes, ...guarded, async (c) => {
    const { node, bank, form } = c.var;
    const told = reader(c);
    const number = (name: string): number => Number(field(form, name) || Number.NaN);
    const wishes = readWishes({
      mail: field(form, 'mail'),
      ...{ hour: number('hour'), weekday: number('weekday') },
      ...{ quietFrom: number('quietFrom'), quietUntil: number('quietUntil') },
      mailed: form.getAll('group'),
    });
    const [mine, me] = [wearer(c), field(form, 'me')];
    await node.signals.commit(async (tx) => {
      await setWishes(tx, bank, told, wishes);
      if (mine !== null && me !== '') await setMailed(tx, mine, me === 'yes');
    });
    return c.redirect(`${paths.wishes}?saved`, 303);
  });

  app.get(pattern(paths.notice), signedIn, async (c) => {
    const { node, bank } = c.var;
    const row = await findNotice(node.database.db, bank.id, reader(c), c.req.param('id') ?? '');
    if (row === null) throw new Refused('not_found');
    await readNotices(node.database.db, bank.id, reader(c), [row.id]);
    return c.redirect(safeNext(row.href, bank.origin) || paths.notices, 303);
  });

  app.get(pattern(paths.stopMail), (c) => stopPage(c, toldBy(c), false));

  // A mail program posts here by itself (RFC 8058), so there is neither a session nor a page of ours that it came from.
  app.post(pattern(paths.stopMail), async (c) => {
    const told = toldBy(c);
    await c.var.node.signals.commit((tx) => stopMail(tx, told));
    return stopPage(c, told, true);
  });
}

const toldBy = (c: WebContext) => readStopLink(c.var.node, c.var.source, c.req.param('id') ?? '');

function stopPage(c: WebContext, told: readonly Told[], done: boolean): Response | Promise<Response> {
  const { node } = c.var;
  const towns = townsTold(
    node,
    told.filter(({ memberId }) => memberId !== DESK),
  );
  const desks = townsTold(
    node,
    told.filter(({ memberId }) => memberId === DESK),
  );
  return c.html(<StopPage frame={frameOf(c)} model={{ towns, desks, done }} />);
}
