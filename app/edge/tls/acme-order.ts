import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, get } from 'node:https';
import { domainToUnicode } from 'node:url';
import type { Client } from 'acme-client';
import { SECOND_MS } from '../../kernel/clock.ts';
import type { HttpChallenges } from './http-challenges.ts';

/** How long the authority may take for one answer, in milliseconds. */
const ANSWER_MS = 30 * SECOND_MS;

export interface AcmeOrder {
  /** Address of the authority's directory (RFC 8555, section 7.1.1). */
  readonly directory: string;
  /** Roots that the directory's own certificate may lead to, as PEM; null: those that Node trusts. */
  readonly roots: readonly string[] | null;
  readonly email: string | null;
  /** P-256, PKCS #8 as PEM. The account is made if the authority does not know the key. */
  readonly accountKeyPem: string;
  readonly hosts: readonly string[];
  /** For the same hosts, as PEM. */
  readonly request: string;
  readonly challenges: HttpChallenges;
  readonly signal: AbortSignal;
}

/**
 * Orders a certificate (RFC 8555, section 7.4). Whoever calls has agreed to the authority's terms.
 *
 * @returns the chain as PEM, the server's certificate first.
 * @throws {Error} with what the authority, or the way to it, has against it.
 */
export async function orderCertificate(order: AcmeOrder): Promise<string> {
  const httpsAgent = new Agent(order.roots === null ? {} : { ca: [...order.roots] });
  await reach(order.directory, httpsAgent, order.signal);
  // Takes long to load, and few need it.
  const { default: acme } = await import('acme-client');
  Object.assign(acme.axios.defaults, {
    httpsAgent,
    timeout: ANSWER_MS,
    // What the settings name is asked, nobody else.
    proxy: false,
    signal: order.signal,
    acmeSettings: { retryMaxAttempts: 2, retryDefaultDelay: 1 },
  });
  const client = new acme.Client({
    directoryUrl: order.directory,
    accountKey: order.accountKeyPem,
    backoffMin: SECOND_MS,
    backoffMax: 30 * SECOND_MS,
  });

  await openAccount(client, order.email === null ? [] : [`mailto:${order.email}`]);
  const identifiers = order.hosts.map((value) => ({ type: 'dns' as const, value }));
  const placed = await client.createOrder({ identifiers });
  for (const authorization of await client.getAuthorizations(placed)) {
    if (authorization.status === 'valid') continue;
    const challenge = authorization.challenges.find(({ type }) => type === 'http-01');
    const host = authorization.identifier.value;
    if (challenge === undefined) throw new Error(`It does not offer to check ${host} by HTTP`);
    order.challenges.expect(challenge.token, await client.getChallengeKeyAuthorization(challenge));
    try {
      await client.completeChallenge(challenge);
      await client.waitForValidStatus(challenge);
    } catch (thrown) {
      throw new Error(`It did not accept ${domainToUnicode(host)}: ${reasonOf(thrown)}`, { cause: thrown });
    } finally {
      order.challenges.forget(challenge.token);
    }
  }
  const finished = await client.finalizeOrder(placed, order.request);
  return await client.getCertificate(finished);
}

/** Finds the account of the client's key, or makes it, and tells where letters go (RFC 8555, section 7.3). */
async function openAccount(client: Client, contact: readonly string[]): Promise<void> {
  const known = await client.createAccount({ onlyReturnExisting: true }).catch(() => null);
  if (known === null) {
    await client.createAccount({ termsOfServiceAgreed: true, contact: [...contact] });
  } else if ((known.contact ?? []).join() !== contact.join()) {
    await client.updateAccount({ contact: [...contact] });
  }
}

/**
 * Asks for the directory once, for the reason why it does not come. The client forgets it: acme-client 5.4 ends with a
 * TypeError of its own where there was no answer.
 */
async function reach(directory: string, agent: Agent, signal: AbortSignal): Promise<void> {
  const asked = get(directory, { agent, signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]) });
  const [answer]: IncomingMessage[] = await once(asked, 'response');
  answer?.resume();
  if (answer?.statusCode !== 200) throw new Error(`It answers ${answer?.statusCode}`);
}

/** In one line. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof TypeError) return 'It stopped answering';
  const { message, code } = thrown as { readonly message?: string; readonly code?: string };
  return (message || code || String(thrown)).replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
}
