import type { FastifyReply } from 'fastify';
import fp from 'fastify-plugin';
import { AppError } from '../kernel/errors.ts';
import type { Authority } from './tls/authority.ts';
import type { CertificateSource } from './tls/certificate.ts';
import { appleProfile } from './trust/apple-profile.ts';
import { shownGuides, trustFiles } from './trust/guides.ts';
import { registryFile } from './trust/registry-file.ts';
import { visitorSystems } from './trust/visitor-systems.ts';

export interface TrustOptions {
  readonly certificates: Pick<CertificateSource, 'authority' | 'leftOut' | 'isProvisional'>;
}

/**
 * `/trust`: the certificate of the appliance's own authority, and how a device learns to trust it. What the reader's
 * device says of itself comes first. Where devices trust the certificate anyway, there is nothing to download.
 */
export const trust = fp<TrustOptions>(
  async (app, { certificates }) => {
    const { authority } = certificates;
    // What people compare with the page and with what their device shows.
    if (authority)
      app.log.info({ sha256: authority.certificate.fingerprint256 }, 'the certificate authority');

    app.get('/trust', { config: { access: 'anyone' } }, async (request, reply) => {
      const t = request.t;
      const page = {
        title: t('trust.title'),
        isProvisional: certificates.isProvisional,
        authority: null,
      };
      if (authority === null) return reply.page('edge/views/trust.hbs', page);
      const { certificate, limits, isReplacement } = authority;
      const guides = shownGuides(t, { authority: nameOf(authority), thumbprint: thumbprintOf(authority) });
      const systems = visitorSystems(request.headers['user-agent'] ?? '');
      const { dns, ip } = certificates.leftOut;
      return reply.page('edge/views/trust.hbs', {
        ...page,
        authority: {
          name: nameOf(authority),
          fingerprint: certificate.fingerprint256,
          madeAt: certificate.validFromDate.getTime(),
          endsAt: certificate.validToDate.getTime(),
          isReplacement,
          limits: limits === null ? [] : [...limits.dns, ...limits.ip],
          leftOut: [...dns, ...ip],
        },
        download: `/trust/${systems.includes('ios') ? trustFiles.mobileconfig : trustFiles.crt}`,
        downloadPem: `/trust/${trustFiles.pem}`,
        yours: systems.flatMap((system) => guides.filter((guide) => guide.system === system)),
        others: guides.filter(({ system }) => !systems.includes(system)),
      });
    });

    const offer = (
      name: string,
      type: string,
      disposition: string,
      content: (of: Authority) => string | Buffer,
    ) => {
      app.get(`/trust/${name}`, { config: { access: 'anyone' } }, async (_request, reply: FastifyReply) => {
        if (authority === null) throw new AppError('not_found');
        return reply
          .header('Cache-Control', 'no-store')
          .header('Content-Disposition', `${disposition}; filename="${name}"`)
          .type(type)
          .send(content(authority));
      });
    };
    // DER under the media type that makes phones and Firefox offer to install it; `inline` because as an attachment
    // they would only store it.
    offer(trustFiles.crt, 'application/x-x509-ca-cert', 'inline', ({ certificate }) => certificate.raw);
    // The same as text, for programs that read nothing else.
    offer(trustFiles.pem, 'application/x-pem-file', 'attachment', ({ certificatePem }) => certificatePem);
    offer(trustFiles.reg, 'application/octet-stream', 'attachment', ({ certificate }) =>
      registryFile(certificate),
    );
    offer(trustFiles.policies, 'application/json', 'attachment', () => firefoxPolicies);
    app.get(`/trust/${trustFiles.mobileconfig}`, { config: { access: 'anyone' } }, async (request, reply) => {
      if (authority === null) throw new AppError('not_found');
      const profile = appleProfile(authority.certificate, {
        name: nameOf(authority),
        description: request.t('trust.profile'),
        organisation: request.site.name,
      });
      return reply
        .header('Cache-Control', 'no-store')
        .header('Content-Disposition', `inline; filename="${trustFiles.mobileconfig}"`)
        .type('application/x-apple-aspen-config')
        .send(profile);
    });
  },
  { name: 'trust', dependencies: ['views', 'error-pages'] },
);

/**
 * Firefox's policies (mozilla.github.io/policy-templates): what the system trusts is trusted, and the certificate is
 * looked for in the folders that Firefox has for it, which is needed on Linux.
 */
const firefoxPolicies = `${JSON.stringify(
  { policies: { Certificates: { ImportEnterpriseRoots: true, Install: [trustFiles.crt] } } },
  null,
  2,
)}\n`;

/** The name under which lists of certificates show an authority. */
function nameOf({ certificate }: Authority): string {
  return /(?:^|\n)CN=(.*)/.exec(certificate.subject)?.[1] ?? 'Linkello';
}

/** As Windows shows it: 38 1B 5F D5 … as 381B5FD5 and so on. */
function thumbprintOf({ certificate }: Authority): string {
  return (certificate.fingerprint.replaceAll(':', '').match(/.{8}/g) ?? []).join(' ');
}
