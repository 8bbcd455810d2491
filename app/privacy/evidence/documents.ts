import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import type { Config } from '../../../config/config.ts';
import type { Register } from '../../inventory/register.ts';
import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import { shownInstant } from '../../kernel/shown-instant.ts';
import { noticeOf } from '../notice/notice.ts';
import { registerJson, registerRows } from '../processing/files.ts';
import { type ProcessingRegister, processingRegister } from '../processing/records.ts';
import { spreadsheet } from '../spreadsheet.ts';
import { measuresAudience, privacyTerms } from '../terms.ts';
import { flowRows } from './flows.ts';
import { EvidencePages } from './rendering.ts';

export interface EvidenceOptions {
  readonly t: Translate;
  readonly language: Language;
  readonly config: Config;
  readonly register: Register;
  /** When it is made, in milliseconds since 1970. */
  readonly now: number;
  /** Of the appliance. */
  readonly version: string;
}

/** A file of the evidence, in one language. */
export interface EvidenceFile {
  /** Without a folder. */
  readonly name: string;
  readonly content: string;
}

const names = {
  en: {
    register: 'register-of-processing',
    flows: 'network-flows',
    assessment: 'impact-assessment',
    processors: 'processors',
    retention: 'retention',
    notice: 'notice',
  },
  fr: {
    register: 'registre-des-traitements',
    flows: 'matrice-des-flux',
    assessment: 'analyse-d-impact',
    processors: 'sous-traitants',
    retention: 'durees-de-conservation',
    notice: 'notice',
  },
} as const satisfies Record<Language, Record<string, string>>;

/** Everything that a controller shows an auditor, filled with the facts of this installation, in one language. */
export function evidenceDocuments(options: EvidenceOptions): EvidenceFile[] {
  const { t, language, config, register, now, version } = options;
  const name = names[language];
  const madeAt = shownInstant(now, language);
  const pages = new EvidencePages(t, language, { madeAt, version });
  const processing = processingRegister({ t, language, settings: config, register });
  const flows = flowRows(t, config);
  const processors = processorRows(t, processing);
  const retention = retentionRows(t, processing);

  const sheetPage = (kind: 'flows' | 'processors' | 'retention', [head, ...rows]: string[][]) =>
    pages.page('evidence/views/page.hbs', {
      title: t(`evidence.titles.${kind}`),
      lead: t(`evidence.leads.${kind}`),
      sheet: rows.length > 0 ? { head, rows } : null,
      empty: rows.length > 0 ? null : t('processing.noProcessors'),
      note: kind === 'flows' ? t('evidence.flowsNote') : null,
    });
  const files: EvidenceFile[] = [
    {
      name: `${name.register}.html`,
      content: pages.page('evidence/views/register.hbs', {
        title: t('processing.title'),
        register: processing,
      }),
    },
    { name: `${name.register}.csv`, content: spreadsheet(registerRows(t, processing), language) },
    { name: `${name.register}.json`, content: registerJson(processing, language) },
    { name: `${name.flows}.html`, content: sheetPage('flows', flows) },
    { name: `${name.flows}.csv`, content: spreadsheet(flows, language) },
    { name: `${name.assessment}.html`, content: assessment(options, pages, processing, madeAt) },
    { name: `${name.processors}.html`, content: sheetPage('processors', processors) },
    { name: `${name.retention}.html`, content: sheetPage('retention', retention) },
    { name: `${name.retention}.csv`, content: spreadsheet(retention, language) },
    ...config.sites.map((site) => ({
      name: `${name.notice}-${site.host.replaceAll(':', '-')}.html`,
      content: pages.page('evidence/views/notice.hbs', {
        title: `${t('notice.title')} – ${site.name}`,
        notice: noticeOf({ t, language, settings: config, register, site, ways: waysOf(config, site.host) }),
      }),
    })),
  ];
  return [index(options, pages, files), ...files];
}

/** The first page, which leads to the others. */
function index({ t, config }: EvidenceOptions, pages: EvidencePages, files: readonly EvidenceFile[]) {
  const titleOf = ({ content }: EvidenceFile) => unescaped(/<title>(.*?)<\/title>/s.exec(content)?.[1] ?? '');
  const stem = (file: string) => file.replace(/\.\w+$/, '');
  const entries = files
    .filter(({ name }) => name.endsWith('.html'))
    .map((file) => ({
      file: file.name,
      title: titleOf(file),
      others: files
        .filter((other) => other !== file && stem(other.name) === stem(file.name))
        .map(({ name }) => ({ file: name, kind: name.slice(name.lastIndexOf('.') + 1).toUpperCase() })),
    }));
  return {
    name: 'index.html',
    content: pages.page('evidence/views/index.hbs', {
      title: t('evidence.title'),
      controller: config.controller.name.trim() || t('processing.unnamed'),
      isTrial: config.controller.trial,
      entries,
    }),
  };
}

function assessment(
  { t, language, config }: EvidenceOptions,
  pages: EvidencePages,
  register: ProcessingRegister,
  madeAt: string,
): string {
  const view = `evidence/views/impact-assessment.${language}.hbs`;
  const template = readFileSync(new URL(`../${view}`, import.meta.url), 'utf8');
  return pages.page(view, {
    title: t('evidence.titles.assessment'),
    openPoints: template.match(/class="open"/g)?.length ?? 0,
    isTrial: config.controller.trial,
    register,
    sites: config.sites.map(({ name, host }) => `${name} (${host})`).join(', '),
    madeAt,
    anyoneCanOpen: config.rooms.anyone_can_open,
    participantsPerRoom: config.media.participants_per_room,
    usesTurn: config.turn.enabled,
    isMeasured: measuresAudience(config),
    cutsAddresses: config.privacy.log_addresses === 'cut',
    twoPersonErasure: config.privacy.two_person_erasure,
    terms: privacyTerms(config),
    usesRelay: config.mail.host !== null,
    relay: config.mail.host,
    inContainers: config.publishedPort !== null,
    certificate: t(`evidence.certificates.${config.tls.mode}`),
  });
}

function processorRows(t: Translate, { processors }: ProcessingRegister): string[][] {
  return [
    ['name', 'task', 'country', 'transfer'].map((column) => t(`evidence.processors.${column}`)),
    ...processors.map(({ name, task, country, transfer }) => [name, task, country, transfer]),
  ];
}

function retentionRows(t: Translate, { records }: ProcessingRegister): string[][] {
  return [
    ['reference', 'activity', 'data', 'subjects', 'kept'].map((column) => t(`processing.columns.${column}`)),
    ...records.flatMap(({ reference, title, categories }) =>
      categories.map((category) => [reference, title, category.title, category.subjects, category.kept]),
    ),
  ];
}

/** Addresses that hold wherever the folder is opened. */
function waysOf({ https, publishedPort }: Config, host: string) {
  const port = publishedPort ?? https.port;
  const origin = `https://${isIPv6(host) ? `[${host}]` : host}${port === 443 ? '' : `:${port}`}`;
  return { myData: `${origin}/my-data`, request: `${origin}/privacy/request`, cookies: `${origin}/cookies` };
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#x27;': "'",
};

function unescaped(html: string): string {
  return html.replace(/&(?:amp|lt|gt|quot|#x27);/g, (entity) => entities[entity] ?? entity);
}
