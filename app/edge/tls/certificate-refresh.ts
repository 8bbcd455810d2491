import type { Server } from 'node:https';
import fp from 'fastify-plugin';
import { type Clock, DAY_MS } from '../../kernel/clock.ts';
import type { CertificateSource, ServerCertificate } from './certificate.ts';
import { certificateAlarms } from './certificate-alarms.ts';

export interface CertificateRefreshOptions {
  readonly certificates: CertificateSource;
  /** How often it is looked whether another certificate is due, in milliseconds. */
  readonly everyMs: number;
  readonly clock: Clock;
  /** Told after each change, when the files are written: the relay reads them too. */
  readonly onRenewed: (certificate: ServerCertificate) => void;
}

/**
 * Renews the certificate while the server runs, and tells the log, once a day, what somebody has to renew. New
 * connections get the new one; those that are open go on.
 */
export const certificateRefresh = fp<CertificateRefreshOptions>(
  async (app, { certificates, everyMs, clock, onRenewed }) => {
    let isClosing = false;
    let toldLeftOut = '';
    let toldAlarmsAt = Number.NEGATIVE_INFINITY;

    const tell = () => {
      const { dns, ip } = certificates.leftOut;
      const leftOut = [...dns, ...ip];
      if (leftOut.join() !== toldLeftOut && leftOut.length > 0) {
        app.log.warn({ names: leftOut }, 'names lead here that the certificate cannot hold');
      }
      toldLeftOut = leftOut.join();

      const alarms = certificateAlarms(certificates, clock);
      if (alarms.length === 0) toldAlarmsAt = Number.NEGATIVE_INFINITY;
      if (clock() - toldAlarmsAt < DAY_MS) return;
      for (const { subject, endsAt, daysLeft } of alarms) {
        toldAlarmsAt = clock();
        app.log.warn(
          { subject, endsAt: new Date(endsAt).toISOString(), daysLeft },
          daysLeft < 0 ? 'a certificate has ended' : 'a certificate ends soon',
        );
      }
    };

    const refresh = async () => {
      if (isClosing) return;
      try {
        if (await certificates.refresh()) {
          const { chainPem, keyPem, endsAt } = certificates.current;
          (app.server as Server).setSecureContext({ cert: chainPem, key: keyPem });
          app.log.info({ endsAt: new Date(endsAt).toISOString() }, 'the certificate was renewed');
          onRenewed(certificates.current);
        }
      } catch (thrown) {
        // The old one serves on, and in most cases for weeks: time for the next try, or for somebody to read this.
        if (!isClosing) app.log.error({ err: thrown }, 'the certificate could not be renewed');
      }
      tell();
    };

    if (certificates.isProvisional)
      app.log.warn('no certificate was issued yet; until then one of the own authority serves');
    if (certificates.authority?.isReplacement)
      app.log.warn('this is not the first certificate authority: devices may have to trust it anew');
    tell();

    let running = Promise.resolve();
    const refreshNext = () => {
      running = running.then(refresh);
    };
    const timer = setInterval(refreshNext, everyMs);
    timer.unref();
    // What is due is not left waiting; an order, for one, can only be placed now that somebody answers.
    app.addHook('onListen', async () => refreshNext());
    app.addHook('onClose', async () => {
      isClosing = true;
      clearInterval(timer);
      certificates.close();
      await running;
    });
  },
  { name: 'certificate-refresh' },
);
