/**
 * What the closed shapes of messages are made of. Spec: wire forms.
 *
 * @module
 */
import { z } from 'zod';
import { MAX_ENTRY_MINUTES, MAX_LIMIT_MINUTES } from '../core/minutes.ts';
import { REFUSAL_CODES, type RefusalCode } from '../core/refusal.ts';
import { CONTEXT } from './context.ts';

export const context = z.tuple([z.literal(CONTEXT[0]), z.literal(CONTEXT[1]), z.literal(CONTEXT[2])]);
export const url = z
  .string()
  .max(512)
  .regex(/^https?:\/\/[a-z0-9.[\]:-]+(\/[\x21-\x7e]*)?$/);
export const multihash = z.string().regex(/^uEi[A-Za-z0-9_-]{44}$/);
export const digest = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
export const pairUrn = z.string().regex(/^urn:evenhour:pair:[A-Za-z0-9_-]{43}$/);
export const reference = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9_.~-]+$/);
export const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
export const amount = z.int().min(1).max(MAX_ENTRY_MINUTES);
export const limit = z.int().min(0).max(MAX_LIMIT_MINUTES);
export const signedMinutes = z.int();
export const multikey = z.string().regex(/^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/);
export const code = z.enum(REFUSAL_CODES as [RefusalCode, ...RefusalCode[]]);
/** Text that people wrote: no control characters, none that turn the direction of writing. */
export const text = (max: number) =>
  z
    .string()
    .max(max)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    .regex(/^[^\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]*$/);

/** The proof's exact members are checked by `proof/`; here it only has to be an object. */
export const proof = z.record(z.string(), z.unknown());

export const types = <A extends string, B extends string>(first: A, second: B) =>
  z.tuple([z.literal(first), z.literal(second)]);
