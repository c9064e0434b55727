/**
 * Somebody with a browser, as far as a server can tell: cookies, forms and where they come from.
 *
 * @module
 */
import type { RunningNode } from '../node/node.ts';

export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** Where a redirect leads. */
  readonly to: string | null;
}

type Fields = Readonly<Record<string, string>>;

export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #node: RunningNode;
  readonly #origin: string;

  constructor(node: RunningNode, origin: string) {
    this.#node = node;
    this.#origin = origin;
  }

  async get(path: string, headers: Fields = {}, method = 'GET'): Promise<Seen> {
    return this.#ask(path, { method, headers: { accept: 'text/html', ...headers } });
  }

  /** Sends a form as a browser does from a page of the bank. Other headers replace these; an empty one is left out. */
  async post(path: string, fields: Fields | URLSearchParams, headers: Fields = {}): Promise<Seen> {
    const all = {
      accept: 'text/html',
      'content-type': 'application/x-www-form-urlencoded',
      origin: this.#origin,
      'sec-fetch-site': 'same-origin',
      ...headers,
    };
    const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
    return this.#ask(path, { method: 'POST', headers: sent, body: new URLSearchParams(fields).toString() });
  }

  /** Sends a form that may have a file, as a browser does from a page of the bank. */
  async postFiles(path: string, form: FormData): Promise<Seen> {
    const headers = { accept: 'text/html', origin: this.#origin, 'sec-fetch-site': 'same-origin' };
    return this.#ask(path, { method: 'POST', headers, body: form });
  }

  /** Opens the page of a form and sends it with what the page put into it. */
  async fill(page: string, action: string, fields: Fields): Promise<Seen> {
    const { html } = await this.get(page);
    const form =
      html.split('<form ').find((part) => /^[^>]*method="post"/.test(part) && part.includes(`action="${action}"`)) ??
      '';
    const hidden = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    return this.post(action, {
      ...Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value])),
      ...fields,
    });
  }

  async signIn(token: string): Promise<this> {
    const seen = await this.post('/sign-in', { token });
    if (seen.status !== 303) throw new Error(`not let in: ${seen.status}`);
    return this;
  }

  /** What forms of this session carry. */
  async csrf(): Promise<string> {
    return /name="csrf" value="([^"]+)"/.exec((await this.get('/')).html)?.[1] ?? '';
  }

  async #ask(path: string, init: { method: string; headers: Fields; body?: string | FormData }): Promise<Seen> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { host: new URL(this.#origin).host, ...(cookie !== '' && { cookie }), ...init.headers };
    const answer = await this.#node.fetch(new Request(`${this.#origin}${path}`, { ...init, headers }));
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return {
      status: answer.status,
      headers: answer.headers,
      html: await answer.text(),
      to: answer.headers.get('location'),
    };
  }
}
