import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../../../config/config.ts';
import { dataFolders } from '../../../config/data-folder.ts';
import type { MatomoServer } from '../../audience/matomo-server.ts';
import type { Database } from '../../database/open.ts';
import type { CertificateSource } from '../../edge/tls/certificate.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Finding } from './card.ts';
import {
  appState,
  clockState,
  databaseState,
  diskState,
  relayState,
  versionsState,
} from './machine-state.ts';
import { MatomoState } from './matomo-state.ts';
import { mediaState } from './media-state.ts';
import { certificateState, jobsState, mailState } from './records-state.ts';

export interface ApplianceStateOptions {
  readonly app: FastifyInstance;
  readonly config: Config;
  readonly database: Database;
  readonly certificates: CertificateSource;
  /** How the app reaches the relay; null without one. */
  readonly relayWay: { readonly path: string } | { readonly host: string; readonly port: number } | null;
  /** Null where there is none. */
  readonly matomo: MatomoServer | null;
  readonly clock: Clock;
}

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** How the appliance is, as far as the app itself knows. Everything is asked with a deadline. */
export class ApplianceState {
  readonly #options: ApplianceStateOptions;
  readonly matomo: MatomoState;

  constructor(options: ApplianceStateOptions) {
    this.#options = options;
    const { app, config, matomo, clock } = options;
    this.matomo = new MatomoState({
      matomo,
      isEnabled: config.analytics.enabled,
      counting: () => app.audience?.state() ?? null,
      clock,
    });
  }

  /** What whoever opens the console is to see first. */
  async overview({ language }: FastifyRequest): Promise<Finding[]> {
    const { app, config, database, certificates, clock } = this.#options;
    const [media, mail, disk, jobs, matomo] = await Promise.all([
      this.#media(),
      app.mail.state(),
      diskState(config.dataFolder, language),
      jobsState(database, clock(), language),
      this.matomo.read(),
    ]);
    const certificate = certificateState(certificates, clock);
    return [
      controllerState(config),
      callsState(app.meetings.counts),
      ...media,
      mailState(mail),
      disk,
      certificate,
      ...jobs,
      matomo,
    ];
  }

  /** What the doctor would look at, as far as it can be told from within. */
  async health({ language }: FastifyRequest): Promise<Finding[]> {
    const { app, config, database, certificates, relayWay, clock } = this.#options;
    const ask = async () => {
      const [row]: { version: string }[] = await database.raw('SELECT sqlite_version() AS version');
      return row?.version ?? '?';
    };
    const [media, relay, data, mail, disk, lastWrittenAt] = await Promise.all([
      this.#media(),
      relayState(relayWay),
      databaseState(dataFolders(config.dataFolder).database, ask, language),
      app.mail.state(),
      diskState(config.dataFolder, language),
      this.#lastWrittenAt(),
    ]);
    return [
      media[0],
      relay,
      data,
      mailState(mail),
      certificateState(certificates, clock),
      disk,
      clockState(clock(), lastWrittenAt, language),
      appState(language),
      versionsState(version),
    ];
  }

  #media() {
    const { app, config } = this.#options;
    return mediaState({
      meetings: app.meetings,
      loadLimit: config.media.worker_load_percent,
      hasRelay: config.turn.enabled,
      mediaPort: config.media.port,
    });
  }

  async #lastWrittenAt(): Promise<number | null> {
    const row: { at: number } | undefined = await this.#options
      .database('audit')
      .orderBy('number', 'desc')
      .first('at');
    return row?.at ?? null;
  }
}

/** Whether it is said who answers for the data; without, this is a trial. */
function controllerState({ controller }: Pick<Config, 'controller'>): Finding {
  return {
    name: 'controller',
    code: controller.trial ? 'trial' : 'named',
    tone: controller.trial ? 'warning' : 'good',
    params: { name: controller.name },
    href: '/console/settings',
  };
}

export function callsState({
  meetings,
  participants,
}: {
  readonly meetings: number;
  readonly participants: number;
}): Finding {
  return {
    name: 'calls',
    code: meetings === 0 ? 'none' : 'live',
    tone: meetings === 0 ? 'quiet' : 'good',
    params: { meetings, participants },
    href: '/console/meetings',
  };
}
