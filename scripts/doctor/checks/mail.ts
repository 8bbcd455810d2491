import { isIPv6 } from 'node:net';
import { MailFault, type MailFaultCode } from '../../../app/mail/mail-fault.ts';
import { Mailer, relayOf } from '../../../app/mail/mailer.ts';
import { type Finding, findingsOf } from '../catalogue.ts';
import type { Check } from '../check.ts';

const found = findingsOf('mail');

/** How long the relay may take, in milliseconds; shorter than the check, so that it says what it waited for. */
const limits = { connectMs: 6_000, idleMs: 6_000, wholeMs: 9_000 };

/** Whether the site's mail relay would take letters: it is connected to, encrypted and logged in. None is sent. */
export const mail: Check = {
  name: 'mail',
  deadlineMs: 10_000,
  async examine({ config }) {
    const relay = relayOf(config);
    if (relay === null) return [found('no_relay')];
    const place = `${isIPv6(relay.host) ? `[${relay.host}]` : relay.host}:${relay.port}`;
    const hostName = config.sites[0]?.host ?? 'localhost';
    try {
      await new Mailer({ relay, hostName, limits }).tryOut();
    } catch (thrown) {
      if (!(thrown instanceof MailFault)) throw thrown;
      return [fault(thrown.code, place)];
    }
    return [relay.user === null ? found('takes', { relay: place }) : found('takes_login', { relay: place })];
  },
};

function fault(code: MailFaultCode, relay: string): Finding {
  switch (code) {
    case 'settings_unreadable':
      return found('files_unreadable');
    case 'relay_not_found':
      return found('not_found', { relay });
    case 'relay_unreachable':
      return found('unreachable', { relay });
    case 'relay_silent':
      return found('silent', { relay });
    case 'no_starttls':
      return found('no_starttls', { relay });
    case 'certificate_refused':
      return found('certificate', { relay });
    case 'tls_failed':
      return found('not_encrypted', { relay });
    case 'login_not_offered':
      return found('login_not_offered', { relay });
    case 'login_refused':
      return found('login_refused', { relay });
    case 'relay_refuses':
      return found('refuses', { relay });
    default:
      return found('cut_off', { relay });
  }
}
