import { type Actor, type AuditLog, system } from '../../../audit/audit-log.ts';
import type { Database } from '../../../database/open.ts';
import { type Clock, DAY_MS, MINUTE_MS } from '../../../kernel/clock.ts';
import { AppError } from '../../../kernel/errors.ts';
import type { Translate } from '../../../kernel/i18n.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Language } from '../../../kernel/languages.ts';
import { feedOf } from '../../../rooms/calendar.ts';
import type { SecretLinks } from '../secret-links.ts';
import { type AreaName, areasWithin, findArea, listBetween } from '../store.ts';
import { type CalendarFeed, MOST_FEEDS } from './feed.ts';
import {
  areasWithNames,
  countFeeds,
  deleteFeed,
  feedsOf,
  findFeed,
  insertFeed,
  setNames,
} from './feed-store.ts';

export interface FeedsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly links: SecretLinks;
  readonly translates: Readonly<Record<Language, Translate>>;
  /** The whole address of a page of ours. */
  readonly urlOf: (path: string) => string;
}

/** What a calendar shows: this far back and ahead, in milliseconds, and so many appointments at most. */
const BACK_MS = 7 * DAY_MS;
const AHEAD_MS = 366 * DAY_MS;
const MOST_EVENTS = 2_000;

/** Whose calendar, and how the audit log names them. */
export interface Subscriber {
  readonly personId: string;
  readonly actor: Actor;
}

/** Appointments in the calendars of those who work in an area, by secret addresses that can be taken back. */
export class Feeds {
  readonly #options: FeedsOptions;

  constructor(options: FeedsOptions) {
    this.#options = options;
  }

  /** Somebody's feeds, with the address of each. */
  async of(personId: string): Promise<readonly (CalendarFeed & { readonly url: string })[]> {
    const { database, links, urlOf } = this.#options;
    const feeds = await feedsOf(database, personId, MOST_FEEDS);
    return feeds.map((feed) => ({
      ...feed,
      url: urlOf(`/calendar/${links.tokenOf({ id: feed.id, linkGeneration: 1 })}/appointments.ics`),
    }));
  }

  /** Areas whose appointments somebody may read. */
  async areas(personId: string): Promise<readonly AreaName[]> {
    return areasWithin(this.#options.database, { kind: 'member', personId, permission: 'appointments.read' });
  }

  /** Areas that somebody runs, and whether they want names in calendars. */
  async managed(
    personId: string,
  ): Promise<readonly { readonly area: AreaName; readonly hasNames: boolean }[]> {
    const { database } = this.#options;
    const areas = await areasWithin(database, { kind: 'member', personId, permission: 'area.write' });
    const named = await areasWithNames(
      database,
      areas.map(({ id }) => id),
    );
    return areas.map((area) => ({ area, hasNames: named.has(area.id) }));
  }

  /** @throws AppError `not_found` for an area where they may not; `too_many_calendar_feeds` */
  async make({ personId, actor }: Subscriber, areaId: string): Promise<void> {
    const { database, audit, clock } = this.#options;
    await database.transaction(async (transaction) => {
      const reach = { kind: 'member', personId, permission: 'appointments.read' } as const;
      const area = await findArea(transaction, reach, areaId);
      if (area === null) throw new AppError('not_found');
      if ((await countFeeds(transaction, personId, MOST_FEEDS)) === MOST_FEEDS)
        throw new AppError('too_many_calendar_feeds');
      const id = newId();
      await insertFeed(transaction, { id, areaId, personId, createdAt: clock() });
      await audit.record(
        actor,
        {
          action: 'calendar_feed.made',
          organisationId: area.organisationId,
          object: { kind: 'calendar_feed', id },
          details: { area: areaId },
        },
        transaction,
      );
    });
  }

  /** From now on its address shows nothing. @throws AppError `not_found` */
  async revoke({ personId, actor }: Subscriber, id: string): Promise<void> {
    const { database, audit } = this.#options;
    await database.transaction(async (transaction) => {
      const areaId = await deleteFeed(transaction, { id, personId });
      if (areaId === null) throw new AppError('not_found');
      await audit.record(
        actor,
        { action: 'calendar_feed.revoked', object: { kind: 'calendar_feed', id }, details: { area: areaId } },
        transaction,
      );
    });
  }

  /** Whether the calendars of an area name patients: for those who run it. @throws AppError `not_found` */
  async setNames({ personId, actor }: Subscriber, areaId: string, hasNames: boolean): Promise<void> {
    const { database, audit } = this.#options;
    await database.transaction(async (transaction) => {
      const area = await findArea(
        transaction,
        { kind: 'member', personId, permission: 'area.write' },
        areaId,
      );
      if (area === null) throw new AppError('not_found');
      await setNames(transaction, areaId, hasNames);
      await audit.record(
        actor,
        {
          action: 'calendar_feed.names_changed',
          organisationId: area.organisationId,
          object: { kind: 'area', id: areaId },
          details: { names: hasNames },
        },
        transaction,
      );
    });
  }

  /** What a secret address shows; null for one that is none, or not any more. */
  async read(token: string, requestId: string): Promise<string | null> {
    const { database, audit, clock, links, translates, urlOf } = this.#options;
    const id = links.idOf(token);
    if (id === null || !links.proves(token, { id, linkGeneration: 1 })) return null;
    const feed = await findFeed(database, id);
    if (feed === null) return null;
    if (feed.hasNames) {
      const { organisationId, areaId } = feed;
      const entry = {
        action: 'calendar_feed.viewed',
        organisationId,
        object: { kind: 'calendar_feed', id },
        details: { area: areaId },
      } as const;
      await audit.recordLook(id, { ...system, requestId }, entry);
    }
    const t = translates[feed.language];
    const now = clock();
    const appointments = await listBetween(database, feed.areaId, {
      from: now - BACK_MS,
      to: now + AHEAD_MS,
      // Clinicians see theirs, and those of whoever is free.
      clinicianId: feed.role === 'clinician' ? feed.personId : null,
      limit: MOST_EVENTS,
    });
    return feedOf(
      { name: t('appointments.feeds.calendar', { area: feed.areaName }), language: feed.language },
      appointments.map((each) => ({
        id: each.id,
        sequence: each.sequence,
        appointment: {
          startsAt: each.startsAt,
          durationMinutes: (each.endsAt - each.startsAt) / MINUTE_MS,
          timeZone: each.timeZone,
        },
        summary: feed.hasNames ? each.patientName : t('appointments.feeds.event', { area: feed.areaName }),
        url: urlOf(`/console/appointments/${each.id}`),
        changedAt: each.changedAt,
      })),
    );
  }
}
