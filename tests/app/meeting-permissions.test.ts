import t from 'tap';
import type { Role } from '../../app/meetings/messages.ts';
import { type MeetingPermission, mayDoTo, meetingPermissions, reachOf } from '../../app/meetings/rules.ts';
import { Appliance } from '../appliance.ts';
import { microphone } from '../signalling-client.ts';
import { type Attendee, MeetingScene } from './meeting-scene.ts';

const appliance = await Appliance.start();
t.teardown(() => appliance.stop());
const scene = await MeetingScene.of(appliance);

const roles = ['host', 'cohost', 'participant', 'guest'] as const satisfies readonly Role[];

/** What an outcome is called in the tables below. */
const outcomes = { y: 'ok', n: 'host_needed', h: 'role_too_high' } as const;

/**
 * Acts on somebody else: a line for who acts, a letter for whom it is done to, both in the order host, co-host,
 * participant, guest. `y` may, `n` may not at all, `h` not to this one. Written by hand from what was promised.
 */
const onOthers: Readonly<
  Record<string, { readonly data: (id: string) => object; readonly spoils: boolean; readonly table: string }>
> = {
  stopSource: {
    data: (participantId) => ({ participantId, source: 'microphone' }),
    spoils: false,
    table: 'yyyy hhyy nnnn nnnn',
  },
  lowerHands: { data: (participantId) => ({ participantId }), spoils: false, table: 'yyyy yyyy nnnn nnnn' },
  setException: {
    data: (participantId) => ({ participantId, rule: 'chat', allowed: null }),
    spoils: false,
    table: 'hyyy hhyy nnnn nnnn',
  },
  remove: { data: (participantId) => ({ participantId }), spoils: true, table: 'hyyy hhyy nnnn nnnn' },
  setCohost: {
    data: (participantId) => ({ participantId, cohost: true }),
    spoils: true,
    table: 'hyyy nnnn nnnn nnnn',
  },
  handOver: { data: (participantId) => ({ participantId }), spoils: true, table: 'hyyy nnnn nnnn nnnn' },
};

/** Acts on nobody in particular: a letter for who acts. */
const onAll: Readonly<
  Record<string, { readonly data: object; readonly spoils: boolean; readonly table: string }>
> = {
  admit: { data: { waitingIds: ['nobody'] }, spoils: false, table: 'yynn' },
  deny: { data: { waitingIds: ['nobody'] }, spoils: false, table: 'yynn' },
  lock: { data: { locked: false }, spoils: false, table: 'yynn' },
  setRules: { data: { rules: { chat: true } }, spoils: false, table: 'yynn' },
  raiseHand: { data: { raised: true }, spoils: false, table: 'yyyy' },
  endMeeting: { data: {}, spoils: true, table: 'ynnn' },
};

type Crowd = Awaited<ReturnType<MeetingScene['crowd']>>;
let crowd: Crowd | undefined;

/** Two of each role; the same ones until something was done that cannot be undone. */
async function people(): Promise<Crowd['all']> {
  crowd ??= await scene.crowd();
  return crowd.all;
}

function spoilt(): void {
  if (crowd) MeetingScene.leave(Object.values(crowd.all).flat());
  crowd = undefined;
}

for (const [act, { data, spoils, table }] of Object.entries(onOthers)) {
  t.test(`${act}: who may do it to whom`, async (t) => {
    for (const [row, actor] of roles.entries()) {
      for (const [column, target] of roles.entries()) {
        const letter = table.split(' ')[row]?.[column] as keyof typeof outcomes;
        const all = await people();
        // The other one of the role, so that nobody acts on themselves.
        const whom = all[target][1];
        const got = await all[actor][0].client.outcome(act, data(whom.id));
        t.equal(got, outcomes[letter], `${actor} → ${target}`);
        if (spoils && got === 'ok') spoilt();
      }
    }
    const all = await people();
    t.equal(await all.host[0].client.outcome(act, data('nobody')), 'not_found', 'somebody who is not there');
  });
}

for (const [act, { data, spoils, table }] of Object.entries(onAll)) {
  t.test(`${act}: who may`, async (t) => {
    for (const [row, actor] of roles.entries()) {
      const letter = table[row] as keyof typeof outcomes;
      const got = await (await people())[actor][0].client.outcome(act, data);
      t.equal(got, outcomes[letter], actor);
      if (spoils && got === 'ok') spoilt();
    }
  });
}

/** What a rule can forbid: how each is tried, and what it is answered while it is forbidden. */
const uses: Readonly<Record<string, (attendee: Attendee) => Promise<string>>> = {
  microphone: async ({ client }) => {
    const outcome = await client.request('produce', microphone(ssrc++));
    const { producerId = '' } = (outcome.ok ?? {}) as { producerId?: string };
    if (producerId !== '') await client.request('closeProducer', { producerId });
    return outcome.error?.code ?? 'ok';
  },
  chat: ({ client }) => client.outcome('say', { text: 'Hello' }),
  reactions: ({ client }) => client.outcome('react', { reaction: 'clap' }),
  files: ({ client }) => client.outcome('offerFile', { name: 'letter.pdf', bytes: 10 }),
};
let ssrc = 50_000;

t.test('rules bind participants and guests, and nobody else', async (t) => {
  const all = await people();
  for (const [rule, use] of Object.entries(uses)) {
    for (const role of roles) t.equal(await use(all[role][0]), 'ok', `${role} may by default: ${rule}`);
    await all.host[0].client.request('setRules', { rules: { [rule]: false } });
    for (const role of roles) {
      const bound = role === 'participant' || role === 'guest';
      t.equal(await use(all[role][0]), bound ? 'forbidden_by_host' : 'ok', `${role}, forbidden: ${rule}`);
    }
    const participantId = all.guest[0].id;
    await all.cohost[0].client.request('setException', { participantId, rule, allowed: true });
    t.equal(await use(all.guest[0]), 'ok', `allowed to one: ${rule}`);
    t.equal(await use(all.guest[1]), 'forbidden_by_host', `but not to the other: ${rule}`);
    await all.host[0].client.request('setRules', { rules: { [rule]: true } });
    await all.host[0].client.request('setException', { participantId, rule, allowed: false });
    t.equal(await use(all.guest[0]), 'forbidden_by_host', `forbidden to one: ${rule}`);
    t.equal(await use(all.guest[1]), 'ok', `but not to the other: ${rule}`);
    await all.host[0].client.request('setException', { participantId, rule, allowed: null });
    t.equal(await use(all.guest[0]), 'ok', `as for all again: ${rule}`);
  }
  spoilt();
});

t.test('the table names roles that there are, and nobody of no rank gets power over others', async (t) => {
  const reaching: readonly MeetingPermission[] = [
    'set_exception',
    'stop_source',
    'lower_hands',
    'withdraw_files',
    'remove',
    'set_cohost',
    'hand_over',
  ];
  for (const permission of Object.keys(meetingPermissions) as MeetingPermission[]) {
    for (const role of ['participant', 'guest'] as const) {
      const reach = reachOf(role, permission);
      t.ok(reach !== 'anybody' && reach !== 'below', `${role}: ${permission}`);
    }
    const isReaching = reaching.includes(permission);
    const reach = reachOf('host', permission);
    t.equal(isReaching, reach === 'anybody' || reach === 'below', `a host reaches others by ${permission}`);
  }
  t.equal(mayDoTo('cohost', 'remove', 'host'), false);
});
