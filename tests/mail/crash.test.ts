import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import { MOST_AT_ONCE } from '../../app/mail/delivery.ts';
import { CLAIM_MS } from '../../app/mail/queue.ts';
import { within } from '../deadline.ts';
import { PostOffice, someLetter } from './post-office.ts';
import { TestRelay } from './relay.ts';

const LETTERS = 10;

for (const when of ['before the relay has answered', 'after the relay has answered'] as const) {
  t.test(`killed ${when}, nothing is lost`, async (t) => {
    const reached = Promise.withResolvers<void>();
    const arrived: string[] = [];
    let isAlive = true;
    const relay = await TestRelay.start({
      server: {
        onData: (stream, _session, done) => {
          let raw = '';
          stream.on('data', (part) => {
            raw += part;
          });
          stream.on('end', () => {
            const isFatal = isAlive && arrived.length === 3;
            if (isFatal && when === 'before the relay has answered') return reached.resolve();
            arrived.push(/^Message-ID: (.*)$/im.exec(raw)?.[1] ?? '');
            done(null, 'taken');
            if (isFatal) reached.resolve();
          });
        },
      },
    });
    const folder = t.testdir();
    const settings = await relay.settings(folder);
    const before = await PostOffice.open({ folder, relay: null });
    const ids: string[] = [];
    for (let count = 0; count < LETTERS; count += 1) ids.push(await before.post(someLetter()));
    await before.close();

    const child = fork(join(import.meta.dirname, 'sending-process.ts'), [folder, JSON.stringify(settings)]);
    t.teardown(() => child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    await within('the letter that is fatal', reached.promise);
    child.kill('SIGKILL');
    await ended;
    isAlive = false;

    const post = await PostOffice.open({ folder, relay: settings, clock: () => Date.now() + CLAIM_MS });
    t.teardown(async () => {
      await post.close();
      await relay.stop();
    });
    const unfinished = await post.database('letters').where({ state: 'sending' });
    t.ok(unfinished.length > 0 || when === 'after the relay has answered', 'it died over a letter');
    await post.delivery.pass();

    t.same([...new Set(arrived)].sort(), ids.map((id) => `<${id}@meet.hospital.example>`).sort());
    t.same(await post.database('letters').distinct('state').pluck('state'), ['sent']);
    t.ok(arrived.length <= LETTERS + MOST_AT_ONCE, 'twice came what was under way at most');
  });
}
