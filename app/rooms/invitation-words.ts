import type { Translate } from '../kernel/i18n.ts';
import type { Language } from '../kernel/languages.ts';
import type { Letter } from '../mail/letter.ts';
import { calendarOf } from './calendar.ts';
import type { Appointment, Invitation } from './invitation.ts';
import { appointmentInWords, momentInWords } from './moment.ts';
import type { Room } from './room.ts';

/** Where invitations come from. */
export interface Letterhead {
  readonly siteName: string;
  /** The name of who invites. Their address is told to nobody: a calendar names the site's in its place. */
  readonly inviterName: string;
  readonly organizerEmail: string;
  /** The whole address of a page of ours. */
  readonly urlOf: (path: string) => string;
  readonly translates: Readonly<Record<Language, Translate>>;
}

/** An invitation, the room that it is for, and the token of its link. */
export interface Invited {
  readonly room: Pick<Room, 'name' | 'organisationId' | 'timeZone'>;
  readonly invitation: Invitation;
  readonly token: string;
}

export const guestPath = (token: string): string => `/i/${token}`;

/** When somebody is invited for, in words of their language, with the zone: a label and its value. */
function whenOf(
  { invitation, room }: Invited,
  { translates }: Letterhead,
): readonly [label: string, value: string] {
  const { language, appointment, expiresAt } = invitation;
  const t = translates[language];
  if (appointment !== null) return [t('rooms.letter.when'), appointmentInWords(appointment, language, t)];
  return [t('rooms.letter.until'), momentInWords(expiresAt, room.timeZone, language)];
}

/** A text to paste into a message of one's own: who, where, when and the link, in the guest's language. */
export function invitationText(invited: Invited, head: Letterhead): string {
  const { invitation, room, token } = invited;
  const t = head.translates[invitation.language];
  const fact = (label: string, value: string) => t('letters.fact', { label, value });
  return [
    t('rooms.letter.invited', { inviter: head.inviterName }),
    '',
    fact(t('rooms.letter.room'), room.name),
    fact(...whenOf(invited, head)),
    fact(t('rooms.letter.link'), head.urlOf(guestPath(token))),
    '',
    t('rooms.letter.personal'),
  ].join('\n');
}

/** What a letter about an invitation tells. `withdrawn`: an appointment that is none any more, the link staying. */
export type Occasion = 'invited' | 'changed' | 'withdrawn' | 'cancelled';

const kinds = {
  invited: 'invitation',
  changed: 'invitation_changed',
  withdrawn: 'invitation_changed',
  cancelled: 'invitation_cancelled',
} as const satisfies Record<Occasion, Letter['kind']>;

/**
 * A letter to who is invited, with what their calendar has to know.
 *
 * @param told the appointment that a calendar knows of already, or is told of now; null for none.
 */
export function invitationLetter(
  invited: Invited & { readonly email: string },
  head: Letterhead,
  {
    occasion,
    told,
    now,
  }: { readonly occasion: Occasion; readonly told: Appointment | null; readonly now: number },
): Letter {
  const { invitation, room, token, email } = invited;
  const { language, name } = invitation;
  const t = head.translates[language];
  const isOver = occasion === 'cancelled';
  const [whenLabel, when] = whenOf(invited, head);
  const params = { inviter: head.inviterName };
  const url = head.urlOf(guestPath(token));
  return {
    kind: kinds[occasion],
    to: { email, name, language, organisationId: room.organisationId },
    siteName: head.siteName,
    subject: t(`rooms.letter.subject.${occasion}`, { room: room.name }),
    // It lets its reader in, without any further question.
    isSensitive: !isOver,
    ...(!isOver && { expiresAt: invitation.expiresAt }),
    blocks: [
      { kind: 'paragraph', text: t('rooms.letter.greeting', { name }) },
      { kind: 'paragraph', text: t(`rooms.letter.${occasion}`, params) },
      {
        kind: 'facts',
        rows: [
          [t('rooms.letter.room'), room.name],
          ...(isOver && invitation.appointment === null ? [] : [[whenLabel, when] as const]),
        ],
      },
      ...(isOver
        ? []
        : ([
            { kind: 'action', label: t('rooms.letter.enter'), url },
            { kind: 'paragraph', text: t('rooms.letter.personal') },
          ] as const)),
    ],
    ...(told !== null && {
      attachments: [calendarAttachment({ ...invited, told, occasion, now, url }, head)],
    }),
  };
}

/** The same appointment as a file of its own, for hosts whose guests have no address. */
function calendarAttachment(
  {
    room,
    invitation,
    told,
    occasion,
    now,
    url,
    email,
  }: Invited & {
    readonly told: Appointment;
    readonly occasion: Occasion;
    readonly now: number;
    readonly url: string;
    readonly email: string;
  },
  head: Letterhead,
) {
  const t = head.translates[invitation.language];
  const method = occasion === 'cancelled' || occasion === 'withdrawn' ? 'cancel' : 'request';
  const content = calendarOf({
    invitationId: invitation.id,
    sequence: invitation.sequence,
    appointment: told,
    method,
    summary: t('rooms.letter.summary', { room: room.name }),
    description: [
      t('rooms.letter.invited', { inviter: head.inviterName }),
      url,
      t('rooms.letter.personal'),
    ].join('\n\n'),
    url,
    organizer: { name: head.inviterName, email: head.organizerEmail },
    attendee: { name: invitation.name, email },
    language: invitation.language,
    now,
  });
  return {
    fileName: 'invitation.ics',
    contentType: `text/calendar; charset=utf-8; method=${method.toUpperCase()}`,
    content,
  };
}
