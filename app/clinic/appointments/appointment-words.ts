import { MINUTE_MS } from '../../kernel/clock.ts';
import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import type { Attachment, Letter } from '../../mail/letter.ts';
import { calendarOf, NO_ANSWER } from '../../rooms/calendar.ts';
import { appointmentInWords, dayAndTime } from '../../rooms/moment.ts';
import type { PatientAppointment, Reminder } from './appointment.ts';

/** Where letters about appointments come from. */
export interface AppointmentHead {
  readonly siteName: string;
  /** That calendars name as who invites. */
  readonly organizerEmail: string;
  /** The whole address of a page of ours. */
  readonly urlOf: (path: string) => string;
  readonly translates: Readonly<Record<Language, Translate>>;
}

export const appointmentPath = (token: string): string => `/appointment/${token}`;

/** What a letter about an appointment tells its patient. */
export type Occasion = 'made' | 'changed' | 'cancelled' | Reminder;

const kinds = {
  made: 'appointment',
  changed: 'appointment_changed',
  cancelled: 'appointment_cancelled',
  day: 'appointment_reminder',
  hour: 'appointment_reminder',
} as const satisfies Record<Occasion, Letter['kind']>;

/** From when to when, in the patient's language, with the zone. */
export function whenInWords(appointment: PatientAppointment, language: Language, t: Translate): string {
  return appointmentInWords(timeOf(appointment), language, t);
}

const timeOf = ({ startsAt, endsAt, timeZone }: PatientAppointment) => ({
  startsAt,
  durationMinutes: (endsAt - startsAt) / MINUTE_MS,
  timeZone,
});

/** A letter to a patient, with what their calendar has to know. */
export function patientLetter(
  appointment: PatientAppointment & { readonly email: string },
  token: string,
  head: AppointmentHead,
  { occasion, now }: { readonly occasion: Occasion; readonly now: number },
): Letter {
  const { language, patientName: name, areaName, clinicianName, organisationId, email } = appointment;
  const t = head.translates[language];
  const when = dayAndTime(appointment.startsAt, appointment.timeZone, language);
  const isOver = occasion === 'cancelled';
  const isReminder = occasion === 'day' || occasion === 'hour';
  return {
    kind: kinds[occasion],
    to: { email, name, language, organisationId },
    siteName: head.siteName,
    subject: t(`appointments.letter.subject.${occasion}`, { when }),
    // It lets its reader in, without any further question.
    isSensitive: !isOver,
    expiresAt: appointment.endsAt,
    blocks: [
      { kind: 'paragraph', text: t('appointments.letter.greeting', { name }) },
      { kind: 'paragraph', text: t(`appointments.letter.${occasion}`, { area: areaName }) },
      {
        kind: 'facts',
        rows: [
          [t('appointments.letter.when'), whenInWords(appointment, language, t)],
          [t('appointments.letter.area'), areaName],
          ...(clinicianName === null ? [] : [[t('appointments.letter.with'), clinicianName] as const]),
        ],
      },
      ...(isOver
        ? []
        : ([
            {
              kind: 'action',
              label: t('appointments.letter.open'),
              url: head.urlOf(appointmentPath(token)),
            },
            { kind: 'paragraph', text: t('appointments.letter.how') },
            { kind: 'paragraph', text: t('appointments.letter.personal') },
          ] as const)),
    ],
    // A calendar that has it needs no reminder.
    ...(!isReminder && { attachments: [calendarFile(appointment, token, head, { occasion, now })] }),
  };
}

/** An appointment as a file for the patient's calendar. */
export function calendarFile(
  appointment: PatientAppointment,
  token: string,
  head: AppointmentHead,
  { occasion, now }: { readonly occasion: Occasion; readonly now: number },
): Attachment {
  const { language, areaName } = appointment;
  const t = head.translates[language];
  const method = occasion === 'cancelled' ? 'cancel' : 'request';
  const url = head.urlOf(appointmentPath(token));
  const content = calendarOf({
    invitationId: appointment.id,
    sequence: appointment.sequence,
    appointment: timeOf(appointment),
    method,
    summary: t('appointments.letter.summary', { area: areaName }),
    description: [t('appointments.letter.how'), url, t('appointments.letter.personal')].join('\n\n'),
    url,
    organizer: { name: head.siteName, email: head.organizerEmail },
    attendee: { name: appointment.patientName, email: appointment.email ?? NO_ANSWER },
    language,
    now,
  });
  return {
    fileName: 'appointment.ics',
    contentType: `text/calendar; charset=utf-8; method=${method.toUpperCase()}`,
    content,
  };
}

/** Whom a patient's answer is told. */
export interface AnswerReader {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly language: Language;
}

/** Tells staff that a patient cancelled, or asks for another time: when and where, but not who. */
export function answerLetter(
  appointment: PatientAppointment,
  reader: AnswerReader,
  head: AppointmentHead,
): Letter {
  const t = head.translates[reader.language];
  const answer = appointment.reply === 'cancelled' ? 'cancelled' : 'otherTime';
  return {
    kind: 'appointment_answer',
    to: {
      email: reader.email,
      name: reader.name,
      language: reader.language,
      personId: reader.id,
      organisationId: appointment.organisationId,
    },
    siteName: head.siteName,
    subject: t(`appointments.answer.${answer}.subject`),
    blocks: [
      { kind: 'paragraph', text: t(`appointments.answer.${answer}.text`) },
      {
        kind: 'facts',
        rows: [
          [t('appointments.letter.when'), whenInWords(appointment, reader.language, t)],
          [t('appointments.letter.area'), appointment.areaName],
        ],
      },
      {
        kind: 'action',
        label: t('appointments.answer.open'),
        url: head.urlOf(`/console/appointments/${appointment.id}`),
      },
    ],
  };
}
