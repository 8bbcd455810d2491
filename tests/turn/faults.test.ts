import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { readSecret } from '../../config/secrets.ts';
import { turnFault } from '../../turn/faults.ts';
import { renderTurn } from '../../turn/render.ts';
import { freePorts } from '../free-ports.ts';
import { configOf } from './coturn.ts';

t.test('a taken port is told in a sentence', async (t) => {
  const [port, tlsPort] = await freePorts(1, 1);
  const other = createSocket('udp4');
  other.bind(port, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());

  const config = await configOf({
    network: { announced_addresses: ['127.0.0.1'] },
    turn: { port, tls_port: tlsPort },
  });
  const program = await renderTurn(config, await readSecret(config, 'turn'));
  const child = spawn(program.file, program.arguments, { stdio: ['ignore', 'ignore', 'pipe'] });
  t.teardown(async () => {
    child.kill();
    await once(child, 'exit');
    await rm(dirname(config.file), { recursive: true });
  });
  for await (const line of createInterface({ input: child.stderr })) {
    const fault = turnFault(line, config);
    if (fault === null) continue;
    t.match(fault, `another program uses UDP or TCP port ${port} (turn.port) or ${tlsPort} (turn.tls_port)`);
    break;
  }
});

t.test('what else there is', async (t) => {
  const config = { turn: { port: 3478, tls_port: 443 } } as Parameters<typeof turnFault>[1];
  const line = (reason: string) => turnFault(`Cannot bind local socket to addr: ${reason}`, config) ?? '';
  t.match(line('Permission denied'), '443 (turn.tls_port). Ports below 1024 need root');
  t.match(line('Cannot assign requested address'), 'network.announced_addresses');
  t.match(line('No buffer space available'), 'The relay cannot start');
  t.equal(turnFault('socket: Protocol not supported', config), null, 'no SCTP in the kernel is no fault');
  t.equal(
    turnFault('bind: Address already in use', config),
    null,
    'nor is a taken relay port: it takes the next',
  );
  t.equal(turnFault('', config), null);
});
