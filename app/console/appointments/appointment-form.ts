import type { FastifyRequest } from 'fastify';
import {
  LONGEST_MINUTES,
  PATIENT_NAME_LIMIT,
  type PatientAppointment,
  SHORTEST_MINUTES,
} from '../../clinic/appointments/appointment.ts';
import {
  type AppointmentChoices,
  type AppointmentFaults,
  REFERENCE_LIMIT,
  USUAL_MINUTES,
} from '../../clinic/appointments/appointment-fields.ts';
import type { Slot } from '../../clinic/appointments/slots/slot.ts';
import type { AreaName } from '../../clinic/appointments/store.ts';
import { choiceField, type Field, textField } from '../../edge/form-fields.ts';
import { MINUTE_MS } from '../../kernel/clock.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { languages } from '../../kernel/languages.ts';
import { localOf, shortMoment, zoneInWords } from '../../rooms/moment.ts';

export type TypedText = Readonly<Record<string, string>>;

/** What the form of a new appointment begins with. */
export const typedOfNew = (request: FastifyRequest): TypedText => ({
  language: request.site.language,
  duration: String(USUAL_MINUTES),
});

/** An appointment as its form shows it. */
export function typedOf(appointment: PatientAppointment, timeZone: string): TypedText {
  return {
    name: appointment.patientName,
    email: appointment.email ?? '',
    language: appointment.language,
    starts: localOf(appointment.startsAt, timeZone),
    duration: String(Math.round((appointment.endsAt - appointment.startsAt) / MINUTE_MS)),
    clinician: appointment.clinicianId ?? '',
    reference: appointment.external?.value ?? '',
    version: String(appointment.version),
  };
}

/** Which area a new appointment is in, where there are several: the first step. */
export function areaChoice({ t }: FastifyRequest, areas: readonly AreaName[]): Field {
  return choiceField({
    name: 'area',
    label: t('appointments.area'),
    value: areas[0]?.id ?? '',
    options: areas.map(({ id, name }) => ({ value: id, label: name })),
  });
}

/** The fields of an appointment in an area. */
export function appointmentFields(
  request: FastifyRequest,
  choices: AppointmentChoices & {
    /** The free time that it is for, which says when, and with whom; null for one that is to be chosen. */
    readonly booked: Slot | null;
  },
  typed: TypedText,
  faults: AppointmentFaults = {},
): Field[] {
  const { t } = request;
  const error = faultIn(t, faults);
  return [
    textField({
      name: 'name',
      label: t('appointments.patient'),
      hint: t('appointments.patientHint'),
      value: typed.name ?? '',
      maxLength: PATIENT_NAME_LIMIT,
      error: error('name'),
      isRequired: true,
    }),
    textField({
      name: 'email',
      label: t('appointments.email'),
      hint: t('appointments.emailHint'),
      value: typed.email ?? '',
      type: 'email',
      maxLength: 254,
      error: error('email'),
    }),
    choiceField({
      name: 'language',
      label: t('appointments.language'),
      value: typed.language ?? '',
      error: error('language'),
      options: languages.map((code) => ({ value: code, label: t(`layout.languageNames.${code}`) })),
    }),
    ...(choices.booked === null ? timeFields(request, choices, typed, faults) : []),
    textField({
      name: 'reference',
      label: t('appointments.reference'),
      hint: t('appointments.referenceHint'),
      value: typed.reference ?? '',
      maxLength: REFERENCE_LIMIT,
      error: error('reference'),
    }),
  ];
}

function timeFields(
  { t, language }: FastifyRequest,
  { area, clinicians, slots, now }: AppointmentChoices,
  typed: TypedText,
  faults: AppointmentFaults,
): Field[] {
  const error = faultIn(t, faults);
  return [
    choiceField({
      name: 'clinician',
      label: t('appointments.clinician'),
      value: typed.clinician ?? '',
      error: error('clinician'),
      options: [
        { value: '', label: t('appointments.anybody') },
        ...clinicians.map(({ id, name }) => ({ value: id, label: name })),
      ],
    }),
    textField({
      name: 'starts',
      label: t('appointments.starts'),
      hint: t('appointments.startsHint', { zone: zoneInWords(now, area.timeZone, language) }),
      value: typed.starts ?? '',
      type: 'datetime-local',
      error: error('starts'),
    }),
    textField({
      name: 'duration',
      label: t('appointments.duration'),
      value: typed.duration ?? '',
      type: 'number',
      min: SHORTEST_MINUTES,
      max: LONGEST_MINUTES,
      error: error('duration'),
    }),
    ...(slots.length === 0
      ? []
      : [
          choiceField({
            name: 'slot',
            label: t('appointments.slot'),
            value: typed.slot ?? '',
            error: error('slot'),
            options: [
              { value: '', label: t('appointments.noSlot') },
              ...slots.map(({ id, startsAt, clinicianName }) => ({
                value: id,
                label: [shortMoment(startsAt, area.timeZone, language), clinicianName]
                  .filter(Boolean)
                  .join(', '),
              })),
            ],
          }),
        ]),
  ];
}

const faultIn = (t: Translate, faults: AppointmentFaults) => (field: string) => {
  const fault = faults[field];
  return fault === undefined ? undefined : t(`appointments.faults.${fault}`);
};
