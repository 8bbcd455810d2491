import type { FastifyInstance } from 'fastify';
import type { Database } from '../../database/open.ts';
import type { Organisations } from '../../identity/organisations.ts';
import { type Clock, DAY_MS } from '../../kernel/clock.ts';
import type { Language } from '../../kernel/languages.ts';
import { shownDay } from '../../kernel/shown-instant.ts';
import { callsState } from './appliance-state.ts';
import type { Finding } from './card.ts';

export interface OrganisationStateOptions {
  readonly app: FastifyInstance;
  readonly database: Database;
  readonly organisations: Organisations;
  readonly clock: Clock;
}

/** How far letters are counted. */
const COUNTED = 1000;

/** What an organisation's administrator sees first: nothing of others, and nothing of the machine. */
export async function organisationState(
  { app, database, organisations, clock }: OrganisationStateOptions,
  organisationId: string,
  language: Language,
): Promise<Finding[]> {
  const organisation = await organisations.read({ kind: 'organisation', organisationId }, organisationId);
  const own = app.meetings.all.filter(({ place }) => place?.organisationId === organisationId);
  const participants = own.reduce((sum, meeting) => sum + meeting.participants.size, 0);
  const recent: { state: string }[] = await database('letters')
    .where({ organisation_id: organisationId })
    .where('created_at', '>', clock() - 7 * DAY_MS)
    .orderBy('created_at', 'desc')
    .limit(COUNTED)
    .select('state');
  const count = (...states: string[]) => recent.filter(({ state }) => states.includes(state)).length;
  const [waiting, givenUp] = [count('waiting', 'sending'), count('given_up')];
  const { people, rooms, ends_at } = organisation;
  return [
    callsState({ meetings: own.length, participants }),
    {
      name: 'organisation',
      code: ends_at === null ? 'active' : 'ending',
      tone: ends_at === null ? 'good' : 'warning',
      params: { people, rooms, day: ends_at === null ? '' : shownDay(ends_at - 1, language) },
      href: `/console/organisations/${organisationId}`,
    },
    {
      name: 'letters',
      code: givenUp > 0 ? 'given_up' : 'fine',
      tone: givenUp > 0 ? 'warning' : 'good',
      params: { waiting, givenUp },
      href: '/console/letters',
    },
  ];
}
