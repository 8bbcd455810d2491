import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

type Firsts<Lengths extends readonly number[]> = { [Index in keyof Lengths]: number };

/** Above 10080, the last one that browsers open no page at (Fetch, "bad port"). */
const FIRST = 10_100;
const COUNT = 21_900;

/** Test files that run at the same time draw from ports of their own: what is free now, another might take first. */
const JOBS = 16;
const job = process.env.TAP_JOB_ID === undefined ? null : Number(process.env.TAP_JOB_ID) % JOBS;
const from = job === null ? FIRST : FIRST + Math.floor((job * COUNT) / JOBS);
const count = job === null ? COUNT : Math.floor(COUNT / JOBS);

/**
 * The first of as many runs of ports as there are lengths, each free for UDP and TCP on loopback. They lie below those
 * that the system gives to others (ip_local_port_range), so that nobody takes one meanwhile.
 */
export async function freePorts<const Lengths extends readonly number[]>(
  ...lengths: Lengths
): Promise<Firsts<Lengths>> {
  const taken = new Set<number>();
  const firsts: number[] = [];
  for (const length of lengths) {
    for (;;) {
      const first = from + Math.floor(Math.random() * (count - length));
      const run = Array.from({ length }, (_, index) => first + index);
      const free = await Promise.all(run.map(async (port) => !taken.has(port) && (await isFree(port))));
      if (!free.every(Boolean)) continue;
      for (const port of run) taken.add(port);
      firsts.push(first);
      break;
    }
  }
  return firsts as unknown as Firsts<Lengths>;
}

async function isFree(port: number): Promise<boolean> {
  const udp = createSocket('udp4');
  const tcp = createServer();
  try {
    udp.bind(port, '127.0.0.1');
    await once(udp, 'listening');
    tcp.listen(port, '127.0.0.1');
    await once(tcp, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    udp.close();
    tcp.close();
  }
}
