import { readAddress } from '../../../identity/person-fields.ts';
import { MINUTE_MS } from '../../../kernel/clock.ts';
import { type Language, languages } from '../../../kernel/languages.ts';
import { readTypedName } from '../../../kernel/typed-name.ts';
import {
  type AppointmentState,
  type ExternalName,
  LONGEST_MINUTES,
  PATIENT_NAME_LIMIT,
  type PatientAppointment,
  type PatientReply,
  SHORTEST_MINUTES,
} from '../appointment.ts';
import { faultOfTime } from '../appointment-fields.ts';
import { instantOfMs } from './instants.ts';
import { FhirFault, invalid, missing, refused } from './outcome.ts';
import { identifier, instant, type Json, list, object, onlyOne, text } from './reading.ts';
import { patientOf, type Reference, referenceOf } from './references.ts';

/** `Appointment.status` (R4, valueset-appointmentstatus) that are known here. */
const statuses: Readonly<Record<string, AppointmentState>> = {
  booked: 'booked',
  arrived: 'arrived',
  'checked-in': 'arrived',
  fulfilled: 'fulfilled',
  cancelled: 'cancelled',
  noshow: 'noshow',
};

/** What the patient answered, as `participant.status`. */
const replies = {
  none: 'needs-action',
  confirmed: 'accepted',
  other_time: 'tentative',
  cancelled: 'declined',
} as const satisfies Record<PatientReply, string>;

/** How R5 names the link of an appointment by video, as R4 carries it. */
const VIRTUAL_SERVICE = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.virtualService';

/** An appointment as `Appointment` of FHIR R4. @param link the patient's own. */
export function appointmentResource(appointment: PatientAppointment, link: string) {
  const { startsAt, endsAt, external, clinicianId, slotId } = appointment;
  return {
    resourceType: 'Appointment',
    id: appointment.id,
    meta: { versionId: String(appointment.version), lastUpdated: instantOfMs(appointment.changedAt) },
    contained: [
      {
        resourceType: 'Patient',
        id: 'patient',
        name: [{ text: appointment.patientName }],
        ...(appointment.email !== null && { telecom: [{ system: 'email', value: appointment.email }] }),
        communication: [
          {
            language: { coding: [{ system: 'urn:ietf:bcp:47', code: appointment.language }] },
            preferred: true,
          },
        ],
      },
    ],
    extension: [{ url: VIRTUAL_SERVICE, extension: [{ url: 'address', valueUrl: link }] }],
    ...(external !== null && { identifier: [identifierOf(external)] }),
    status: appointment.state,
    start: instantOfMs(startsAt),
    end: instantOfMs(endsAt),
    minutesDuration: Math.round((endsAt - startsAt) / MINUTE_MS),
    ...(slotId !== null && { slot: [{ reference: `Slot/${slotId}` }] }),
    created: instantOfMs(appointment.createdAt),
    participant: [
      {
        actor: { reference: '#patient', type: 'Patient', display: appointment.patientName },
        required: 'required',
        status: replies[appointment.reply],
      },
      ...(clinicianId === null
        ? []
        : [
            {
              actor: {
                reference: `Practitioner/${clinicianId}`,
                ...(appointment.clinicianName !== null && { display: appointment.clinicianName }),
              },
              required: 'required',
              status: 'accepted',
            },
          ]),
      {
        actor: { reference: `HealthcareService/${appointment.areaId}`, display: appointment.areaName },
        required: 'required',
        status: 'accepted',
      },
    ],
  };
}

export const identifierOf = ({ system, value }: ExternalName) => ({
  ...(system !== '' && { system }),
  value,
});

/** What a program says of an appointment, its references not looked up yet. */
export interface ReadAppointment {
  readonly status: AppointmentState;
  readonly patientName: string;
  readonly email: string | null;
  /** Null where it does not say, or in one that nobody here writes in. */
  readonly language: Language | null;
  /** Null where the slot says it. */
  readonly time: { readonly startsAt: number; readonly endsAt: number } | null;
  readonly areaId: string | null;
  readonly clinician: Reference | null;
  readonly slotId: string | null;
  readonly external: ExternalName | null;
}

/** Reads an `Appointment`. Reason, description and comments are passed over: nothing medical is kept. @throws FhirFault */
export function readAppointmentResource(resource: Json, now: number): ReadAppointment {
  const status = text(resource, 'status', 'Appointment', 40);
  if (status === null) throw missing('Appointment.status', 'An appointment needs a status.');
  const state = statuses[status];
  if (state === undefined)
    throw new FhirFault(422, 'not-supported', `The status is one of ${Object.keys(statuses).join(', ')}.`, {
      expression: 'Appointment.status',
    });
  const people = participantsOf(resource);
  const slot = onlyOne(resource, 'slot', 'Appointment');
  const slotReference = slot && referenceOf(slot, 'Appointment.slot[0]');
  if (slotReference && (slotReference.type !== 'Slot' || slotReference.id === null))
    throw invalid('A slot is written as Slot/id.', 'Appointment.slot[0].reference');
  const name = readTypedName(people.patient.name, PATIENT_NAME_LIMIT);
  if (name === null)
    throw refused(
      `The patient needs a name of at most ${PATIENT_NAME_LIMIT} characters.`,
      'Appointment.participant.actor',
    );
  const email = people.patient.email === null ? null : readAddress(people.patient.email);
  if (people.patient.email !== null && email === null)
    throw refused('This is no address that letters can be sent to.', 'Appointment.contained.Patient.telecom');
  return {
    status: state,
    patientName: name,
    email,
    language: languages.find((each) => people.patient.language?.toLowerCase().split('-')[0] === each) ?? null,
    time: readTime(resource, state, slotReference !== null, now),
    areaId: people.areaId,
    clinician: people.clinician,
    slotId: slotReference?.id ?? null,
    external: identifier(resource, 'Appointment'),
  };
}

function participantsOf(resource: Json) {
  const participants = list(resource, 'participant', 'Appointment', 50);
  if (participants.length === 0)
    throw missing(
      'Appointment.participant',
      'An appointment needs participants: the patient, and where it is.',
    );
  const actors = participants.map((each, index) => {
    const path = `Appointment.participant[${index}]`;
    if (text(each, 'status', path, 40) === null)
      throw missing(`${path}.status`, 'A participant needs a status.');
    const actor = object(each, 'actor', path);
    return { path: `${path}.actor`, reference: actor && referenceOf(actor, `${path}.actor`) };
  });
  const contained = list(resource, 'contained', 'Appointment', 20);
  const isOf = (type: string) => (reference: Reference | null) =>
    reference?.type === type ||
    (reference?.isContained === true &&
      contained.some((each) => each.id === reference.id && each.resourceType === type));
  const of = (type: string) => actors.filter(({ reference }) => isOf(type)(reference));
  const [patient, second] = of('Patient');
  if (patient === undefined || patient.reference === null)
    throw missing('Appointment.participant', 'An appointment needs a participant who is a Patient.');
  if (second !== undefined) throw refused('An appointment here is one patient’s.', second.path);
  const [place, otherPlace] = [...of('HealthcareService'), ...of('Location')];
  if (otherPlace !== undefined) throw refused('An appointment here is in one area.', otherPlace.path);
  const [clinician, otherClinician] = of('Practitioner');
  if (otherClinician !== undefined)
    throw refused('An appointment here is with one practitioner.', otherClinician.path);
  return {
    patient: patientOf(resource, patient.reference, patient.path),
    areaId: place?.reference?.id ?? null,
    clinician: clinician?.reference ?? null,
  };
}

function readTime(
  resource: Json,
  state: AppointmentState,
  hasSlot: boolean,
  now: number,
): ReadAppointment['time'] {
  const startsAt = instant(resource, 'start', 'Appointment');
  const minutes = resource.minutesDuration;
  if (minutes !== undefined && (!Number.isSafeInteger(minutes) || Number(minutes) < 1))
    throw invalid('minutesDuration must be a whole number above 0.', 'Appointment.minutesDuration');
  const endsAt =
    instant(resource, 'end', 'Appointment') ??
    (startsAt !== null && minutes !== undefined ? startsAt + Number(minutes) * MINUTE_MS : null);
  if (startsAt === null && endsAt === null && (hasSlot || state === 'cancelled')) return null;
  if (startsAt === null) throw missing('Appointment.start', 'An appointment needs a start, or a slot.');
  if (endsAt === null) throw missing('Appointment.end', 'An appointment needs an end, or minutesDuration.');
  const length = (endsAt - startsAt) / MINUTE_MS;
  if (length < SHORTEST_MINUTES || length > LONGEST_MINUTES)
    throw refused(
      `An appointment takes ${SHORTEST_MINUTES} to ${LONGEST_MINUTES} minutes.`,
      'Appointment.end',
    );
  const fault = state === 'booked' ? faultOfTime(startsAt, endsAt, now) : null;
  if (fault === 'starts_past') throw refused('This time is over.', 'Appointment.start');
  if (fault === 'starts_far') throw refused('This is more than two years ahead.', 'Appointment.start');
  return { startsAt, endsAt };
}
