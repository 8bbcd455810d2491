import fp from 'fastify-plugin';
import { reachOf } from '../../kernel/permissions.ts';
import type { Meeting } from '../../meetings/meeting.ts';
import { sendCsv } from '../csv.ts';
import { type DoneCode, withDone } from '../flash.ts';
import { tableView } from '../table.ts';
import { nameOf, reachableMeeting, seesParticipants } from './live-view.ts';
import { meetingsTable } from './meetings-table.ts';

type ById = { Params: { id: string } };

/** Meetings that go on now: which, who is in them, and what can be done from outside. */
export const meetingPages = fp(
  async (app) => {
    const { hosting } = app.meetings;

    app.get('/console/meetings', { config: { access: 'meetings.read' } }, async (request, reply) =>
      reply.consolePage('console/meetings/views/meetings.hbs', {
        title: request.t('meetings.title'),
        section: 'meetings',
        table: await tableView(request, meetingsTable),
      }),
    );

    app.get(
      '/console/meetings.csv',
      { config: { access: 'meetings.read', needsConfirmation: true } },
      async (request, reply) => sendCsv(request, reply, meetingsTable, { action: 'meetings.exported' }),
    );

    app.get<ById>(
      '/console/meetings/:id',
      { config: { access: 'meetings.read' } },
      async (request, reply) => {
        const { t } = request;
        const meeting = reachableMeeting(request, 'meetings.read', request.params.id);
        const mayName = seesParticipants(request);
        if (mayName) {
          await app.audit.record(request.actor, {
            action: 'meeting.viewed',
            organisationId: meeting.place?.organisationId ?? null,
            object: { kind: 'meeting', id: meeting.id },
          });
        }
        const path = `/console/meetings/${meeting.id}`;
        return reply.consolePage('console/meetings/views/meeting.hbs', {
          title: nameOf(request, meeting),
          section: 'meetings',
          path,
          startedAt: meeting.startedAt,
          isLocked: meeting.isLocked,
          roomPath: meeting.place && mayName ? `/console/rooms/${meeting.place.id}` : null,
          namesHidden: !mayName,
          participants: meeting.others().map(({ name, role, joinedAt, seen }, index) => ({
            name: mayName ? name : t('meetings.person', { number: index + 1 }),
            role: t(`meetings.roles.${role}`),
            joinedAt,
            connected: seen.connected,
          })),
          waiting: meeting.lobby.size,
          mayControl: reachOf(request.signedIn.role, 'meetings.control') !== null,
        });
      },
    );

    const act = (
      name: string,
      done: DoneCode,
      back: (meeting: Meeting) => string,
      run: (meeting: Meeting, ...rest: [Parameters<typeof hosting.end>[1]]) => Promise<void>,
    ) =>
      app.post<ById>(
        `/console/meetings/:id/${name}`,
        { config: { access: 'meetings.control' } },
        async (request, reply) => {
          const meeting = reachableMeeting(request, 'meetings.control', request.params.id);
          await run(meeting, request.actor);
          return reply.redirect(withDone(back(meeting), done), 303);
        },
      );
    const itself = ({ id }: Meeting) => `/console/meetings/${id}`;
    act(
      'end',
      'meeting_ended',
      () => '/console/meetings',
      (meeting, actor) => hosting.end(meeting, actor),
    );
    act('lock', 'meeting_locked', itself, (meeting, actor) => hosting.setLocked(meeting, true, actor));
    act('unlock', 'meeting_unlocked', itself, (meeting, actor) => hosting.setLocked(meeting, false, actor));
  },
  { name: 'meeting-pages', dependencies: ['console-frame', 'meetings'] },
);
