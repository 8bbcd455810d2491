import { AuditLog } from '../../app/audit/audit-log.ts';
import { openDatabase } from '../../app/database/open.ts';
import { urlOf } from '../../app/edge/own-url.ts';
import { firstOwnerPath, makeFirstOwnerLink } from '../../app/identity/first-owner/first-owner.ts';
import { systemClock } from '../../app/kernel/clock.ts';
import type { Config } from '../../config/config.ts';
import { dataFolders } from '../../config/data-folder.ts';
import { readSecret } from '../../config/secrets.ts';

/** A new link that makes the first owner, or null if there is one. The app may run. */
export async function firstOwnerLink(config: Config): Promise<string | null> {
  const database = await openDatabase(dataFolders(config.dataFolder).database);
  try {
    const audit = new AuditLog({ database, key: await readSecret(config, 'audit'), clock: systemClock });
    const token = await makeFirstOwnerLink({ database, audit, clock: systemClock });
    const host = config.sites[0]?.host ?? 'localhost';
    return token === null ? null : urlOf(host, config.https.port, firstOwnerPath(token));
  } finally {
    await database.destroy();
  }
}
