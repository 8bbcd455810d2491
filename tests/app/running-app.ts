import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { stringify } from 'yaml';
import { buildServer } from '../../app/server.ts';
import type { ServerOptions } from '../../app/server-options.ts';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load.ts';
import { readSecret } from '../../config/secrets.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

type Asked = {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
};

/** What browsers send when they load a page. */
export const asBrowser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

/**
 * The app in this process, on a free port and with a data folder of its own, asked over HTTPS by a client that trusts
 * its authority and nothing else. There is no SFU behind it.
 */
export class RunningApp {
  readonly app: FastifyInstance;
  readonly port: number;
  readonly folder: string;
  /** Everything that it logged, one parsed line each. */
  readonly log: readonly Record<string, unknown>[];
  #agent: Agent | undefined;

  private constructor(app: FastifyInstance, folder: string, log: Record<string, unknown>[]) {
    this.app = app;
    this.port = (app.server.address() as AddressInfo).port;
    this.folder = folder;
    this.log = log;
  }

  static async start(
    settings: Record<string, unknown> = {},
    options: Omit<Partial<ServerOptions>, 'config' | 'secrets' | 'logStream'> = {},
    /** Fills the data folder before the app opens it. */
    prepare?: (config: Config) => Promise<void>,
  ): Promise<RunningApp> {
    const folder = await mkdtemp(join(tmpdir(), 'linkello-app-'));
    const file = join(folder, 'linkello.yaml');
    await writeFile(file, stringify(settings));
    const config = await loadConfig({
      LINKELLO_CONFIG: file,
      LINKELLO_DATA: join(folder, 'data'),
      LINKELLO_ANALYTICS_URL: process.env.LINKELLO_ANALYTICS_URL,
    });
    await prepare?.(config);
    const log: Record<string, unknown>[] = [];
    const app = await buildServer({
      ...options,
      config,
      secrets: {
        mediaControl: await readSecret(config, 'media-control'),
        audit: await readSecret(config, 'audit'),
        sessions: await readSecret(config, 'sessions'),
        turn: await readSecret(config, 'turn'),
      },
      logStream: { write: (line) => void log.push(JSON.parse(line)) },
    });
    try {
      await app.listen({ port: 0, host: '127.0.0.1', listenTextResolver: () => 'listening' });
    } catch (fault) {
      // What was opened until then would keep the test from ending.
      await app.close();
      throw fault;
    }
    return new RunningApp(app, folder, log);
  }

  get tlsFolder(): string {
    return join(this.folder, 'data', 'tls');
  }

  get databaseFile(): string {
    return join(this.folder, 'data', 'app', 'linkello.sqlite');
  }

  get authorityPem(): string {
    return readFileSync(join(this.folder, 'data', 'app', 'authority', 'authority.pem'), 'utf8');
  }

  /** Asks for a path as it is written, with `Host: localhost` if nothing else is said. Redirects are not followed. */
  async ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
    this.#agent ??= new Agent({ ca: this.authorityPem, keepAlive: true });
    const asked = request({
      host: 'localhost',
      // Not what the Host header says: that is for a test to choose.
      servername: 'localhost',
      port: this.port,
      agent: this.#agent,
      path,
      method,
      headers,
    });
    asked.end(body);
    const [answer]: IncomingMessage[] = await once(asked, 'response');
    if (answer === undefined) throw new Error('no answer');
    let text = '';
    for await (const part of answer.setEncoding('utf8')) text += part;
    return { status: answer.statusCode ?? 0, headers: answer.headers, text };
  }

  async stop(): Promise<void> {
    this.#agent?.destroy();
    await this.app.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
