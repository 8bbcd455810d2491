import fp from 'fastify-plugin';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Database } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Outbox } from '../../mail/outbox.ts';
import type { Door } from '../door.ts';
import type { Feed } from '../feed.ts';
import { AppointmentLetters } from './appointment-letters.ts';
import { appointmentWatch } from './appointment-watch.ts';
import type { AppointmentHead } from './appointment-words.ts';
import { Appointments } from './appointments.ts';
import { expectedRoutes } from './expected-routes.ts';
import { feedRoutes } from './feeds/feed-routes.ts';
import { Feeds } from './feeds/feeds.ts';
import { BASE_PATH } from './fhir/exchange.ts';
import { fhir } from './fhir/routes.ts';
import { AppointmentImports } from './imports/appointment-imports.ts';
import { PatientSide } from './patient-side.ts';
import { appointmentPages } from './public-routes.ts';
import { SecretLinks } from './secret-links.ts';
import { Slots } from './slots/slots.ts';

export interface ClinicAppointmentsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly door: Door;
  readonly feed: Feed;
  /** `sessions`: links follow from it. */
  readonly secret: string;
  /** The site that letters lead to which nobody's request leads to. */
  readonly siteName: string;
  /** The address that calendars name as who invites. */
  readonly organizerEmail: string;
  /** The whole address of a page of that site. */
  readonly urlOf: (path: string) => string;
  /** How often it is looked whether something is due, in milliseconds. */
  readonly lookMs?: number;
}

/** What the console does with appointments. */
export interface ClinicAppointments {
  readonly appointments: Appointments;
  readonly imports: AppointmentImports;
  readonly slots: Slots;
  readonly feeds: Feeds;
  readonly links: SecretLinks;
  readonly head: AppointmentHead;
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly clinicAppointments: ClinicAppointments;
  }
}

/** Appointments of the clinic: their patients' pages, what is done by itself, calendars, and the hospital's systems. */
export const clinicAppointments = fp<ClinicAppointmentsOptions>(
  async (
    app,
    { database, audit, clock, outbox, door, feed, secret, siteName, organizerEmail, urlOf, lookMs },
  ) => {
    const { translates } = app;
    const head: AppointmentHead = { siteName, organizerEmail, urlOf, translates };
    const links = new SecretLinks(secret, 'appointment-link');
    const letters = new AppointmentLetters({ outbox, clock, links });
    const appointments = new Appointments({ database, audit, clock, letters, feed });
    const slots = new Slots({ database, audit, clock });
    const feeds = new Feeds({
      database,
      audit,
      clock,
      links: new SecretLinks(secret, 'calendar-feed'),
      translates,
      urlOf,
    });
    const imports = new AppointmentImports({ database, audit, clock, appointments, feed, translates });
    app.decorate('clinicAppointments', { appointments, imports, slots, feeds, links, head });
    const patientSide = new PatientSide({ database, audit, clock, letters, feed });
    await app.register(appointmentPages, { database, clock, patientSide, door, head });
    const watch = { database, clock, audit, letters, head, feed };
    await app.register(appointmentWatch, { ...watch, ...(lookMs !== undefined && { everyMs: lookMs }) });
    await app.register(expectedRoutes, { appointments, head });
    await app.register(feedRoutes, { feeds });
    await app.register(fhir, { prefix: BASE_PATH, database, clock, appointments, slots, links, head });
  },
  { name: 'clinic-appointments', dependencies: ['views', 'access', 'mail', 'own-urls', 'error-pages'] },
);
