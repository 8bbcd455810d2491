import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { type AreaMember, visitFields } from '../../clinic/area.ts';
import { membersOf } from '../../clinic/area-store.ts';
import type { Scope } from '../../kernel/permissions.ts';
import { zoneInWords } from '../../rooms/moment.ts';
import { hoursInWords } from '../../rooms/opening-words.ts';
import { tableView } from '../table.ts';
import { areaForms } from './area-forms.ts';
import { areasTable, doorPath, mayMake, standing } from './areas-table.ts';
import { type AreaPagesOptions, areaOf, type InArea, recordView } from './asked-area.ts';
import { memberForms } from './member-forms.ts';

const reading = { config: { access: 'areas.read' } } as const;

/** Departments in the console: the list, each one's page, and who works there. */
export const areaPages = fp<AreaPagesOptions>(
  async (app, options) => {
    const { database, clock } = options;
    const tables: Readonly<Record<Scope['kind'], ReturnType<typeof areasTable>>> = {
      own: areasTable(database, clock, 'own'),
      organisation: areasTable(database, clock, 'organisation'),
      all: areasTable(database, clock, 'all'),
    };

    app.get('/console/areas', reading, async (request, reply) =>
      reply.consolePage('console/areas/views/areas.hbs', {
        title: request.t('areas.title'),
        section: 'areas',
        mayMake: mayMake(request),
        table: await tableView(request, tables[request.scope('areas.read').kind]),
      }),
    );

    app.get<InArea>('/console/areas/:id', reading, async (request, reply) => {
      const { t, language } = request;
      const area = await areaOf(database, request, 'areas.read');
      const members = await membersOf(database, [area.id]);
      await recordView(request, area);
      const state = standing(area, clock(), t);
      return reply.consolePage('console/areas/views/area.hbs', {
        title: area.name,
        section: 'areas',
        id: area.id,
        path: doorPath(area),
        link: request.ownUrl(doorPath(area)),
        standing: state,
        hours:
          area.openingHours === null
            ? [t('rooms.hoursAlways')]
            : [
                ...hoursInWords(area.openingHours, language, t),
                t('rooms.hoursZone', { zone: zoneInWords(clock(), area.timeZone, language) }),
              ],
        closedDays: area.closedDays.length,
        supportContact: area.supportContact,
        asks: visitFields
          .filter((field) => area.fields[field].asked !== 'no')
          .map((field) => ({
            name: t(`areas.fields.${field}`),
            asked: t(`areas.askings.${area.fields[field].asked}`),
            kept: t('areas.kept', { days: area.fields[field].keepDays }),
          })),
        organisation: request.scope('areas.read').kind === 'all' ? area.organisationName : null,
        members: members.map((member) => memberRow(request, member)),
      });
    });

    await app.register(areaForms, options);
    await app.register(memberForms, options);
  },
  { name: 'area-pages', dependencies: ['console-frame'] },
);

function memberRow({ t }: FastifyRequest, { personId, name, email, role, getsLetters }: AreaMember) {
  return {
    personId,
    name,
    email,
    role: t(`areas.roles.${role}`),
    letters: getsLetters ? t('areas.getsLetters') : '',
  };
}
