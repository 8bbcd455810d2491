import fc from 'fast-check';
import t from 'tap';
import { type RoomFault, readRoomChanges, readSlug } from '../../app/rooms/room-fields.ts';

const now = Date.parse('2026-11-24T12:00:00Z');
const limits = { now, participantsPerRoom: 50, expiresAt: null };

const typed = {
  name: 'Weekly review',
  kind: 'permanent',
  access: 'anyone',
  hours: 'always',
  time_zone: 'Europe/Paris',
};

const read = (more: Record<string, unknown> = {}) => readRoomChanges({ ...typed, ...more }, limits);
const faultsOf = (more: Record<string, unknown>) => {
  const result = read(more);
  return 'faults' in result ? result.faults : {};
};

t.test('what a form posts becomes a room', async (t) => {
  t.same(read(), {
    changes: {
      name: 'Weekly review',
      kind: 'permanent',
      access: 'anyone',
      hasLobby: false,
      needsHost: false,
      timeZone: 'Europe/Paris',
      openingHours: null,
      maxParticipants: null,
      expiresAt: null,
    },
  });
  t.match(
    read({
      kind: 'one_off',
      expires: '2026-12-24T18:00',
      has_lobby: 'yes',
      needs_host: 'yes',
      hours: 'weekly',
      monday_from: '08:30',
      monday_to: '18:00',
      sunday_from: '22:00',
      sunday_to: '06:00',
      max_participants: '12',
    }),
    {
      changes: {
        hasLobby: true,
        needsHost: true,
        openingHours: [{ from: 510, to: 1080 }, null, null, null, null, null, { from: 1320, to: 360 }],
        maxParticipants: 12,
        expiresAt: Date.parse('2026-12-24T18:00:00+01:00'),
      },
    },
  );
  // What a choice above makes meaningless is not read.
  t.match(read({ expires: 'nonsense', monday_from: 'nonsense' }), {
    changes: { expiresAt: null, openingHours: null },
  });
});

t.test('each fault stands at its field', async (t) => {
  const cases: [Record<string, unknown>, Record<string, RoomFault>][] = [
    [{ name: '' }, { name: 'name' }],
    [{ name: '   ' }, { name: 'name' }],
    [{ name: '!?' }, { name: 'name' }],
    [{ name: 'x'.repeat(81) }, { name: 'name' }],
    [{ name: 'a\u202eb' }, { name: 'name' }],
    [{ name: 'a\r\nb' }, { name: 'name' }],
    [{ name: ['a', 'b'] }, { name: 'name' }],
    [{ kind: 'eternal' }, { kind: 'choice' }],
    [{ access: undefined }, { access: 'choice' }],
    [{ time_zone: '+01:00' }, { time_zone: 'time_zone' }],
    [{ time_zone: '../../etc/passwd' }, { time_zone: 'time_zone' }],
    [{ kind: 'one_off' }, { expires: 'expires' }],
    [{ kind: 'one_off', expires: '2026-11-24T12:59' }, { expires: 'expires_past' }],
    [{ kind: 'one_off', expires: '2026-02-30T12:00' }, { expires: 'expires' }],
    // Left out as the clocks go forward.
    [{ kind: 'one_off', expires: '2027-03-28T02:30' }, { expires: 'expires' }],
    [{ hours: 'weekly' }, { hours: 'hours_none' }],
    [{ hours: 'weekly', monday_from: '08:00' }, { monday_from: 'hours_day' }],
    [{ hours: 'weekly', monday_from: '24:00', monday_to: '25:00' }, { monday_from: 'hours_day' }],
    [{ max_participants: '1' }, { max_participants: 'max_participants' }],
    [{ max_participants: '51' }, { max_participants: 'max_participants' }],
    [{ max_participants: '1e1' }, { max_participants: 'max_participants' }],
    [{ max_participants: '-5' }, { max_participants: 'max_participants' }],
  ];
  for (const [more, faults] of cases) t.same(faultsOf(more), faults, JSON.stringify(more));
});

t.test('an end that has passed already stays, another one does not', async (t) => {
  const expiresAt = Date.parse('2026-11-01T18:00:00+01:00');
  const of = (expires: string) =>
    readRoomChanges({ ...typed, kind: 'one_off', expires }, { ...limits, expiresAt });
  t.match(of('2026-11-01T18:00'), { changes: { expiresAt } });
  t.match(of('2026-11-01T18:01'), { faults: { expires: 'expires_past' } });
});

t.test('an address is taken as it is written, or not at all', async (t) => {
  t.same(readSlug(''), { slug: null });
  t.same(readSlug(undefined), { slug: null });
  t.same(readSlug('weekly-review'), { slug: 'weekly-review' });
  t.same(readSlug('x'.repeat(64)), { slug: 'x'.repeat(64) });
  const tricks = [
    'Weekly-Review',
    'weekly review',
    ' weekly-review',
    'weekly_review',
    'weekly--review',
    '-weekly',
    'weekly-',
    'réunion',
    'wееkly', // two Cyrillic letters
    'ｗeekly',
    'weekl\u0443',
    'weekly\u200breview',
    'weekly\u0000',
    '..',
    '../console',
    'a/b',
    'a\\b',
    'a%2fb',
    '%2e%2e',
    'a?b',
    'a#b',
    'a\r\nb',
    'x'.repeat(65),
    'x'.repeat(100_000),
    ['a', 'b'],
    { toString: 'a' },
  ];
  for (const trick of tricks)
    t.same(readSlug(trick), { fault: 'slug_form' }, JSON.stringify(trick).slice(0, 60));
  for (const reserved of ['admin', 'console', 'support', 'new', 'r', 'i', 'sign-in'])
    t.same(readSlug(reserved), { fault: 'slug_reserved' }, reserved);
});

t.test(
  'whatever is typed: an address that is taken is small letters, digits and single hyphens',
  async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.string({ unit: 'grapheme-ascii', maxLength: 80 }),
      fc.string({ unit: fc.constantFrom(...'ab1-'), maxLength: 80 }),
    );
    fc.assert(
      fc.property(text, (typed) => {
        const result = readSlug(typed);
        if ('fault' in result || result.slug === null) return true;
        return result.slug === typed && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(typed) && typed.length <= 64;
      }),
      { numRuns: 2000 },
    );
  },
);
