import type { IncomingHttpHeaders } from 'node:http';

/** A visit as Matomo keeps it. */
export interface KeptVisit {
  readonly site: number;
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly network: string;
  readonly browser: string;
  /** Addresses of the pages that were opened. */
  readonly pages: readonly string[];
}

interface Call {
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
  /** What opens the API. */
  readonly token: string;
  readonly hosts: readonly string[];
}

/** `name<op>value`, as far as the app asks; all of them hold. */
const CONDITION = /^(visitEndServerDate|visitServerHour|visitIp)(==|<=|>=|<)([\w.:-]+)$/;

/** Matomo answers one more than it lets anybody export. */
const MOST = 401;

/**
 * The single visits of a stand-in for Matomo, behind its API for data subjects as it was seen to answer: POST
 * `/index.php` with everything in the body, 200 even for what it refuses.
 */
export class KeptVisits {
  visits: KeptVisit[] = [];
  /** Methods in the order of their calls. */
  readonly called: string[] = [];
  /** Whether deletions are said to be done, and are not. */
  isStubborn = false;

  answer({ body, headers, token, hosts }: Call): object {
    const form = new URLSearchParams(body);
    const method = form.get('method') ?? '';
    if (form.get('module') !== 'API' || form.get('format') !== 'json') return fault('No such module.');
    if (!hosts.includes(String(headers.host).replace(/:\d+$/, ''))) return fault('This host is not trusted.');
    if (headers['x-forwarded-proto'] !== 'https') return fault('Not over TLS.');
    if (form.get('token_auth') !== token) return fault('You must be logged in.');
    this.called.push(method);
    if (method === 'PrivacyManager.findDataSubjects') return this.#find(form);
    const listed = this.#listed(form);
    if (listed.length === 0) return fault('No list of visits given');
    if (method === 'PrivacyManager.exportDataSubjects') return exportOf(listed, form.get('language'));
    if (method !== 'PrivacyManager.deleteDataSubjects') return fault('The method does not exist.');
    if (!this.isStubborn) this.visits = this.visits.filter((visit) => !listed.includes(visit));
    return this.isStubborn ? { log_visit: 0 } : { log_visit: listed.length, log_link_visit_action: 9 };
  }

  /** As `status.json` says it. */
  get status() {
    const days = Map.groupBy(this.visits, ({ endedAt }) => dayOf(endedAt));
    const oldest = Math.min(...this.visits.map(({ endedAt }) => endedAt));
    return {
      count: this.visits.length,
      oldestAt: this.visits.length === 0 ? null : new Date(oldest).toISOString(),
      days: [...days].map(([day, { length }]) => ({ day, count: length })),
    };
  }

  #find(form: URLSearchParams): object {
    const conditions = (form.get('segment') ?? '').split(';').map((each) => CONDITION.exec(each));
    if (conditions.includes(null)) return fault('The segment condition is not valid.');
    const found = this.visits
      .filter(({ site }) => String(site) === form.get('idSite'))
      .filter((visit) => conditions.every((condition) => condition !== null && holds(visit, condition)))
      .toSorted((one, other) => other.endedAt - one.endedAt)
      .slice(0, MOST);
    return found.map((visit) => ({
      idSite: visit.site,
      idVisit: visit.number,
      visitIp: visit.network,
      visitorId: '5484eb1bcd82eefe',
      userId: null,
      lastActionDateTime: timeOf(visit.endedAt),
      browser: `${visit.browser} 140.0`,
      operatingSystem: 'GNU/Linux',
      deviceType: 'Desktop',
      country: 'Unknown',
    }));
  }

  #listed(form: URLSearchParams): readonly KeptVisit[] {
    const asked: string[] = [];
    for (let index = 0; form.has(`visits[${index}][idvisit]`); index += 1) {
      asked.push(`${form.get(`visits[${index}][idsite]`)} ${form.get(`visits[${index}][idvisit]`)}`);
    }
    return this.visits.filter(({ site, number }) => asked.includes(`${site} ${number}`));
  }
}

/** Visits that ended at one instant, numbered from 1 unless `first` says otherwise. */
export function visitsAt(
  endedAt: number,
  count = 1,
  own: Partial<KeptVisit> & { first?: number } = {},
): KeptVisit[] {
  const { first = 1, ...rest } = own;
  return Array.from({ length: count }, (_, index) => ({
    site: 1,
    number: first + index,
    startedAt: endedAt - 60_000,
    endedAt,
    network: '198.51.0.0',
    browser: 'Firefox',
    pages: ['https://localhost/', 'https://localhost/r/:room'],
    ...rest,
  }));
}

const fault = (message: string) => ({ result: 'error', message });
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
const timeOf = (at: number) => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

function holds(visit: KeptVisit, [, name, operator, value]: RegExpExecArray): boolean {
  const hour = (text: number | string) => String(text).padStart(2, '0');
  const [own, other] =
    name === 'visitIp'
      ? [visit.network, value]
      : name === 'visitServerHour'
        ? [hour(new Date(visit.endedAt).getUTCHours()), hour(value ?? '')]
        : [dayOf(visit.endedAt), value ?? ''];
  if (other === undefined) return false;
  if (operator === '==') return own === other;
  return operator === '<' ? own < other : operator === '<=' ? own <= other : own >= other;
}

function exportOf(visits: readonly KeptVisit[], language: string | null): object {
  const pages = [...new Set(visits.flatMap((visit) => visit.pages))];
  return {
    log_visit: visits.map((visit) => ({
      idvisit: visit.number,
      idsite: 'Linkello',
      idvisitor: '5484eb1bcd82eefe',
      visit_first_action_time: timeOf(visit.startedAt),
      visit_last_action_time: timeOf(visit.endedAt),
      config_browser_name: visit.browser,
      config_browser_version: '140.0',
      config_os: 'GNU/Linux',
      config_os_version: '',
      location_browser_lang: language === 'fr' ? 'Français (fr)' : 'French (fr)',
      location_ip: visit.network,
      referer_url: 'https://intranet.example.org/',
      visit_total_actions: String(visit.pages.length),
    })),
    log_link_visit_action: visits.flatMap((visit) =>
      visit.pages.map((page) => ({
        idvisit: visit.number,
        idaction_url: pages.indexOf(page) + 1,
        server_time: timeOf(visit.startedAt),
      })),
    ),
    log_action_log_link_visit_action_idaction_url: pages.map((name, index) => ({
      idaction: index + 1,
      name,
    })),
  };
}
