import t from 'tap';
import { usualFields } from '../../app/clinic/area.ts';
import { readAreaChoices, readAreaSlug } from '../../app/clinic/area-fields.ts';
import { endOfDay, openingOf } from '../../app/clinic/area-opening.ts';
import { readSaid } from '../../app/clinic/visit-fields.ts';

const timeZone = 'Europe/Paris';
const day = { from: 8 * 60, to: 18 * 60 };
const weekdays = [day, day, day, day, day, null, null] as const;
const at = (text: string) => Date.parse(text);

t.test('holidays are closed all day, and what is said is when it really opens again', async (t) => {
  const hours = { openingHours: weekdays, closedDays: ['2026-12-25', '2027-01-01'], timeZone };
  t.same(openingOf(hours, at('2026-12-24T10:00+01:00')), { isOpen: true, opensAt: null });
  t.same(
    openingOf(hours, at('2026-12-24T18:00+01:00')),
    { isOpen: false, opensAt: at('2026-12-28T08:00+01:00') },
    'over Christmas and the weekend',
  );
  t.same(openingOf(hours, at('2026-12-25T10:00+01:00')), {
    isOpen: false,
    opensAt: at('2026-12-28T08:00+01:00'),
  });
});

t.test('a door without hours is open but on holidays', async (t) => {
  const hours = { openingHours: null, closedDays: ['2027-01-01', '2027-01-02'], timeZone };
  t.same(openingOf(hours, at('2026-12-31T23:59+01:00')), { isOpen: true, opensAt: null });
  t.same(openingOf(hours, at('2027-01-01T00:00+01:00')), {
    isOpen: false,
    opensAt: at('2027-01-03T00:00+01:00'),
  });
});

t.test('hours over midnight end with the day before a holiday, and go on behind it', async (t) => {
  const night = { from: 20 * 60, to: 6 * 60 };
  const hours = {
    openingHours: [night, night, night, night, night, night, night] as const,
    closedDays: ['2027-01-01'],
    timeZone,
  };
  t.equal(openingOf(hours, at('2026-12-31T23:00+01:00')).isOpen, true);
  t.same(openingOf(hours, at('2027-01-01T01:00+01:00')), {
    isOpen: false,
    opensAt: at('2027-01-02T00:00+01:00'),
  });
});

t.test('a door that never opens says so', async (t) => {
  const never = [null, null, null, null, null, null, null] as const;
  t.same(openingOf({ openingHours: never, closedDays: [], timeZone }, 0), { isOpen: false, opensAt: null });
});

t.test('the day ends at midnight of the area, on days of 23 and 25 hours too', async (t) => {
  t.equal(endOfDay({ timeZone }, at('2027-03-28T01:00+01:00')), at('2027-03-29T00:00+02:00'));
  t.equal(endOfDay({ timeZone }, at('2026-10-25T01:00+02:00')), at('2026-10-26T00:00+01:00'));
  t.equal(endOfDay({ timeZone }, at('2027-03-27T12:00+01:00'), 1), at('2027-03-29T00:00+02:00'));
});

const typed = {
  name: 'Cardiology',
  time_zone: timeZone,
  hours: 'always',
  closed_days: '2027-01-01\n2026-12-25',
  ask_name: 'required',
  keep_name: '3',
  shows: 'place',
  minutes_per_visit: '10',
  too_long_minutes: '20',
  letter_minutes: '',
  after_closing: 'serve',
};

t.test('what is typed of an area is read, or said to be wrong', async (t) => {
  t.match(readAreaChoices(typed), {
    choices: {
      name: 'Cardiology',
      openingHours: null,
      closedDays: ['2026-12-25', '2027-01-01'],
      fields: { name: { asked: 'required', keepDays: 3 }, reason: { asked: 'no', keepDays: 0 } },
      letterMinutes: null,
    },
  });
  const wrong = {
    name: '',
    time_zone: 'Mars/Base',
    closed_days: '2027-02-30',
    ask_reason: 'perhaps',
    keep_name: '31',
    shows: 'everything',
    minutes_per_visit: '0',
    letter_minutes: '601',
    after_closing: '',
    please_read_fr: 'En français seulement.',
    support_contact: 'x'.repeat(201),
  };
  const faults = {
    name: 'name',
    time_zone: 'time_zone',
    closed_days: 'closed_days',
    ask_reason: 'choice',
    keep_name: 'keep_days',
    shows: 'choice',
    minutes_per_visit: 'minutes',
    letter_minutes: 'minutes',
    after_closing: 'choice',
    please_read_en: 'please_read_both',
    support_contact: 'support_contact',
  };
  for (const [field, fault] of Object.entries(faults)) {
    const value = wrong[(field === 'please_read_en' ? 'please_read_fr' : field) as keyof typeof wrong];
    const read = readAreaChoices({
      ...typed,
      [field === 'please_read_en' ? 'please_read_fr' : field]: value,
    });
    t.match(read, { faults: { [field]: fault } }, field);
  }
  t.same(readAreaSlug('back'), { fault: 'slug_form' }, 'an address that leads elsewhere');
  t.same(readAreaSlug('Ärzte'), { fault: 'slug_form' });
});

t.test('what patients type is read, or said to be wrong', async (t) => {
  const asked = {
    ...usualFields,
    birth_date: { asked: 'optional', keepDays: 0 },
    phone: { asked: 'optional', keepDays: 0 },
  } as const;
  const now = at('2026-11-24T12:00+01:00');
  const read = (fields: Record<string, string>) => readSaid({ name: 'Paul Petit', ...fields }, asked, now);
  for (const [date, kept] of [
    ['1961-07-30', '1961-07-30'],
    ['30.7.1961', '1961-07-30'],
    ['30/07/1961', '1961-07-30'],
  ] as const)
    t.match(read({ birth_date: date }), { said: { birth_date: kept } }, date);
  for (const date of ['1961-02-30', '2027-01-01', '1700-01-01', 'yesterday', '07/30/1961'])
    t.match(read({ birth_date: date }), { faults: { birth_date: 'birth_date' } }, date);
  t.match(read({ phone: '+33 (0)6.12-34/56' }), { said: { phone: '+3306123456' } });
  for (const phone of ['call me', '123', '+33;06', '0612345678901234567890'])
    t.match(read({ phone }), { faults: { phone: 'phone' } }, phone);
  t.match(readSaid({}, asked, now), { faults: { name: 'missing' } });
});
