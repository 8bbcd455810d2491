import { join } from 'node:path';

/**
 * The folders below the data folder, by who shares what is in them: each container gets those that it needs and no
 * other. Absolute paths, if `dataFolder` is one; none of them need exist.
 */
export interface DataFolders {
  /** The app's own: the authority, and the secret behind cookies and tokens. */
  readonly app: string;
  /** Within `app`: `authority.pem` and its key. */
  readonly authority: string;
  /** App and SFU: the control socket and the secret between them. */
  readonly media: string;
  /** App and relay: coturn's configuration, the secret between them. */
  readonly turn: string;
  /** Written by the app, read by the relay: `server-chain.pem` and `server.key`. */
  readonly tls: string;
}

export function dataFolders(dataFolder: string): DataFolders {
  const app = join(dataFolder, 'app');
  return {
    app,
    authority: join(app, 'authority'),
    media: join(dataFolder, 'media'),
    turn: join(dataFolder, 'turn'),
    tls: join(dataFolder, 'tls'),
  };
}
