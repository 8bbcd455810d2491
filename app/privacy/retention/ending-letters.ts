import { type AuditLog, system } from '../../audit/audit-log.ts';
import type { Database, Transaction } from '../../database/open.ts';
import type { OrganisationRow } from '../../identity/organisations-store.ts';
import { type PersonRow, personColumns } from '../../identity/person-rows.ts';
import { erasedFrom } from '../../inventory/category-store.ts';
import { heldIds } from '../../inventory/legal-holds.ts';
import { type Clock, DAY_MS } from '../../kernel/clock.ts';
import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import { shownDay } from '../../kernel/shown-instant.ts';
import type { Letter } from '../../mail/letter.ts';
import type { Outbox } from '../../mail/outbox.ts';
import { nightAfter } from './nights.ts';

/** How many days before the erasure administrators are written to. */
const ANNOUNCED_DAYS = [14, 3] as const;

export interface EndingLettersOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly outbox: Outbox;
  readonly translates: Readonly<Record<Language, Translate>>;
  readonly serviceDays: number;
  /** Whose name the letters bear. */
  readonly siteName: string;
}

/** When everything of an organisation is erased: the night of the run that finds it. */
export function erasureNight(endedAt: number, serviceDays: number): number {
  return nightAfter(erasedFrom(endedAt, serviceDays));
}

/**
 * Writes to the administrators of organisations that ended, or are to end, 14 and 3 days before everything of theirs is
 * erased: once each, whatever restarts meanwhile. To the owners, where an organisation has no administrator. Of one that
 * is reactivated and ends again the days are counted, and told, anew. Answers how many organisations were told of.
 */
export async function announceErasures(options: EndingLettersOptions): Promise<number> {
  const { database, clock, serviceDays } = options;
  const now = clock();
  const ending: OrganisationRow[] = await database('organisations')
    .whereNotNull('ended_at')
    .orWhereNotNull('ends_at');
  const held = await heldIds(database, now);
  let told = 0;
  for (const organisation of ending) {
    const endsAt = organisation.ended_at ?? organisation.ends_at;
    if (endsAt === null || held.has(organisation.id)) continue;
    const erasedAt = erasureNight(endsAt, serviceDays);
    const level = ANNOUNCED_DAYS.filter((days) => now >= erasedAt - days * DAY_MS).at(-1);
    if (level === undefined || now >= erasedAt) continue;
    const alarm = `erasure ${organisation.id} ${endsAt} ${level}`;
    // A transaction takes the lock to write, which is not worth it for what was told.
    if (await database('told_alarms').where({ alarm }).first('alarm')) continue;
    const isTold = await database.transaction((transaction) =>
      tell(options, transaction, organisation, { alarm, endsAt, erasedAt, level }),
    );
    if (isTold) told += 1;
  }
  return told;
}

async function tell(
  { audit, clock, outbox, translates, siteName }: EndingLettersOptions,
  transaction: Transaction,
  before: OrganisationRow,
  {
    alarm,
    endsAt,
    erasedAt,
    level,
  }: { readonly alarm: string; readonly endsAt: number; readonly erasedAt: number; readonly level: number },
): Promise<boolean> {
  // Reactivated, or told by another process, since it was read.
  const organisation: OrganisationRow | undefined = await transaction('organisations')
    .where({ id: before.id })
    .first();
  if (organisation === undefined || (organisation.ended_at ?? organisation.ends_at) !== endsAt) return false;
  if (await transaction('told_alarms').where({ alarm }).first('alarm')) return false;
  const { id: organisationId } = organisation;
  const readers = await readersIn(transaction, organisationId);
  const letters = readers.map((reader): Letter => {
    const t = translates[reader.language];
    const about = {
      name: organisation.name,
      site: siteName,
      ends: shownDay(endsAt - 1, reader.language),
      erased: shownDay(erasedAt, reader.language),
    };
    return {
      kind: 'erasure_ahead',
      to: {
        email: reader.email,
        name: reader.name,
        language: reader.language,
        personId: reader.id,
        organisationId,
      },
      siteName,
      subject: t('retention.letter.subject', about),
      blocks: [
        { kind: 'paragraph', text: t('retention.letter.text', about) },
        { kind: 'paragraph', text: t('retention.letter.what') },
        { kind: 'paragraph', text: t('retention.letter.stop') },
      ],
      expiresAt: erasedAt,
    };
  });
  await outbox.postAll(transaction, letters);
  await transaction('told_alarms').insert({ alarm, told_at: clock() });
  const details = { days: level, letters: letters.length };
  await audit.record(system, { action: 'retention.announced', organisationId, details }, transaction);
  return true;
}

async function readersIn(transaction: Transaction, organisationId: string): Promise<readonly PersonRow[]> {
  const people = () =>
    transaction('people')
      .where({ status: 'active' })
      .select(...personColumns);
  const administrators: PersonRow[] = await people().where({
    organisation_id: organisationId,
    role: 'administrator',
  });
  return administrators.length > 0 ? administrators : people().where({ role: 'owner' });
}
