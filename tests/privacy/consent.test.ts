import type { FastifyRequest } from 'fastify';
import t, { type Test } from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import { measurement, type Purpose, versionOf } from '../../app/privacy/consent/purposes.ts';
import { RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';
import { Visitor } from './visitor.ts';

const DAY_MS = 86_400_000;
const CHOICES = '__Host-choices';

/** One that needs a yes; the appliance has none of its own. */
const surveys: Purpose = {
  name: 'surveys',
  basis: 'consent',
  heedsSignals: false,
  words: () => ({ title: 'Surveys', text: 'Now and then we ask how you liked it.' }),
};

interface Scene {
  readonly app: RunningApp;
  readonly clock: { now: number };
  /** Whether the visit of the latest page might be counted, and surveys be shown. */
  readonly may: { measure: boolean; survey: boolean };
  rows(): Promise<Record<string, unknown>[]>;
}

async function start(
  t: Test,
  purposes: readonly Purpose[] = [measurement, surveys],
  settings: Record<string, unknown> = {},
): Promise<Scene> {
  const clock = { now: Date.now() };
  const app = await RunningApp.start(settings, { purposes, clock: () => clock.now });
  t.teardown(() => app.stop());
  const may = { measure: false, survey: false };
  // As issue 7 will: once the answer is out.
  const { consent } = app.app;
  const look = (request: FastifyRequest) => {
    may.measure = consent.mayMeasure(request);
    may.survey = consent.isAllowed(request, 'surveys');
  };
  return {
    app,
    clock,
    may: new Proxy(may, {
      get: (target, name) => Reflect.get(target, name),
    }),
    async rows() {
      const database = await openDatabase(app.databaseFile);
      try {
        return await database('consents').orderBy(['decided_at', 'purpose']);
      } finally {
        await database.destroy();
      }
    },
    ...{ look },
  };
}
