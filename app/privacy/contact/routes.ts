import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { areaField, readForm, textField } from '../../edge/form-fields.ts';
import { canonicalHostname } from '../../edge/sites.ts';
import type { Clock } from '../../kernel/clock.ts';
import { ofNetworkAnHour } from '../public-form-limit.ts';
import {
  ADDRESS_LIMIT,
  COMPANY_LIMIT,
  type ContactFault,
  type ContactFieldName,
  contactFieldNames,
  MESSAGE_LIMIT,
  NAME_LIMIT,
  PHONE_LIMIT,
  readContactFields,
} from './contact-fields.ts';
import type { Contacts } from './contacts.ts';
import { FormStamps } from './form-stamp.ts';

export interface ContactPageOptions {
  readonly contacts: Contacts;
  readonly clock: Clock;
  /** `sessions` */
  readonly secret: string;
  /** Messages that one network may send within an hour. */
  readonly limit: number;
}

interface Shown {
  readonly typed?: Readonly<Record<string, string>>;
  readonly faults?: Readonly<Partial<Record<ContactFieldName, ContactFault>>>;
  /** Of the whole: `contact.again.<this>`. */
  readonly again?: 'quick' | 'void' | null;
  readonly stamp?: string | null;
}

const PATH = '/contact';
const isOptional = (name: ContactFieldName) => name === 'company' || name === 'phone';
/** Programs fill it in; people do not see it. */
const TRAP = 'website';

/** `/contact`: a message to whoever runs the site. Nobody else is asked whether its writer is a person. */
export const contactPage = fp<ContactPageOptions>(
  async (app, { contacts, clock, secret, limit }) => {
    const stamps = new FormStamps(secret, 'contact');

    const show = (
      request: FastifyRequest,
      reply: FastifyReply,
      { typed = {}, faults = {}, again = null, stamp = null }: Shown = {},
    ) => {
      const { t } = request;
      const words = (name: ContactFieldName, maxLength: number) => ({
        name,
        label: isOptional(name)
          ? t('contact.optional', { label: t(`contact.${name}`) })
          : t(`contact.${name}`),
        maxLength,
        value: [...(typed[name] ?? '')].slice(0, maxLength).join(''),
        error: faults[name] && t(`contact.faults.${faults[name]}`),
      });
      return reply.page('privacy/contact/views/contact.hbs', {
        title: t('contact.title'),
        fields: [
          textField({ ...words('name', NAME_LIMIT), autocomplete: 'name', isRequired: true }),
          textField({ ...words('company', COMPANY_LIMIT), autocomplete: 'organization' }),
          textField({
            ...words('email', ADDRESS_LIMIT),
            type: 'email',
            autocomplete: 'email',
            isRequired: true,
          }),
          textField({ ...words('phone', PHONE_LIMIT), autocomplete: 'tel' }),
          areaField({ ...words('message', MESSAGE_LIMIT), rows: 8, isRequired: true }),
        ],
        trap: TRAP,
        fault:
          again === null
            ? (Object.keys(faults).length > 0 && t('contact.wrong')) || null
            : t(`contact.again.${again}`),
        stamp: stamp ?? stamps.make(clock()),
      });
    };

    app.get(PATH, { config: { access: 'anyone' } }, async (request, reply) => show(request, reply));

    app.post(
      PATH,
      { config: { access: 'anyone', rateLimit: ofNetworkAnHour(limit) } },
      async (request, reply) => {
        const { stamp, [TRAP]: trap, ...form } = readForm(request.body);
        const typed = Object.fromEntries(contactFieldNames.map((name) => [name, form[name] ?? '']));
        const done = () => reply.redirect(`${PATH}/sent`, 303);
        // A program is told that it went well, so that it does not try otherwise.
        if (trap) return done();
        const state = stamps.look(stamp, clock());
        if (state === 'used') return done();
        const read = readContactFields(typed);
        if (state !== 'new' || stamp === undefined || 'faults' in read) {
          reply.code(400);
          const again = state === 'new' || 'faults' in read ? null : state;
          const faults = 'faults' in read ? read.faults : {};
          // One that came too soon counts from when it was drawn, so that sending it once more is enough.
          return show(request, reply, {
            typed,
            faults,
            again,
            stamp: state === 'void' ? null : (stamp ?? null),
          });
        }
        stamps.use(stamp);
        try {
          await contacts.take(read.fields, {
            language: request.language,
            siteName: request.site.name,
            host: canonicalHostname(request.host),
            ownUrl: (path) => request.ownUrl(path),
          });
        } catch (fault) {
          stamps.giveBack(stamp);
          throw fault;
        }
        return done();
      },
    );

    app.get(`${PATH}/sent`, { config: { access: 'anyone' } }, async (request, reply) =>
      reply.page('privacy/contact/views/sent.hbs', { title: request.t('contact.sent.title') }),
    );
  },
  { name: 'contact', dependencies: ['views', 'access', 'rate-limits', 'own-urls'] },
);
