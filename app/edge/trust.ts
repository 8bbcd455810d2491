import fp from 'fastify-plugin';
import { AppError } from '../kernel/errors.ts';
import type { Authority } from './tls/authority.ts';

export interface TrustOptions {
  /** Null where devices trust the certificate anyway. */
  readonly authority: Authority | null;
}

/** `/trust`: the certificate of the appliance's own authority, and how a device learns to trust it. */
export const trust = fp<TrustOptions>(
  async (app, { authority }) => {
    // What people compare with the page and with what their device shows.
    if (authority)
      app.log.info({ sha256: authority.certificate.fingerprint256 }, 'the certificate authority');

    app.get('/trust', async (request, reply) =>
      reply.page('edge/views/trust.hbs', {
        title: request.t('trust.title'),
        authority: authority && {
          fingerprint: authority.certificate.fingerprint256,
          endsAt: authority.certificate.validToDate.getTime(),
        },
      }),
    );

    // DER under the media type that makes phones and Firefox offer to install it; `inline` because as an attachment
    // they would only store it.
    app.get('/trust/linkello-ca.crt', async (_request, reply) => {
      if (authority === null) throw new AppError('not_found');
      return reply
        .header('Cache-Control', 'no-store')
        .header('Content-Disposition', 'inline; filename="linkello-ca.crt"')
        .type('application/x-x509-ca-cert')
        .send(authority.certificate.raw);
    });

    // The same as text, for programs that read nothing else.
    app.get('/trust/linkello-ca.pem', async (_request, reply) => {
      if (authority === null) throw new AppError('not_found');
      return reply
        .header('Cache-Control', 'no-store')
        .header('Content-Disposition', 'attachment; filename="linkello-ca.pem"')
        .type('application/x-pem-file')
        .send(authority.certificatePem);
    });
  },
  { name: 'trust', dependencies: ['views', 'error-pages'] },
);
