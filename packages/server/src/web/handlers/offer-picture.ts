/**
 * The picture in the form of an offer.
 *
 * Promises: one that came with a form that has something wrong is kept, and sent along with the next try; sent twice,
 * the same picture is the same.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { keepPicture, PICTURE_TEXT, type Picture, takePicture } from '../../offer/pictures.ts';
import type { NotTaken } from '../../offer/shrink.ts';
import type { WebContext } from './env.ts';
import { field, ULID } from './form.ts';

export interface SentPicture {
  /** What the offer is to show: another one, the one that it has, or none. */
  readonly picture: Picture | null;
  readonly text: string;
  /** Names what was sent, the same for the same. */
  readonly digest: string;
  readonly error: NotTaken | null;
}

/** @param present the picture that the offer has. Refuses `too_large` and `too_many_requests`. */
export async function readPictureField(c: WebContext, memberId: string, present: string | null): Promise<SentPicture> {
  const { bank, node, form, files } = c.var;
  const { db } = node.database;
  const text = field(form, 'pictureText').replaceAll('\n', ' ').slice(0, PICTURE_TEXT);
  const kept = field(form, 'kept');
  const before = field(form, 'pictureEnd') === 'yes' ? null : ULID.test(kept) ? kept : present;
  const said = (id: string | null, digest: string, error: NotTaken | null = null): SentPicture => ({
    picture: id === null ? null : { id, text },
    text,
    digest,
    error,
  });
  const file = files?.get('picture');
  if (file === undefined) return said(before, before ?? '');
  const digest = createHash('sha256').update(file).digest('base64url');
  const taken = await takePicture(db, bank, memberId, file);
  if (typeof taken === 'string') return said(before, digest, taken);
  return said(await keepPicture(db, bank, memberId, taken), digest);
}
