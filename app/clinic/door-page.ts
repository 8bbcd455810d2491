import type { FastifyReply, FastifyRequest } from 'fastify';
import { areaField, type Field, textField } from '../edge/form-fields.ts';
import { dayAndTime, zoneInWords } from '../rooms/moment.ts';
import { hoursInWords } from '../rooms/opening-words.ts';
import { type Area, type VisitField, visitFields } from './area.ts';
import { dayOf, openingOf } from './area-opening.ts';
import { fieldLimits, type VisitFault } from './visit-fields.ts';

/** What is shown again of a form that was not taken. */
export interface Refused {
  readonly typed: Readonly<Record<string, string>>;
  readonly faults: Readonly<Partial<Record<VisitField, VisitFault>>>;
  readonly isAccepted: boolean;
  /** Of the whole. */
  readonly fault: string | null;
}

const nothingRefused: Refused = { typed: {}, faults: {}, isAccepted: true, fault: null };

/** Holidays that a door names. */
const MOST_CLOSED_DAYS = 10;

/** The page of a door: whether it is open, when it opens again, and the form by which one comes in. */
export function sendDoor(
  request: FastifyRequest,
  reply: FastifyReply,
  area: Area,
  now: number,
  refused: Refused = nothingRefused,
): Promise<FastifyReply> {
  const { t, language } = request;
  const opening = openingOf(area, now);
  const isSuspended = area.suspendedAt !== null;
  const isOpen = opening.isOpen && !isSuspended;
  const pleaseRead = area.pleaseRead[language];
  reply.header('X-Robots-Tag', 'noindex, nofollow');
  return reply.page('clinic/views/door.hbs', {
    title: area.name,
    area: { name: area.name, slug: area.slug, supportContact: area.supportContact },
    isOpen,
    isSuspended,
    opens:
      opening.opensAt === null || isSuspended
        ? null
        : t('clinic.door.opensAt', { when: dayAndTime(opening.opensAt, area.timeZone, language) }),
    hours:
      area.openingHours === null
        ? [t('clinic.door.always')]
        : [
            ...hoursInWords(area.openingHours, language, t),
            t('rooms.hoursZone', { zone: zoneInWords(now, area.timeZone, language) }),
          ],
    closedDays: closedDaysOf(area, now, language),
    form: isOpen
      ? {
          action: `/w/${area.slug}`,
          fields: visitFields
            .filter((field) => area.fields[field].asked !== 'no')
            .map((field) => fieldOf(request, area, field, refused)),
          pleaseRead: pleaseRead === '' ? null : pleaseRead,
          acceptedFault: refused.isAccepted ? null : t('clinic.door.faults.accepted'),
          keeps: keepsOf(request, area),
        }
      : null,
    fault: refused.fault,
  });
}

/** How long what is asked is kept, in a sentence. */
function keepsOf({ t }: FastifyRequest, { fields }: Area): string {
  const days = Math.max(
    0,
    ...visitFields.filter((field) => fields[field].asked !== 'no').map((field) => fields[field].keepDays),
  );
  return t('clinic.door.keeps', { days });
}

function closedDaysOf(area: Area, now: number, language: FastifyRequest['language']): string[] {
  const today = dayOf(area, now);
  const format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'fr-FR', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
  return area.closedDays
    .filter((day) => day >= today)
    .slice(0, MOST_CLOSED_DAYS)
    .map((day) => format.format(Date.parse(`${day}T12:00:00Z`)));
}

function fieldOf(
  { t }: FastifyRequest,
  { fields }: Area,
  field: VisitField,
  { typed, faults }: Refused,
): Field {
  const fault = faults[field];
  const isRequired = fields[field].asked === 'required';
  const label = t(`clinic.door.fields.${field}`);
  const maxLength = fieldLimits[field];
  const words = {
    name: field,
    label: isRequired ? label : t('clinic.door.optional', { label }),
    value: [...(typed[field] ?? '')].slice(0, maxLength).join(''),
    error: fault && t(`clinic.door.faults.${fault}`),
    maxLength,
    isRequired,
  };
  switch (field) {
    case 'name':
      return textField({ ...words, autocomplete: 'name' });
    case 'birth_date':
      return textField({ ...words, type: 'date', autocomplete: 'bday' });
    case 'case_number':
      return textField(words);
    case 'reason':
      return areaField({ ...words, rows: 3 });
    case 'email':
      return textField({
        ...words,
        type: 'email',
        autocomplete: 'email',
        hint: t('clinic.door.hints.email'),
      });
    case 'phone':
      return textField({ ...words, type: 'tel', autocomplete: 'tel', hint: t('clinic.door.hints.phone') });
  }
}
