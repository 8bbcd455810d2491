import fp from 'fastify-plugin';
import { readForm } from '../../edge/form-fields.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AppointmentHead } from './appointment-words.ts';
import type { Appointments } from './appointments.ts';

export interface ExpectedRoutesOptions {
  readonly appointments: Appointments;
  readonly head: AppointmentHead;
}

type ById = { Params: { id: string } };

/** What those who look at the queue say of today's appointments: that a patient did not come, or may still come. */
export const expectedRoutes = fp<ExpectedRoutesOptions>(
  async (app, { appointments, head }) => {
    for (const act of ['miss', 'expect'] as const)
      app.post<ById>(
        `/clinic/appointments/:id/${act}`,
        { config: { access: 'clinic.use' } },
        async (request, reply) => {
          const personId = request.signedIn.id;
          const reach = { kind: 'member', personId, permission: 'appointments.write' } as const;
          const { id } = await appointments.read(reach, request.params.id);
          const { version = '' } = readForm(request.body);
          if (!/^\d{1,9}$/.test(version)) throw new AppError('invalid_input');
          const maker = { actor: request.actor, reach, head };
          await appointments.mark(maker, { id, version: Number(version) }, act);
          if (request.headers.accept === 'application/json') return reply.send({ path: '/clinic' });
          return reply.redirect('/clinic', 303);
        },
      );
  },
  { name: 'expected-routes', dependencies: ['access'] },
);
