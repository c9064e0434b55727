/**
 * Forms with a file in them, as browsers send them (RFC 7578).
 *
 * Promises: looks at each byte once or twice and copies none of the file; so many parts and no more; what is not such a
 * form is `null`. Names and texts are UTF-8.
 *
 * @module
 */
export interface Parts {
  /** In the order in which they came. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** By the name of their field; one that was left empty is not there. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const MOST_PARTS = 100;
const MOST_HEAD = 2048;
const BREAK = '\r\n';

/** The boundary that a content type names; `null` when it is no form with files. */
export function boundaryOf(contentType: string): string | null {
  const [, quoted, plain] =
    /^multipart\/form-data;.*\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? [];
  return quoted ?? plain ?? null;
}

export function partsOf(body: Uint8Array, boundary: string): Parts | null {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const fields: [string, string][] = [];
  const files = new Map<string, Uint8Array>();
  const between = `${BREAK}--${boundary}`;
  if (bytes.subarray(0, between.length - 2).toString('latin1') !== between.slice(2)) return null;
  let at = between.length - 2;
  for (let count = 0; count <= MOST_PARTS; count++) {
    const next = bytes.subarray(at, at + 2).toString('latin1');
    if (next === '--') return { fields, files };
    const head = bytes.subarray(at, at + MOST_HEAD).indexOf(`${BREAK}${BREAK}`);
    const end = head === -1 ? -1 : bytes.indexOf(between, at + head + 4);
    if (next !== BREAK || end === -1) return null;
    const says = bytes.subarray(at, at + head).toString('utf8');
    const name = /^content-disposition:\s*form-data;.*?\bname="([^"]*)"/im.exec(says)?.[1];
    if (name === undefined) return null;
    const value = bytes.subarray(at + head + 4, end);
    if (!/^content-disposition:.*\bfilename\*?=/im.test(says)) fields.push([name, value.toString('utf8')]);
    else if (value.length > 0) files.set(name, value);
    at = end + between.length;
  }
  return null;
}
