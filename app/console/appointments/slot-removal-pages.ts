import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { type DayFaults, FURTHEST_DAYS, readDays } from '../../clinic/appointments/slots/slot-days.ts';
import { type AreaName, cliniciansOf } from '../../clinic/appointments/store.ts';
import { choiceField, readForm, textField } from '../../edge/form-fields.ts';
import { AppError } from '../../kernel/errors.ts';
import { withDone } from '../flash.ts';
import { faultOf, sentenceOf } from '../form-page.ts';
import type { TypedText } from './appointment-form.ts';
import { type AppointmentConsoleOptions, using } from './asked-appointment.ts';
import { areaOf, type InArea, sendAreaChoice } from './asked-area.ts';
import { makerOf, slotsPath } from './asked-slot.ts';
import { typedOfNewSeries } from './slot-form.ts';

const path = `${slotsPath}/delete`;
const EVERYONE = 'everyone';

/** What was typed, and what is wrong with it; how many times would go, once that was asked. */
interface Shown {
  readonly typed: TypedText;
  readonly faults?: DayFaults;
  readonly count?: number | null;
  readonly fault?: AppError | null;
}

/** Deletes the free times of a period: first it says how many, then it does it. */
export const slotRemovalPages = fp<AppointmentConsoleOptions>(
  async (app, { database, clock, clinic }) => {
    app.get<InArea>(path, using, async (request, reply) => {
      const area = await areaOf(database, request);
      if (area !== null)
        return send(request, reply, area, { typed: typedOfNewSeries(area.timeZone, clock()) });
      const page = { title: request.t('appointments.slots.remove.title'), path, back: slotsPath };
      return sendAreaChoice(database, request, reply, page);
    });

    app.post<InArea>(path, using, async (request, reply) => {
      const area = await areaOf(database, request);
      if (area === null) throw new AppError('invalid_input');
      const typed = readForm(request.body);
      const days = readDays(typed, area.timeZone, clock());
      if ('faults' in days) return send(request, reply, area, { typed, faults: days.faults });
      const times = {
        areaId: area.id,
        clinicianId: typed.clinician === EVERYONE ? EVERYONE : typed.clinician || null,
        from: Math.max(days.first.toMillis(), clock()),
        before: days.last.plus({ days: 1 }).toMillis(),
      } as const;
      const maker = makerOf(request);
      const { counted } = typed;
      let fault: AppError | null = null;
      if (counted !== undefined) {
        if (!/^\d{1,5}$/.test(counted)) throw new AppError('invalid_input');
        fault = await faultOf(
          () => clinic.slots.removeFree(maker, times, Number(counted)),
          ['changed_meanwhile'],
        );
        if (fault === null)
          return reply.redirect(withDone(`${slotsPath}?from=coming&area=${area.id}`, 'slots_deleted'), 303);
      }
      return send(request, reply, area, { typed, count: await clinic.slots.countFree(maker, times), fault });
    });

    const send = async (
      request: FastifyRequest,
      reply: FastifyReply,
      area: AreaName,
      { typed, faults = {}, count = null, fault = null }: Shown,
    ) => {
      const { t } = request;
      const day = (name: keyof DayFaults, label: string) => {
        const wrong = faults[name];
        return textField({
          name,
          label,
          type: 'date',
          value: typed[name] ?? '',
          error: wrong && t(`appointments.slots.faults.${wrong}`, { days: FURTHEST_DAYS }),
          isRequired: true,
        });
      };
      const isWrong = Object.keys(faults).length > 0;
      if (fault !== null) reply.code(fault.status);
      else if (isWrong) reply.code(400);
      return reply.consolePage('console/appointments/views/slot-removal.hbs', {
        title: t('appointments.slots.remove.title'),
        section: 'appointments',
        back: { href: `${slotsPath}?from=coming`, text: t('appointments.slots.title') },
        area: area.name,
        fault: fault !== null ? sentenceOf(request, fault) : isWrong ? t('console.form.wrong') : null,
        fields: [
          choiceField({
            name: 'clinician',
            label: t('appointments.slots.clinician'),
            value: typed.clinician ?? EVERYONE,
            options: [
              { value: EVERYONE, label: t('appointments.slots.remove.everyone') },
              { value: '', label: t('appointments.anybody') },
              ...(await cliniciansOf(database, area.id)).map(({ id, name }) => ({ value: id, label: name })),
            ],
          }),
          day('first_day', t('appointments.slots.firstDay')),
          day('last_day', t('appointments.slots.lastDay')),
        ],
        isCounted: count !== null,
        count,
        typed: (['clinician', 'first_day', 'last_day'] as const).map((name) => ({
          name,
          value: typed[name] ?? '',
        })),
      });
    };
  },
  { name: 'slot-removal-pages', dependencies: ['console-frame'] },
);
