import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type AreaChoices,
  askings,
  closings,
  MOST_KEEP_DAYS,
  showings,
  usualFields,
  type VisitField,
  visitFields,
} from '../../clinic/area.ts';
import {
  AREA_NAME_LIMIT,
  type AreaFaults,
  PLEASE_READ_LIMIT,
  SUPPORT_LIMIT,
} from '../../clinic/area-fields.ts';
import { areaField, choiceField, type Field, textField, tickField } from '../../edge/form-fields.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { timeZoneField } from '../rooms/room-form.ts';
import { hourRows, typedHours, usualHours } from '../weekly-hours.ts';

export type TypedText = Readonly<Record<string, string>>;

export interface AreaFormPage {
  readonly title: string;
  readonly back: { readonly href: string; readonly text: string };
  readonly submit: string;
  readonly typed: TypedText;
  readonly faults: AreaFaults;
  /** What is wrong with the whole. */
  readonly fault: string | null;
  /** Of the area that is changed; null for a new one, whose address can be chosen. */
  readonly area: { readonly slug: string; readonly version: number } | null;
}

/** What a new area begins with: usual office hours, and no question that is not needed. */
const usual: Pick<AreaChoices, 'fields' | 'shows' | 'showsNumber' | 'minutesPerVisit' | 'tooLongMinutes'> = {
  fields: usualFields,
  shows: 'place',
  showsNumber: false,
  minutesPerVisit: 15,
  tooLongMinutes: 20,
};
export function typedOfNew(timeZone: string): TypedText {
  return {
    ...typedOfChoices(usual),
    time_zone: timeZone,
    hours: 'weekly',
    after_closing: 'serve',
    ...usualHours,
  };
}

/** An area as its form shows it. */
export function typedOf(area: AreaChoices): TypedText {
  return {
    ...typedOfChoices(area),
    name: area.name,
    time_zone: area.timeZone,
    hours: area.openingHours === null ? 'always' : 'weekly',
    closed_days: area.closedDays.join('\n'),
    support_contact: area.supportContact,
    please_read_en: area.pleaseRead.en,
    please_read_fr: area.pleaseRead.fr,
    letter_minutes: area.letterMinutes === null ? '' : String(area.letterMinutes),
    after_closing: area.afterClosing,
    ...typedHours(area.openingHours),
  };
}

function typedOfChoices({
  fields,
  shows,
  showsNumber,
  minutesPerVisit,
  tooLongMinutes,
}: typeof usual): TypedText {
  const asked = visitFields.flatMap((field) => [
    [`ask_${field}`, fields[field].asked] as const,
    [`keep_${field}`, String(fields[field].keepDays)] as const,
  ]);
  return {
    shows,
    shows_number: showsNumber ? 'yes' : '',
    minutes_per_visit: String(minutesPerVisit),
    too_long_minutes: String(tooLongMinutes),
    ...Object.fromEntries(asked),
  };
}

/** Answers the form; with status 400, or 409, once something is wrong in it. */
export function sendAreaForm(
  request: FastifyRequest,
  reply: FastifyReply,
  { title, back, submit, typed, faults, fault, area }: AreaFormPage,
): Promise<FastifyReply> {
  const { t } = request;
  const isWrong = Object.keys(faults).length > 0;
  if (fault !== null) reply.code(409);
  else if (isWrong) reply.code(400);
  const errors = Object.fromEntries(
    Object.entries(faults).map(([field, code]) => [
      field,
      t(`clinic.faults.${code}`, { most: MOST_KEEP_DAYS }),
    ]),
  );
  return reply.consolePage('console/areas/views/area-form.hbs', {
    title,
    section: 'areas',
    back,
    submit,
    fault: fault ?? (isWrong ? t('console.form.wrong') : null),
    version: area === null ? '' : String(area.version),
    address: area === null ? null : request.ownUrl(`/w/${area.slug}`),
    fields: {
      ...door(t, typed, errors, area === null),
      ...reading(t, typed, errors),
      ...queue(t, typed, errors),
      timeZone: timeZoneField(t, typed.time_zone ?? '', errors.time_zone),
    },
    questions: visitFields.map((field) => question(t, field, typed, errors)),
    days: hourRows(t, typed, errors),
  });
}

type Errors = Readonly<Record<string, string>>;

function door(t: Translate, typed: TypedText, errors: Errors, isNew: boolean): Record<string, Field | null> {
  return {
    name: textField({
      name: 'name',
      label: t('areas.name'),
      hint: t('areas.nameHint'),
      value: typed.name ?? '',
      maxLength: AREA_NAME_LIMIT,
      error: errors.name,
      isRequired: true,
    }),
    slug: isNew
      ? textField({
          name: 'slug',
          label: t('areas.slug'),
          hint: t('areas.slugHint'),
          value: typed.slug ?? '',
          maxLength: 64,
          error: errors.slug,
        })
      : null,
    supportContact: textField({
      name: 'support_contact',
      label: t('areas.supportContact'),
      hint: t('areas.supportContactHint'),
      value: typed.support_contact ?? '',
      maxLength: SUPPORT_LIMIT,
      error: errors.support_contact,
    }),
    hours: choiceField({
      name: 'hours',
      label: t('rooms.hours'),
      value: typed.hours ?? '',
      error: errors.hours,
      options: [
        { value: 'weekly', label: t('rooms.hoursWeekly') },
        { value: 'always', label: t('rooms.hoursAlways') },
      ],
    }),
    closedDays: areaField({
      name: 'closed_days',
      label: t('areas.closedDays'),
      hint: t('areas.closedDaysHint'),
      value: typed.closed_days ?? '',
      rows: 4,
      maxLength: 8000,
      error: errors.closed_days,
    }),
    afterClosing: choiceField({
      name: 'after_closing',
      label: t('areas.afterClosing'),
      value: typed.after_closing ?? '',
      error: errors.after_closing,
      options: closings.map((value) => ({ value, label: t(`areas.closings.${value}`) })),
    }),
  };
}

function reading(t: Translate, typed: TypedText, errors: Errors): Record<string, Field> {
  const text = (language: 'en' | 'fr') =>
    areaField({
      name: `please_read_${language}`,
      label: t('areas.pleaseRead', { language: t(`layout.languageNames.${language}`) }),
      hint: t('areas.pleaseReadHint'),
      value: typed[`please_read_${language}`] ?? '',
      rows: 6,
      maxLength: PLEASE_READ_LIMIT,
      error: errors[`please_read_${language}`],
    });
  return { pleaseReadEn: text('en'), pleaseReadFr: text('fr') };
}

function queue(t: Translate, typed: TypedText, errors: Errors): Record<string, Field> {
  const minutes = (name: 'minutes_per_visit' | 'too_long_minutes' | 'letter_minutes', key: string) =>
    textField({
      name,
      label: t(`areas.${key}`),
      hint: t(`areas.${key}Hint`),
      value: typed[name] ?? '',
      type: 'number',
      min: 1,
      max: 600,
      error: errors[name],
    });
  return {
    shows: choiceField({
      name: 'shows',
      label: t('areas.shows'),
      value: typed.shows ?? '',
      error: errors.shows,
      options: showings.map((value) => ({ value, label: t(`areas.showings.${value}`) })),
    }),
    showsNumber: tickField({
      name: 'shows_number',
      label: t('areas.showsNumber'),
      hint: t('areas.showsNumberHint'),
      isTicked: typed.shows_number === 'yes',
    }),
    minutesPerVisit: minutes('minutes_per_visit', 'minutesPerVisit'),
    tooLongMinutes: minutes('too_long_minutes', 'tooLongMinutes'),
    letterMinutes: minutes('letter_minutes', 'letterMinutes'),
  };
}

/** One thing that the door asks patients for, and how long it is kept. */
function question(t: Translate, field: VisitField, typed: TypedText, errors: Errors) {
  const name = t(`areas.fields.${field}`);
  return {
    name,
    asked: choiceField({
      name: `ask_${field}`,
      label: name,
      value: typed[`ask_${field}`] ?? 'no',
      error: errors[`ask_${field}`],
      options: askings.map((value) => ({ value, label: t(`areas.askings.${value}`) })),
    }),
    keep: textField({
      name: `keep_${field}`,
      label: t('areas.keep'),
      value: typed[`keep_${field}`] ?? '0',
      type: 'number',
      min: '0',
      max: MOST_KEEP_DAYS,
      error: errors[`keep_${field}`],
    }),
  };
}
