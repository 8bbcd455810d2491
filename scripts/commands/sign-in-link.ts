import { AuditLog } from '../../app/audit/audit-log.ts';
import { type Database, openDatabase } from '../../app/database/open.ts';
import { openToRead } from '../../app/database/open-to-read.ts';
import { urlOf } from '../../app/edge/own-url.ts';
import {
  FIRST_OWNER_LINK_HOURS,
  firstOwnerPath,
  makeFirstOwnerLink,
} from '../../app/identity/first-owner/first-owner.ts';
import { readAddress } from '../../app/identity/person-fields.ts';
import { issueSignInLink, type Refusal } from '../../app/identity/sign-in/issued-link.ts';
import { linkPath } from '../../app/identity/sign-in/sign-ins.ts';
import { systemClock } from '../../app/kernel/clock.ts';
import type { Config } from '../../config/config.ts';
import { dataFolders } from '../../config/data-folder.ts';
import { loadConfig } from '../../config/load.ts';
import { readSecret } from '../../config/secrets.ts';

const USAGE = `Usage: linkello sign-in-link [ADDRESS]

  ADDRESS  e-mail address of an account; none as long as nobody owns the server, to make the first owner
`;

const refusals: Readonly<Record<Refusal, string>> = {
  unknown: 'No account has this address.',
  blocked: 'This account is blocked. An owner unblocks it in the console, at "People".',
  ended:
    'The organisation of this account has ended. An owner reactivates it in the console, at "Organisations".',
};

/** A link, or why there is none. */
type Outcome = { readonly path: string; readonly note: string } | { readonly refusal: string };

/**
 * `linkello sign-in-link [ADDRESS]`: prints a link that signs somebody in once, whether letters arrive or not. Alone on
 * standard output; what it is good for on standard error. The app may run. Exit 0, 1 if there is nobody to let in or
 * something is in the way, 2 for a wrong use or configuration.
 */
export async function run(args: readonly string[]): Promise<number> {
  const [typed, ...others] = args;
  const email = typed === undefined ? null : readAddress(typed);
  if (others.length > 0 || (typed !== undefined && email === null)) {
    process.stderr.write(USAGE);
    return 2;
  }
  const config = await loadConfig();
  const { database: file } = dataFolders(config.dataFolder);
  // Tells what is wrong with it; opening it to write would make one, or change another version's.
  await (await openToRead(file)).destroy();
  const database = await openDatabase(file);
  try {
    const audit = new AuditLog({ database, key: await readSecret(config, 'audit'), clock: systemClock });
    const outcome = await (email === null
      ? linkForFirstOwner(database, audit)
      : linkFor(email, { database, audit, config }));
    if ('refusal' in outcome) {
      process.stderr.write(`linkello sign-in-link: ${outcome.refusal}\n`);
      return 1;
    }
    process.stderr.write(`${outcome.note}\n`);
    process.stdout.write(`${urlOf(config.sites[0]?.host ?? 'localhost', config.https.port, outcome.path)}\n`);
    return 0;
  } finally {
    await database.destroy();
  }
}

async function linkForFirstOwner(database: Database, audit: AuditLog): Promise<Outcome> {
  const token = await makeFirstOwnerLink({ database, audit, clock: systemClock });
  if (token === null) {
    return { refusal: 'The server has an owner. Say whom the link is for: linkello sign-in-link ADDRESS' };
  }
  return {
    path: firstOwnerPath(token),
    note: `Whoever uses this link first becomes the owner of the server. It works once, within ${FIRST_OWNER_LINK_HOURS} hours:`,
  };
}

async function linkFor(
  email: string,
  { database, audit, config }: { database: Database; audit: AuditLog; config: Config },
): Promise<Outcome> {
  const minutes = config.sign_in.link_minutes;
  const issued = await issueSignInLink({ database, audit, clock: systemClock }, { email, minutes });
  if (typeof issued === 'string') return { refusal: refusals[issued] };
  return {
    path: linkPath(issued.token),
    note: `Whoever uses this link is signed in to that account. It works once, within ${minutes} minutes:`,
  };
}
