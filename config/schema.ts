import { type Static, Type } from 'typebox';
import { AnalyticsSettings } from './sections/analytics.ts';
import { ClinicSettings } from './sections/clinic.ts';
import { ContactSettings } from './sections/contact.ts';
import { ControllerSettings } from './sections/controller.ts';
import { HttpsSettings } from './sections/https.ts';
import { MailSettings } from './sections/mail.ts';
import { MediaSettings } from './sections/media.ts';
import { MeetingsSettings } from './sections/meetings.ts';
import { NetworkSettings } from './sections/network.ts';
import { PrivacySettings } from './sections/privacy.ts';
import { RoomsSettings } from './sections/rooms.ts';
import { SignInSettings } from './sections/sign-in.ts';
import { SitesSettings } from './sections/sites.ts';
import { TlsSettings } from './sections/tls.ts';
import { TurnSettings } from './sections/turn.ts';
import { section, strict } from './setting-kinds.ts';

/**
 * Every setting, each defined once: type, range, default, unit and purpose. A file of `sections/` holds a section with
 * its rules; `config/linkello.yaml` and `docs/configuration.md` are written from here, in this order
 * (`./scripts/linkello settings`), and a test holds the three together.
 *
 * `default: null` means that the value is found out at start: `automatic` says how.
 */
export const ConfigSchema = Type.Object(
  {
    sites: SitesSettings,
    https: HttpsSettings,
    tls: TlsSettings,
    network: NetworkSettings,
    media: MediaSettings,
    turn: TurnSettings,
    mail: MailSettings,
    database: section(
      'Durable data: one SQLite file, app/linkello.sqlite in the data folder. There is nothing to set.',
      {},
    ),
    analytics: AnalyticsSettings,
    sign_in: SignInSettings,
    rooms: RoomsSettings,
    meetings: MeetingsSettings,
    clinic: ClinicSettings,
    controller: ControllerSettings,
    contact: ContactSettings,
    privacy: PrivacySettings,
  },
  { ...strict, default: {} },
);

/** All settings with their defaults filled in; null where a value is found out at start. */
export type Settings = Static<typeof ConfigSchema>;
