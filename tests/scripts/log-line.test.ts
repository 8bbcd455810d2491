import t from 'tap';
import { lineForPeople, lineForPrograms } from '../../scripts/supervisor/log-line.ts';

t.test('people see warnings and what is no log entry, and nothing of what is in order', async (t) => {
  t.equal(lineForPeople('app', '{"level":"info","msg":"request"}'), null);
  t.equal(lineForPeople('app', '{"level":"warn","msg":"slow"}'), 'app: slow');
  t.equal(
    lineForPeople('media', '{"level":50,"err":{"message":"no worker"},"msg":"a room is lost"}'),
    'media: a room is lost: no worker',
  );
  t.equal(lineForPeople('media', 'TypeError: x is not a function'), 'media: TypeError: x is not a function');
  t.equal(lineForPeople('media', ''), null);
});

t.test('programs get every entry, with the process that wrote it', async (t) => {
  t.equal(
    lineForPrograms('app', '{"level":"info","msg":"hi"}'),
    '{"process":"app","level":"info","msg":"hi"}',
  );
  t.strictSame(JSON.parse(lineForPrograms('app', '{"broken')), {
    process: 'app',
    level: 'error',
    msg: '{"broken',
  });
});
