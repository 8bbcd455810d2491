import type { Config } from './config.ts';
import type { Conflict } from './conflict.ts';
import { readPassword } from './secrets.ts';

/** What is wrong with the file that the settings of the gateway for text messages name. */
export async function gatewayConflicts({ clinic }: Pick<Config, 'clinic'>): Promise<readonly Conflict[]> {
  const { token_file: file } = clinic.sms;
  const read = file === null ? null : await readPassword(file);
  if (read === null || 'password' in read) return [];
  const message = () => read.fault;
  return [{ sides: [{ path: ['clinic', 'sms', 'token_file'], message }] }];
}
