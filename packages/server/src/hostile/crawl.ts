/**
 * Walks through a bank's pages as somebody: every link of every page, and of each kind of page a few.
 *
 * @module
 */
import type { Seen, Visitor } from '../testing/visitor.ts';
import { paths } from '../web/paths.ts';
import { type Form, formsOf, linksOf } from './reading.ts';
import { type Route, routeOf } from './scene.ts';

/** Of pages at one route, with one set of questions, so many are opened. */
const OF_A_KIND = 6;

export interface Walk {
  /** Addresses that were opened, with their routes and what they showed; empty for what is no page. */
  readonly pages: ReadonlyMap<string, { readonly route: Route; readonly html: string; readonly status: number }>;
  /** Forms, each kind once: its route, what can be filled in, and what it says it does. */
  readonly forms: ReadonlyMap<string, FoundForm>;
  /** Links to where no route is. */
  readonly dead: readonly string[];
}

export interface FoundForm extends Form {
  readonly route: Route;
  /** The page that it stands on. */
  readonly page: string;
}

export async function walk(
  visitor: Visitor,
  origin: string,
  routes: readonly Route[],
  from: readonly string[],
): Promise<Walk> {
  const pages = new Map<string, { route: Route; html: string; status: number }>();
  const forms = new Map<string, FoundForm>();
  const dead: string[] = [];
  const kinds = new Map<string, number>();
  const waiting = [...from];
  for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
    const route = routeOf(routes, 'GET', address);
    if (route === undefined) {
      if (!/^\/(?:assets|ap)\//.test(address)) dead.push(address);
      continue;
    }
    const kind = `${route.path} ${[...new URL(address, origin).searchParams.keys()].sort().join()}`;
    if (pages.has(address) || (kinds.get(kind) ?? 0) >= OF_A_KIND) continue;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const seen = await visitor.get(address);
    const html = pageOf(seen);
    pages.set(address, { route, html, status: seen.status });
    // What letters lead to is tried where the letters are.
    if (route.path !== paths.mailbox) waiting.push(...linksOf(html, origin));
    if (seen.to !== null) waiting.push(seen.to.replace(origin, '').split('#')[0] ?? '/');
    for (const form of formsOf(html, address)) {
      const target = routeOf(routes, form.method, form.action);
      if (target === undefined) dead.push(`${form.method} ${form.action}`);
      else keepForm(forms, { ...form, route: target, page: address });
      if (form.method === 'GET') waiting.push(...[form.action, ...form.otherActions]);
    }
  }
  return { pages, forms, dead };
}

/** What was seen, if it is a page. A receipt as a file is one of its own kind, and has its own test. */
export function pageOf({ headers, html }: Seen): string {
  return /^text\/html/.test(headers.get('content-type') ?? '') && !headers.has('content-disposition') ? html : '';
}

function keepForm(forms: Map<string, FoundForm>, form: FoundForm): void {
  const names = [...new Set(form.fields.map(([name]) => name))].sort();
  const act = form.fields.filter(([name]) => name === 'act' || name === 'do').map(([, value]) => value);
  const key = `${form.method} ${form.route.path} ${names.join()} ${act.join()}`;
  if (!forms.has(key)) forms.set(key, form);
}
