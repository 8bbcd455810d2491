import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Database } from '../../database/open.ts';
import { readForm, textField } from '../../edge/form-fields.ts';
import type { Organisations } from '../../identity/organisations.ts';
import { type ServiceToken, TOKEN_NAME_LIMIT } from '../../identity/service-tokens/service-token.ts';
import type { ServiceTokens } from '../../identity/service-tokens/service-tokens.ts';
import { listTokens } from '../../identity/service-tokens/store.ts';
import { readTypedName } from '../../kernel/typed-name.ts';
import { withDone } from '../flash.ts';
import { faultOf, sendFormPage, sentenceOf } from '../form-page.ts';
import { organisationField } from '../people/organisation-field.ts';
import { askerOf, organisationOf } from '../people/person-forms.ts';
import { type Table, tableView } from '../table.ts';

export interface ServiceTokenPagesOptions {
  readonly database: Database;
  readonly serviceTokens: ServiceTokens;
  readonly organisations: Organisations;
  /** Where programs go, below a site. */
  readonly basePath: string;
}

type ById = { Params: { id: string } };

const path = '/console/service-tokens';
const reading = { config: { access: 'service_tokens.read' } } as const;
/** What a token reaches goes far: whoever makes one has proved a short while ago who they are. */
const making = { config: { access: 'service_tokens.write', needsConfirmation: true } } as const;
const writing = { config: { access: 'service_tokens.write' } } as const;

/** Tokens of programs in the console. */
export const serviceTokenPages = fp<ServiceTokenPagesOptions>(
  async (app, { database, serviceTokens, organisations, basePath }) => {
    const table: Table<ServiceToken> = {
      name: 'service-tokens',
      caption: (t) => t('serviceTokens.title'),
      columns: [
        {
          name: 'name',
          heading: (t) => t('serviceTokens.name'),
          cell: ({ id, name, revokedAt }) => ({
            text: name,
            href: revokedAt === null ? `${path}/${id}/revoke` : null,
          }),
        },
        {
          name: 'organisation',
          heading: (t) => t('serviceTokens.organisation'),
          cell: ({ organisationName }) => ({ text: organisationName }),
        },
        {
          name: 'state',
          heading: (t) => t('serviceTokens.state'),
          cell: ({ revokedAt }, t) =>
            revokedAt === null
              ? { text: t('serviceTokens.inForce'), tone: 'good' }
              : { text: t('serviceTokens.revoked'), tone: 'quiet' },
        },
        {
          name: 'used',
          heading: (t) => t('serviceTokens.used'),
          cell: ({ usedAt }) => ({ at: usedAt }),
        },
        {
          name: 'made',
          heading: (t) => t('serviceTokens.made'),
          cell: ({ createdAt }) => ({ at: createdAt }),
          sort: { column: 'service_tokens.created_at', value: ({ createdAt }) => createdAt },
        },
      ],
      defaultSort: '-made',
      list: (request, query) => listTokens(database, request.scope('service_tokens.read'), query),
      empty: (t) => ({
        heading: t('serviceTokens.empty.heading'),
        text: t('serviceTokens.empty.text'),
        action: { text: t('serviceTokens.new'), href: `${path}/new` },
      }),
    };

    const sendNew = async (
      request: FastifyRequest,
      reply: FastifyReply,
      typed: Readonly<Record<string, string>>,
      faults: { readonly name?: string; readonly whole?: string | null } = {},
    ) => {
      const { t } = request;
      const scope = request.scope('service_tokens.write');
      return sendFormPage(reply, {
        title: t('serviceTokens.new'),
        section: 'service_tokens',
        back: { href: path, text: t('serviceTokens.title') },
        words: [t('serviceTokens.lead')],
        fields: [
          textField({
            name: 'name',
            label: t('serviceTokens.name'),
            hint: t('serviceTokens.nameHint'),
            value: typed.name ?? '',
            maxLength: TOKEN_NAME_LIMIT,
            error: faults.name,
            isRequired: true,
          }),
          ...(await organisationField(request, organisations, scope, typed.organisation)),
        ],
        submit: t('serviceTokens.make'),
        fault: faults.whole ?? null,
      });
    };

    app.get(path, reading, async (request, reply) =>
      reply.consolePage('console/service-tokens/views/service-tokens.hbs', {
        title: request.t('serviceTokens.title'),
        section: 'service_tokens',
        path,
        address: request.ownUrl(basePath),
        table: await tableView(request, table),
      }),
    );

    app.get(`${path}/new`, making, async (request, reply) => sendNew(request, reply, {}));

    app.post(`${path}/new`, making, async (request, reply) => {
      const { t } = request;
      const typed = readForm(request.body);
      const name = readTypedName(typed.name, TOKEN_NAME_LIMIT);
      if (name === null) return sendNew(request, reply, typed, { name: t('serviceTokens.nameFault') });
      const scope = request.scope('service_tokens.write');
      let token = '';
      const fault = await faultOf(async () => {
        const organisationId = organisationOf(scope, typed.organisation);
        ({ token } = await serviceTokens.make(askerOf(request), { organisationId, name }));
      }, ['too_many_service_tokens']);
      if (fault !== null) return sendNew(request, reply, typed, { whole: sentenceOf(request, fault) });
      // Shown by the answer to the form itself: an address of its own could be opened again.
      return reply.consolePage('console/service-tokens/views/made.hbs', {
        title: t('serviceTokens.madeTitle'),
        section: 'service_tokens',
        path,
        name,
        token,
        address: request.ownUrl(basePath),
      });
    });

    app.get<ById>(`${path}/:id/revoke`, writing, async (request, reply) => {
      const { t } = request;
      const token = await serviceTokens.read(request.scope('service_tokens.write'), request.params.id);
      return sendFormPage(reply, {
        title: t('serviceTokens.revokeTitle', { name: token.name }),
        section: 'service_tokens',
        back: { href: path, text: t('serviceTokens.title') },
        words: [t('serviceTokens.revokeText')],
        fields: [],
        submit: t('serviceTokens.revoke'),
        isDangerous: true,
      });
    });

    app.post<ById>(`${path}/:id/revoke`, writing, async (request, reply) => {
      await serviceTokens.revoke(askerOf(request), request.params.id);
      return reply.redirect(withDone(path, 'service_token_revoked'), 303);
    });
  },
  { name: 'service-token-pages', dependencies: ['console-frame'] },
);
