/**
 * Why nothing comes through: nobody listens there; nothing answers; no way leads there; whoever answered hung up, or
 * says what nobody of ours would say; TLS could not be agreed on; nobody knows the name.
 */
export type PathReason = 'refused' | 'silent' | 'unreachable' | 'closed' | 'wrong' | 'tls' | 'nameless';

/** A way through the network does not work. */
export class PathFault extends Error {
  override readonly name = 'PathFault';
  readonly reason: PathReason;

  constructor(reason: PathReason, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}

/** What the network answered, as the reason that it comes to. */
export function toPathFault(thrown: unknown): PathFault {
  if (thrown instanceof PathFault) return thrown;
  const { code = '', name = '' } = (thrown ?? {}) as { readonly code?: unknown; readonly name?: string };
  const text = String(code);
  if (name === 'AbortError' || name === 'TimeoutError' || text === 'ETIMEDOUT')
    return new PathFault('silent', thrown);
  if (text === 'ECONNREFUSED') return new PathFault('refused', thrown);
  if (/^E(HOST|NET)(UNREACH|DOWN)$|^EADDRNOTAVAIL$|^EACCES$|^EPERM$/.test(text))
    return new PathFault('unreachable', thrown);
  if (text === 'ENOTFOUND' || text.startsWith('EAI_')) return new PathFault('nameless', thrown);
  if (text.startsWith('ERR_SSL') || text.startsWith('ERR_TLS') || text === 'EPROTO')
    return new PathFault('tls', thrown);
  return new PathFault('closed', thrown);
}
