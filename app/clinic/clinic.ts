import fp from 'fastify-plugin';
import type { Config } from '../../config/config.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Database } from '../database/open.ts';
import { urlOf } from '../edge/own-url.ts';
import { type Clock, MINUTE_MS } from '../kernel/clock.ts';
import type { GuestLinks } from '../rooms/guest-link.ts';
import { defaultTimeZone } from '../rooms/time-zones.ts';
import { AreaDesk } from './area-desk.ts';
import { Areas } from './areas.ts';
import { BackLinks } from './back-link.ts';
import { CallBacks } from './call-back.ts';
import { CallPresence } from './call-presence.ts';
import { CallRooms } from './call-room.ts';
import { Door, type HangUp } from './door.ts';
import { Feed } from './feed.ts';
import { Guests } from './guests.ts';
import { Hold } from './hold.ts';
import { HoldLive } from './hold-live.ts';
import { Memberships } from './memberships.ts';
import { patientRoutes } from './patient-routes.ts';
import { Queue } from './queue.ts';
import { gatewayOf } from './sms-gateway.ts';
import { StaffLive } from './staff-live.ts';
import { staffRoutes } from './staff-routes.ts';
import { StaffViews } from './staff-views.ts';
import { LOOK_MS, Timekeeper } from './timekeeper.ts';
import { VisitLetters } from './visit-letters.ts';
import { nobodyIsThere } from './visit-store.ts';

export interface ClinicOptions {
  readonly config: Pick<Config, 'clinic' | 'sites' | 'https' | 'rooms'>;
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly guestLinks: GuestLinks;
  /** `sessions` */
  readonly secret: string;
  /** How many may come to a door from one network within an hour. 240 by default. */
  readonly arrivalsOfNetwork?: number | undefined;
  /** Grows whenever anything of anybody was erased, by whatever process. */
  readonly erasures: () => Promise<number>;
  /** How often it is looked whether something's time has come, in milliseconds. */
  readonly lookMs?: number | undefined;
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly clinic: {
      readonly areas: Areas;
      readonly door: Door;
      readonly queue: Queue;
      readonly desk: AreaDesk;
      readonly memberships: Memberships;
      readonly feed: Feed;
      readonly timekeeper: Timekeeper;
      /** Pages that are open. */
      readonly pages: { readonly staff: number; readonly patients: number };
    };
  }
}

const ARRIVALS_OF_NETWORK = 240;

/** Waiting rooms of departments: doors for patients, queues for those who see them. */
export const clinic = fp<ClinicOptions>(
  async (app, options) => {
    const { config, database, audit, clock, guestLinks, secret } = options;
    const feed = new Feed();
    const memberships = new Memberships(database);
    const callRooms = new CallRooms({ clock, guestLinks });
    const gateway = gatewayOf(config);
    const hangUp: HangUp = async (slug, actor) => {
      const meeting = app.meetings.in(slug);
      if (meeting !== undefined) await app.meetings.hosting.end(meeting, actor);
    };
    const letters = new VisitLetters({
      outbox: app.mail.outbox,
      clock,
      translates: app.translates,
      urlOn: (host, path) => urlOf(host, config.https.port, path),
      siteName: (host) =>
        config.sites.find((site) => site.host === host)?.name ?? config.sites[0]?.name ?? '',
    });
    const links = new BackLinks(secret);
    const callBacks = new CallBacks({ database, clock, log: app.log, letters, links, gateway, feed });
    const acting = { database, audit, clock, memberships, feed };
    const areas = new Areas({ database, audit, clock, feed, callRooms, hangUp });
    const door = new Door({ database, clock, ledger: app.consent.ledger, callRooms, feed, hangUp });
    const queue = new Queue({ ...acting, callRooms, callBacks, translates: app.translates, hangUp });
    const desk = new AreaDesk(acting);
    const guests = new Guests({ ...acting, callRooms, letters });
    const hold = new Hold({ database, clock, door });
    const views = new StaffViews({ database, clock, memberships, hasGateway: gateway !== null });
    const staffLive = new StaffLive({ database, views, feed, log: app.log });
    const holdLive = new HoldLive({ hold, door, clock, feed, log: app.log });
    const presence = new CallPresence({ database, clock, feed, log: app.log });
    const timekeeper = new Timekeeper({
      database,
      clock,
      log: app.log,
      callRooms,
      callBacks,
      letters,
      staffLive,
      feed,
      hangUp,
      lookAtCalls: async () => {
        if (app.meetings.isReady) await presence.lookAtAll((slug) => app.meetings.in(slug));
      },
      erasures: options.erasures,
      placeMs: config.clinic.place_minutes * MINUTE_MS,
    });
    app.meetings.onPresence((meeting) => presence.changed(meeting));

    app.decorate('clinic', {
      areas,
      door,
      queue,
      desk,
      memberships,
      feed,
      timekeeper,
      get pages() {
        return { staff: staffLive.size, patients: holdLive.size };
      },
    });
    await app.register(patientRoutes, {
      door,
      hold,
      live: holdLive,
      links,
      clock,
      arrivalsOfNetwork: options.arrivalsOfNetwork ?? ARRIVALS_OF_NETWORK,
    });
    await app.register(staffRoutes, {
      views,
      live: staffLive,
      queue,
      guests,
      desk,
      memberships,
      timeZone: defaultTimeZone(config.rooms.time_zone),
    });

    let looking: NodeJS.Timeout | undefined;
    app.addHook('onReady', async () => {
      await nobodyIsThere(database, clock());
      looking = setInterval(() => void timekeeper.look(), options.lookMs ?? LOOK_MS);
      looking.unref();
    });
    app.addHook('preClose', async () => {
      clearInterval(looking);
      staffLive.close();
      holdLive.close();
    });
  },
  { name: 'clinic', dependencies: ['meetings', 'mail', 'consent', 'console-frame'] },
);
