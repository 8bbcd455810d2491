import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readStoredFile, replaceStoredFile } from '../../../config/stored-file.ts';
import type { ServerCertificate } from './certificate.ts';

/**
 * Puts a pair where the relay reads it: `server.key` (mode 0600), then `server-chain.pem`. Who watches the chain finds
 * both there. Files that hold this already stay untouched.
 *
 * @param folder made if need be.
 */
export async function publishPair(
  folder: string,
  { chainPem, keyPem }: Pick<ServerCertificate, 'chainPem' | 'keyPem'>,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const keyFile = join(folder, 'server.key');
  const chainFile = join(folder, 'server-chain.pem');
  if ((await readStoredFile(keyFile)) !== keyPem) await replaceStoredFile(keyFile, keyPem, 0o600);
  if ((await readStoredFile(chainFile)) !== chainPem) await replaceStoredFile(chainFile, chainPem, 0o644);
}
