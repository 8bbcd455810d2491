import type { Test } from 'tap';
import { PostOffice, type PostOfficeOptions } from './post-office.ts';
import { type RelayOptions, TestRelay } from './relay.ts';

/** A clock that a test sets. */
export class HandClock {
  now = Date.UTC(2030, 0, 1);
  readonly read = () => this.now;
}

export interface Scene {
  readonly relay: TestRelay;
  readonly post: PostOffice;
  readonly clock: HandClock;
  readonly folder: string;
}

/** A relay and a post office that sends to it, until the test ends. */
export async function scene(
  t: Test,
  options: RelayOptions = {},
  more: (settings: Record<string, unknown>) => Partial<PostOfficeOptions> = () => ({}),
): Promise<Scene> {
  const relay = await TestRelay.start(options);
  const folder = t.testdir();
  const clock = new HandClock();
  const settings = await relay.settings(folder, options);
  const post = await PostOffice.open({ folder, relay: settings, clock: clock.read, ...more(settings) });
  t.teardown(async () => {
    await post.close();
    await relay.stop();
  });
  return { relay, post, clock, folder };
}
