/**
 * Makes accounts in a database, one after the other, as the app does, until it is killed: each is a person, the words
 * they are found by, a letter of welcome and an entry of the audit log. Prints the id of each when it is committed, and
 * not before.
 *
 * `node writer.ts DATABASE KEY OWNER-ID ORGANISATION-ID`
 */
import { writeSync } from 'node:fs';
import { AuditLog } from '../../app/audit/audit-log.ts';
import { openDatabase } from '../../app/database/open.ts';
import { People } from '../../app/identity/people.ts';
import { personColumns, personOf } from '../../app/identity/person-rows.ts';
import { Sessions } from '../../app/identity/sessions.ts';
import { systemClock } from '../../app/kernel/clock.ts';
import { createTranslate } from '../../app/kernel/i18n.ts';
import { newId } from '../../app/kernel/ids.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };
import { Outbox } from '../../app/mail/outbox.ts';

const [file = '', key = '', ownerId = '', organisationId = ''] = process.argv.slice(2);
const clock = systemClock;
const translates = { en: createTranslate('en', en), fr: createTranslate('fr', fr) };
const database = await openDatabase(file);
const people = new People({
  database,
  audit: new AuditLog({ database, key, clock }),
  outbox: new Outbox({ clock, translates, sender: { controllerName: '', supportEmail: '' } }),
  sessions: new Sessions({ database, clock, idleMs: 1, lifetimeMs: 1 }),
  translates,
  clock,
});
const owner = personOf(
  await database('people')
    .where({ id: ownerId })
    .first(...personColumns),
);
const asker = { person: owner, actor: { kind: 'person', id: ownerId, requestId: null } } as const;

for (;;) {
  const fields = {
    name: 'Anna Bell Carr',
    email: `${newId()}@example.org`,
    language: 'en',
    role: 'member',
  } as const;
  const welcome = { siteName: 'Clinic', signInUrl: 'https://localhost/sign-in' };
  const id = await people.make(asker, { organisationId, fields }, welcome);
  writeSync(1, `${id}\n`);
}
