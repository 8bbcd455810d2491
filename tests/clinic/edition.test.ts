import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { stringify } from 'yaml';
import { readRoomChanges } from '../../app/rooms/room-fields.ts';
import { loadConfig } from '../../config/load.ts';
import { send } from '../app/form.ts';
import { signedIn } from '../app/signed-in.ts';
import { Ward } from './ward.ts';

const folder = await mkdtemp(join(tmpdir(), 'linkello-edition-'));
t.teardown(() => rm(folder, { recursive: true }));

async function configOf(settings: object) {
  const file = join(folder, 'linkello.yaml');
  await writeFile(file, stringify(settings));
  return loadConfig({ LINKELLO_CONFIG: file, LINKELLO_DATA: join(folder, 'data') });
}

t.test('health care begins with what is closed, and keeps less', async (t) => {
  const med = await configOf({ sites: [{ host: 'clinic.example', edition: 'med' }] });
  t.match(med, {
    rooms: { anyone_can_open: false },
    meetings: { files: false },
    privacy: { invitation_days: 7, letter_days: 7 },
  });
  const pro = await configOf({ sites: [{ host: 'work.example', edition: 'pro' }] });
  t.match(pro, {
    rooms: { anyone_can_open: true },
    meetings: { files: true },
    privacy: { invitation_days: 30, letter_days: 30 },
  });
  const chosen = await configOf({
    sites: [{ host: 'clinic.example', edition: 'med' }],
    meetings: { files: true },
    privacy: { letter_days: 20 },
  });
  t.match(chosen, { meetings: { files: true }, privacy: { letter_days: 20, invitation_days: 7 } });
});

t.test('every room of a clinic has a lobby, whatever was typed', async (t) => {
  const ward = await Ward.open();
  t.teardown(() => ward.close());
  const doctor = await signedIn(ward.app, 'member');
  const typed = {
    name: 'Consulting room',
    kind: 'permanent',
    access: 'anyone',
    time_zone: 'Europe/Paris',
    hours: 'always',
  };
  const { status } = await send(ward.app, doctor, '/console/rooms/new', typed);
  t.equal(status, 303);
  t.match(await ward.database('rooms').where({ person_id: doctor.id }).first(), { has_lobby: 1 });
  const limits = { now: 0, participantsPerRoom: 50, expiresAt: null };
  t.match(readRoomChanges(typed, limits), { changes: { hasLobby: false } }, 'elsewhere as one likes');
});

t.test('a name that is no room’s opens none, nor does the address of a visit that is over', async (t) => {
  const ward = await Ward.open();
  t.teardown(() => ward.close());
  t.equal((await ward.patient('none').load('/r/any-name')).status, 404);
  const pro = await Ward.open({ sites: [{ host: 'localhost', edition: 'pro' }] });
  t.teardown(() => pro.close());
  // 503: it would open, but there is no SFU in this test.
  t.equal((await pro.patient('none').load('/r/any-name')).status, 503);
  t.equal((await pro.patient('none').load('/r/visit-abcdefghjkmnpqrs')).status, 404);
});
