import t from 'tap';
import {
  type AppliedEffect,
  EffectError,
  type EffectFault,
} from '../../app/client/meeting/effects/effect.ts';
import { EffectSwitch } from '../../app/client/meeting/effects/effect-switch.ts';
import { Pace } from '../../app/client/meeting/effects/pace.ts';

/** Effects that end when they should, and are never left on by mistake: whoever blurs their room relies on it. */

/** What a switch reads and sets of a track; the browser's own are in effects.test.ts. */
const trackOf = (id: string) =>
  ({ id, enabled: true, contentHint: 'motion', readyState: 'live' }) as MediaStreamTrack;

function workshop() {
  const made: { readonly of: string; stopped: number; readonly fail: (fault: EffectFault) => void }[] = [];
  let gate = Promise.resolve();
  return {
    made,
    /** Nothing is made from now on until it is called. */
    hold(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    make: async (track: MediaStreamTrack, fail: (fault: EffectFault) => void): Promise<AppliedEffect> => {
      await gate;
      const entry = { of: track.id, stopped: 0, fail };
      made.push(entry);
      return {
        track: trackOf(`dressed ${track.id}`),
        stop: () => {
          entry.stopped += 1;
        },
      };
    },
  };
}

t.test('off until it is wanted; what it gives is like what went in', async (t) => {
  const { made, make } = workshop();
  const effect = new EffectSwitch(make, () => t.fail('nothing failed'));
  const source = Object.assign(trackOf('a'), { enabled: false });
  t.equal(await effect.dress(source), source);
  t.equal(made.length, 0);
  effect.wanted = true;
  effect.expect();
  t.equal(effect.status.pending, true);
  const dressed = await effect.dress(source);
  t.equal(dressed.id, 'dressed a');
  t.equal(dressed.enabled, false, 'a muted input stays muted');
  t.same(effect.status, { wanted: true, pending: false, fault: null });
  await effect.dress(trackOf('b'));
  t.same(
    made.map(({ of, stopped }) => [of, stopped]),
    [
      ['a', 1],
      ['b', 0],
    ],
    'the one before ends',
  );
  effect.undress();
  t.equal(made[1]?.stopped, 1);
  t.equal(effect.status.wanted, true, 'it comes back with the input');
});

t.test('switched off while it is being made, nothing of it is left', async (t) => {
  const { made, make, hold } = workshop();
  const effect = new EffectSwitch(make, () => t.fail('nothing failed'));
  const go = hold();
  effect.wanted = true;
  const source = trackOf('a');
  const dressing = effect.dress(source);
  effect.wanted = false;
  go();
  t.equal(await dressing, source);
  t.equal(made[0]?.stopped, 1);
});

t.test('what cannot be had is no longer wanted, and says why', async (t) => {
  const missing = new EffectSwitch(undefined, () => {});
  missing.wanted = true;
  await t.rejects(missing.dress(trackOf('a')), new EffectError('unsupported'));
  t.same(missing.status, { wanted: false, pending: false, fault: 'unsupported' });
  const broken = new EffectSwitch(
    () => Promise.reject(new RangeError('no memory')),
    () => {},
  );
  broken.wanted = true;
  await t.rejects(broken.dress(trackOf('a')), { fault: 'failed', cause: { message: 'no memory' } });
  t.equal(broken.status.fault, 'failed');
});

t.test('one that ends during use is told once; an old one is not heard any more', async (t) => {
  const { made, make } = workshop();
  const told: EffectFault[] = [];
  const effect = new EffectSwitch(make, (fault) => told.push(fault));
  effect.wanted = true;
  await effect.dress(trackOf('a'));
  await effect.dress(trackOf('b'));
  made[0]?.fail('failed');
  t.same(told, []);
  made[1]?.fail('tooSlow');
  made[1]?.fail('tooSlow');
  t.same(told, ['tooSlow']);
  t.same(effect.status, { wanted: false, pending: false, fault: 'tooSlow' });
});

t.test('too slow is who is slow for a while, not who starts slowly or stumbles', async (t) => {
  const feed = (pace: Pace, tookMs: number, count: number) =>
    Array.from({ length: count }, () => pace.isTooSlow(tookMs));
  t.notOk(feed(new Pace(), 5000, 10).includes(true), 'while programs are compiled');
  const steady = new Pace();
  t.notOk(feed(steady, 90, 500).includes(true));
  t.notOk(feed(steady, 300, 1).includes(true), 'one picture');
  const slow = new Pace();
  t.notOk(feed(slow, 110, 39).includes(true), 'not before enough were seen');
  t.ok(slow.isTooSlow(110));
  const tired = new Pace();
  feed(tired, 20, 1000);
  t.ok(feed(tired, 150, 30).includes(true), 'the good time before does not count for ever');
});
