/**
 * Health check of a container: `healthy.ts app|media|relay`. Exit 0 when that part does what it is for, else 1 with a
 * sentence. The engine sets the deadline.
 */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request } from 'node:https';
import { networkInterfaces } from 'node:os';
import type { Config } from '../config/config.ts';
import { isSocketPath, parseHostAndPort } from '../config/formats.ts';
import { loadConfig } from '../config/load.ts';
import { turnAddresses } from '../turn/addresses.ts';

const probes: Readonly<Record<string, (config: Config) => Promise<void>>> = {
  /** Ready means that a call can be held: the SFU answers the app. */
  async app({ https }) {
    const asked = request({
      host: 'localhost',
      port: https.port,
      path: '/health/ready',
      // It is this very container; whether clients trust the certificate is another question.
      rejectUnauthorized: false,
    });
    await demandOk(asked.end());
  },

  /** Ready means that every worker runs. */
  async media({ media: { control } }) {
    const where = isSocketPath(control) ? { socketPath: control } : (parseHostAndPort(control) ?? {});
    await demandOk(requestPlain({ ...where, path: '/health/ready' }).end());
  },

  /** It answers a STUN binding request (RFC 8489) on its first address. */
  async relay({ turn, network }) {
    if (!turn.enabled) return;
    const [address] = turnAddresses(network.announced_addresses, networkInterfaces()).own;
    if (address === undefined) throw new Error('The relay has no address.');
    const transaction = randomBytes(12);
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.send(Buffer.concat([Buffer.from('000100002112a442', 'hex'), transaction]), turn.port, address);
    const [answer] = (await once(socket, 'message')) as [Buffer];
    socket.close();
    if (answer.readUInt16BE(0) !== 0x0101 || !answer.subarray(8, 20).equals(transaction))
      throw new Error('The relay gave a wrong answer.');
  },
};

async function demandOk(asked: ReturnType<typeof request>): Promise<void> {
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.resume();
  if (response.statusCode !== 200) throw new Error(`It answers ${response.statusCode}.`);
}

const probe = probes[process.argv[2] ?? ''];
try {
  if (!probe) throw new Error('Usage: healthy.ts app|media|relay');
  await probe(await loadConfig());
  process.exit(0);
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
