import { newToken } from '../../app/kernel/single-use-token.ts';
import type { Population } from './population.ts';

/** What the parameters of a route name: one real thing, made anew for each attempt, and whose it is. */
export interface Place {
  readonly population: Population;
  readonly organisationId: string;
  /** Whose own it is, where something is somebody's own. */
  readonly ownerId: string;
}

type Fill = (place: Place) => Promise<Readonly<Record<string, string>>>;

const person: Fill = async ({ population, organisationId }) => ({
  id: (await population.person(organisationId, 'member')).id,
});
const room: Fill = async ({ population, organisationId, ownerId }) => ({
  id: (await population.room(organisationId, ownerId)).id,
});
const invitation: Fill = async (place) => {
  const { id = '' } = await room(place);
  return { id, invitationId: await place.population.invitation(id) };
};
const organisation: Fill = async ({ organisationId }) => ({ id: organisationId });
const letter: Fill = async ({ population, organisationId, ownerId }) => ({
  letterId: await population.letter(organisationId, ownerId),
});
const session: Fill = async ({ population, ownerId }) => ({ id: await population.session(ownerId) });
const contact: Fill = async ({ population }) => ({ id: await population.contact() });
const subscription: Fill = async ({ population }) => ({ id: await population.subscription() });
const request: Fill = async ({ population }) => ({ id: await population.request() });
const erasure: Fill = async ({ population }) => ({ id: await population.request('erasure') });
const upload: Fill = async ({ population, organisationId, ownerId }) => ({
  importId: await population.import(organisationId, ownerId),
});
const slug: Fill = async ({ population, organisationId, ownerId }) => ({
  name: (await population.room(organisationId, ownerId)).slug,
});
const hold: Fill = async ({ population, ownerId }) => ({ id: await population.hold(ownerId) });
const certificate: Fill = async ({ population }) => ({ number: await population.certificate() });
const area: Fill = async ({ population, organisationId, ownerId }) => ({
  id: (await population.clinic.area(organisationId, ownerId)).id,
});
const areaMember: Fill = async (place) => {
  const { id = '' } = await area(place);
  const { id: personId } = await place.population.person(place.organisationId, 'member');
  const row = {
    area_id: id,
    person_id: personId,
    role: 'clinician',
    gets_letters: 0,
    created_at: Date.now(),
  };
  await place.population.database('area_members').insert(row);
  return { id, personId };
};
const door: Fill = async ({ population, organisationId, ownerId }) => ({
  slug: (await population.clinic.area(organisationId, ownerId)).slug,
});
/** A visit whose patient its owner sees just now. */
const visit: Fill = async ({ population, organisationId, ownerId }) => ({
  id: await population.clinic.visit(organisationId, ownerId),
});
const attestation: Fill = async ({ population, organisationId, ownerId }) => ({
  id: await population.attestation(organisationId, ownerId),
});
const appointment: Fill = async ({ population, organisationId, ownerId }) => ({
  id: (await population.clinic.appointment(organisationId, ownerId)).id,
});
const appointmentImport: Fill = async ({ population, organisationId, ownerId }) => ({
  importId: await population.clinic.appointmentImport(organisationId, ownerId),
});
const feed: Fill = async ({ population, organisationId, ownerId }) => ({
  feedId: await population.clinic.calendarFeed(organisationId, ownerId),
});
const managedArea: Fill = async ({ population, organisationId, ownerId }) => ({
  areaId: (await population.clinic.area(organisationId, ownerId)).id,
});
const serviceToken: Fill = async ({ population, organisationId }) => ({
  id: (await population.serviceToken(organisationId)).id,
});
const freeTime: Fill = async ({ population, organisationId }) => ({
  id: await population.clinic.slot(organisationId),
});
const slotOfArea: Fill = async ({ population, organisationId, ownerId }) => ({
  slotId: await population.clinic.slot(organisationId, ownerId),
});
/** A token that never was: the real ones have tests of their own. */
const token: Fill = async () => ({ token: newToken().token });

/** Every route with parameters, by how its address begins; the longest beginning counts. */
const fills: Readonly<Record<string, Fill>> = {
  '/account/sessions/:id': session,
  '/clinic/areas/:id': area,
  '/clinic/visits/:id': visit,
  '/clinic/appointments/:id': appointment,
  '/console/areas/:id': area,
  '/console/areas/:id/members/:personId': areaMember,
  '/appointment/:token': token,
  '/calendar/:token': token,
  '/console/appointments/:id': appointment,
  '/console/appointments/feeds/:feedId': feed,
  '/console/appointments/feeds/names/:areaId': managedArea,
  '/console/appointments/import/:importId': appointmentImport,
  '/console/appointments/slots/:slotId': slotOfArea,
  '/console/service-tokens/:id': serviceToken,
  '/fhir/Appointment/:id': appointment,
  '/fhir/HealthcareService/:id': area,
  '/fhir/Schedule/:id': area,
  '/fhir/Slot/:id': freeTime,
  '/assets/:name': async () => ({ name: 'main.css' }),
  '/console/attestations/:id': attestation,
  '/console/contacts/:id': contact,
  '/console/holds/:id': hold,
  '/console/letters/:letterId': letter,
  '/console/newsletter/subscribers/:id': subscription,
  '/console/organisations/:id': organisation,
  '/console/people/:id': person,
  '/console/people/import/:importId': upload,
  '/console/requests/:id': request,
  '/console/requests/:id/erasure': erasure,
  '/console/retention/certificates/:number': certificate,
  '/console/rooms/:id': room,
  '/console/rooms/:id/invitations/:invitationId': invitation,
  '/first-owner/:token': token,
  '/i/:token': token,
  '/meeting-files/:token': token,
  '/newsletter/confirm/:token': token,
  '/newsletter/end/:token': token,
  '/privacy/request/:token': token,
  '/r/:name': slug,
  '/sign-in/link/:token': token,
  '/w/:slug': door,
  '/w/back/:token': token,
  '/site/colours/:name': async () => ({ name: 'none' }),
  '/site/logo/:name': async () => ({ name: 'none' }),
};

/**
 * Parameters of things that only live with an SFU, or after calls: a name that nothing has. Their routes are tried with
 * one elsewhere.
 */
const absent: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/analytics/*': { '*': 'index.php' },
  '/console/meetings/:id': { id: 'ffffffffffffffffffffffff' },
  '/console/statistics/:part': { part: 'totals' },
};

/** What says of itself that it is over, and says so of what never was and what is somebody else's as well. */
const over: readonly string[] = [
  '/console/appointments/import/:importId',
  '/console/people/import/:importId',
];

export interface Parameters {
  /** Whether what they name is there. */
  readonly isThere: boolean;
  /** Whether somebody else's answers like one that never was, instead of like a page that does not exist. */
  readonly isLikeNever: boolean;
  readonly fill: Fill;
}

/**
 * How the parameters of a route are filled; null for a route without.
 *
 * @throws Error for a route that stands in neither table: whoever adds one says there what its parameters name.
 */
export function parametersOf(url: string): Parameters | null {
  if (!/[:*]/.test(url)) return null;
  const beginning = (table: object) =>
    Object.keys(table)
      .filter((each) => url === each || url.startsWith(`${each}/`) || url.startsWith(`${each}.`))
      .sort((one, other) => other.length - one.length)[0];
  const there = beginning(fills);
  const fill = there === undefined ? undefined : fills[there];
  if (fill) return { isThere: true, isLikeNever: over.includes(there ?? ''), fill };
  const gone = beginning(absent);
  const values = gone === undefined ? undefined : absent[gone];
  if (values) return { isThere: false, isLikeNever: false, fill: async () => values };
  throw new Error(`tests/attacks/route-parameters.ts does not say what the parameters of ${url} name.`);
}

/** The route with names that nothing has. */
export function neverThere(url: string): string {
  return url.replaceAll(/:\w+/g, 'f'.repeat(24));
}

export function fillIn(url: string, values: Readonly<Record<string, string>>): string {
  return url.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`Nothing fills :${name} in ${url}.`);
    return encodeURIComponent(value);
  });
}
