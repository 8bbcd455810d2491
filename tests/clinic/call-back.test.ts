import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { usualFields } from '../../app/clinic/area.ts';
import { Ward } from './ward.ts';

const MINUTE_MS = 60_000;

/** A gateway for text messages as an owner has one, by plain HTTP. */
const sent: {
  readonly authorization: string | undefined;
  readonly type: string | undefined;
  body: string;
}[] = [];
let answer = 204;
const gateway = createServer((request, response) => {
  const message = {
    authorization: request.headers.authorization,
    type: request.headers['content-type'],
    body: '',
  };
  request.setEncoding('utf8').on('data', (part: string) => {
    message.body += part;
  });
  request.on('end', () => {
    sent.push(message);
    response.writeHead(answer).end();
  });
});
await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
const ward = await Ward.open({
  clinic: {
    sms: {
      url: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/send`,
      body: '{"to": "{phone}", "message": "{text}"}',
    },
  },
});
t.teardown(async () => {
  await ward.close();
  gateway.close();
});

t.test('a patient whose page is closed is called back by letter, and comes back by its link', async (t) => {
  const area = await ward.area({ name: 'Letters' });
  const ada = await ward.colleague('Dr Ada', [area.id, 'clinician']);
  const patient = await ward.arrived(area.slug, 'Away Anna', { email: 'anna@home.example' });
  await ward.arrived(area.slug, 'Nothing Nick');
  const nick = await ada.idOf('Nothing Nick');
  const refused = await ada.act(`/clinic/visits/${nick}/call-back`);
  t.same([refused.status, refused.said.code], [409, 'no_way_back']);

  const id = await ada.idOf('Away Anna');
  await ward.pass(2 * MINUTE_MS);
  t.equal((await ada.act(`/clinic/visits/${id}/take`)).status, 200);
  const letter = await ward.database('letters').where({ recipient: 'anna@home.example' }).first();
  t.match(letter, { kind: 'call_back', sensitive: 1 });
  t.notMatch(`${letter.subject} ${letter.text}`, /Letters|Ada/, 'it says neither where nor to whom');
  const path = /https:\/\/localhost(?::\d+)?(\/w\/back\/[\w-]{38})/.exec(letter.text)?.[1] ?? '';
  t.match(
    (await ada.view()).visits.find((each) => each.id === id),
    { callBack: 'letter' },
  );

  const other = ward.patient(area.slug);
  const page = await other.load(path);
  t.equal(page.status, 200);
  t.equal((await patient.hold()).state, 'called', 'programs that open links change nothing');
  t.equal((await other.send(path)).headers.location, `/w/${area.slug}/wait`);
  t.match(await other.hold(), { state: 'called', enterPath: `/w/${area.slug}/enter` });
  t.equal((await ward.patient(area.slug).load(`${path.slice(0, -1)}x`)).status, 404, 'a false link');
  await ada.act(`/clinic/visits/${id}/end`);
  t.equal((await ward.patient(area.slug).load(path)).status, 404, 'a link whose visit is over');
});

t.test('or by the owner’s gateway for text messages, and staff see when it failed', async (t) => {
  const area = await ward.area({
    name: 'Phones',
    fields: { ...usualFields, phone: { asked: 'optional', keepDays: 0 } },
  });
  const ada = await ward.colleague('Dr Ada', [area.id, 'clinician']);
  await ward.arrived(area.slug, 'Phone Phil', { phone: '+33 6 12 34 56 78', email: 'phil@home.example' });
  const id = await ada.idOf('Phone Phil');
  t.equal((await ada.act(`/clinic/visits/${id}/call-back`)).status, 200);
  await ward.pass(0);
  t.equal(sent.length, 1);
  const body = JSON.parse(sent[0]?.body ?? '');
  t.equal(body.to, '+33612345678');
  t.match(body.message, /https:\/\/localhost(?::\d+)?\/w\/back\/[\w-]{38}/);
  t.match(sent[0]?.type, 'application/json');
  t.match((await ada.view()).visits[0], { callBack: 'sms', callBackBy: 'sms' });
  await ward.pass(0);
  t.equal(sent.length, 1, 'it is sent once');

  answer = 500;
  await ada.act(`/clinic/visits/${id}/call-back`);
  await ward.pass(0);
  t.match((await ada.view()).visits[0], { callBack: 'failed' });
  t.notMatch(
    JSON.stringify(ward.app.log),
    /612345678|w\/back\/[\w-]{38}/,
    'neither number nor link is in the log',
  );
});
