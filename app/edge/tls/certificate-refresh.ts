import type { Server } from 'node:https';
import fp from 'fastify-plugin';
import type { CertificateSource, ServerCertificate } from './certificate.ts';

export interface CertificateRefreshOptions {
  readonly certificates: CertificateSource;
  /** How often it is looked whether another certificate is due, in milliseconds. */
  readonly everyMs: number;
  /** Told after each change, when the files are written: the relay reads them too. */
  readonly onRenewed: (certificate: ServerCertificate) => void;
}

/** Renews the certificate while the server runs. New connections get the new one; those that are open go on. */
export const certificateRefresh = fp<CertificateRefreshOptions>(
  async (app, { certificates, everyMs, onRenewed }) => {
    const refresh = async () => {
      try {
        if (!(await certificates.refresh())) return;
        const { chainPem, keyPem, endsAt } = certificates.current;
        (app.server as Server).setSecureContext({ cert: chainPem, key: keyPem });
        app.log.info({ endsAt: new Date(endsAt).toISOString() }, 'the certificate was renewed');
        onRenewed(certificates.current);
      } catch (thrown) {
        // The old one is good for weeks: time enough for the next try, or for somebody to read this.
        app.log.error({ err: thrown }, 'the certificate could not be renewed');
      }
    };

    let running = Promise.resolve();
    const timer = setInterval(() => {
      running = running.then(refresh);
    }, everyMs);
    timer.unref();
    app.addHook('onClose', async () => {
      clearInterval(timer);
      await running;
    });
  },
  { name: 'certificate-refresh' },
);
