import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { within } from '../deadline.ts';

const again = join(import.meta.dirname, '../../scripts/again');

t.test('a program that ends with 75 is run again, one that ends otherwise is not', async (t) => {
  const file = join(t.testdir(), 'runs');
  await writeFile(file, '');
  const program = `echo run >>"$0"; [ "$(wc -l <"$0")" -lt 3 ] && exit 75; exit 7`;
  const { code } = await promisify(execFile)(again, ['sh', '-c', program, file]).then(
    () => ({ code: 0 }),
    (error: { code: number }) => error,
  );
  t.equal(code, 7, 'its exit code is passed on');
  t.equal(await readFile(file, 'utf8'), 'run\n'.repeat(3));
});

t.test('SIGTERM is passed on, and the end is waited for', async (t) => {
  const program = `process.on('SIGTERM', () => setTimeout(() => { console.log('done'); process.exit(0); }, 200));
    setInterval(() => {}, 1000); console.log('up');`;
  const child = spawn(again, [process.execPath, '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await within('it is up', once(child.stdout, 'data'));
  child.kill('SIGTERM');
  const [code] = await within('it ends', once(child, 'close'));
  t.equal(code, 0);
  t.equal(output, 'up\ndone\n');
});
