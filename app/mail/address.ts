import { domainToASCII } from 'node:url';

/** RFC 5321, section 4.5.3.1: 64 octets before the at sign, 254 altogether. */
const LONGEST = 254;
const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/**
 * Whether letters can be sent to this address: as RFC 5321 has it (section 4.1.2), without quoted names, comments,
 * address literals and accents before the at sign, which hardly a relay takes. Nothing that passes can end a header.
 */
export function isMailAddress(text: string): boolean {
  if (text.length > LONGEST) return false;
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  if (at < 1 || local.length > 64 || !LOCAL_PART.test(local)) return false;
  const labels = text.slice(at + 1).split('.');
  return labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '');
}

/** An address as it is kept: without blanks around it, in small letters, its host in ASCII (RFC 5890). */
export function canonicalAddress(text: string): string {
  const trimmed = text.trim().toLowerCase();
  const at = trimmed.lastIndexOf('@');
  const host = trimmed.slice(at + 1);
  const ascii = /\P{ASCII}/u.test(host) ? domainToASCII(host) : host;
  return `${trimmed.slice(0, at + 1)}${ascii}`;
}
