import { once } from 'node:events';
import t from 'tap';
import WebSocket from 'ws';
import { columnsOf } from '../../app/clinic/area-rows.ts';
import type { HoldMessage } from '../../app/clinic/hold-view.ts';
import type { StaffMessage, StaffView } from '../../app/clinic/staff-view.ts';
import { VISIT_COOKIE } from '../../app/clinic/visit-cookie.ts';
import { openDatabase } from '../../app/database/open.ts';
import { newId } from '../../app/kernel/ids.ts';
import { newToken } from '../../app/kernel/single-use-token.ts';
import { signedIn } from '../app/signed-in.ts';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';
import { usualChoices } from './ward.ts';

const appliance = await Appliance.start({ sites: [{ host: '127.0.0.1', edition: 'med' }] });
t.teardown(() => appliance.stop());
const ca = await appliance.authority();
const areaId = newId();
const doctor = await signedIn(appliance, 'member', { name: 'Dr Ada' });
{
  const database = await openDatabase(appliance.databaseFile);
  await database('areas').insert({
    id: areaId,
    organisation_id: doctor.organisationId,
    slug: 'emergency',
    sort_name: 'emergency',
    ...columnsOf({ ...usualChoices, name: 'Emergency' }),
    number_day: '',
    last_number: 0,
    version: 1,
    created_at: Date.now(),
  });
  await database('area_members').insert({
    area_id: areaId,
    person_id: doctor.id,
    role: 'clinician',
    gets_letters: 0,
    created_at: Date.now(),
  });
  await database.destroy();
}

/** Asks the appliance, whose certificate is checked. */
async function ask(path: string, headers: Readonly<Record<string, string>>, body?: string) {
  const { request } = await import('node:https');
  const asked = request(appliance.url(path), {
    ca,
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'sec-fetch-site': 'same-origin',
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    },
  });
  asked.end(body);
  const [answer] = await once(asked, 'response');
  let text = '';
  for await (const part of answer.setEncoding('utf8')) text += part;
  return { status: answer.statusCode as number, location: answer.headers.location as string, text };
}

const view = async () => JSON.parse((await ask('/clinic/queue.json', doctor.headers)).text) as StaffView;

/** A page that comes back by itself, as a browser's does. */
class Page<Message> {
  last: Message | undefined;
  #isOver = false;
  #socket: WebSocket | undefined;

  constructor(path: string, cookie: string) {
    const open = () => {
      if (this.#isOver) return;
      const url = appliance.url(path).replace('https', 'wss');
      const socket = new WebSocket(url, { ca, headers: { cookie }, origin: appliance.url('') });
      this.#socket = socket;
      socket.on('message', (data) => {
        this.last = JSON.parse(String(data)) as Message;
      });
      socket.on('error', () => {});
      socket.on('close', () => setTimeout(open, 100));
    };
    open();
  }

  close(): void {
    this.#isOver = true;
    this.#socket?.terminate();
  }
}

t.test('the app is killed, and everybody stands where they stood', async (t) => {
  const patients = await Promise.all(
    Array.from({ length: 6 }, async (_, index) => {
      const { token } = newToken();
      const cookie = `${VISIT_COOKIE}=${token}`;
      const { status } = await ask('/w/emergency', { cookie }, `name=Patient+${index}`);
      t.equal(status, 303);
      return { cookie, name: `Patient ${index}` };
    }),
  );
  const pages = patients.map(({ cookie }) => new Page<HoldMessage>('/w/emergency/live', cookie));
  const staff = new Page<StaffMessage>('/clinic/live', doctor.headers.cookie);
  t.teardown(() => {
    for (const page of [...pages, staff]) page.close();
  });
  await until(
    'everybody to be there',
    view,
    ({ visits }) => visits.length === 6 && visits.every(({ lostAt }) => lostAt === null),
  );
  const before = await view();
  const [first] = before.visits;
  if (first === undefined) throw new Error('nobody waits');
  t.equal((await ask(`/clinic/visits/${first.id}/take`, doctor.headers, '')).status, 200);
  const order = (seen: StaffView) =>
    seen.visits.map(({ id, name, number, state }) => [id, name, number, state]);
  const noted = order(await view());
  const room = (await ask(`/clinic/visits/${first.id}/enter`, doctor.headers)).location;

  await appliance.app.stop('SIGKILL');
  for (const page of pages) page.last = undefined;
  await appliance.app.start();

  t.same(order(await view()), noted, 'the queue is the same');
  t.equal((await ask(`/clinic/visits/${first.id}/enter`, doctor.headers)).location, room, 'so is the call');
  await until(
    'every page to have come back',
    () => pages.filter(({ last }) => last !== undefined).length,
    (count) => count === pages.length,
  );
  await until('everybody to be there again', view, ({ visits }) =>
    visits.every(({ lostAt }) => lostAt === null),
  );
  const places = pages.map(({ last }) => last?.hold.place ?? null);
  t.same(
    places.filter((place) => place !== null).toSorted(),
    [1, 2, 3, 4, 5],
    'each has their place, and who was called has none',
  );
  await until(
    'the view of the staff',
    () => staff.last?.type,
    (type) => type !== undefined,
  );
  const second = before.visits[1];
  t.equal((await ask(`/clinic/visits/${second?.id}/take`, doctor.headers, '')).status, 200, 'and it goes on');
});
