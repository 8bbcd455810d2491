import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';

const linkello = join(import.meta.dirname, '../../scripts/linkello');

/** The command as a person calls it, in a shell that knows nothing of the worker. No figure is asserted. */
t.test('bench join finds what it needs, and a join waits for one round trip', async (t) => {
  const { MEDIASOUP_WORKER_BIN: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(linkello, ['bench', 'join', '1'], { env });
  t.match(stdout, /^Join to first decoded frame +median \d+ ms/m);
  t.match(stdout, /^Floor, .+ median \d+ ms/m);
  t.match(stdout, /^Signalling round trips waited for +1$/m);
});

t.test('a bench that is not there, and a number that is none', async (t) => {
  for (const wrong of [['fly'], ['join', 'often'], ['join', '0']]) {
    await t.rejects(promisify(execFile)(linkello, ['bench', ...wrong]), { code: 2 }, wrong.join(' '));
  }
});
