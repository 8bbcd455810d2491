import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RtpCapabilities, RtpParameters } from 'mediasoup/types';
import type { Test } from 'tap';
import type { OperationInput, OperationReply, Source } from '../../media/contract.ts';
import { type Sfu, type SfuOptions, startSfu } from '../../media/sfu.ts';
import { freePorts } from '../free-ports.ts';
import { ControlClient } from './control-client.ts';
import { everything, microphone } from './rtp.ts';

/** A whole SFU of its own in this process, with real workers, and a client of it. */
export class Rig {
  readonly sfu: Sfu;
  readonly client: ControlClient;
  readonly options: SfuOptions;

  private constructor(sfu: Sfu, client: ControlClient, options: SfuOptions) {
    this.sfu = sfu;
    this.client = client;
    this.options = options;
  }

  /** Ends with the test. */
  static async start(t: Test, overrides: Partial<SfuOptions> = {}): Promise<Rig> {
    // Not in the test's own folder: the path of a socket has 107 bytes at most.
    const folder = await mkdtemp(join(tmpdir(), 'linkello-'));
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    const options: SfuOptions = {
      secret: randomBytes(32).toString('hex'),
      log: false,
      control: join(folder, 'run', 'media.sock'),
      workers: 1,
      port: (await freePorts(overrides.workers ?? 1))[0],
      announcedAddresses: ['127.0.0.1'],
      initialKbps: 1000,
      maxIncomingKbps: 6000,
      ...overrides,
    };
    const sfu = await startSfu(options);
    const client = new ControlClient(options.control, options.secret);
    t.teardown(async () => {
      await client.close();
      await sfu.close();
    });
    return new Rig(sfu, client, options);
  }

  join(
    roomId: string,
    peerId: string,
    rtpCapabilities: RtpCapabilities = everything,
    label: OperationInput<'joinRoom'>['label'] = {},
  ): Promise<OperationReply<'joinRoom'>> {
    return this.client.call('joinRoom', { roomId, peerId, rtpCapabilities, label });
  }

  produce(
    roomId: string,
    peerId: string,
    source: Source = 'microphone',
    rtpParameters: RtpParameters = microphone(),
    paused = false,
  ): Promise<OperationReply<'produce'>> {
    const kind = source === 'camera' || source === 'screen' ? 'video' : 'audio';
    return this.client.call('produce', { roomId, peerId, kind, source, rtpParameters, paused });
  }

  leave(roomId: string, peerId: string): Promise<OperationReply<'leaveRoom'>> {
    return this.client.call('leaveRoom', { roomId, peerId });
  }

  workerPid(index = 0): number {
    const pid = this.sfu.pool.slots[index]?.running?.worker.pid;
    if (pid === undefined) throw new Error(`worker ${index} is not running`);
    return pid;
  }
}
