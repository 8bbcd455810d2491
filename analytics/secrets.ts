import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { dataFolders } from '../config/data-folder.ts';
import { readOwnSecret } from '../config/secrets.ts';

/** All that Matomo and its database are opened with. */
export interface AnalyticsSecrets {
  /** Of Matomo's account in its database. */
  readonly databasePassword: string;
  /** Goes into Matomo's hashes; with another one every session and token of Matomo ends. */
  readonly salt: string;
  /** Of the account `administrator`, which can change everything; nobody needs it in daily life. */
  readonly administratorPassword: string;
  /** Of the account `reader`, with which people look at the reports. */
  readonly readerPassword: string;
  /** What the app calls Matomo's API with, to find, hand out and erase visits: 32 hexadecimal digits. */
  readonly officerToken: string;
  /** What the app reports visits with: 32 hexadecimal digits. Who may do that, Matomo shows the reports too. */
  readonly trackerToken: string;
}

/** Of the form that Matomo gives its own, which it knows by their look when it blackens what it keeps of failures. */
const makeToken = (): string => randomBytes(16).toString('hex');

/**
 * Reads the secrets around Matomo, makes those that are not there, and leaves each where its readers look for it: the
 * database's `password` and `root-password` for the database, `administrator-password`, `reader-password`,
 * `officer-token` and `tracker-token` for the app.
 *
 * @throws ConfigError as `readOwnSecret`.
 */
export async function readAnalyticsSecrets(config: Pick<Config, 'dataFolder'>): Promise<AnalyticsSecrets> {
  const { analytics, analyticsDb, analyticsAccess } = dataFolders(config.dataFolder);
  // Only the database reads this one: it is nobody's to use afterwards but a person's who repairs it.
  await readOwnSecret(join(analyticsDb, 'root-password'), { shared: true });
  return {
    databasePassword: await readOwnSecret(join(analyticsDb, 'password'), { shared: true }),
    salt: await readOwnSecret(join(analytics, 'salt'), { shared: true }),
    administratorPassword: await readOwnSecret(join(analyticsAccess, 'administrator-password')),
    readerPassword: await readOwnSecret(join(analyticsAccess, 'reader-password')),
    officerToken: await readOwnSecret(join(analyticsAccess, 'officer-token'), { make: makeToken }),
    trackerToken: await readOwnSecret(join(analyticsAccess, 'tracker-token'), { make: makeToken }),
  };
}
