import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import { Format } from 'typebox/format';
import { nearest } from './spelling.ts';

/** What is wrong with a text; both parts are optional. */
export interface Objection {
  /** What it should have been, to stand in brackets behind "must be a …". */
  readonly reason?: string;
  /** What was probably meant. */
  readonly suggestion?: string;
}

/** A host and a port, as in `media.control`. IPv6 addresses have no brackets here. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
// The control characters, NUL among them: no path that a person means has one.
const CONTROL = /\p{Cc}/u;

/** Whether `text` is a host name (RFC 1123, ASCII form) or an IP address without brackets or zone. */
export function isHost(text: string): boolean {
  if (isIP(text) !== 0) return !text.includes('%');
  if (text.length > 253) return false;
  const labels = text.split('.');
  // A last label of digits only would be read as an IPv4 address by browsers (WHATWG URL, 3.5).
  return labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '');
}

/** Reads `HOST:PORT`, with IPv6 addresses in brackets. Undefined if it is none. */
export function parseHostAndPort(text: string): HostAndPort | undefined {
  const parts = /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:/[\]]+)):(?<port>[1-9]\d{0,4})$/.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const host = parts.v6 ?? parts.name ?? '';
  const port = Number(parts.port);
  const hostIsRight = parts.v6 === undefined ? isHost(host) : isIP(host) === 6 && isHost(host);
  return hostIsRight && port <= 65535 ? { host, port } : undefined;
}

/** Whether a `media.control` names a Unix socket: everything with a slash does. */
export function isSocketPath(control: string): boolean {
  return control.includes('/');
}

/** An address in its one usual spelling (RFC 5952); other hosts in small letters. */
export function canonicalHost(host: string): string {
  return isIP(host) === 0 ? host.toLowerCase() : ipaddr.parse(host).toString();
}

function objectToHost(text: string): Objection | undefined {
  if (isHost(text)) return undefined;
  const address = ['http', 'https', 'wss', 'smtp', 'smtps'].reduce(
    (rest, scheme) => rest.replace(`${scheme}://`, ''),
    text,
  );
  const host = (/^\[(.*)\]/.exec(address)?.[1] ?? address.replace(/[:/].*$/su, '')).replace(/\.$/, '');
  if (host !== text && isHost(host)) {
    return { reason: 'with nothing before or after it', suggestion: host };
  }
  const ascii = text.length <= 253 ? domainToASCII(text) : '';
  // The certificate and the browser both use the ASCII form (RFC 5890).
  if (/\P{ASCII}/u.test(text) && isHost(ascii)) {
    return { reason: 'in its ASCII form', suggestion: ascii };
  }
  if (text.includes('*')) return { reason: 'no pattern' };
  if (/^[\d.]+$/.test(text)) return { reason: 'an IPv4 address is four numbers from 0 to 255' };
  return {};
}

function objectToIp(text: string): Objection | undefined {
  if (isIP(text) !== 0) return undefined;
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text.replace(/[:/]\d+$/, '');
  if (bare !== text && isIP(bare) !== 0) return { suggestion: bare };
  if (isHost(text)) return { reason: 'not a name' };
  return {};
}

function objectToEmail(text: string): Objection | undefined {
  if (Format.IsEmail(text)) return undefined;
  const bare = text.replace(/^mailto:/i, '').replace(/^.*<(.*)>$/, '$1');
  return bare !== text && Format.IsEmail(bare) ? { suggestion: bare } : {};
}

/** Ranges of addresses in which a control port is within reach of this machine or a private link only. */
const privateRanges = new Set<string>(['loopback', 'private', 'uniqueLocal', 'linkLocal', 'carrierGradeNat']);

function objectToControl(text: string): Objection | undefined {
  if (isSocketPath(text)) {
    if (/^[a-z]+:\/\//i.test(text)) return { reason: 'with nothing before it' };
    if (text.endsWith('/')) return { reason: 'a file, no folder' };
    return CONTROL.test(text) ? { reason: 'without control characters' } : undefined;
  }
  const address = parseHostAndPort(text);
  if (address === undefined) {
    if (isHost(text) && isIP(text) === 0)
      return { reason: 'with a port, or with a slash', suggestion: `./${text}` };
    return {};
  }
  if (isIP(address.host) === 0) return undefined;
  const range = ipaddr.process(address.host).range();
  if (range === 'unspecified')
    return { reason: 'one that the app can connect to, on loopback or a private link' };
  // The secret goes over this link in clear.
  return privateRanges.has(range) ? undefined : { reason: 'on loopback or a private link' };
}

function objectToFile(text: string): Objection | undefined {
  return CONTROL.test(text) ? { reason: 'without control characters' } : undefined;
}

/** It goes into a header of a letter, or to a server as one line. */
function objectToPlainText(text: string): Objection | undefined {
  if (CONTROL.test(text)) return { reason: 'without control characters' };
  return text.trim() === text ? undefined : { suggestion: text.trim() };
}

function objectToHttpsUrl(text: string): Objection | undefined {
  const url = URL.parse(text);
  if (url === null) return isHost(text) ? { suggestion: `https://${text}` } : {};
  if (url.protocol === 'http:') return { suggestion: `https://${text.slice('http://'.length)}` };
  if (url.protocol !== 'https:') return {};
  return url.username === '' && url.password === '' ? undefined : { reason: 'without a password' };
}

/** A gateway in the house may have no certificate. */
function objectToGatewayUrl(text: string): Objection | undefined {
  const url = URL.parse(text);
  if (url === null) return isHost(text) ? { suggestion: `https://${text}` } : {};
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return {};
  return url.username === '' && url.password === '' ? undefined : { reason: 'without a password' };
}

function objectToTimeZone(text: string): Objection | undefined {
  const known = Intl.supportedValuesOf('timeZone');
  // An offset (+01:00) would be taken as well, and has no summer time.
  if (/^[A-Z]/i.test(text) && isTimeZone(text)) return undefined;
  const suggestion = nearest(text, known);
  return suggestion === undefined ? {} : { suggestion };
}

/** Old names are not listed by `Intl`, but known to it. */
function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function objectToColour(text: string): Objection | undefined {
  if (/^#[0-9a-f]{6}$/i.test(text)) return undefined;
  // In the quotes that YAML needs.
  if (/^[0-9a-f]{6}$/i.test(text)) return { suggestion: `"#${text}"` };
  const short = /^#?([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text);
  if (short === null) return {};
  return {
    suggestion: `"#${short
      .slice(1)
      .flatMap((digit) => [digit, digit])
      .join('')}"`,
  };
}

const objections: Readonly<Record<string, (text: string) => Objection | undefined>> = {
  host: objectToHost,
  ip: objectToIp,
  email: objectToEmail,
  'control-address': objectToControl,
  'secret-file': objectToFile,
  file: objectToFile,
  'https-url': objectToHttpsUrl,
  'gateway-url': objectToGatewayUrl,
  'plain-text': objectToPlainText,
  'time-zone': objectToTimeZone,
  colour: objectToColour,
};
for (const [format, objectTo] of Object.entries(objections)) {
  Format.Set(format, (text) => objectTo(text) === undefined);
}

/** What is wrong with a text of this format; undefined if nothing is. */
export function objectionTo(format: string, text: string): Objection | undefined {
  return objections[format]?.(text);
}
