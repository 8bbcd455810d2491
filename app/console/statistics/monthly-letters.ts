import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Database } from '../../database/open.ts';
import { type PersonRow, personColumns } from '../../identity/person-rows.ts';
import { type Clock, DAY_MS, HOUR_MS } from '../../kernel/clock.ts';
import type { Language } from '../../kernel/languages.ts';
import type { Letter } from '../../mail/letter.ts';
import { addMonths, dayOf, monthOf } from '../../statistics/calendar.ts';
import { periodOf } from '../../statistics/period.ts';
import { type Report, readReport } from '../../statistics/report.ts';
import { EVERYBODY } from '../../statistics/store.ts';
import { partsOf } from './parts.ts';
import { wordsOf } from './words.ts';

export interface MonthlyLettersOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** `meetings.monthly_letter` */
  readonly isWanted: boolean;
  readonly siteName: string;
  /** The whole address of a page. */
  readonly urlOf: (path: string) => string;
  /** How often it is looked, in milliseconds. An hour by default. */
  readonly everyMs?: number;
}

/** For how long it is remembered which months were told of, in milliseconds. */
const REMEMBERED_MS = 400 * DAY_MS;

/**
 * Writes the figures of the month before to those who want them: owners get those of the appliance, administrators
 * those of their organisation, once a month whatever restarts meanwhile. The report is an HTML file that can be read and
 * printed anywhere; organisations are not named in it, as letters leave the house.
 */
export const monthlyLetters = fp<MonthlyLettersOptions>(
  async (app, { database, clock, isWanted, siteName, urlOf, everyMs = HOUR_MS }) => {
    if (!isWanted) return;

    const write = async (reader: PersonRow, report: Report, month: string): Promise<Letter> => {
      const t = app.translates[reader.language];
      const words = wordsOf(t, reader.language);
      const title = t('statistics.letter.subject', { month: words.month(month), site: siteName });
      const parts = partsOf(words, askedOf(report, month), report, null);
      const totals = parts.find(({ name }) => name === 'totals')?.rows ?? [];
      return {
        kind: 'statistics',
        to: {
          email: reader.email,
          name: reader.name,
          language: reader.language,
          personId: reader.id,
          organisationId: reader.organisation_id,
        },
        siteName,
        subject: title,
        blocks: [
          { kind: 'paragraph', text: t('statistics.letter.text', { month: words.month(month) }) },
          {
            kind: 'facts',
            rows: totals.slice(0, 6).map(([head, now]) => [head?.text ?? '', now?.text ?? '']),
          },
          {
            kind: 'action',
            label: t('statistics.letter.open'),
            url: urlOf(`/console/statistics?until=${month}`),
          },
        ],
        attachments: [
          {
            fileName: `${t('statistics.letter.fileName')}-${month}.html`,
            contentType: 'text/html; charset=utf-8',
            content: await reportFile(app, reader.language, { title, siteName, parts }),
          },
        ],
      };
    };

    const tell = async (month: string, today: string): Promise<void> => {
      const alarm = `statistics ${month}`;
      if (await database('told_alarms').where({ alarm }).first('alarm')) return;
      const readers: PersonRow[] = await database('people')
        .whereIn('role', ['owner', 'administrator'])
        .where({ status: 'active' })
        .select(...personColumns);
      const reports = new Map<string, Report>();
      const letters: Letter[] = [];
      for (const reader of readers) {
        const organisationId = reader.role === 'owner' ? EVERYBODY : reader.organisation_id;
        const report =
          reports.get(organisationId) ??
          (await readReport(database, {
            organisationId,
            period: periodOf('day', month, today),
            now: clock(),
          }));
        reports.set(organisationId, report);
        // Of a month without meetings, or with too few people to tell of, there is nothing to write.
        if (!report.isTooSmall) letters.push(await write(reader, report, month));
      }
      await database.transaction(async (transaction) => {
        const now = clock();
        await transaction('told_alarms')
          .where('told_at', '<', now - REMEMBERED_MS)
          .delete();
        const [noted]: unknown[] = await transaction('told_alarms')
          .insert({ alarm, told_at: now })
          .onConflict('alarm')
          .ignore()
          .returning('alarm');
        if (noted !== undefined && letters.length > 0) await app.mail.outbox.postAll(transaction, letters);
      });
    };

    const look = async (): Promise<void> => {
      const today = dayOf(clock());
      try {
        await tell(addMonths(monthOf(today), -1), today);
      } catch (err) {
        app.log.error({ err }, 'the figures of a month could not be written');
      }
    };

    let looking = Promise.resolve();
    const lookNext = () => {
      looking = looking.then(look);
    };
    const timer = setInterval(lookNext, everyMs).unref();
    app.addHook('onReady', async () => lookNext());
    app.addHook('onClose', async () => {
      clearInterval(timer);
      await looking;
    });
  },
  { name: 'monthly-letters', dependencies: ['mail', 'views'] },
);

const askedOf = ({ period }: Report, until: string) =>
  ({
    period,
    until,
    months: [],
    shown: 'meetings',
    organisationId: EVERYBODY,
    organisationName: null,
    seesOrganisations: false,
    query: '',
  }) as const;

/** The report as a file of its own: no script, nothing from anywhere. */
function reportFile(
  app: FastifyInstance,
  language: Language,
  {
    title,
    siteName,
    parts,
  }: { readonly title: string; readonly siteName: string; readonly parts: ReturnType<typeof partsOf> },
): Promise<string> {
  return app.view('console/statistics/views/report.hbs', {
    t: app.translates[language],
    language,
    title,
    siteName,
    parts: parts.map(({ heading, text, chart, headings, rows }) => ({
      heading,
      text,
      chart,
      headings,
      rows: rows.map(([head, ...cells]) => ({
        head: head?.text ?? '',
        cells: cells.map((cell) => cell.text),
      })),
    })),
  });
}
