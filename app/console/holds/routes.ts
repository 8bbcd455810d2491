import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Database } from '../../database/open.ts';
import { areaField, choiceField, readForm, textField } from '../../edge/form-fields.ts';
import { type Clock, DAY_MS } from '../../kernel/clock.ts';
import { reachOf } from '../../kernel/permissions.ts';
import { sortName } from '../../kernel/search-words.ts';
import { readTypedName } from '../../kernel/typed-name.ts';
import { canonicalAddress } from '../../mail/address.ts';
import { type LegalHolds, REASON_LIMIT } from '../../privacy/holds/holds.ts';
import { dayOf, endOfDay } from '../day.ts';
import { withDone } from '../flash.ts';
import { sendFormPage } from '../form-page.ts';
import { heldSubject } from './store.ts';

export interface HoldPagesOptions {
  readonly database: Database;
  readonly holds: LegalHolds;
  readonly clock: Clock;
}

type Typed = Readonly<Record<string, string>>;
type Faults = { readonly whom?: string; readonly reason?: string; readonly ends?: string };

const PATH = '/console/holds';

/** How far the end of a hold may lie, in milliseconds. Who needs it for longer looks at it again. */
const LONGEST_MS = 10 * 366 * DAY_MS;

/** Legal holds: the list, and the forms that make and lift one. */
export const holdPages = fp<HoldPagesOptions>(
  async (app, { database, holds, clock }) => {
    const writing = { config: { access: 'holds.write', needsConfirmation: true } } as const;

    app.get(PATH, { config: { access: 'holds.read' } }, async (request, reply) => {
      const { t } = request;
      const list = await holds.list();
      await app.audit.record(request.actor, { action: 'holds.viewed', details: { holds: list.length } });
      return reply.consolePage('console/holds/views/holds.hbs', {
        title: t('holds.title'),
        section: 'retention',
        back: { href: '/console/retention', text: t('retention.title') },
        mayWrite: reachOf(request.signedIn.role, 'holds.write') !== null,
        holds: list.map((hold) => ({
          id: hold.id,
          kind: t(`holds.kinds.${hold.object_kind}`),
          whom: hold.object_name ?? t('holds.gone'),
          reason: hold.reason,
          maker: hold.maker_name ?? '–',
          madeAt: hold.made_at,
          lastDay: (hold.lifted_at ?? hold.ends_at) - 1,
          isInForce: hold.isInForce,
        })),
      });
    });

    const sendForm = (request: FastifyRequest, reply: FastifyReply, typed: Typed, faults: Faults = {}) => {
      const { t } = request;
      return sendFormPage(reply, {
        title: t('holds.new'),
        section: 'retention',
        back: { href: PATH, text: t('holds.title') },
        words: [t('holds.newText')],
        fields: [
          choiceField({
            name: 'kind',
            label: t('holds.kind'),
            value: typed.kind ?? 'person',
            options: [
              { value: 'person', label: t('holds.kinds.person') },
              { value: 'organisation', label: t('holds.kinds.organisation') },
            ],
          }),
          textField({
            name: 'whom',
            label: t('holds.whom'),
            hint: t('holds.whomHint'),
            value: typed.whom ?? '',
            error: faults.whom,
            maxLength: 254,
            isRequired: true,
          }),
          areaField({
            name: 'reason',
            label: t('holds.reason'),
            hint: t('holds.reasonHint'),
            value: typed.reason ?? '',
            error: faults.reason,
            maxLength: REASON_LIMIT,
            rows: 4,
            isRequired: true,
          }),
          textField({
            name: 'ends',
            label: t('holds.lastDay'),
            type: 'date',
            value: typed.ends ?? '',
            error: faults.ends,
            min: dayOf(clock()),
            isRequired: true,
          }),
        ],
        submit: t('holds.make'),
      });
    };

    app.get(`${PATH}/new`, writing, async (request, reply) => sendForm(request, reply, {}));

    app.post(`${PATH}/new`, writing, async (request, reply) => {
      const typed = readForm(request.body);
      const { t } = request;
      const kind = typed.kind === 'organisation' ? 'organisation' : 'person';
      const whom = typed.whom ?? '';
      const id = await heldSubject(
        database,
        kind,
        kind === 'person' ? canonicalAddress(whom) : sortName(whom),
      );
      // Line ends become blanks: it is a sentence or two.
      const reason = readTypedName((typed.reason ?? '').replaceAll(/\s+/g, ' '), REASON_LIMIT);
      const endsAt = endOfDay(typed.ends ?? '');
      const now = clock();
      const isWrongEnd = endsAt === null || endsAt <= now || endsAt > now + LONGEST_MS;
      if (id === null || reason === null || isWrongEnd) {
        return sendForm(request, reply, typed, {
          ...(id === null && { whom: t('holds.wrong.whom') }),
          ...(reason === null && { reason: t('holds.wrong.reason') }),
          ...(isWrongEnd && { ends: t('holds.wrong.ends') }),
        });
      }
      await holds.make(request.actor, { kind, id, reason, endsAt });
      return reply.redirect(withDone(PATH, 'hold_made'), 303);
    });

    app.get<{ Params: { id: string } }>(`${PATH}/:id/lift`, writing, async (request, reply) => {
      const { t } = request;
      return sendFormPage(reply, {
        title: t('holds.liftTitle'),
        section: 'retention',
        back: { href: PATH, text: t('holds.title') },
        words: [t('holds.liftText')],
        fields: [],
        submit: t('holds.lift'),
        isDangerous: true,
      });
    });

    app.post<{ Params: { id: string } }>(`${PATH}/:id/lift`, writing, async (request, reply) => {
      await holds.lift(request.actor, request.params.id);
      return reply.redirect(withDone(PATH, 'hold_lifted'), 303);
    });
  },
  { name: 'hold-pages', dependencies: ['console-frame'] },
);
