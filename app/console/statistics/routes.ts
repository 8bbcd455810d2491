import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Database } from '../../database/open.ts';
import { choiceField } from '../../edge/form-fields.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { units } from '../../statistics/period.ts';
import { readReport, readShares } from '../../statistics/report.ts';
import { EVERYBODY } from '../../statistics/store.ts';
import { sendRecords } from '../csv.ts';
import { type Asked, readAsked, shownFigures } from './asked.ts';
import { type Part, partsOf } from './parts.ts';
import { type Words, wordsOf } from './words.ts';

export interface StatisticsPagesOptions {
  readonly database: Database;
  readonly clock: Clock;
}

const PATH = '/console/statistics';
/** Tables with so many columns scroll on a phone. */
const WIDE = 5;

/** How much meetings are used: charts, each with its table and its CSV. */
export const statisticsPages = fp<StatisticsPagesOptions>(
  async (app, { database, clock }) => {
    const reading = { config: { access: 'statistics.read' } } as const;

    const read = async (request: FastifyRequest) => {
      const now = clock();
      const asked = await readAsked(request, database, now);
      const { organisationId, period, seesOrganisations } = asked;
      const report = await readReport(database, { organisationId, period, now });
      const isForAll = seesOrganisations && organisationId === EVERYBODY;
      const shares = isForAll ? await readShares(database, period) : null;
      const words = wordsOf(request.t, request.language);
      return { asked, report, words, parts: partsOf(words, asked, report, shares) };
    };

    app.get(PATH, reading, async (request, reply) => {
      const { asked, report, words, parts } = await read(request);
      const { t } = request;
      return reply.consolePage('console/statistics/views/statistics.hbs', {
        title: t('statistics.title'),
        section: 'statistics',
        subtitle: asked.organisationName,
        period: words.stretch({ from: report.period.from, to: report.period.soFar }),
        fields: fieldsOf(words, asked),
        organisation: asked.organisationName === null ? null : asked.organisationId,
        all: asked.organisationName === null ? null : PATH,
        isTooSmall: report.isTooSmall,
        parts: parts.map((part) => viewOf(part, asked)),
      });
    });

    app.get<{ Params: { part: string } }>(`${PATH}/:part.csv`, reading, async (request, reply) => {
      const { asked, parts } = await read(request);
      const part = parts.find(({ name }) => name === request.params.part);
      if (part === undefined) throw new AppError('not_found');
      await app.audit.record(request.actor, {
        action: 'statistics.exported',
        organisationId: asked.organisationId === EVERYBODY ? null : asked.organisationId,
        details: { part: part.name, by: asked.period.unit, until: asked.until },
      });
      return sendRecords(request, reply, `statistics-${part.name}-${asked.until}`, [
        part.headings,
        ...part.rows.map((cells) => cells.map(({ plain }) => plain)),
      ]);
    });
  },
  { name: 'statistics-pages', dependencies: ['console-frame'] },
);

function fieldsOf(words: Words, { period, until, months, shown }: Asked) {
  const { t } = words;
  return {
    by: choiceField({
      name: 'by',
      label: t('statistics.by'),
      value: period.unit,
      options: units.map((unit) => ({ value: unit, label: t(`statistics.units.${unit}`) })),
    }),
    until: choiceField({
      name: 'until',
      label: t('statistics.until'),
      value: until,
      options: months.map((month) => ({ value: month, label: words.month(month) })),
    }),
    show: choiceField({
      name: 'show',
      label: t('statistics.show'),
      value: shown,
      options: shownFigures.map((each) => ({ value: each, label: t(`statistics.shown.${each}`) })),
    }),
  };
}

function viewOf({ name, heading, text, chart, headings, rows }: Part, { query }: Asked) {
  return {
    name,
    heading,
    text,
    chart,
    headings,
    isWide: headings.length > WIDE,
    csv: `${PATH}/${name}.csv${query}`,
    rows: rows.map(([head, ...cells]) => ({
      head: head?.text ?? '',
      href: head?.href ?? null,
      cells: cells.map((cell) => cell.text),
    })),
  };
}
