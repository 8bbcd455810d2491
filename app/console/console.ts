import fp from 'fastify-plugin';
import type { EffectiveConfig } from '../../config/effective.ts';
import type { Database } from '../database/open.ts';
import type { PeopleImports } from '../identity/imports/people-imports.ts';
import type { Organisations } from '../identity/organisations.ts';
import type { People } from '../identity/people.ts';
import type { Clock } from '../kernel/clock.ts';
import { organisationPages } from './organisations/routes.ts';
import { importPages } from './people/import-pages.ts';
import { peoplePages } from './people/routes.ts';
import { settingsPage } from './settings/routes.ts';
import type { ApplianceState } from './state/appliance-state.ts';
import { statePages } from './state/routes.ts';

export interface ConsoleOptions {
  readonly people: People;
  readonly organisations: Organisations;
  readonly imports: PeopleImports;
  readonly state: ApplianceState;
  readonly settings: EffectiveConfig;
  /** The YAML file. */
  readonly file: string;
  readonly database: Database;
  readonly clock: Clock;
}

/** The console's own pages; those of rooms, letters, meetings and the audit log are plugins beside it. */
export const consolePages = fp<ConsoleOptions>(
  async (app, { people, organisations, imports, state, settings, file, database, clock }) => {
    await app.register(settingsPage, { settings, file });
    await app.register(statePages, { state, organisations, database, clock });
    await app.register(peoplePages, { people, organisations });
    await app.register(importPages, { imports, organisations });
    await app.register(organisationPages, { people, organisations });
  },
  { name: 'console', dependencies: ['console-frame'] },
);
