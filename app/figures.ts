import type { X509Certificate } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { WayIn } from '../turn/addresses.ts';
import { relayState } from './console/state/machine-state.ts';
import type { MetricsOptions } from './edge/metrics.ts';
import type { CertificateSource } from './edge/tls/certificate.ts';
import { SECOND_MS } from './kernel/clock.ts';

/** What the counters of hits count. */
const hitCounters = {
  tracked: 'Opened pages that Matomo counted.',
  invalid: 'Opened pages that Matomo took and could not use.',
  refused: 'Opened pages that Matomo refused for good.',
  dropped: 'Opened pages that were not counted because too many waited for Matomo.',
  failures: 'Attempts to tell Matomo of opened pages that came to nothing.',
} as const;

const endOf = (certificate: X509Certificate) => () => certificate.validToDate.getTime() / SECOND_MS;

/** What the features tell Prometheus, put together. `scripts/monitoring/` has the alerts that are made of it. */
export function figuresOf(
  app: FastifyInstance,
  certificates: CertificateSource,
  relayWay: WayIn | null,
): MetricsOptions {
  return {
    gauges: [
      {
        name: 'linkello_certificate_ends_seconds',
        help: "When the server's certificate ends, in seconds since 1970.",
        read: () => certificates.current.endsAt / SECOND_MS,
      },
      ...(certificates.authority === null
        ? []
        : [
            {
              name: 'linkello_authority_ends_seconds',
              help: 'When the certificate authority of the appliance ends, in seconds since 1970.',
              read: endOf(certificates.authority.certificate),
            },
          ]),
      { name: 'linkello_letters_waiting', help: 'Letters to be sent.', read: () => app.mail.waiting() },
      {
        name: 'linkello_letters_sent',
        help: 'Letters that the mail relay took since the start of the app.',
        read: () => app.mail.counts.sent,
      },
      {
        name: 'linkello_letters_given_up',
        help: 'Letters that were given up since the start of the app.',
        read: () => app.mail.counts.givenUp,
      },
      {
        name: 'linkello_hits_waiting',
        help: 'Opened pages that Matomo is still to be told of.',
        read: () => app.audience?.state().waiting ?? 0,
      },
      {
        name: 'linkello_media_up',
        help: 'Whether the SFU answers.',
        read: () => (app.meetings.isReady ? 1 : 0),
      },
      {
        name: 'linkello_relay_up',
        help: 'Whether the relay takes connections; 1 where none is wanted.',
        read: async () => ((await relayState(relayWay)).tone === 'bad' ? 0 : 1),
      },
      {
        name: 'linkello_lobby_waiting',
        help: 'People who wait to be let into a meeting.',
        read: () => app.meetings.counts.waiting,
      },
      {
        name: 'linkello_signalling_sockets',
        help: 'Browsers that are connected to the app.',
        read: () => app.websocketServer.clients.size,
      },
      { name: 'linkello_meetings', help: 'Meetings going on.', read: () => app.meetings.counts.meetings },
      {
        name: 'linkello_participants',
        help: 'Participants in all meetings.',
        read: () => app.meetings.counts.participants,
      },
    ],
    counters: [
      ...(['tracked', 'invalid', 'refused', 'dropped', 'failures'] as const).map((name) => ({
        name: `linkello_hits_${name}_total`,
        help: hitCounters[name],
        read: () => app.audience?.state()[name] ?? 0,
      })),
      {
        name: 'linkello_statistics_lost_total',
        help: 'Meetings that could not be written down for the statistics.',
        read: () => app.callStatistics.lost,
      },
      {
        name: 'linkello_attestations_lost_total',
        help: 'Meetings whose attestation could not be written down.',
        read: () => app.attestations.lost,
      },
    ],
    parts: [{ prefix: 'linkello_media_', read: () => app.meetings.mediaMetrics() }],
  };
}
