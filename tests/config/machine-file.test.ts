import { execFile } from 'node:child_process';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { readMachineFile, writeMachineFile } from '../../config/machine-file.ts';

const machine = { hostName: 'meet.example', addresses: ['192.0.2.7', '2001:db8::7'] };

t.test('what is written is read', async (t) => {
  const file = join(t.testdir(), 'host', 'machine.json');
  t.equal(readMachineFile(file), null, 'not there yet');
  t.equal(await writeMachineFile(file, machine), true);
  t.same(readMachineFile(file), machine);
  t.equal((await stat(file)).mode & 0o777, 0o600);
  t.equal(await writeMachineFile(file, machine), false, 'the same again is not written');
  t.equal(await writeMachineFile(file, { ...machine, hostName: 'other.example' }), true);
  t.same(await readdir(join(file, '..')), ['machine.json'], 'nothing else is left');
});

t.test('anything else is no such file', async (t) => {
  const file = join(t.testdir(), 'machine.json');
  for (const text of [
    '',
    'null',
    '[]',
    '{"hostName":"a b","addresses":["192.0.2.7"]}',
    '{"hostName":"a","addresses":[]}',
    '{"hostName":"a","addresses":["nowhere"]}',
    '{"hostName":"a","addresses":"192.0.2.7"}',
  ]) {
    await writeFile(file, text);
    t.equal(readMachineFile(file), null, text);
  }
  await mkdir(join(file, '..', 'folder'));
  t.equal(readMachineFile(join(file, '..', 'folder')), null, 'a folder');
});

t.test('a program that is told of a machine describes that one', async (t) => {
  const file = join(t.testdir(), 'machine.json');
  await writeMachineFile(file, machine);
  const code = `
    import { describeMachine } from ${JSON.stringify(import.meta.resolve('../../config/machine.ts'))};
    process.stdout.write(JSON.stringify(describeMachine()));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...process.env, LINKELLO_MACHINE: file },
  });
  t.match(JSON.parse(stdout), machine);
});
