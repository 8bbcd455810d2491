import fc from 'fast-check';
import ICAL from 'ical.js';
import t from 'tap';
import { type CalendarEntry, calendarOf } from '../../app/rooms/calendar.ts';
import { timeZones } from '../../app/rooms/time-zones.ts';

const at = (iso: string) => Date.parse(iso);

const entry: CalendarEntry = {
  invitationId: 'b'.repeat(24),
  sequence: 0,
  appointment: { startsAt: at('2027-01-05T09:00:00Z'), durationMinutes: 30, timeZone: 'Europe/Paris' },
  method: 'request',
  summary: 'Video meeting: Weekly review',
  description: 'Nora invites you.\n\nhttps://meet.example.org/i/x',
  url: 'https://meet.example.org/i/x',
  organizer: { name: 'Nora', email: 'no-reply@example.org' },
  attendee: { name: 'Guy', email: 'guy@example.org' },
  language: 'en',
  now: at('2026-11-24T12:00:00Z'),
};

/** What another library makes of it: times by the rules that the file itself brings. */
function read(text: string) {
  const calendar = new ICAL.Component(ICAL.parse(text) as unknown[]);
  for (const zone of calendar.getAllSubcomponents('vtimezone'))
    ICAL.TimezoneService.register(new ICAL.Timezone(zone));
  const events = calendar.getAllSubcomponents('vevent');
  const [first] = events;
  if (first === undefined) throw new Error('there is no event');
  const event = new ICAL.Event(first);
  const instant = (time: ICAL.Time) => time.toJSDate().toISOString();
  const result = {
    events: events.length,
    names: first.getAllProperties().map(({ name }) => name),
    method: calendar.getFirstPropertyValue('method'),
    uid: event.uid,
    sequence: event.sequence,
    status: first.getFirstPropertyValue('status'),
    stamp: String(first.getFirstPropertyValue('dtstamp')),
    zone: event.startDate.zone?.tzid ?? '',
    startsAt: instant(event.startDate),
    endsAt: instant(event.endDate),
    summary: event.summary,
    description: event.description,
    url: first.getFirstPropertyValue('url'),
    organizer: first.getFirstProperty('organizer'),
    attendee: first.getFirstProperty('attendee'),
    calendar,
  };
  ICAL.TimezoneService.reset();
  return result;
}

/** Properties of every event, so that nothing typed adds one. */
const properties = [
  'uid',
  'sequence',
  'dtstamp',
  'dtstart',
  'dtend',
  'summary',
  'location',
  'description',
  'organizer',
  'attendee',
  'url',
  'status',
  'class',
];

t.test('another library reads what was written', async (t) => {
  const seen = read(calendarOf(entry));
  t.match(seen, {
    events: 1,
    method: 'REQUEST',
    uid: `${entry.invitationId}@linkello`,
    sequence: 0,
    status: 'CONFIRMED',
    stamp: '2026-11-24T12:00:00Z',
    zone: 'Europe/Paris',
    startsAt: '2027-01-05T09:00:00.000Z',
    endsAt: '2027-01-05T09:30:00.000Z',
    summary: entry.summary,
    description: entry.description,
    url: entry.url,
  });
  t.same(seen.names, properties);
  t.equal(seen.calendar.getAllSubcomponents('valarm').length, 0);
  t.equal(seen.organizer?.getFirstValue(), 'mailto:no-reply@example.org');
  t.equal(seen.organizer?.getParameter('cn'), 'Nora');
  t.equal(String(seen.attendee?.getFirstValue()).toLowerCase(), 'mailto:guy@example.org');
  t.equal(seen.attendee?.getParameter('cn'), 'Guy');
  t.equal(seen.attendee?.getParameter('rsvp'), 'FALSE');
});

t.test('a change and its end have the same name and a higher number', async (t) => {
  const changed = read(calendarOf({ ...entry, sequence: 1 }));
  t.match(changed, { method: 'REQUEST', uid: `${entry.invitationId}@linkello`, sequence: 1 });
  const cancelled = read(calendarOf({ ...entry, sequence: 2, method: 'cancel' }));
  t.match(cancelled, {
    method: 'CANCEL',
    uid: `${entry.invitationId}@linkello`,
    sequence: 2,
    status: 'CANCELLED',
  });
});

t.test('the time is right in every zone, around every change of the clocks', async (t) => {
  const cases: [zone: string, startsAt: string, durationMinutes: number, written: string][] = [
    ['Europe/Paris', '2027-03-28T00:30:00Z', 15, 'DTSTART;TZID=Europe/Paris:20270328T013000'],
    // An hour and a half over the gap: 01:30 to 04:00 by the clock.
    ['Europe/Paris', '2027-03-28T00:30:00Z', 90, 'DTEND;TZID=Europe/Paris:20270328T040000'],
    ['Europe/Paris', '2027-03-29T08:00:00Z', 60, 'DTSTART;TZID=Europe/Paris:20270329T100000'],
    ['Europe/Paris', '2027-10-30T08:00:00Z', 60, 'DTSTART;TZID=Europe/Paris:20271030T100000'],
    ['Europe/Paris', '2027-10-31T09:00:00Z', 60, 'DTSTART;TZID=Europe/Paris:20271031T100000'],
    // 02:15, the first and the second time: written in UTC, as the clock does not tell which.
    ['Europe/Paris', '2027-10-31T00:15:00Z', 60, 'DTSTART:20271031T001500Z'],
    ['Europe/Paris', '2027-10-31T01:15:00Z', 60, 'DTSTART:20271031T011500Z'],
    ['America/New_York', '2027-03-14T14:00:00Z', 45, 'DTSTART;TZID=America/New_York:20270314T100000'],
    ['America/New_York', '2027-11-07T15:00:00Z', 45, 'DTSTART;TZID=America/New_York:20271107T100000'],
    ['America/Sao_Paulo', '2027-01-05T13:00:00Z', 45, 'DTSTART;TZID=America/Sao_Paulo:20270105T100000'],
    ['Asia/Kolkata', '2027-03-28T04:30:00Z', 45, 'DTSTART;TZID=Asia/Kolkata:20270328T100000'],
    ['Australia/Lord_Howe', '2027-04-03T23:00:00Z', 45, 'DTSTART;TZID=Australia/Lord_Howe:20270404T093000'],
    ['UTC', '2027-01-05T10:00:00Z', 45, 'DTSTART:20270105T100000Z'],
  ];
  for (const [timeZone, startsAt, durationMinutes, written] of cases) {
    const appointment = { startsAt: at(startsAt), durationMinutes, timeZone };
    const text = calendarOf({ ...entry, appointment });
    const seen = read(text);
    t.ok(text.includes(`\r\n${written}\r\n`), `${timeZone} ${startsAt}: ${written}`);
    t.equal(seen.startsAt, new Date(at(startsAt)).toISOString(), `${timeZone} ${startsAt}`);
    t.equal(seen.endsAt, new Date(at(startsAt) + durationMinutes * 60_000).toISOString());
  }
});

t.test('every zone that can be chosen brings its rules', async (t) => {
  const startsAt = at('2027-07-05T10:00:00Z');
  for (const timeZone of timeZones) {
    const seen = read(calendarOf({ ...entry, appointment: { startsAt, durationMinutes: 5, timeZone } }));
    if (seen.startsAt !== new Date(startsAt).toISOString()) t.fail(`${timeZone}: ${seen.startsAt}`);
    if (timeZone !== 'UTC' && seen.calendar.getAllSubcomponents('vtimezone').length !== 1) t.fail(timeZone);
  }
  t.ok(timeZones.length > 300);
});

t.test('nothing typed ends a line, a value or the event', async (t) => {
  const attacks = [
    'x\r\nATTENDEE:mailto:eve@evil.example',
    'x\nEND:VEVENT\nBEGIN:VEVENT\nUID:2',
    'x";CN=Eve:mailto:eve@evil.example',
    'a;b,c:d\\n\\',
    '<b>&amp;</b>',
    '\u2028\u2029\u0000\u0007',
    `Élodie ${'é'.repeat(200)}`,
  ];
  for (const text of attacks) {
    const seen = read(
      calendarOf({
        ...entry,
        summary: text,
        description: text,
        organizer: { name: text, email: 'no-reply@example.org' },
        attendee: { name: text, email: 'guy@example.org' },
      }),
    );
    t.same(seen.names, properties, encodeURI(text).slice(0, 60));
    t.equal(seen.events, 1);
    t.equal(seen.organizer?.getFirstValue(), 'mailto:no-reply@example.org');
    t.equal(String(seen.attendee?.getFirstValue()).toLowerCase(), 'mailto:guy@example.org');
  }
  t.equal(read(calendarOf({ ...entry, summary: 'a;b,c:d\\n' })).summary, 'a;b,c:d\\n');
});

t.test('whatever is typed: lines of 75 octets at most, and the same events', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 120 }),
    fc.string({ unit: 'grapheme', maxLength: 120 }),
  );
  fc.assert(
    fc.property(text, text, text, (summary, description, name) => {
      const written = calendarOf({
        ...entry,
        summary,
        description,
        organizer: { name, email: 'no-reply@example.org' },
        attendee: { name, email: 'guy@example.org' },
      });
      const lines = written.split('\r\n');
      const seen = read(written);
      return (
        lines.every((line) => Buffer.byteLength(line) <= 75 && !/\p{Cc}/u.test(line)) &&
        seen.events === 1 &&
        seen.names.every((each) => properties.includes(each)) &&
        seen.organizer?.getFirstValue() === 'mailto:no-reply@example.org'
      );
    }),
    { numRuns: 300 },
  );
});
