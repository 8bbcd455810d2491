import { readFileSync } from 'node:fs';

/** A test file, and what else may run meanwhile. */
export interface Task {
  readonly file: string;
  /** It says so itself, with the reason: a line `// Alone: it measures …`. */
  readonly isAlone: boolean;
  /** Has a browser; with a meeting in it, that keeps two processors busy. */
  readonly hasBrowser: boolean;
  /** Bytes of source; files that say more take longer. */
  readonly size: number;
}

export function taskOf(file: string): Task {
  const source = readFileSync(file, 'utf8');
  return {
    file,
    isAlone: /^\/\/ Alone: \S/m.test(source),
    hasBrowser: file.includes('browser'),
    size: Buffer.byteLength(source),
  };
}

/**
 * Hands out tasks: browsers first and the long before the short, so that the end is not one long file by itself; those
 * that run alone when all others are over.
 */
export class Schedule {
  readonly #waiting: Task[];
  /** Undefined where a job is free. */
  readonly #running: (Task | undefined)[] = [];
  readonly #processors: number;

  /**
   * @param processors how many the machine has. One file more runs at a time, as most wait more than they compute; a
   *   browser for two of them.
   */
  constructor(tasks: readonly Task[], processors: number) {
    const rank = ({ isAlone, hasBrowser }: Task) => (isAlone ? 2 : hasBrowser ? 0 : 1);
    this.#waiting = tasks.toSorted((a, b) => rank(a) - rank(b) || b.size - a.size);
    this.#processors = processors;
  }

  /** What may start now, and as which of those that run at the same time; null if nothing may, or nothing is left. */
  next(): { task: Task; job: number } | null {
    const index = this.#waiting.findIndex((task) => this.#mayStart(task));
    const [task] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (task === undefined) return null;
    const free = this.#running.indexOf(undefined);
    const job = free < 0 ? this.#running.length : free;
    this.#running[job] = task;
    return { task, job };
  }

  ended(task: Task): void {
    this.#running[this.#running.indexOf(task)] = undefined;
  }

  #mayStart({ isAlone, hasBrowser }: Task): boolean {
    const running = this.#running.filter((each) => each !== undefined);
    if (running.length === 0) return true;
    if (isAlone || running.some((each) => each.isAlone)) return false;
    if (running.length > this.#processors) return false;
    const browsers = running.filter((each) => each.hasBrowser).length;
    return !hasBrowser || browsers < Math.max(1, Math.floor(this.#processors / 2));
  }
}
