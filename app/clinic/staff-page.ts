import type { FastifyRequest } from 'fastify';
import type { Translate } from '../kernel/i18n.ts';
import { type Language, languages } from '../kernel/languages.ts';
import { timeOfDay } from '../rooms/moment.ts';
import { countExpected, type ExpectedAct, expectedWords } from './expected-words.ts';
import type {
  AreaView,
  Colleague,
  ExpectedView,
  HandOverTarget,
  StaffView,
  VisitView,
} from './staff-view.ts';
import { inOrder, type QueuePart, type StaffAct, staffActs, type Tongue, visitWords } from './visit-words.ts';

const parts = ['waiting', 'going', 'left'] as const satisfies readonly QueuePart[];

const nothing = Object.fromEntries(staffActs.map((act) => [act, false])) as Record<StaffAct, boolean>;

/** A line that the browser fills in. */
const blankRow = {
  id: '',
  state: '',
  name: '',
  facts: [],
  area: '',
  said: '',
  waited: '',
  isLate: false,
  away: null,
  notes: [],
  may: nothing,
  hasMore: true,
};

const blankExpected = {
  id: '',
  version: '',
  time: '',
  name: '',
  area: '',
  clinician: '',
  state: '',
  labels: { miss: '', expect: '' },
  tone: 'quiet',
  may: { miss: false, expect: false },
};

/** Forms that the browser fills in. */
const blankActs = {
  prefix: 'act-',
  path: '',
  may: { ...nothing, message: true, handOver: true, bringIn: true, putBack: true, callBack: true, end: true },
  otherAreas: [],
  colleagues: [],
  interpreters: [],
  others: [],
};

/**
 * What the view of the queue shows before its script runs, or without: `?area=ID` one department, `?visit=ID` what can
 * be done about one visit.
 *
 * @param timeZone IANA name, for the times.
 */
export function staffPage(request: FastifyRequest, view: StaffView, timeZone: string) {
  const { t, language, query } = request;
  const asked = Object(query) as { readonly area?: unknown; readonly visit?: unknown };
  const tongue: Tongue = {
    say: (key, values) => t(`client.queue.${key}`, values),
    clock: (at, ofArea = timeZone) => timeOfDay(at, ofArea, language),
    language,
  };
  const area = view.areas.find(({ id }) => id === asked.area) ?? null;
  const visits = view.visits.filter(({ areaId }) => area === null || areaId === area.id).sort(inOrder);
  const rows = visits.map((visit) => rowOf(visit, view, tongue));
  const chosen = view.visits.find(({ id }) => id === asked.visit);
  const expected = view.expected
    .filter(({ areaId }) => area === null || areaId === area.id)
    .map((each) => expectedRowOf(each, view, tongue, t));
  const isInterpreter = view.areas.every(({ role }) => role === 'interpreter');
  const readable = view.areas.filter(({ may }) => may.includes('queue.read'));
  const countIn = (areaId: string | null) =>
    view.visits.filter((visit) => visit.state === 'waiting' && (areaId === null || visit.areaId === areaId))
      .length;
  return {
    hasAreas: view.areas.length > 0 || view.visits.length > 0,
    hasSeveral: readable.length > 1,
    manages: view.areas.some(({ may }) => may.includes('area.write')),
    areaId: area?.id ?? '',
    count: countIn(null),
    areas: readable.map(({ id, name }) => ({ id, name, count: countIn(id), isCurrent: id === area?.id })),
    parts: parts.map((name) => {
      const own = rows.filter(({ part }) => part === name);
      return {
        name,
        heading: t(`queue.${name}`),
        count: own.length,
        rows: own,
        isShown: name === 'waiting' || own.length > 0,
        // Who left is looked at less than who may still come.
        isAfterExpected: name === 'left',
        empty:
          name === 'waiting'
            ? {
                heading: t('queue.nobody'),
                text: isInterpreter ? t('queue.interpreterText') : t('queue.nobodyText'),
              }
            : null,
      };
    }),
    doors: readable.map((each) => doorOf(each, readable, t)),
    chosen: chosen === undefined ? null : actsOf(chosen, view, tongue),
    blank: blankActs,
    blankRow,
    hasExpected: view.areas.some(({ may }) => may.includes('appointments.read')),
    expected,
    expectedCount: countExpected(view.expected, area?.id ?? null, view.now),
    blankExpected,
  };
}

/** What is said of a message that is made by one press, in the patient's language; `{time}` stays to be filled in. */
export function quickWords(
  translates: Readonly<Record<Language, Translate>>,
): Readonly<Record<Language, string>> {
  return Object.fromEntries(
    languages.map((language) => [language, translates[language]('queue.aboutAt', { time: '{time}' })]),
  ) as Record<Language, string>;
}

function rowOf(visit: VisitView, view: StaffView, tongue: Tongue) {
  const words = visitWords(visit, view, view.now, tongue);
  const { take, enter, ...more } = words.may;
  return {
    id: visit.id,
    state: visit.state,
    name: words.name,
    facts: words.facts,
    area: view.areas.length > 1 ? (view.areas.find(({ id }) => id === visit.areaId)?.name ?? '') : '',
    said: words.state,
    waited: words.waited ?? '',
    isLate: words.isLate,
    away: words.away,
    notes: words.notes,
    part: words.part,
    may: words.may,
    hasMore: Object.values(more).some(Boolean),
  };
}

function expectedRowOf(expected: ExpectedView, view: StaffView, tongue: Tongue, t: Translate) {
  const label = (act: ExpectedAct) => tongue.say('act', { act: t(`queue.${act}`), name: expected.name });
  return {
    labels: { miss: label('miss'), expect: label('expect') },
    ...expectedWords(expected, view.areas, view.now, tongue),
    id: expected.id,
    version: expected.version,
    area: view.areas.length > 1 ? (view.areas.find(({ id }) => id === expected.areaId)?.name ?? '') : '',
  };
}

function doorOf(
  { id, slug, name, may, isOpen, suspendedAt }: AreaView,
  all: readonly AreaView[],
  t: Translate,
) {
  const isSuspended = suspendedAt !== null;
  return {
    id,
    slug,
    name,
    isSuspended,
    tone: isSuspended ? 'warning' : isOpen ? 'good' : 'quiet',
    standing: t(`client.queue.standing.${isSuspended ? 'suspended' : isOpen ? 'open' : 'closed'}`),
    may: { suspend: may.includes('area.suspend'), message: may.includes('visits.message') },
    targets: may.includes('area.transfer') ? all.filter((each) => each.id !== id).map(named) : [],
  };
}

function actsOf(visit: VisitView, view: StaffView, tongue: Tongue) {
  const { name, may } = visitWords(visit, view, view.now, tongue);
  const area = view.areas.find(({ id }) => id === visit.areaId);
  return {
    name,
    prefix: '',
    path: `/clinic/visits/${visit.id}`,
    may,
    otherAreas: view.targets.filter(({ id }) => id !== visit.areaId).map(named),
    colleagues: everyColleague(view.targets),
    interpreters: area?.interpreters ?? [],
    others: (area?.colleagues ?? []).filter(({ id }) => id !== view.me.id),
  };
}

/** Everybody who sees patients in any of these areas, once. */
function everyColleague(areas: readonly HandOverTarget[]): readonly Colleague[] {
  const all = areas.flatMap(({ colleagues }) => colleagues);
  return [...new Map(all.map((each) => [each.id, each])).values()];
}

const named = ({ id, name }: { readonly id: string; readonly name: string }) => ({ id, name });
