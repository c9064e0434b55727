/**
 * Addresses for mail.
 *
 * @module
 */
import { domainToASCII } from 'node:url';

const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/**
 * An address as mail servers write it: `rosa@xn--grcia-sqa.example`, the domain in small letters. `null` when it cannot
 * be one. Quoted names and bare numbers as hosts are not taken: nobody has them, and they hide mischief.
 */
export function mailAddress(text: string): string | null {
  const at = text.trim().lastIndexOf('@');
  const local = text.trim().slice(0, Math.max(at, 0));
  const domain = domainToASCII(text.trim().slice(at + 1));
  if (local.length > 64 || !LOCAL.test(local) || !DOMAIN.test(domain) || /\.\d+$/.test(domain)) return null;
  return local.length + domain.length > 253 ? null : `${local}@${domain}`;
}

/** So much of an address that whoever wrote it knows it again, and nobody else can write to it: `r…@mail.example`. */
export function hintOf(address: string): string {
  return `${address.slice(0, 1)}…${address.slice(address.lastIndexOf('@'))}`;
}
