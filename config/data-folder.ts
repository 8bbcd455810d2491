import { join } from 'node:path';

/**
 * The folders below the data folder, by who shares what is in them: each container gets those that it needs and no
 * other. Absolute paths, if `dataFolder` is one; none of them need exist.
 */
export interface DataFolders {
  /** The app's own: the database, the authority, and the secrets behind tokens and the audit log. */
  readonly app: string;
  /** Within `app`: the database. */
  readonly database: string;
  /** Within `app`: `authority.pem` and its key. */
  readonly authority: string;
  /** Within `app`: the account at an ACME authority, and the certificate that it issued. */
  readonly acme: string;
  /** App and SFU: the control socket and the secret between them. */
  readonly media: string;
  /** App and relay: coturn's configuration, the secret between them. */
  readonly turn: string;
  /** In containers: what a part on the host's network tells the app, and its way to the relay. */
  readonly host: string;
  /** Written by the app, read by the relay: `server-chain.pem` and `server.key`. */
  readonly tls: string;
  /** Read by Matomo: its settings and what its installer needs, the password of its database among them. */
  readonly analytics: string;
  /** Read by the database: its two passwords. */
  readonly analyticsDb: string;
  /** Read by the app: how it gets into Matomo. Nothing of the database. */
  readonly analyticsAccess: string;
}

export function dataFolders(dataFolder: string): DataFolders {
  const app = join(dataFolder, 'app');
  return {
    app,
    database: join(app, 'linkello.sqlite'),
    authority: join(app, 'authority'),
    acme: join(app, 'acme'),
    media: join(dataFolder, 'media'),
    turn: join(dataFolder, 'turn'),
    host: join(dataFolder, 'host'),
    tls: join(dataFolder, 'tls'),
    analytics: join(dataFolder, 'analytics'),
    analyticsDb: join(dataFolder, 'analytics-db'),
    analyticsAccess: join(dataFolder, 'analytics-access'),
  };
}
