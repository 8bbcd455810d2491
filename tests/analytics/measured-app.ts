import type { Test } from 'tap';
import type { ServerOptions } from '../../app/server-options.ts';
import { dataFolders } from '../../config/data-folder.ts';
import { asBrowser, RunningApp } from '../app/running-app.ts';
import { MatomoStandIn } from './matomo-stand-in.ts';

/** A browser as it says of itself. */
export const browser = {
  ...asBrowser,
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
};

/** The app beside a Matomo that is told of opened pages every few milliseconds. */
export async function measuredApp(
  t: Test,
  settings: Record<string, unknown> = {},
  options: Partial<Omit<ServerOptions, 'config' | 'secrets' | 'logStream'>> = {},
): Promise<{ readonly app: RunningApp; readonly matomo: MatomoStandIn }> {
  const sites = (settings.sites ?? [{ host: 'localhost' }]) as { host: string }[];
  const matomo = await MatomoStandIn.start(
    sites.map(({ host }) => (host.includes(':') ? `[${host}]` : host)),
  );
  t.teardown(() => matomo.down());
  process.env.LINKELLO_ANALYTICS_URL = matomo.origin;
  try {
    const app = await RunningApp.start(
      { sites, ...settings },
      { hitsEveryMs: 20, ...options },
      ({ dataFolder }) => matomo.keepSecrets(dataFolders(dataFolder).analyticsAccess),
    );
    t.teardown(() => app.stop());
    return { app, matomo };
  } finally {
    delete process.env.LINKELLO_ANALYTICS_URL;
  }
}
