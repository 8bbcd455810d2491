import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load.ts';
import { markPrepared, preparedParts, watchPrepared } from '../../config/prepared.ts';
import { within } from '../deadline.ts';

/** No longer path than sockets can have. */
const base = await loadConfig({ LINKELLO_DATA: '/tmp/linkello-never-made' });

t.test('other settings leave another mark for the parts that go by them', async (t) => {
  const folder = t.testdir({ host: {}, media: {} });
  const config: Config = { ...base, dataFolder: folder };
  const files = { app: 'host/settings-app', media: 'media/settings-media', relay: 'host/settings-relay' };
  const marks = async (of: Config) => {
    await markPrepared(of);
    return Promise.all(preparedParts.map((part) => readFile(join(folder, files[part]), 'utf8')));
  };
  const before = await marks(config);
  const changed = async (change: Partial<Config>) => {
    const after = await marks({ ...config, ...change });
    return preparedParts.filter((_, index) => after[index] !== before[index]);
  };
  t.same(await changed({}), []);
  t.same(await changed({ sites: config.sites.map((site) => ({ ...site, name: 'Another title' })) }), ['app']);
  t.same(await changed({ turn: { ...config.turn, port: 3479 } }), ['app', 'relay']);
  t.same(await changed({ media: { ...config.media, initial_kbps: 500 } }), ['app', 'media']);
  t.same(await changed({ network: { announced_addresses: ['192.0.2.7'] } }), ['app', 'media', 'relay']);
});

t.test('a part is told when its mark is another', async (t) => {
  const folder = t.testdir({ host: {}, media: {} });
  const config: Config = { ...base, dataFolder: folder };
  await markPrepared(config);
  const told = Promise.withResolvers<void>();
  watchPrepared(config, 'media', told.resolve);
  await markPrepared({ ...config, media: { ...config.media, initial_kbps: 500 } });
  await within('media is told', told.promise);
  t.pass('and may end');
});

t.test('where nobody leaves marks, nothing is watched', async (t) => {
  const config: Config = { ...base, dataFolder: t.testdir() };
  const watched = () => process.getActiveResourcesInfo().filter((name) => name === 'StatWatcher').length;
  const before = watched();
  watchPrepared(config, 'app', () => undefined);
  t.equal(watched(), before);
});
