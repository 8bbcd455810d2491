import { isIP } from 'node:net';
import { type Static, Type } from 'typebox';
import type { Conflict, Rule } from '../conflict.ts';
import { shown } from '../faults.ts';
import { email, file, orAutomatic, port, section, strict } from '../setting-kinds.ts';
import type { Site } from './sites.ts';

export const TlsSettings = section(
  'Certificates. The appliance has its own authority and needs no internet for them.',
  {
    mode: Type.Union([Type.Literal('internal'), Type.Literal('files'), Type.Literal('acme')], {
      default: 'internal',
      description:
        "Who certifies the server: internal is the appliance's own authority, which devices learn to trust at /trust; files are your own certificate and key; acme orders from an authority that speaks ACME (RFC 8555), on the internet or in the house.",
    }),
    validity_days: Type.Integer({
      minimum: 2,
      maximum: 398,
      default: 90,
      unit: 'days',
      description:
        'How long a certificate of the internal authority is valid. Browsers refuse more than 398.',
    }),
    renew_before_days: Type.Integer({
      minimum: 1,
      maximum: 397,
      default: 30,
      unit: 'days',
      description:
        'How long before its end a certificate is renewed, internal or by ACME. Less than validity_days; one from ACME is renewed in the last third of its life at the earliest.',
    }),
    files: Type.Object(
      {
        certificate: file(
          'PEM file with the certificate for every host of sites; those that lead to its root may follow in it. A changed file is taken over within two minutes, without a restart.',
        ),
        key: file('PEM file with its private key, without a passphrase, not readable by everyone.'),
        chain: file(
          'PEM file with the certificates between it and its root, and the root unless this system knows it; needed where they are not in certificate.',
        ),
      },
      { ...strict, default: {}, description: 'Your own certificate, for mode files.' },
    ),
    acme: Type.Object(
      {
        directory: orAutomatic(Type.String({ minLength: 1, maxLength: 2048, format: 'https-url' }), {
          description: "Address of the authority's directory.",
          automatic: 'none',
        }),
        email: email('Address that the authority may write to.', 'none is told'),
        terms_agreed: Type.Boolean({
          default: false,
          description:
            "Whether you agree to the authority's terms of service. Without it nothing is ordered.",
        }),
        ca_file: file(
          "PEM file with the root that the directory's own certificate leads to, for an authority in the house. Without it the usual ones are trusted.",
        ),
        http_port: port({
          default: 80,
          description:
            'TCP port on which the authority sees that the names are yours. It always asks port 80: where this is another, port 80 of each name must lead to it.',
        }),
      },
      {
        ...strict,
        default: {},
        description: 'Order of certificates, for mode acme. Names with a dot can be ordered, addresses not.',
      },
    ),
  },
);
export type Tls = Static<typeof TlsSettings>;

interface Seen {
  readonly tls: Tls;
  readonly sites: readonly Site[];
}

function* renewalBeforeEnd({ tls }: Seen): Generator<Conflict> {
  if (tls.renew_before_days < tls.validity_days) return;
  yield {
    sides: [
      {
        path: ['tls', 'renew_before_days'],
        message: (other) =>
          `must be less than the ${tls.validity_days} days of ${other}, got ${tls.renew_before_days}`,
      },
      {
        path: ['tls', 'validity_days'],
        message: (other) =>
          `must be more than the ${tls.renew_before_days} days of ${other}, got ${tls.validity_days}`,
      },
    ],
  };
}

/** What a mode cannot do without. */
function* modeHasItsSettings({ tls }: Seen): Generator<Conflict> {
  const needed = {
    internal: [],
    files: [
      { path: ['tls', 'files', 'certificate'], value: tls.files.certificate },
      { path: ['tls', 'files', 'key'], value: tls.files.key },
    ],
    acme: [{ path: ['tls', 'acme', 'directory'], value: tls.acme.directory }],
  }[tls.mode];
  for (const { path, value } of needed) {
    if (value !== null) continue;
    yield {
      sides: [
        { path, message: (other) => `must be given, as ${other} is ${tls.mode}, got nothing` },
        { path: ['tls', 'mode'], message: (other) => `needs ${other} to be given, got ${tls.mode}` },
      ],
    };
  }
}

function* termsAgreed({ tls }: Seen): Generator<Conflict> {
  if (tls.mode !== 'acme' || tls.acme.terms_agreed) return;
  yield {
    sides: [
      {
        path: ['tls', 'acme', 'terms_agreed'],
        message: (other) =>
          `must be true, as ${other} is acme and the authority asks for it, got false; read its terms first`,
      },
      {
        path: ['tls', 'mode'],
        message: (other) =>
          `needs you to agree to the authority's terms with ${other}, got acme; read them first`,
      },
    ],
  };
}

/** The hosts of sites for which an authority can see by HTTP whose they are (RFC 8555, section 8.3). */
export function orderableHosts(sites: readonly Site[]): string[] {
  return sites.map(({ host }) => host).filter((host) => isIP(host) === 0 && host.includes('.'));
}

function* somethingCanBeOrdered({ tls, sites }: Seen): Generator<Conflict> {
  if (tls.mode !== 'acme' || orderableHosts(sites).length > 0) return;
  const hosts = sites.map(({ host }) => shown(host)).join(', ');
  yield {
    sides: [
      {
        path: ['tls', 'mode'],
        message: (other) =>
          `acme needs a host name with a dot in ${other}: addresses and bare names cannot be ordered, got ${hosts}`,
      },
      {
        path: ['sites'],
        message: (other) =>
          `must have a host name with a dot, as ${other} is acme and orders nothing else, got ${hosts}`,
      },
    ],
    from: sites.map((_, index) => ['sites', index, 'host']),
  };
}

export const tlsRules: readonly Rule<Seen>[] = [
  { name: 'certificates are renewed before they end', conflicts: renewalBeforeEnd },
  { name: 'a mode of tls has the settings that it needs', conflicts: modeHasItsSettings },
  { name: 'the terms of ACME are agreed to', conflicts: termsAgreed },
  { name: 'ACME has something to order', conflicts: somethingCanBeOrdered },
];
