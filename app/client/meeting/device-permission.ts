import type { InputKind } from './local-input.ts';

/** Whether the browser would give it without asking. */
export const isGranted = async (kind: InputKind) => (await permissionOf(kind))?.state === 'granted';

/** Undefined where the browser does not tell (Firefox before 131, Safari before 16). */
export async function permissionOf(kind: InputKind): Promise<PermissionStatus | undefined> {
  try {
    return await navigator.permissions.query({ name: kind as PermissionName });
  } catch {
    return undefined;
  }
}
