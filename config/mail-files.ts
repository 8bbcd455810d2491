import { readAuthorityFile } from './certificate-files.ts';
import type { Config } from './config.ts';
import type { Conflict } from './conflict.ts';
import { readPassword } from './secrets.ts';

/** What is wrong with the files that the settings of the mail relay name. */
export async function mailConflicts({ mail }: Pick<Config, 'mail'>): Promise<readonly Conflict[]> {
  const { ca_file: authorities, password_file: passwordFile } = mail;
  const ofAuthorities = authorities ? (await readAuthorityFile('mail.ca_file', authorities)).conflicts : [];
  const read = passwordFile ? await readPassword(passwordFile) : null;
  if (read === null || 'password' in read) return ofAuthorities;
  const message = () => read.fault;
  return [...ofAuthorities, { sides: [{ path: ['mail', 'password_file'], message }] }];
}
