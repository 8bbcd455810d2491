import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { readForm, tickField } from '../../edge/form-fields.ts';
import type { AppError } from '../../kernel/errors.ts';
import type { GuestLinks } from '../../rooms/guest-link.ts';
import { isInForce } from '../../rooms/invitation.ts';
import type { ListedInvitation } from '../../rooms/invitation-store.ts';
import { guestPath, invitationText } from '../../rooms/invitation-words.ts';
import { appointmentInWords, momentInWords } from '../../rooms/moment.ts';
import type { ListedRoom } from '../../rooms/store.ts';
import { withDone } from '../flash.ts';
import { faultOf, sendFormPage, sentenceOf } from '../form-page.ts';
import { type InvitationFormsOptions, invitationForms } from './invitation-forms.ts';
import { invitationPath, invitationStanding, letterStanding } from './invitations-table.ts';
import { chosenOf, type InInvitation, type Invited, invitedOf, inviterOf } from './invited.ts';
import { letterheadOf } from './letterhead.ts';
import { recordView } from './room-view.ts';
import { roomPath } from './rooms-table.ts';

export interface InvitationPagesOptions extends InvitationFormsOptions {
  readonly guestLinks: GuestLinks;
}

const reading = { config: { access: 'rooms.read' } } as const;
const writing = { config: { access: 'rooms.write' } } as const;

/** One invitation: its link, the text to pass it on with, and what takes it back. */
export const invitationPages = fp<InvitationPagesOptions>(
  async (app, options) => {
    const { database, clock, invitations, guestLinks, organizerEmail } = options;
    const address = '/console/rooms/:id/invitations/:invitationId';

    app.get<InInvitation>(address, reading, async (request, reply) => {
      const { room, invitation } = await invitedOf(database, request, 'rooms.read');
      await recordView(request, room, invitation.id);
      return reply.consolePage('console/rooms/views/invitation.hbs', {
        title: invitation.name,
        section: 'rooms',
        room: { name: room.name, path: roomPath(room) },
        path: invitationPath(invitation),
        hasEmail: invitation.email !== null,
        sequence: String(invitation.sequence),
        ...factsOf(request, room, invitation),
        ...linkOf(request, room, invitation),
      });
    });

    function factsOf({ t, language }: FastifyRequest, room: ListedRoom, invitation: ListedInvitation) {
      const { appointment, expiresAt, email } = invitation;
      return {
        standing: invitationStanding(invitation, clock(), t),
        letter: letterStanding(invitation, t),
        email: email ?? t('rooms.noEmail'),
        languageName: t(`layout.languageNames.${invitation.language}`),
        when: appointment === null ? t('rooms.anyTime') : appointmentInWords(appointment, language, t),
        expires: momentInWords(expiresAt, room.timeZone, language),
      };
    }

    /** What opens the room; nothing of it once it does not any more. */
    function linkOf(request: FastifyRequest, room: ListedRoom, invitation: ListedInvitation) {
      if (!isInForce(invitation, clock()))
        return { inForce: false, link: null, text: null, textLanguage: null };
      const token = guestLinks.tokenOf(invitation);
      return {
        inForce: true,
        link: request.ownUrl(guestPath(token)),
        text: invitationText({ room, invitation, token }, letterheadOf(request, organizerEmail)),
        textLanguage: invitation.language,
      };
    }

    app.post<InInvitation>(`${address}/resend`, writing, async (request, reply) => {
      const { invitation } = await invitedOf(database, request, 'rooms.write');
      await invitations.resend(inviterOf(request, organizerEmail), invitation);
      return reply.redirect(withDone(invitationPath(invitation), 'invitation_sent'), 303);
    });

    app.post<InInvitation>(`${address}/renew`, writing, async (request, reply) => {
      const { invitation } = await invitedOf(database, request, 'rooms.write');
      const chosen = chosenOf(invitation, readForm(request.body));
      await invitations.renewLink(inviterOf(request, organizerEmail), chosen);
      return reply.redirect(withDone(invitationPath(invitation), 'invitation_renewed'), 303);
    });

    app.get<InInvitation>(`${address}/revoke`, writing, async (request, reply) => {
      return sendRevoke(request, reply, await invitedOf(database, request, 'rooms.write'), null);
    });

    app.post<InInvitation>(`${address}/revoke`, writing, async (request, reply) => {
      const { room, invitation } = await invitedOf(database, request, 'rooms.write');
      const tell = readForm(request.body).tell === 'yes';
      const fault = await faultOf(
        () => invitations.revoke(inviterOf(request, organizerEmail), invitation, tell),
        ['changed_meanwhile'],
      );
      if (fault !== null) return sendRevoke(request, reply, { room, invitation }, fault);
      return reply.redirect(withDone(invitationPath(invitation), 'invitation_revoked'), 303);
    });

    await app.register(invitationForms, options);
  },
  { name: 'invitation-pages', dependencies: ['console-frame'] },
);

async function sendRevoke(
  request: FastifyRequest,
  reply: FastifyReply,
  { room, invitation }: Invited,
  fault: AppError | null,
): Promise<FastifyReply> {
  const { t } = request;
  await recordView(request, room, invitation.id);
  return sendFormPage(reply, {
    title: t('rooms.revokeTitle', { name: invitation.name }),
    section: 'rooms',
    back: { href: invitationPath(invitation), text: invitation.name },
    words: [t('rooms.revokeText')],
    fields:
      invitation.email === null
        ? []
        : [tickField({ name: 'tell', label: t('rooms.revokeTell'), isTicked: true })],
    submit: t('rooms.revoke'),
    isDangerous: true,
    fault: fault && sentenceOf(request, fault),
  });
}
