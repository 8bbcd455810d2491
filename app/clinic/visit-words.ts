import type { AreaPermission } from './area-permissions.ts';
import type { AreaView, StaffView, VisitView } from './staff-view.ts';
import { type VisitAct, type VisitState, visitActs } from './visit.ts';

/** English dates are day first, as the appliance is a European. */
const locales: Readonly<Record<string, string>> = { en: 'en-GB', fr: 'fr-FR' };

/** A day of the calendar, such as `1940-01-10`, as people write it: `10 Jan 1940`. What is none stays as it is. */
function dayInWords(day: string, language: string): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(at)) return day;
  const form = { dateStyle: 'medium', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat(locales[language] ?? language, form).format(at);
}

/** How a reader is written to: texts below `client.queue` of the locales, and times by their clock. */
export interface Tongue {
  readonly say: (key: string, values?: Readonly<Record<string, string | number>>) => string;
  /** `10:40`; by the clocks of a zone where one is given, by the reader's else. */
  readonly clock: (at: number, timeZone?: string) => string;
  /** The reader's own: a patient's is told where it is another. */
  readonly language: string;
}

/** What can be done about a visit. */
export const staffActs = [
  'take',
  'enter',
  'message',
  'handOver',
  'bringIn',
  'putBack',
  'callBack',
  'end',
] as const;
export type StaffAct = (typeof staffActs)[number];

/** In which part of the staff view a visit stands; `gone` is in none. */
export type QueuePart = 'waiting' | 'going' | 'left' | 'gone';

/** What a line of the staff view says, by server and browser alike. */
export interface VisitWords {
  readonly name: string;
  readonly facts: readonly string[];
  readonly state: string;
  /** How long they have waited; null once they are called. */
  readonly waited: string | null;
  readonly isLate: boolean;
  readonly away: string | null;
  readonly notes: readonly string[];
  readonly part: QueuePart;
  readonly may: Readonly<Record<StaffAct, boolean>>;
}

/** What each needs: a permission in the area, and a state from which it leads anywhere. */
const needs: Readonly<Record<Exclude<StaffAct, 'enter' | 'callBack'>, readonly [AreaPermission, VisitAct]>> =
  {
    take: ['visits.take', 'take'],
    message: ['visits.message', 'leave'],
    handOver: ['visits.hand_over', 'hand_over'],
    bringIn: ['visits.bring_in', 'put_back'],
    putBack: ['visits.put_back', 'put_back'],
    end: ['visits.end', 'end'],
  };

const MINUTE_MS = 60_000;
/** Since when they wait. Who came early has their place from the appointment's time on, and yet waits since they came. */
const waitingSince = ({ queueAt, expectedAt, arrivedAt }: VisitView) =>
  queueAt === expectedAt ? arrivedAt : queueAt;
const minutesSince = (at: number, now: number) => Math.max(0, Math.floor((now - at) / MINUTE_MS));

export function visitWords(
  visit: VisitView,
  { areas, me }: Pick<StaffView, 'areas' | 'me'>,
  now: number,
  reader: Tongue,
): VisitWords {
  const { say } = reader;
  const area = areas.find(({ id }) => id === visit.areaId);
  // Whoever works elsewhere speaks of the same time as the patient and their colleagues.
  const tongue = { ...reader, clock: (at: number) => reader.clock(at, area?.timeZone) };
  const isWaiting = visit.state === 'waiting';
  return {
    name: nameOf(visit, say),
    facts: factsOf(visit, tongue),
    state: stateOf(visit, me.id, tongue),
    waited: isWaiting ? say('waited', { minutes: minutesSince(waitingSince(visit), now) }) : null,
    isLate: isWaiting && area !== undefined && minutesSince(visit.queueAt, now) >= area.tooLongMinutes,
    away:
      visit.lostAt === null || visit.state === 'left' || visit.state === 'ended'
        ? null
        : say('away', { minutes: minutesSince(visit.lostAt, now) }),
    notes: notesOf(visit, me.id, tongue),
    part: partOf(visit.state),
    may: mayOf(visit, area, me.id),
  };
}

/** How a patient is named who gave no name. */
export const nameOf = ({ name, number }: VisitView, say: Tongue['say']): string =>
  name ?? say('patient', { number });

/** The queue's order; whoever left last stands first among those who left. */
export function inOrder(one: VisitView, other: VisitView): number {
  const by = partOf(one.state) === 'left' ? other.stateAt - one.stateAt : one.queueAt - other.queueAt;
  return by || (one.id < other.id ? -1 : 1);
}

function partOf(state: VisitState): QueuePart {
  if (state === 'waiting') return 'waiting';
  if (state === 'left') return 'left';
  return state === 'ended' ? 'gone' : 'going';
}

/** When they were expected, and how much earlier or later they came. */
function appointmentOf({ expectedAt, arrivedAt }: VisitView, { say, clock }: Tongue): string {
  if (expectedAt === null) return say('appointment');
  const time = clock(expectedAt);
  const minutes = Math.trunc((arrivedAt - expectedAt) / MINUTE_MS);
  if (minutes === 0) return say('appointmentAt', { time });
  return say(minutes > 0 ? 'appointmentLate' : 'appointmentEarly', { time, minutes: Math.abs(minutes) });
}

function factsOf(visit: VisitView, tongue: Tongue): string[] {
  const { say, language } = tongue;
  return [
    ...(visit.birthDate === null ? [] : [say('born', { date: dayInWords(visit.birthDate, language) })]),
    ...(visit.caseNumber === null ? [] : [say('case', { number: visit.caseNumber })]),
    ...(visit.hasAppointment ? [appointmentOf(visit, tongue)] : []),
    ...(visit.language === language ? [] : [say('language', { language: visit.language })]),
    ...(visit.reason === null ? [] : [visit.reason]),
  ];
}

function stateOf(visit: VisitView, ownId: string, { say, clock }: Tongue): string {
  const { state, outcome, takenBy } = visit;
  const isOwn = takenBy?.id === ownId;
  const name = takenBy?.name ?? say('somebody');
  if (state === 'waiting') return say('waiting', { time: clock(waitingSince(visit)) });
  if (state === 'called') return isOwn ? say('calledByYou') : say('called', { name });
  if (state === 'in_call') return isOwn ? say('inCallWithYou') : say('inCall', { name });
  const time = clock(visit.stateAt);
  if (state === 'left') return say(outcome === 'lost' ? 'lost' : 'left', { time });
  return say('ended', { time });
}

function notesOf(visit: VisitView, ownId: string, { say, clock }: Tongue): string[] {
  const { meantFor, note, noteBy, guests, callBack } = visit;
  const message = visit.messages.at(-1);
  return [
    ...(meantFor === null
      ? []
      : [meantFor.id === ownId ? say('meantForYou') : say('meantFor', { name: meantFor.name })]),
    ...(note === null
      ? []
      : [noteBy === null ? say('noteOnly', { note }) : say('note', { name: noteBy, note })]),
    ...(guests.length === 0 ? [] : [say('guests', { names: guests.map(({ name }) => name).join(', ') })]),
    ...(message === undefined ? [] : [say('message', { time: clock(message.sentAt), text: message.text })]),
    ...(callBack === null ? [] : [say(`callBack.${callBack}`)]),
  ];
}

function mayOf(
  visit: VisitView,
  area: AreaView | undefined,
  ownId: string,
): Readonly<Record<StaffAct, boolean>> {
  const can = (act: keyof typeof needs) => {
    const [permission, step] = needs[act];
    const from: readonly VisitState[] = visitActs[step].from;
    return (area?.may.includes(permission) ?? false) && from.includes(visit.state);
  };
  const isGoing = visit.state === 'called' || visit.state === 'in_call';
  const isBroughtIn = visit.guests.some(({ personId }) => personId === ownId);
  return {
    take: can('take'),
    enter: isGoing && (visit.takenBy?.id === ownId || isBroughtIn),
    message: can('message'),
    handOver: can('handOver'),
    bringIn: can('bringIn'),
    putBack: can('putBack'),
    callBack:
      (area?.may.includes('visits.call_back') ?? false) &&
      visit.callBackBy !== null &&
      visit.lostAt !== null &&
      visit.state !== 'ended',
    end: can('end'),
  };
}
