import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Database } from '../../database/open.ts';
import { reachOf } from '../../kernel/permissions.ts';
import type { Contacts } from '../../privacy/contact/contacts.ts';
import { sendCsv } from '../csv.ts';
import { withDone } from '../flash.ts';
import { faultOf, sendFormPage, sentenceOf } from '../form-page.ts';
import { tableView } from '../table.ts';
import { contactsTable, standing } from './contacts-table.ts';

export interface ContactPagesOptions {
  readonly contacts: Contacts;
  readonly database: Database;
  readonly isFormOn: boolean;
}

type ById = { Params: { id: string } };

const LIST = '/console/contacts';
const pathOf = (id: string) => `${LIST}/${id}`;

/** What came by the contact form: to be found, answered, marked as handled and deleted. */
export const contactPages = fp<ContactPagesOptions>(
  async (app, { contacts, database, isFormOn }) => {
    const table = contactsTable(database, isFormOn);
    const reading = { config: { access: 'contacts.read' } } as const;
    const writing = { config: { access: 'contacts.write' } } as const;

    const recordView = ({ actor }: FastifyRequest, id: string) =>
      app.audit.record(actor, { action: 'contact.viewed', object: { kind: 'contact', id } });

    app.get(LIST, reading, async (request, reply) => {
      const view = await tableView(request, table);
      await app.audit.record(request.actor, { action: 'contacts.listed' });
      return reply.consolePage('console/contacts/views/contacts.hbs', {
        title: request.t('contacts.title'),
        section: 'contacts',
        table: view,
      });
    });

    app.get(
      `${LIST}.csv`,
      { config: { access: 'contacts.read', needsConfirmation: true } },
      async (request, reply) => sendCsv(request, reply, table, { action: 'contacts.exported' }),
    );

    app.get<ById>(`${LIST}/:id`, reading, async (request, reply) => {
      const contact = await contacts.read(request.params.id);
      await recordView(request, contact.id);
      return reply.consolePage('console/contacts/views/contact.hbs', {
        title: contact.name,
        section: 'contacts',
        path: pathOf(contact.id),
        contact,
        standing: standing(contact, request.t),
        lines: contact.message.split('\n'),
        mayWrite: reachOf(request.signedIn.role, 'contacts.write') !== null,
      });
    });

    for (const [name, isHandled, done] of [
      ['handled', true, 'contact_handled'],
      ['open', false, 'contact_reopened'],
    ] as const) {
      app.post<ById>(`${LIST}/:id/${name}`, writing, async (request, reply) => {
        const { id } = request.params;
        await contacts.setHandled(id, isHandled, request.actor);
        return reply.redirect(withDone(pathOf(id), done), 303);
      });
    }

    const deletion = async (request: FastifyRequest<ById>, reply: FastifyReply, fault: string | null) => {
      const { t } = request;
      const { id, name } = await contacts.read(request.params.id);
      await recordView(request, id);
      return sendFormPage(reply, {
        title: t('contacts.delete.title'),
        section: 'contacts',
        back: { href: pathOf(id), text: name },
        words: [t('contacts.delete.text')],
        fields: [],
        submit: t('contacts.delete.submit'),
        isDangerous: true,
        fault,
      });
    };
    const deleting = { config: { access: 'contacts.write', needsConfirmation: true } } as const;
    app.get<ById>(`${LIST}/:id/delete`, deleting, (request, reply) => deletion(request, reply, null));
    app.post<ById>(`${LIST}/:id/delete`, deleting, async (request, reply) => {
      const { id } = request.params;
      const fault = await faultOf(() => contacts.delete(id, request.actor), ['on_legal_hold']);
      if (fault !== null) return deletion(request, reply, sentenceOf(request, fault));
      return reply.redirect(withDone(LIST, 'contact_deleted'), 303);
    });
  },
  { name: 'contact-pages', dependencies: ['console-frame'] },
);
