import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Database } from '../../database/open.ts';
import { readForm } from '../../edge/form-fields.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { AppError } from '../../kernel/errors.ts';
import { type InvitationFaults, readInvitation, readValidity } from '../../rooms/invitation-fields.ts';
import type { Invitations } from '../../rooms/invitations.ts';
import type { ListedRoom } from '../../rooms/store.ts';
import { withDone } from '../flash.ts';
import { faultOf, sentenceOf } from '../form-page.ts';
import {
  appointmentFields,
  guestFields,
  sentencesOf,
  typedOfNew,
  typedTimeOf,
  untilField,
  whenField,
} from './invitation-form.ts';
import { invitationPath } from './invitations-table.ts';
import {
  chosenOf,
  type InInvitation,
  type InRoom,
  type Invited,
  invitedOf,
  inviterOf,
  roomOf,
} from './invited.ts';
import type { TypedText } from './room-form.ts';
import { recordView } from './room-view.ts';
import { roomPath } from './rooms-table.ts';

export interface InvitationFormsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly invitations: Invitations;
  readonly organizerEmail: string;
}

const writing = { config: { access: 'rooms.write' } } as const;

/** The forms that invite somebody, and give them another time. */
export const invitationForms = fp<InvitationFormsOptions>(
  async (app, { database, clock, invitations, organizerEmail }) => {
    app.get<InRoom>('/console/rooms/:id/invitations/new', writing, async (request, reply) => {
      const room = await roomOf(database, request, 'rooms.write');
      return sendNew(request, reply, room, { typed: typedOfNew(request, room, clock()) });
    });

    app.post<InRoom>('/console/rooms/:id/invitations/new', writing, async (request, reply) => {
      const room = await roomOf(database, request, 'rooms.write');
      const typed = readForm(request.body);
      const read = readInvitation(typed, room, clock());
      if ('faults' in read) return sendNew(request, reply, room, { typed, faults: read.faults });
      let id = '';
      const fault = await faultOf(async () => {
        ({ id } = await invitations.make(inviterOf(request, organizerEmail), room.id, read.fields));
      }, ['too_many_invitations']);
      if (fault !== null) return sendNew(request, reply, room, { typed, fault });
      const done = read.fields.email === null ? 'invitation_made' : 'invitation_sent';
      return reply.redirect(withDone(invitationPath({ id, roomId: room.id }), done), 303);
    });

    app.get<InInvitation>(
      '/console/rooms/:id/invitations/:invitationId/edit',
      writing,
      async (request, reply) => {
        const { room, invitation } = await invitedOf(database, request, 'rooms.write');
        return sendTime(
          request,
          reply,
          { room, invitation },
          { typed: typedTimeOf(invitation, room, clock()) },
        );
      },
    );

    app.post<InInvitation>(
      '/console/rooms/:id/invitations/:invitationId/edit',
      writing,
      async (request, reply) => {
        const { room, invitation } = await invitedOf(database, request, 'rooms.write');
        const typed = readForm(request.body);
        const chosen = chosenOf(invitation, typed);
        const read = readValidity(typed, room, clock());
        if ('faults' in read)
          return sendTime(request, reply, { room, invitation }, { typed, faults: read.faults });
        const fault = await faultOf(
          () => invitations.reschedule(inviterOf(request, organizerEmail), chosen, read.validity),
          ['changed_meanwhile'],
        );
        if (fault !== null) return sendTime(request, reply, { room, invitation }, { typed, fault });
        return reply.redirect(withDone(invitationPath(invitation), 'invitation_changed'), 303);
      },
    );
  },
  { name: 'invitation-forms', dependencies: ['console-frame'] },
);

/** What was typed, and what is wrong with it or with the whole. */
interface Shown {
  readonly typed: TypedText;
  readonly faults?: InvitationFaults;
  readonly fault?: AppError | null;
}

function sendNew(request: FastifyRequest, reply: FastifyReply, room: ListedRoom, shown: Shown) {
  return sendForm(request, reply, shown, {
    title: request.t('rooms.invite'),
    back: { href: roomPath(room), text: room.name },
    submit: request.t('rooms.inviteSubmit'),
    hasGuest: true,
    sequence: '',
  });
}

async function sendTime(
  request: FastifyRequest,
  reply: FastifyReply,
  { room, invitation }: Invited,
  shown: Shown,
) {
  const { t } = request;
  await recordView(request, room, invitation.id);
  return sendForm(request, reply, shown, {
    title: t('rooms.rescheduleTitle', { name: invitation.name }),
    back: { href: invitationPath(invitation), text: invitation.name },
    submit: invitation.email === null ? t('rooms.reschedule') : t('rooms.rescheduleSend'),
    hasGuest: false,
    // As it was read when the form was made: what changed since then is not written over.
    sequence: shown.typed.sequence ?? String(invitation.sequence),
  });
}

/** Answers the form; with status 400, or that of the fault, once something is wrong in it. */
function sendForm(
  request: FastifyRequest,
  reply: FastifyReply,
  { typed, faults = {}, fault = null }: Shown,
  form: {
    readonly title: string;
    readonly back: { readonly href: string; readonly text: string };
    readonly submit: string;
    /** Whether it asks who is invited. */
    readonly hasGuest: boolean;
    readonly sequence: string;
  },
): Promise<FastifyReply> {
  const sentences = sentencesOf(request, faults);
  const isWrong = Object.keys(sentences).length > 0;
  if (fault !== null) reply.code(fault.status);
  else if (isWrong) reply.code(400);
  return reply.consolePage('console/rooms/views/invitation-form.hbs', {
    title: form.title,
    section: 'rooms',
    back: form.back,
    submit: form.submit,
    fault: fault !== null ? sentenceOf(request, fault) : isWrong ? request.t('console.form.wrong') : null,
    sequence: form.sequence,
    guest: form.hasGuest ? guestFields(request, typed, sentences) : null,
    when: whenField(request, typed, sentences),
    appointment: appointmentFields(request, typed, sentences),
    until: untilField(request, typed, sentences),
  });
}
