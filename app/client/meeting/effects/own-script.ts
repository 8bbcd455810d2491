/** What TypeScript does not know yet (W3C Trusted Types). */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string };
}

/** The policy that the page's Content-Security-Policy names. */
const POLICY = 'own-workers';

let policy: { createScriptURL(url: string): string } | undefined;

/** A worker from one of our own assets; the page's security policy takes no other script. */
export function ownWorker(url: string): Worker {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  policy ??= trustedTypes?.createPolicy(POLICY, { createScriptURL: ownAsset });
  return new Worker(policy ? policy.createScriptURL(url) : ownAsset(url), { type: 'module' });
}

function ownAsset(url: string): string {
  if (!/^\/assets\/[\w.-]+$/.test(url)) throw new TypeError('Only own assets are scripts.');
  return url;
}
