/**
 * Pages as tests of this folder read them: their links and forms, and whether what somebody typed became a part of
 * them.
 *
 * Promises: what our pages never hold is a fault, wherever it came from: a tag or an attribute that we do not write, an
 * address that leads to a script or loads from elsewhere, a mark that turns the direction of writing.
 *
 * @module
 */

/** Tags of a page with their attributes, and the text between them. */
interface Tag {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** What stands after it until the next tag. */
  readonly text: string;
}

/** What a form sends when nothing is changed, and what it can send besides. */
export interface Form {
  readonly method: 'GET' | 'POST';
  readonly action: string;
  /** Whether a file can come with it. */
  readonly withFile: boolean;
  /** Where buttons of its own send it instead. */
  readonly otherActions: readonly string[];
  /** Fields with their values; of choices each value, in order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Names that a person fills in or chooses. */
  readonly open: readonly string[];
}

const TAG = /<(\/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[a-zA-Z][a-zA-Z0-9:-]*(?:="[^"<>]*")?)*)\s*(\/?)>/y;
const ATTRIBUTE = /([a-zA-Z][a-zA-Z0-9:-]*)(?:="([^"]*)")?/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const MARKS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069\ufffe]/;
/**
 * A text that is read from the right inside one that is not: our own words put it between two marks, which it cannot
 * leave.
 */
const KEPT_APART = /\u2068([^\u2066-\u2069<>]*[\p{Script=Arabic}\p{Script=Hebrew}][^\u2066-\u2069<>]*)\u2069/gu;
const ADDRESSES = ['href', 'src', 'action', 'formaction', 'poster', 'data', 'cite', 'xlink:href', 'srcset', 'ping'];
const NEVER = ['iframe', 'object', 'embed', 'base', 'frame', 'frameset', 'applet', 'style', 'marquee', 'foreignobject'];
/** What loads by itself: nothing of that comes from elsewhere. */
const LOADS = ['script', 'img', 'link', 'source', 'video', 'audio', 'image', 'use', 'track', 'input'];

/** Reads a page. A `<` that begins no tag of our form is a fault of the page. */
function tagsOf(html: string): { tags: Tag[]; faults: string[] } {
  const tags: Tag[] = [];
  const faults: string[] = [];
  let at = html.replace(/^<!doctype html>/i, '').length === html.length ? 0 : html.indexOf('>') + 1;
  while (at < html.length) {
    const next = html.indexOf('<', at);
    if (next < 0) break;
    TAG.lastIndex = next;
    const found = TAG.exec(html);
    if (found === null) {
      faults.push(`no tag of ours: ${html.slice(next, next + 80)}`);
      at = next + 1;
      continue;
    }
    at = TAG.lastIndex;
    const end = html.indexOf('<', at);
    const attributes = Object.fromEntries(
      [...(found[3] ?? '').matchAll(ATTRIBUTE)].map(([, name = '', value = '']) => [name.toLowerCase(), plain(value)]),
    );
    tags.push({
      name: `${found[1]}${found[2]?.toLowerCase()}`,
      attributes,
      text: plain(html.slice(at, end < 0 ? undefined : end)),
    });
  }
  return { tags, faults };
}

/** Escaped text as it is read. */
function plain(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&#10;', '\n')
    .replaceAll('&amp;', '&');
}

/** What is wrong with a page, whatever somebody typed; empty when nothing is. */
export function faultsOf(html: string): string[] {
  const { tags, faults } = tagsOf(html);
  const ours = html.replaceAll(KEPT_APART, '$1');
  const mark = MARKS.exec(ours);
  if (mark !== null) faults.push(`a mark ${named(mark[0])} in ${ours.slice(Math.max(0, mark.index - 40), mark.index)}`);
  for (const { name, attributes, text } of tags) {
    if (NEVER.includes(name)) faults.push(`<${name}>`);
    const isData = name === 'script' && attributes['type'] === 'application/json';
    if (name === 'script' && !isData && (text.trim() !== '' || !attributes['src']?.startsWith('/assets/')))
      faults.push(`<script> with ${text.slice(0, 40) || attributes['src']}`);
    if (name === 'meta' && attributes['http-equiv'] !== undefined && attributes['http-equiv'] !== 'refresh')
      faults.push('<meta http-equiv>');
    for (const [attribute, value] of Object.entries(attributes)) {
      if (attribute.startsWith('on') || attribute === 'style' || attribute === 'srcdoc')
        faults.push(`<${name} ${attribute}>`);
      if (!ADDRESSES.includes(attribute)) continue;
      if (
        /^\s*[a-z][a-z0-9+.-]*:/i.test(value) &&
        !/^(?:https?:\/\/|mailto:|tel:|data:image\/(?:png|svg\+xml)|#)/i.test(value)
      )
        faults.push(`<${name} ${attribute}="${value.slice(0, 60)}">`);
      if (LOADS.includes(name) && !/^(?:\/(?!\/)|#|data:image\/)/.test(value) && name !== 'link')
        faults.push(`<${name} ${attribute}="${value.slice(0, 60)}"> loads from elsewhere`);
      if (name === 'link' && attribute === 'href' && !/^\/(?!\/)/.test(value) && attributes['rel'] !== 'canonical')
        faults.push(`<link href="${value.slice(0, 60)}">`);
    }
  }
  return faults;
}

function named(mark: string): string {
  return `U+${mark.codePointAt(0)?.toString(16).padStart(4, '0')}`;
}

/** What a page says, without its tags. */
export function textOf(html: string): string {
  return tagsOf(html)
    .tags.map(({ text }) => text)
    .join(' ');
}

/** Addresses at this origin that a page links to, and of pictures in it. */
export function linksOf(html: string, origin: string): string[] {
  return tagsOf(html).tags.flatMap(({ name, attributes }) => {
    const href = { a: attributes['href'], img: attributes['src'] }[name];
    if (href === undefined || href === '' || !URL.canParse(href, origin)) return [];
    const url = new URL(href, origin);
    return url.origin === origin ? [`${url.pathname}${url.search}`] : [];
  });
}

/** The forms of a page at this address. */
export function formsOf(html: string, address: string): Form[] {
  const forms: {
    method: 'GET' | 'POST';
    action: string;
    otherActions: string[];
    withFile: boolean;
    fields: [string, string][];
    open: string[];
  }[] = [];
  let inside: (typeof forms)[number] | null = null;
  let select = '';
  for (const { name, attributes, text } of tagsOf(html).tags) {
    const { name: field = '', value = '', type = '' } = attributes;
    if (name === 'form') {
      const method = attributes['method']?.toUpperCase() === 'POST' ? 'POST' : 'GET';
      inside = {
        method,
        action: attributes['action'] ?? address,
        otherActions: [],
        withFile: attributes['enctype'] !== undefined,
        fields: [],
        open: [],
      };
      forms.push(inside);
    } else if (name === '/form') inside = null;
    if (inside === null) continue;
    if (name === 'option' && select !== '')
      inside.fields['selected' in attributes ? 'unshift' : 'push']([select, value]);
    if (name === '/select') select = '';
    if (attributes['formaction'] !== undefined) inside.otherActions.push(attributes['formaction']);
    if (field === '') continue;
    if (name === 'select') select = field;
    else if (name === 'textarea') inside.fields.push([field, text]);
    else if ('checked' in attributes) inside.fields.unshift([field, value]);
    else if (name === 'input' || name === 'button') inside.fields.push([field, value]);
    if (name !== 'button' && type !== 'hidden') inside.open.push(field);
  }
  return forms.map((form) => ({ ...form, open: [...new Set(form.open)] }));
}
