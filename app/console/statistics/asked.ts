import type { FastifyRequest } from 'fastify';
import type { Database } from '../../database/open.ts';
import { organisations as organisationNames } from '../../identity/data-categories.ts';
import { sees } from '../../inventory/data-category.ts';
import { AppError } from '../../kernel/errors.ts';
import { ID_PATTERN } from '../../kernel/ids.ts';
import { addMonths, dayOf, monthOf, readMonth } from '../../statistics/calendar.ts';
import { type Period, periodOf, type Unit, units } from '../../statistics/period.ts';
import { EVERYBODY } from '../../statistics/store.ts';
import type { SumName } from '../../statistics/sums.ts';

/** What the chart over time can show. */
export const shownFigures = ['meetings', 'people', 'people_minutes'] as const satisfies readonly SumName[];

/** What somebody asked to see, within what they may. */
export interface Asked {
  readonly period: Period;
  readonly until: string;
  /** This month and the eleven before it, the newest first. */
  readonly months: readonly string[];
  readonly shown: (typeof shownFigures)[number];
  readonly organisationId: string;
  /** The organisation's; null for the whole appliance, and for whoever sees their own only. */
  readonly organisationName: string | null;
  /** Whether they see the figures of all organisations, by their names. */
  readonly seesOrganisations: boolean;
  /** The same question as a query, `?` included. */
  readonly query: string;
}

/** @throws AppError `not_found` for an organisation that is none, or none of theirs to see. */
export async function readAsked(request: FastifyRequest, database: Database, now: number): Promise<Asked> {
  const query = request.query as Readonly<Record<string, unknown>>;
  const today = dayOf(now);
  const months = Array.from({ length: 12 }, (_, index) => addMonths(monthOf(today), -index));
  const unit: Unit = units.find((each) => each === query.by) ?? 'day';
  const month = readMonth(query.until);
  const until = month !== null && months.includes(month) ? month : monthOf(today);
  const shown = shownFigures.find((each) => each === query.show) ?? 'meetings';

  const scope = request.scope('statistics.read');
  const seesOrganisations = scope.kind === 'all' && sees(request.signedIn.role, organisationNames);
  let organisationId = scope.kind === 'organisation' ? scope.organisationId : EVERYBODY;
  let organisationName: string | null = null;
  const wanted = query.organisation;
  if (typeof wanted === 'string' && wanted !== '' && wanted !== organisationId) {
    const row: { id: string; name: string } | undefined =
      seesOrganisations && new RegExp(ID_PATTERN).test(wanted)
        ? await database('organisations').where({ id: wanted }).first('id', 'name')
        : undefined;
    if (row === undefined) throw new AppError('not_found');
    organisationId = row.id;
    organisationName = row.name;
  }
  const kept = new URLSearchParams({ by: unit, until, show: shown });
  if (organisationName !== null) kept.set('organisation', organisationId);
  return {
    period: periodOf(unit, until, today),
    until,
    months,
    shown,
    organisationId,
    organisationName,
    seesOrganisations,
    query: `?${kept}`,
  };
}
