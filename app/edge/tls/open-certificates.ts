import type { Config } from '../../../config/config.ts';
import type { DataFolders } from '../../../config/data-folder.ts';
import { orderableHosts } from '../../../config/sections/tls.ts';
import type { Clock } from '../../kernel/clock.ts';
import { openAcmeCertificates } from './acme-certificates.ts';
import type { CertificateSource } from './certificate.ts';
import { type CertificateNames, certificateNames } from './certificate-names.ts';
import { openFileCertificates } from './file-certificates.ts';
import type { HttpChallenges } from './http-challenges.ts';
import { openOwnCertificates } from './own-certificates.ts';

export interface CertificatesOptions {
  readonly config: Pick<Config, 'file' | 'tls' | 'sites'>;
  readonly folders: DataFolders;
  /** Every name and address that leads here, as of now. */
  readonly names: () => CertificateNames;
  /** The name that the machine has from itself. The authority is not made anew when it changes. */
  readonly hostName: string;
  readonly clock: Clock;
  readonly challenges: HttpChallenges;
}

/**
 * The source of certificates that `tls.mode` asks for.
 *
 * @throws {StartFault} when what it needs is not there, or cannot be used.
 */
export async function openCertificates(options: CertificatesOptions): Promise<CertificateSource> {
  const { config, folders, clock, challenges } = options;
  const { mode, acme, validity_days: validityDays, renew_before_days: renewBeforeDays } = config.tls;
  const hosts = config.sites.map(({ host }) => host);
  const openOwn = () =>
    openOwnCertificates({
      folder: folders.tls,
      authorityFolder: folders.authority,
      machineName: hosts[0] ?? 'localhost',
      names: options.names,
      requiredNames: certificateNames(hosts.filter((host) => host !== options.hostName)),
      validityDays,
      renewBeforeDays,
      clock,
    });
  switch (mode) {
    case 'internal':
      return openOwn();
    case 'files':
      return openFileCertificates({ folder: folders.tls, config, clock });
    case 'acme': {
      const orderable = orderableHosts(config.sites);
      return openAcmeCertificates({
        folder: folders.tls,
        acmeFolder: folders.acme,
        acme,
        hosts: orderable,
        leftOut: certificateNames(hosts.filter((host) => !orderable.includes(host))),
        renewBeforeDays,
        clock,
        challenges,
        openProvisional: openOwn,
      });
    }
  }
}
