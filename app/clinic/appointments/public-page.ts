import type { FastifyReply, FastifyRequest } from 'fastify';
import { areaField } from '../../edge/form-fields.ts';
import type { AppError } from '../../kernel/errors.ts';
import { dayInWords, timeOfDay } from '../../rooms/moment.ts';
import type { Area } from '../area.ts';
import { letsIn, OPENS_BEFORE_MS, type PatientAppointment, standingOf, WISH_LIMIT } from './appointment.ts';
import { appointmentPath, whenInWords } from './appointment-words.ts';
import type { Slot } from './slots/slot.ts';

/** What a patient sees of their appointment. */
export interface ShownAppointment {
  readonly appointment: PatientAppointment;
  readonly area: Area;
  readonly token: string;
  readonly now: number;
}

/** Whether the patient can still say that they come, or not. */
export function isAnswerable({ appointment, now }: Pick<ShownAppointment, 'appointment' | 'now'>): boolean {
  return appointment.state === 'booked' && now < appointment.endsAt;
}

/** The page of an appointment: when and where, whether the door is open, and what can be said to it. */
export function sendAppointment(
  request: FastifyRequest,
  reply: FastifyReply,
  shown: ShownAppointment,
  fault: AppError | null = null,
): Promise<FastifyReply> {
  const { t, language } = request;
  const { appointment, area, token, now } = shown;
  const { startsAt, timeZone } = appointment;
  const path = appointmentPath(token);
  const isOpen = letsIn(appointment, now) && area.suspendedAt === null;
  const readText = area.pleaseRead[language];
  if (fault !== null) reply.code(fault.status);
  return reply.page('clinic/appointments/views/appointment.hbs', {
    title: t('appointments.page.title'),
    path,
    when: whenInWords(appointment, language, t),
    area: area.name,
    clinician: appointment.clinicianName,
    supportContact: area.supportContact,
    sentence: t(`appointments.page.${sentenceOf(shown)}`, {
      opens: timeOfDay(startsAt - OPENS_BEFORE_MS, timeZone, language),
    }),
    isOpen,
    pleaseRead: isOpen && readText !== '' ? readText : null,
    mayAnswer: isAnswerable(shown),
    isConfirmed: appointment.reply === 'confirmed',
    // A calendar needs no appointment that is over.
    hasCalendar: isAnswerable(shown),
    fault: fault && [t(`errors.${fault.code}.sentence`), t(`errors.${fault.code}.remedy`)].join(' '),
  });
}

function sentenceOf({ appointment, area, now }: ShownAppointment): string {
  const standing = standingOf(appointment, now);
  if (standing === 'arrived') return letsIn(appointment, now) ? 'arrived' : 'over';
  if (standing === 'fulfilled' || standing === 'noshow') return 'over';
  if ((standing === 'open' || standing === 'late') && area.suspendedAt !== null) return 'suspended';
  if (standing === 'coming' && appointment.reply === 'other_time') return 'askedOtherTime';
  return standing;
}

/** Asks whether the appointment is really to be cancelled: nothing is by opening an address. */
export function sendCancelQuestion(
  request: FastifyRequest,
  reply: FastifyReply,
  { appointment, area, token }: ShownAppointment,
): Promise<FastifyReply> {
  const { t, language } = request;
  return reply.page('clinic/appointments/views/cancel.hbs', {
    title: t('appointments.page.cancelTitle'),
    path: appointmentPath(token),
    when: whenInWords(appointment, language, t),
    area: area.name,
  });
}

/** The form that asks for another time, with free ones to choose from if there are any. */
export function sendOtherTime(
  request: FastifyRequest,
  reply: FastifyReply,
  { appointment, area, token }: ShownAppointment,
  {
    offers,
    typed,
    fault = null,
    thrown = null,
  }: {
    readonly offers: readonly Slot[];
    readonly typed: { readonly wish: string; readonly slot: string };
    /** What is wrong with the wish. */
    readonly fault?: string | null;
    /** With all of it. */
    readonly thrown?: AppError | null;
  },
): Promise<FastifyReply> {
  const { t, language } = request;
  if (thrown !== null) reply.code(thrown.status);
  else if (fault !== null) reply.code(400);
  return reply.page('clinic/appointments/views/other-time.hbs', {
    title: t('appointments.page.otherTitle'),
    path: appointmentPath(token),
    when: whenInWords(appointment, language, t),
    area: area.name,
    fault: thrown && `${t(`errors.${thrown.code}.sentence`)} ${t(`errors.${thrown.code}.remedy`)}`,
    hasOffers: offers.length > 0,
    days: [
      ...Map.groupBy(offers, ({ startsAt }) => dayInWords(startsAt, appointment.timeZone, language)),
    ].map(([day, slots]) => ({
      heading: day,
      times: slots.map(({ id, startsAt }) => ({
        id,
        when: timeOfDay(startsAt, appointment.timeZone, language),
        isChosen: id === typed.slot,
      })),
    })),
    wish: areaField({
      name: 'wish',
      label: t('appointments.page.wish'),
      hint: t('appointments.page.wishHint'),
      value: typed.wish,
      maxLength: WISH_LIMIT,
      rows: 4,
      ...(fault !== null && { error: fault }),
    }),
  });
}
