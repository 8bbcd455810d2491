import type { Database } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Translate } from '../../kernel/i18n.ts';
import type { Language } from '../../kernel/languages.ts';
import { type Appointment, type Invitation, isInForce } from '../../rooms/invitation.ts';
import { type ListedInvitation, listInvitations } from '../../rooms/invitation-store.ts';
import { shortMoment } from '../../rooms/moment.ts';
import type { Room } from '../../rooms/room.ts';
import type { Cell, Table } from '../table.ts';
import { roomPath } from './rooms-table.ts';

/** Whether an invitation counts, as a sign, a colour and a word. */
export function invitationStanding(invitation: Invitation, now: number, t: Translate): Cell {
  if (isInForce(invitation, now)) return { text: t('rooms.invitation.inForce'), tone: 'good' };
  return invitation.revokedAt === null
    ? { text: t('rooms.invitation.expired'), tone: 'quiet' }
    : { text: t('rooms.invitation.revoked'), tone: 'bad' };
}

/** What became of the last letter. */
export function letterStanding({ letterState, email }: ListedInvitation, t: Translate): Cell {
  if (letterState === null)
    return { text: t(`rooms.letterStates.${email === null ? 'none' : 'gone'}`), tone: 'quiet' };
  const tone = letterState === 'sent' ? 'good' : letterState === 'given_up' ? 'bad' : 'quiet';
  return { text: t(`rooms.letterStates.${letterState}`), tone };
}

export const invitationPath = ({ id, roomId }: { readonly id: string; readonly roomId: string }): string =>
  `${roomPath({ id: roomId })}/invitations/${id}`;

/** Who is invited into one room, the newest first, with times by the clock of each appointment. */
export function invitationsTable(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  room: Pick<Room, 'id' | 'timeZone'>,
  language: Language,
): Table<ListedInvitation> {
  const startOf = ({ startsAt, timeZone }: Appointment) => {
    const start = shortMoment(startsAt, timeZone, language);
    return timeZone === room.timeZone ? start : `${start} (${timeZone.replaceAll('_', ' ')})`;
  };
  return {
    name: 'invitations',
    caption: (t) => t('rooms.invitations'),
    columns: [
      {
        name: 'guest',
        heading: (t) => t('rooms.guest'),
        cell: (row) => ({ text: row.name, href: invitationPath(row) }),
      },
      {
        name: 'email',
        heading: (t) => t('rooms.email'),
        cell: ({ email }) => ({ text: email ?? '–' }),
      },
      {
        name: 'starts',
        heading: (t) => t('rooms.starts'),
        cell: ({ appointment }, t) => ({
          text: appointment === null ? t('rooms.anyTime') : startOf(appointment),
        }),
      },
      {
        name: 'standing',
        heading: (t) => t('rooms.standing.heading'),
        cell: (row, t) => invitationStanding(row, clock(), t),
      },
      { name: 'letter', heading: (t) => t('rooms.letterHeading'), cell: letterStanding },
      {
        name: 'made',
        heading: (t) => t('rooms.made'),
        cell: (row) => ({ at: row.createdAt }),
        sort: { column: 'invitations.created_at', value: (row) => row.createdAt },
      },
    ],
    defaultSort: '-made',
    list: (_request, query) => listInvitations(database, room.id, query),
    empty: (t) => ({
      heading: t('rooms.invitationsEmpty.heading'),
      text: t('rooms.invitationsEmpty.text'),
      action: null,
    }),
  };
}
