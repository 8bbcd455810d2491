import type { Config } from '../../../config/config.ts';
import { dotted } from '../../../config/faults.ts';
import { isSocketPath, parseHostAndPort } from '../../../config/formats.ts';
import { portRange, portsInUse } from '../../../config/ports.ts';
import type { Translate } from '../../kernel/i18n.ts';

export type FlowSettings = Pick<
  Config,
  'https' | 'tls' | 'media' | 'turn' | 'mail' | 'analytics' | 'publishedPort'
>;

/** Who talks. Their names are `flows.parties.<party>`. */
type Party =
  | 'browser'
  | 'app'
  | 'media'
  | 'turn'
  | 'analytics'
  | 'analytics_database'
  | 'mail_relay'
  | 'authority'
  | 'monitoring';

/** One way that data takes over a network or between processes. */
export interface Flow {
  readonly from: Party;
  readonly to: Party;
  readonly protocols: readonly ('TCP' | 'UDP' | 'Unix')[];
  /** `443`, `44300 to 44303`; empty for a Unix socket. */
  readonly ports: string;
  /** `flows.purposes.<purpose>` */
  readonly purpose: string;
  /** `flows.encryption.<encryption>` */
  readonly encryption: string;
  /** `in`: from clients to the appliance; `inside`: within the machine; `out`: to another host. */
  readonly border: 'in' | 'inside' | 'out';
  /** The setting that says the port; null if it is none of portsInUse. */
  readonly setting: string | null;
}

/** Every network flow of this installation. There is no other: `linkello prove-egress` shows it. */
export function networkFlows(config: FlowSettings): Flow[] {
  const { https, tls, media, turn, mail, publishedPort } = config;
  const inContainers = publishedPort !== null;
  const ports = new Map(portsInUse(config).map((use) => [dotted(use.path), use]));
  const at = (setting: string) => {
    const use = ports.get(setting);
    return use && { ports: portRange(use), protocols: use.protocols, setting };
  };
  const flows: (Flow | false)[] = [
    flow('browser', 'app', 'pages', 'tls', 'in', at('https.port')),
    (inContainers || tls.mode === 'acme') && {
      from: 'browser',
      to: 'app',
      protocols: ['TCP'],
      ports: String(tls.acme.http_port),
      purpose: 'redirect',
      encryption: 'none_redirect',
      border: 'in',
      setting: ports.has('tls.acme.http_port') ? 'tls.acme.http_port' : null,
    },
    flow('browser', 'media', 'media', 'srtp', 'in', at('media.port')),
    ...(turn.enabled
      ? [
          flow('browser', 'turn', 'relay', 'srtp_in_turn', 'in', at('turn.port')),
          flow('browser', 'turn', 'relay_tls', 'srtp_in_tls', 'in', at('turn.tls_port')),
          flow('browser', 'app', 'relay_pages_port', 'srtp_in_tls', 'in', {
            protocols: ['TCP'],
            ports: String(https.port),
            setting: null,
          }),
          flow('turn', 'media', 'relayed', 'srtp', 'inside', at('turn.relay_ports')),
          flow(
            'app',
            'turn',
            'passed_on',
            'srtp_in_turn',
            'inside',
            inContainers ? socket : { protocols: ['TCP'], ports: String(turn.port), setting: null },
          ),
        ]
      : []),
    flow('app', 'media', 'control', 'local', 'inside', controlOf(media.control, at('media.control'))),
    flow('monitoring', 'app', 'metrics', 'tls', 'inside', {
      protocols: ['TCP'],
      ports: String(https.port),
      setting: null,
    }),
    ...(config.analytics.enabled && inContainers
      ? [
          flow('app', 'analytics', 'statistics', 'local_network', 'inside', {
            protocols: ['TCP'],
            ports: '8080',
            setting: null,
          }),
          flow('analytics', 'analytics_database', 'statistics_database', 'local_network', 'inside', {
            protocols: ['TCP'],
            ports: '3306',
            setting: null,
          }),
        ]
      : []),
    mail.host !== null &&
      flow('app', 'mail_relay', 'letters', mail.security, 'out', {
        protocols: ['TCP'],
        ports: String(mail.port),
        setting: null,
      }),
    tls.mode === 'acme' &&
      flow('app', 'authority', 'certificates', 'tls', 'out', {
        protocols: ['TCP'],
        ports: String(directoryPort(tls.acme.directory)),
        setting: null,
      }),
  ];
  return flows.filter((each) => each !== false);
}

type Way = Pick<Flow, 'protocols' | 'ports' | 'setting'>;

const socket: Way = { protocols: ['Unix'], ports: '', setting: null };

function flow(
  from: Party,
  to: Party,
  purpose: string,
  encryption: string,
  border: Flow['border'],
  way: Way | undefined,
): Flow {
  if (way === undefined) throw new TypeError(`Nothing says which port ${from} uses to reach ${to}.`);
  return { from, to, purpose, encryption, border, ...way };
}

function controlOf(control: string, way: Way | undefined): Way | undefined {
  if (isSocketPath(control)) return socket;
  return way ?? { protocols: ['TCP'], ports: String(parseHostAndPort(control)?.port ?? ''), setting: null };
}

function directoryPort(directory: string | null): number {
  const { port = '' } = URL.parse(directory ?? '') ?? {};
  return port === '' ? 443 : Number(port);
}

/** The flows in words: a head, then a row for each. */
export function flowRows(t: Translate, config: FlowSettings): string[][] {
  return [
    ['from', 'to', 'protocol', 'port', 'purpose', 'encryption', 'border'].map((column) =>
      t(`flows.columns.${column}`),
    ),
    ...networkFlows(config).map(({ from, to, protocols, ports, purpose, encryption, border }) => [
      partyName(t, from, config),
      partyName(t, to, config),
      protocols.map((protocol) => (protocol === 'Unix' ? t('flows.unix') : protocol)).join(', '),
      ports.replace(' to ', '–') || '–',
      t(`flows.purposes.${purpose}`),
      t(`flows.encryption.${encryption}`),
      t(`flows.borders.${border}`),
    ]),
  ];
}

/** Other hosts by the name that the settings give them. */
function partyName(t: Translate, party: Party, { mail, tls }: FlowSettings): string {
  const name = t(`flows.parties.${party}`);
  if (party === 'mail_relay') return `${name} (${mail.host})`;
  if (party === 'authority') return `${name} (${URL.parse(tls.acme.directory ?? '')?.host ?? ''})`;
  return name;
}
