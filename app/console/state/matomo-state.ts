import type { MatomoServer, MatomoStatus } from '../../audience/matomo-server.ts';
import type { AudienceState } from '../../audience/measuring.ts';
import { type Clock, SECOND_MS } from '../../kernel/clock.ts';
import { type Finding, inTime } from './card.ts';

/** How old an answer may be, in milliseconds, before Matomo is asked again. */
const FRESH_MS = 30 * SECOND_MS;
/** How long a page waits for the first answer, in milliseconds. */
const PATIENCE_MS = 300;

const PAGE = '/console/audience';

export interface MatomoStateOptions {
  /** Null where there is none. */
  readonly matomo: Pick<MatomoServer, 'status'> | null;
  readonly isEnabled: boolean;
  /** How the counting goes; null where nothing is counted. */
  readonly counting: () => AudienceState | null;
  readonly clock: Clock;
}

/** Asks Matomo now and then; pages get the last answer and wait for none. */
export class MatomoState {
  readonly #options: MatomoStateOptions;
  #last: MatomoStatus | 'no_answer' | null = null;
  #askedAt = 0;
  #asking: Promise<void> | null = null;

  constructor(options: MatomoStateOptions) {
    this.#options = options;
  }

  async read(): Promise<Finding> {
    const { matomo, isEnabled, counting } = this.#options;
    if (!isEnabled) return { name: 'matomo', code: 'off', tone: 'quiet' };
    if (matomo === null) return { name: 'matomo', code: 'absent', tone: 'quiet' };
    const status = await this.status();
    if (status === null) return { name: 'matomo', code: 'asking', tone: 'quiet' };
    if (status === 'no_answer')
      return { name: 'matomo', code: 'no_answer', tone: 'warning', params: countsOf(counting()) };
    return findingOf(status, counting());
  }

  /** What Matomo said last; null while it has not answered yet, or where there is none. */
  async status(): Promise<MatomoStatus | 'no_answer' | null> {
    const { matomo, clock } = this.#options;
    if (matomo === null) return null;
    if (this.#asking === null && clock() - this.#askedAt > FRESH_MS) {
      this.#askedAt = clock();
      this.#asking = this.#ask(matomo).finally(() => {
        this.#asking = null;
      });
    }
    if (this.#last === null && this.#asking) await inTime(this.#asking, PATIENCE_MS);
    return this.#last;
  }

  async #ask(matomo: Pick<MatomoServer, 'status'>): Promise<void> {
    try {
      this.#last = await matomo.status();
    } catch {
      this.#last = 'no_answer';
    }
  }
}

const countsOf = (state: AudienceState | null) => ({
  waiting: state?.waiting ?? 0,
  dropped: state?.dropped ?? 0,
});

function findingOf({ version, settings }: MatomoStatus, state: AudienceState | null): Finding {
  const wrong = settings.filter(({ wanted, found }) => wanted !== found).length;
  const about = { name: 'matomo', params: { version, count: wrong, ...countsOf(state) }, href: PAGE };
  if (wrong > 0) return { ...about, code: 'wrong', tone: 'bad' };
  if (state !== null && state.fault !== null) return { ...about, code: 'refusing', tone: 'warning' };
  return { ...about, code: 'right', tone: 'good' };
}
