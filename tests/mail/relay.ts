import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { type Issued, issue } from '../tls/house-authority.ts';

/** A letter as the relay took it. */
export interface TakenLetter {
  readonly from: string;
  readonly to: readonly string[];
  /** Who logged in; null for nobody. */
  readonly user: string | null;
  readonly isEncrypted: boolean;
  /** As it came over the wire. */
  readonly raw: string;
  readonly parsed: ParsedMail;
}

export interface RelayOptions {
  readonly security?: 'starttls' | 'tls';
  /** Names and addresses in its certificate. */
  readonly hosts?: readonly string[];
  readonly endsAt?: number;
  readonly login?: { readonly user: string; readonly password: string };
  readonly port?: number;
  /** Where it listens; loopback by default. */
  readonly address?: string;
  /** What else `smtp-server` can be told. */
  readonly server?: SMTPServerOptions;
}

/** Thrown in a handler of the server, it is the relay's answer. */
export function refusal(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

/** A real SMTP server on a port of this machine, a free one by default, with a certificate of an authority of its own. */
export class TestRelay {
  readonly address: string;
  readonly port: number;
  readonly authority: Issued;
  readonly taken: TakenLetter[] = [];
  readonly #server: SMTPServer;

  private constructor(server: SMTPServer, authority: Issued) {
    this.#server = server;
    this.address = (server.server.address() as AddressInfo).address;
    this.authority = authority;
    this.port = (server.server.address() as AddressInfo).port;
  }

  static async start({
    security = 'starttls',
    address = '127.0.0.1',
    hosts = [address, 'localhost'],
    endsAt,
    login,
    port = 0,
    server = {},
  }: RelayOptions = {}): Promise<TestRelay> {
    const authority = await issue({ name: 'House authority' });
    const own = await issue({
      name: 'relay',
      issuer: authority,
      hosts,
      ...(endsAt !== undefined && { endsAt }),
    });
    let relay: TestRelay | undefined;
    const smtp = new SMTPServer({
      secure: security === 'tls',
      key: own.keyPem,
      cert: own.pem,
      logger: false,
      authOptional: login === undefined,
      ...(login === undefined && { disabledCommands: ['AUTH'] }),
      onAuth: ({ username, password }, _session, done) =>
        username === login?.user && password === login?.password
          ? done(null, { user: username })
          : done(refusal(535, '5.7.8 Not with this password')),
      onData: (stream, session, done) => {
        const parts: Buffer[] = [];
        stream.on('data', (part) => parts.push(part));
        stream.on('end', async () => {
          const raw = Buffer.concat(parts);
          relay?.taken.push({
            from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address,
            to: session.envelope.rcptTo.map(({ address }) => address),
            user: typeof session.user === 'string' ? session.user : null,
            isEncrypted: session.secure,
            raw: raw.toString('latin1'),
            parsed: await simpleParser(raw),
          });
          done(null, 'taken');
        });
      },
      ...server,
    });
    // A client that goes away is no fault of the test.
    smtp.on('error', () => {});
    smtp.listen(port, address);
    await once(smtp.server, 'listening');
    relay = new TestRelay(smtp, authority);
    return relay;
  }

  /** Settings that lead to it; its authority and the password are put into files in `folder`. */
  async settings(
    folder: string,
    { security = 'starttls', login }: Pick<RelayOptions, 'security' | 'login'> = {},
  ): Promise<Record<string, unknown>> {
    await writeFile(join(folder, 'relay-ca.pem'), this.authority.pem);
    if (login) await writeFile(join(folder, 'relay-password'), `${login.password}\n`, { mode: 0o600 });
    return {
      host: this.address,
      port: this.port,
      security,
      ca_file: join(folder, 'relay-ca.pem'),
      from_address: 'meet@hospital.example',
      ...(login && { user: login.user, password_file: join(folder, 'relay-password') }),
    };
  }

  async stop(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const connection of this.#server.connections) connection.close();
    await promise;
  }
}
