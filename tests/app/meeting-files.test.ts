import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import t from 'tap';
import { FILES_PATH } from '../../app/meetings/file-relay.ts';
import { FILE_PART_BYTES, MAX_FILES_OFFERED } from '../../app/meetings/messages.ts';
import { Appliance } from '../appliance.ts';
import { until, within } from '../deadline.ts';
import { SignallingClient } from '../signalling-client.ts';
import { type Attendee, MeetingScene } from './meeting-scene.ts';

const MEGABYTE = 1_000_000;
const appliance = await Appliance.start({ meetings: { file_megabytes: 8 } });
t.teardown(() => appliance.stop());
const scene = await MeetingScene.of(appliance);
const ca = await appliance.authority();

interface Got {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Asks as a browser's page of ours does; rejects when the connection breaks. */
async function ask(method: 'GET' | 'POST', path: string, body?: Buffer, headers = {}): Promise<Got> {
  const asked = httpsRequest(appliance.url(path), {
    ca,
    method,
    headers: {
      'sec-fetch-site': 'same-origin',
      ...(body && { 'content-type': 'application/octet-stream', 'content-length': body.length }),
      ...headers,
    },
  });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) };
}

async function offer({ client }: Attendee, name: string, bytes: number): Promise<string> {
  const { ok } = await client.request('offerFile', { name, bytes });
  return (ok as { fileId: string }).fileId;
}

async function take({ client }: Attendee, fileId: string): Promise<string> {
  const { ok } = await client.request('takeFile', { fileId });
  return (ok as { path: string }).path;
}

/** The address that a file is wanted at, told to whoever offers it; the n-th time, from 0. */
async function wanted({ client }: Attendee, fileId: string, nth = 0): Promise<string> {
  const told = await until(
    'the file to be wanted',
    () =>
      client.notices.filter(
        ({ notification, data }) =>
          notification === 'fileWanted' && (data as { fileId: string }).fileId === fileId,
      )[nth],
  );
  return (told as { data: { path: string } }).data.path;
}

/** Posts a file as its owner's page does; answers what the last part was answered. */
async function post(path: string, content: Buffer): Promise<Got> {
  let from = 0;
  for (;;) {
    const part = content.subarray(from, from + FILE_PART_BYTES);
    const answer = await ask('POST', `${path}?from=${from}`, part);
    from += FILE_PART_BYTES;
    if (answer.status !== 204 || from >= content.length) return answer;
  }
}

async function two() {
  const room = await scene.room();
  const sender = await scene.enter(room, null, { name: 'Sender' });
  const receiver = await scene.enter(room, null, { name: 'Receiver' });
  return { room, sender, receiver };
}

t.test(
  'a file goes from one browser through the app to another, byte for byte, as often as it is taken',
  async (t) => {
    const { room, sender, receiver } = await two();
    const content = randomBytes(5 * MEGABYTE);
    const fileId = await offer(sender, 'Résumé « été ».pdf', content.length);
    const { file } = await receiver.client.notified('fileOffered');
    t.match(file, {
      id: fileId,
      name: 'Résumé « été ».pdf',
      bytes: content.length,
      participantId: sender.id,
    });
    const late = await scene.enter(room, null);
    t.equal(late.joined.files[0]?.id, fileId, 'who comes later can take it, too');

    for (const [nth, whoever] of [receiver, late].entries()) {
      const path = await take(whoever, fileId);
      const taking = ask('GET', path);
      const delivered = await post(await wanted(sender, fileId, nth), content);
      const got = await within('the file', taking);
      t.equal(delivered.status, 204);
      t.equal(got.status, 200);
      t.ok(got.body.equals(content), 'all of it');
      t.match(got.headers, {
        'content-type': 'application/octet-stream',
        'content-length': String(content.length),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      t.match(
        String(got.headers['content-disposition']),
        /^attachment; .*filename\*=UTF-8''R%C3%A9sum%C3%A9/,
      );
      t.equal((await ask('GET', path)).status, 404, 'the address is good once');
    }
    MeetingScene.leave([sender, receiver, late]);
  },
);

t.test('an empty file, and one of nearly the largest size', async (t) => {
  const { sender, receiver } = await two();
  for (const content of [Buffer.alloc(0), randomBytes(8 * MEGABYTE)]) {
    const fileId = await offer(sender, 'file', content.length);
    const taking = ask('GET', await take(receiver, fileId));
    t.equal((await post(await wanted(sender, fileId), content)).status, 204);
    t.ok((await within('the file', taking)).body.equals(content), `${content.length} bytes`);
  }
  MeetingScene.leave([sender, receiver]);
});

t.test('what a file may be', async (t) => {
  const { sender } = await two();
  const outcome = (name: string, bytes: unknown) => sender.client.outcome('offerFile', { name, bytes });
  t.equal(await outcome('large', 8 * MEGABYTE + 1), 'file_too_large');
  t.equal(await outcome('a\nb', 1), 'invalid_input');
  t.equal(await outcome('\u202Egpj.exe', 1), 'invalid_input', 'a name that reads as another');
  t.equal(await outcome('', 1), 'invalid_input');
  t.equal(await outcome('x'.repeat(201), 1), 'invalid_input');
  t.equal(await outcome('negative', -1), 'invalid_input');
  t.equal(await sender.client.outcome('takeFile', { fileId: 'none' }), 'not_found');
  MeetingScene.leave([sender]);
});

t.test('one participant offers so many files at once, and takes back what is theirs', async (t) => {
  const { sender, receiver } = await two();
  const ids: string[] = [];
  for (let index = 0; index < MAX_FILES_OFFERED; index += 1) {
    // As fast as is allowed: a refusal for haste is not what is looked for.
    const id = await until('an offer to be taken', async () => {
      const { ok } = await sender.client.request('offerFile', { name: `${index}`, bytes: 1 });
      return (ok as { fileId: string } | undefined)?.fileId;
    });
    ids.push(id ?? '');
  }
  const answer = await until(
    'an answer',
    () => sender.client.outcome('offerFile', { name: 'more', bytes: 1 }),
    (code) => code !== 'too_many_requests',
  );
  t.equal(answer, 'too_many_files');
  t.equal(
    await receiver.client.outcome('withdrawFile', { fileId: ids[0] }),
    'role_too_high',
    'not another’s',
  );
  t.equal(await sender.client.outcome('withdrawFile', { fileId: ids[0] }), 'ok');
  await receiver.client.notified('fileWithdrawn', ({ fileId }) => fileId === ids[0]);
  t.equal(await receiver.client.outcome('takeFile', { fileId: ids[0] }), 'not_found');
  await sender.client.request('leave', {});
  await receiver.client.notified('fileWithdrawn', ({ fileId }) => fileId === ids.at(-1));
  t.pass('all go with their owner');
  MeetingScene.leave([receiver]);
});

t.test('a transfer ends with either side, and holds nothing up', async (t) => {
  const { sender, receiver } = await two();
  const content = randomBytes(6 * MEGABYTE);
  const fileId = await offer(sender, 'file', content.length);

  const unanswered = ask('GET', await take(receiver, fileId));
  await wanted(sender, fileId);
  await sender.client.request('leave', {});
  t.equal((await within('an answer', unanswered)).status, 404, 'its owner left before it came');
  MeetingScene.leave([receiver]);

  const again = await two();
  const other = await offer(again.sender, 'file', content.length);
  const path = await take(again.receiver, other);
  const broken = httpsRequest(appliance.url(path), { ca, headers: { 'sec-fetch-site': 'same-origin' } });
  broken.on('error', () => {});
  broken.end();
  const to = await wanted(again.sender, other);
  broken.destroy();
  const given = await until(
    'the address to be void',
    () => post(to, content),
    ({ status }) => status !== 204,
  );
  t.equal(given.status, 404, 'the receiver hung up: the sender is told');

  const third = await take(again.receiver, other);
  const cut = httpsRequest(appliance.url(third), { ca, headers: { 'sec-fetch-site': 'same-origin' } });
  cut.end();
  const begun = once(cut, 'response') as Promise<[IncomingMessage]>;
  await ask('POST', `${await wanted(again.sender, other, 1)}?from=0`, content.subarray(0, FILE_PART_BYTES));
  const [answer] = await begun;
  await again.sender.client.request('leave', {});
  const [fault] = await within('the end of the download', once(answer.resume(), 'error'));
  t.match(fault, { code: 'ECONNRESET' }, 'half a file is not taken for a whole one');
  MeetingScene.leave([again.sender, again.receiver]);
});

t.test('addresses cannot be guessed, used for another size, or from another site', async (t) => {
  const { sender, receiver } = await two();
  const content = randomBytes(1_000);
  const fileId = await offer(sender, 'file', content.length);
  const taking = ask('GET', await take(receiver, fileId));
  const path = await wanted(sender, fileId);
  t.equal((await ask('GET', `${FILES_PATH}/${'a'.repeat(43)}`)).status, 404);
  t.equal((await ask('POST', `${FILES_PATH}/${'a'.repeat(43)}?from=0`, content)).status, 404);
  t.equal((await ask('GET', path)).status, 404, 'the sender’s address gives nothing');
  const at = (from: unknown) => `${path}?from=${from}`;
  t.equal((await ask('POST', at(0), randomBytes(1_001))).status, 400, 'another size than was offered');
  for (const from of [1, 1_000, -1, 'x', ''])
    t.equal((await ask('POST', at(from), content)).status, 400, `a part from ${from}`);
  t.equal((await ask('POST', at(0), content, { 'sec-fetch-site': 'cross-site' })).status, 403);
  for (const type of ['text/html', 'application/json', 'application/x-www-form-urlencoded'])
    t.equal((await ask('POST', at(0), content, { 'content-type': type })).status, 400, type);
  t.equal((await ask('POST', at(0), content)).status, 204, 'none of that spent the address');
  t.ok((await within('the file', taking)).body.equals(content));
  MeetingScene.leave([sender, receiver]);
});

t.test('the appliance can be told to pass no files on', async (t) => {
  const without = await Appliance.start({ meetings: { files: false } });
  t.teardown(() => without.stop());
  const client = await SignallingClient.open(without);
  const joined = await client.join(without);
  t.equal(joined.maxFileBytes, null, 'pages do not offer it');
  t.equal(await client.outcome('offerFile', { name: 'x', bytes: 1 }), 'files_off');
  client.socket.close(1000);
});
