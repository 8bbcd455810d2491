import { copyFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import t, { type Test } from 'tap';
import { type Database, openDatabase } from '../../app/database/open.ts';
import { CallStatistics } from '../../app/statistics/call-statistics.ts';
import { dataFolders } from '../../config/data-folder.ts';
import { RunningApp } from '../app/running-app.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';
import { until } from '../deadline.ts';
import { endedMeeting } from './meetings-for-tests.ts';

const march = new Date(2026, 2, 10, 10).getTime();
const april = new Date(2026, 3, 1, 2).getTime();

interface Row {
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
  readonly attachments: string;
}

class Scene {
  readonly file: string;
  readonly people: Readonly<Record<'owner' | 'north' | 'south', SignedIn>>;

  constructor(file: string, people: Scene['people']) {
    this.file = file;
    this.people = people;
  }

  /** A database with figures of March, and people to write to. */
  static async make(t: Test): Promise<Scene> {
    const file = `${t.testdir()}/before.sqlite`;
    await (await openDatabase(file)).destroy();
    const place = { databaseFile: file };
    const people = {
      owner: await signedIn(place, 'owner', { organisation: 'House' }),
      north: await signedIn(place, 'administrator', { organisation: 'Clinic North' }),
      south: await signedIn(place, 'administrator', { organisation: 'Clinic South' }),
    };
    await signedIn(place, 'member', { organisation: 'Clinic North' });
    const database = await openDatabase(file);
    const statistics = new CallStatistics({ database, clock: () => march });
    const of = (people: number, organisationId: string) =>
      endedMeeting(march, { people, minutes: 30, organisationId });
    await statistics.record([of(7, people.north.organisationId), of(4, people.south.organisationId)]);
    await database.destroy();
    return new Scene(file, people);
  }

  /** The app over a copy of it, or of another file. */
  async start(t: Test, now: number, { isWanted = true, file = this.file } = {}): Promise<RunningApp> {
    const app = await RunningApp.start(
      { sites: [{ host: 'meet.example.org', name: 'Visio' }], meetings: { monthly_letter: isWanted } },
      { clock: () => now },
      async ({ dataFolder }) => {
        const { database } = dataFolders(dataFolder);
        await mkdir(dirname(database), { recursive: true, mode: 0o700 });
        await copyFile(file, database);
      },
    );
    t.teardown(() => app.stop());
    return app;
  }
}

async function ask<Answer>(
  app: RunningApp,
  question: (database: Database) => Promise<Answer>,
): Promise<Answer> {
  const database = await openDatabase(app.databaseFile);
  try {
    return await question(database);
  } finally {
    await database.destroy();
  }
}
const letters = (app: RunningApp): Promise<Row[]> =>
  ask(app, (database) => database('letters').where({ kind: 'statistics' }));
const toldOf = (app: RunningApp): Promise<string[]> =>
  ask(app, (database) => database('told_alarms').where('alarm', 'like', 'statistics %').pluck('alarm'));

t.test('owners get the figures of the appliance, administrators their own, and once only', async (t) => {
  const scene = await Scene.make(t);
  const { owner, north } = scene.people;
  const app = await scene.start(t, april);
  await until(
    'it is written',
    () => toldOf(app),
    (told) => told.includes('statistics 2026-03'),
  );
  const written = await letters(app);
  const to = ({ email }: SignedIn) => written.filter(({ recipient }) => recipient === email);
  t.equal(written.length, 2, 'nothing of four people, and nothing to members');
  const [all] = to(owner);
  const [own] = to(north);
  t.equal(all?.subject, 'Meetings on Visio in March 2026');
  t.match(all?.text, /Participants.*11/s);
  t.match(own?.text, /Participants.*7/s);
  t.match(all?.text, /https:\/\/meet\.example\.org(:\d+)?\/console\/statistics\?until=2026-03/);
  const [report] = JSON.parse(all?.attachments ?? '[]') as {
    fileName: string;
    contentType: string;
    content: string;
  }[];
  t.match(report, { fileName: 'meetings-2026-03.html', contentType: 'text/html; charset=utf-8' });
  const html = report?.content ?? '';
  t.match(html, /^<!doctype html>[\s\S]*<svg class="chart"[\s\S]*<\/html>\s*$/);
  t.notMatch(html, /<script|<link|<img|src=|href=|url\(/, 'it loads nothing');
  t.notMatch(html, /Clinic|House/, 'and names no organisation');

  await app.app.close();
  const again = await scene.start(t, april + 86_400_000, { file: app.databaseFile });
  await again.app.close();
  t.equal((await letters(again)).length, 2, 'a restart writes nothing anew');
});

t.test('of a month without meetings nothing is written', async (t) => {
  const scene = await Scene.make(t);
  const app = await scene.start(t, new Date(2026, 4, 2, 2).getTime());
  await until(
    'it was looked at',
    () => toldOf(app),
    (told) => told.includes('statistics 2026-04'),
  );
  t.equal((await letters(app)).length, 0);
});

t.test('nobody gets any who does not want them', async (t) => {
  const scene = await Scene.make(t);
  const app = await scene.start(t, april, { isWanted: false });
  await app.app.close();
  t.same(await toldOf(app), []);
  t.same(await letters(app), []);
});
