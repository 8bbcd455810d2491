import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { WebSocket } from 'ws';
import {
  type Joined,
  type NotificationData,
  type NotificationName,
  PROTOCOL_VERSION,
  type RequestData,
  type Waiting,
} from '../app/meetings/messages.ts';
import type { Appliance } from './appliance.ts';
import { until, within } from './deadline.ts';

/** An answer as it came: `ok` or `error`. */
export interface Answer {
  readonly id: number;
  readonly ok?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

interface Notice {
  readonly notification: string;
  readonly data: unknown;
}

/** Signalling without a browser: sends whatever it is told, valid or not, and keeps everything that comes back. */
export class SignallingClient {
  readonly socket: WebSocket;
  readonly notices: Notice[] = [];
  /** The code with which the socket was closed, once it is. */
  closeCode: number | undefined;
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>();
  readonly #closed = Promise.withResolvers<number>();
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Answer | Notice;
      if ('notification' in message) this.notices.push(message);
      else this.#waiting.get(message.id)?.resolve(message);
    });
    socket.on('error', () => {});
    socket.on('close', (code) => {
      this.closeCode = code;
      this.#closed.resolve(code);
      const reason = new Error(`the socket was closed with ${code} instead of an answer`);
      for (const { reject } of this.#waiting.values()) reject(reason);
    });
  }

  static async open(appliance: Appliance, headers: Record<string, string> = {}): Promise<SignallingClient> {
    const socket = new WebSocket(appliance.url('/signalling').replace('https:', 'wss:'), {
      ca: await appliance.authority(),
      headers,
    });
    const client = new SignallingClient(socket);
    await once(socket, 'open');
    return client;
  }

  /** Sends a request as it is given, and waits for its answer. Rejects when the socket is closed instead. */
  request(request: string, data: unknown): Promise<Answer> {
    const id = this.#nextId++;
    const waiting = Promise.withResolvers<Answer>();
    this.#waiting.set(id, waiting);
    this.socket.send(JSON.stringify({ id, request, data }));
    return within(`an answer to ${request}`, waiting.promise);
  }

  /** The code of the error that a request is answered with; `ok` if it is not. */
  async outcome(request: string, data: unknown): Promise<string> {
    return (await this.request(request, data)).error?.code ?? 'ok';
  }

  async join(appliance: Appliance, overrides: Partial<RequestData<'join'>> = {}): Promise<Joined> {
    const answer = await this.knock(appliance, overrides);
    if ('waitingFor' in answer) throw new Error(`join has to wait for ${answer.waitingFor}`);
    return answer;
  }

  /** Asks to come in: joined, or waiting to be. */
  async knock(appliance: Appliance, overrides: Partial<RequestData<'join'>> = {}): Promise<Joined | Waiting> {
    const answer = await this.request('join', { ...(await joinData(appliance)), ...overrides });
    if (answer.error) throw new Error(`join was answered ${answer.error.code}`);
    return answer.ok as Joined | Waiting;
  }

  async notified<Name extends NotificationName>(
    name: Name,
    fits: (data: NotificationData<Name>) => boolean = () => true,
  ): Promise<NotificationData<Name>> {
    const isIt = (notice: Notice) =>
      notice.notification === name && fits(notice.data as NotificationData<Name>);
    const notice = await until(`notification ${name}`, () => this.notices.find(isIt));
    return notice?.data as NotificationData<Name>;
  }

  /** The code with which the socket is closed. */
  closed(): Promise<number> {
    return within('the end of the socket', this.#closed.promise);
  }
}

/** A valid `join`: the browser can receive all that the router has. */
export async function joinData(appliance: Appliance): Promise<RequestData<'join'>> {
  const data = /<script type="application\/json" id="page-data">(.*?)<\/script>/s.exec(
    await getText(appliance, '/r/test-room'),
  );
  const { routerRtpCapabilities } = JSON.parse(data?.[1] ?? '{}') as { routerRtpCapabilities: never };
  return {
    version: PROTOCOL_VERSION,
    room: 'test-room',
    name: 'Ada',
    rtpCapabilities: routerRtpCapabilities,
  };
}

/** A valid `produce` of a microphone. */
export const microphone = (ssrc = 1111): RequestData<'produce'> => ({
  kind: 'audio',
  source: 'microphone',
  paused: false,
  rtpParameters: {
    mid: '0',
    codecs: [
      {
        mimeType: 'audio/opus',
        payloadType: 111,
        clockRate: 48000,
        channels: 2,
        parameters: {},
        rtcpFeedback: [],
      },
    ],
    headerExtensions: [],
    encodings: [{ ssrc }],
    rtcp: { cname: 'test', reducedSize: true },
  },
});

async function getText(appliance: Appliance, path: string): Promise<string> {
  const request = httpsRequest(appliance.url(path), { ca: await appliance.authority() }).end();
  const [response] = await once(request, 'response');
  return (await response.setEncoding('utf8').toArray()).join('');
}
