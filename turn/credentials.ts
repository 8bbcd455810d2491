import { createHmac } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Config } from '../config/config.ts';

/** A user name and a password that coturn accepts until a set time, and that no list has to hold. */
export interface TurnCredentials {
  /** `EXPIRY:PARTICIPANT`, the expiry in seconds since 1970. Coturn counts its quota by what follows the colon. */
  readonly username: string;
  /** Base64 of 20 bytes. */
  readonly credential: string;
}

/** Shape of RTCIceServer (W3C WebRTC, section 4.2.2). */
export interface TurnServer extends TurnCredentials {
  readonly urls: string[];
}

/** An id as all ids of ours are, so that it cannot hold the colon that ends the expiry. */
const ID = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * Credentials for one participant. They open a relay until they expire; a relay that is open by then stays open as
 * long as the browser refreshes it.
 *
 * Source: draft-uberti-behave-turn-rest-00, section 2.2: the password is base64(HMAC-SHA1(secret, username)).
 * Coturn compares the expiry with its own clock, in whole seconds.
 *
 * @throws RangeError when the participant's id is none of ours or the lifetime is not above zero.
 */
export function issueCredentials(given: {
  /** What coturn has as `static-auth-secret`. */
  readonly secret: string;
  /** Letters, digits, `_` and `-`; 1 to 128 of them. */
  readonly participantId: string;
  /** Now, in milliseconds since 1970. */
  readonly nowMs: number;
  readonly lifetimeSeconds: number;
}): TurnCredentials {
  if (!ID.test(given.participantId)) throw new RangeError('A participant id is 1 to 128 of A-Z a-z 0-9 _ -.');
  if (!(given.lifetimeSeconds > 0)) throw new RangeError('The lifetime of a credential is above zero.');
  const expirySeconds = Math.floor(given.nowMs / 1000) + Math.ceil(given.lifetimeSeconds);
  const username = `${expirySeconds}:${given.participantId}`;
  return { username, credential: createHmac('sha1', given.secret).update(username).digest('base64') };
}

/**
 * What a browser is told about the relay: one server with its four ways in, cheapest first; nothing when the relay
 * is switched off. The last one is the port of the pages, from where the app passes it on: whoever sees a page has it.
 *
 * Source of the URLs: RFC 7065. `turns:` names no UDP (DTLS), which no browser offers.
 *
 * @param host name or address under which the browser reached the app; an IPv6 address with or without brackets.
 */
export function iceServers(
  config: Pick<Config, 'turn' | 'https'>,
  host: string,
  credentials: TurnCredentials,
): TurnServer[] {
  const { enabled, port, tls_port } = config.turn;
  if (!enabled) return [];
  const authority = isIPv6(host) ? `[${host}]` : host;
  return [
    {
      urls: [
        `turn:${authority}:${port}?transport=udp`,
        `turn:${authority}:${port}?transport=tcp`,
        `turns:${authority}:${tls_port}?transport=tcp`,
        `turns:${authority}:${config.https.port}?transport=tcp`,
      ],
      ...credentials,
    },
  ];
}
