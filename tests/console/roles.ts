import { type Role, roles } from '../../app/kernel/roles.ts';
import type { RunningApp } from '../app/running-app.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';

/** Somebody of every role, all in one organisation. */
export async function accountsOf(app: RunningApp): Promise<Record<Role, SignedIn>> {
  const made = [];
  for (const role of roles) made.push([role, await signedIn(app, role)] as const);
  return Object.fromEntries(made) as Record<Role, SignedIn>;
}
