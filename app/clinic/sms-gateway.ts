import type { Config } from '../../config/config.ts';
import { readPassword } from '../../config/secrets.ts';
import { SECOND_MS } from '../kernel/clock.ts';

type Settings = Config['clinic']['sms'] & { readonly url: string };

/** How long a gateway has for one message, in milliseconds. */
const DEADLINE_MS = 10 * SECOND_MS;

/** The gateway took no message. Neither number nor text is in it. */
export class GatewayFault extends Error {
  override readonly name = 'GatewayFault';
}

/** The gateway of the settings, or null if they name none. */
export function gatewayOf({ clinic: { sms } }: Pick<Config, 'clinic'>): SmsGateway | null {
  return sms.url === null ? null : new SmsGateway({ ...sms, url: sms.url });
}

/** Sends text messages by the owner's own gateway: one request each, made of their template. */
export class SmsGateway {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** @throws GatewayFault when the gateway does not answer in time, or answers with anything but success (2xx) */
  async send(phone: string, text: string): Promise<void> {
    const { url, body, content_type: contentType, token_file: tokenFile } = this.#settings;
    const values = { phone, text };
    const headers: Record<string, string> = {};
    if (body !== null) headers['content-type'] = `${contentType}; charset=utf-8`;
    if (tokenFile !== null) {
      const read = await readPassword(tokenFile);
      if ('fault' in read) throw new GatewayFault('the token of the gateway cannot be read');
      headers.authorization = `Bearer ${read.password}`;
    }
    const escaped = contentType === 'application/json' ? inJson : encodeURIComponent;
    let status: number;
    try {
      const answer = await fetch(fill(url, values, encodeURIComponent), {
        method: body === null ? 'GET' : 'POST',
        headers,
        ...(body !== null && { body: fill(body, values, escaped) }),
        // To another host of somebody else's choice nothing is sent.
        redirect: 'error',
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      status = answer.status;
      await answer.body?.cancel();
    } catch (thrown) {
      throw new GatewayFault(`the gateway did not answer (${reasonOf(thrown)})`);
    }
    if (status < 200 || status > 299) throw new GatewayFault(`the gateway answered ${status}`);
  }
}

/** A code or a name alone: what `fetch` throws may hold the address, and that the number. */
function reasonOf(thrown: unknown): string {
  const { name, cause } = Object(thrown) as { readonly name?: unknown; readonly cause?: unknown };
  const { code, name: kind } = Object(cause) as { readonly code?: unknown; readonly name?: unknown };
  return String(code ?? kind ?? name ?? 'unknown');
}

function fill(
  template: string,
  values: Readonly<Record<'phone' | 'text', string>>,
  written: (value: string) => string,
): string {
  return template.replaceAll(/\{(phone|text)\}/g, (_, name: 'phone' | 'text') => written(values[name]));
}

const inJson = (value: string) => JSON.stringify(value).slice(1, -1);
