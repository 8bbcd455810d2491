/** What the server answers to something that was done: where it goes on, or what is to be passed on. */
export interface Done {
  readonly path?: string;
  /** A guest's own way into the call; null where a letter went, or somebody of the team was told. */
  readonly link?: string | null;
}

/** The server did not do it; the message says why, in the reader's language. Empty where it was not reached. */
export class ActFault extends Error {
  override readonly name = 'ActFault';
}

/** Sends a form as the page itself would, and stays in the page. @throws ActFault */
export async function act(path: string, fields: FormData = new FormData()): Promise<Done> {
  const body = new URLSearchParams();
  for (const [name, value] of fields) if (typeof value === 'string') body.append(name, value);
  let answer: Response;
  try {
    answer = await fetch(path, { method: 'POST', body, headers: { Accept: 'application/json' } });
  } catch {
    throw new ActFault('');
  }
  const said: unknown = await answer.json().catch(() => ({}));
  if (answer.ok) return said as Done;
  // RFC 9457: what is wrong, and what can be done.
  const { title, detail } = Object(said) as Record<string, unknown>;
  throw new ActFault([title, detail].filter((each) => typeof each === 'string').join(' '));
}
