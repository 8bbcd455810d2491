import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { areaField, fileField, readForm, tickField } from '../../edge/form-fields.ts';
import { MOST_LINES } from '../../identity/imports/people-file.ts';
import {
  LARGEST_BYTES,
  type Outcome,
  type PeopleImports,
  type Preview,
} from '../../identity/imports/people-imports.ts';
import type { Organisations } from '../../identity/organisations.ts';
import { AppError } from '../../kernel/errors.ts';
import { withDone } from '../flash.ts';
import { sendFormPage } from '../form-page.ts';
import { readUpload, type Upload, uploadLimits } from './import-upload.ts';
import { organisationField } from './organisation-field.ts';
import { askerOf, organisationOf } from './person-forms.ts';

export interface ImportPagesOptions {
  readonly imports: PeopleImports;
  readonly organisations: Organisations;
}

type ById = { Params: { importId: string }; Querystring: { encoding?: unknown } };

/** Lines that a preview shows of each kind: more help nobody, and 20,000 are no page. */
const SHOWN = 100;

/** Import of people: upload, preview, confirmation. Not an `fp` plugin: multipart bodies are for these routes alone. */
export async function importPages(
  app: FastifyInstance,
  { imports, organisations }: ImportPagesOptions,
): Promise<void> {
  await app.register(multipart, { limits: uploadLimits });
  const writing = { config: { access: 'people.write', needsConfirmation: true } } as const;

  const sendUpload = async (
    request: FastifyRequest,
    reply: FastifyReply,
    typed: Pick<Upload, 'pasted' | 'organisation'>,
    error?: string,
  ) => {
    const { t } = request;
    const scope = request.scope('people.write');
    return sendFormPage(reply, {
      title: t('people.import.title'),
      section: 'people',
      back: { href: '/console/people', text: t('people.title') },
      words: [t('people.import.text'), t('people.import.columns'), t('people.import.nothingYet')],
      hasFile: true,
      fields: [
        ...(await organisationField(request, organisations, scope, typed.organisation)),
        fileField({
          name: 'file',
          label: t('people.import.file'),
          hint: t('people.import.fileHint', { lines: MOST_LINES, megabytes: LARGEST_BYTES / 1_000_000 }),
          accept: '.csv,.tsv,.txt,text/csv,text/plain',
          error,
        }),
        areaField({
          name: 'pasted',
          label: t('people.import.pasted'),
          hint: t('people.import.example'),
          // A large one would be sent back and forth with every fault.
          value: typed.pasted.length > 100_000 ? '' : typed.pasted,
          maxLength: LARGEST_BYTES,
          rows: 8,
        }),
      ],
      submit: t('people.import.look'),
    });
  };

  app.get<{ Querystring: { organisation?: unknown } }>(
    '/console/people/import',
    writing,
    async (request, reply) => {
      const { organisation } = request.query;
      return sendUpload(request, reply, {
        pasted: '',
        organisation: typeof organisation === 'string' ? organisation : undefined,
      });
    },
  );

  app.post('/console/people/import', writing, async (request, reply) => {
    const { t } = request;
    if (!request.isMultipart()) throw new AppError('invalid_input');
    const upload = await readUpload(request);
    if (upload === null) {
      return sendUpload(
        request,
        reply,
        { pasted: '', organisation: undefined },
        t('people.import.fault.too_large'),
      );
    }
    const kept = await imports.keep(askerOf(request), {
      organisationId: organisationOf(request.scope('people.write'), upload.organisation),
      content: upload.text,
      language: request.site.language,
    });
    if ('fault' in kept) {
      const { fault } = kept;
      const line = fault.kind === 'unreadable' ? fault.line : 0;
      return sendUpload(
        request,
        reply,
        upload,
        t(`people.import.fault.${fault.kind}`, { line, lines: MOST_LINES }),
      );
    }
    return reply.redirect(`/console/people/import/${kept.id}?encoding=${upload.encoding}`, 303);
  });

  app.get<ById>('/console/people/import/:importId', writing, async (request, reply) => {
    const preview = await imports.preview(askerOf(request), request.params.importId, request.site.language);
    return sendPreview(request, reply, preview);
  });

  app.post<ById>('/console/people/import/:importId', writing, async (request, reply) => {
    const withLetters = readForm(request.body).letters === 'yes';
    try {
      const done = await imports.confirm(askerOf(request), request.params.importId, {
        language: request.site.language,
        welcome: withLetters ? { siteName: request.site.name, signInUrl: request.ownUrl('/sign-in') } : null,
      });
      if (typeof done !== 'number') return sendPreview(request, reply.code(409), done);
      const code = withLetters ? 'people_imported' : 'people_imported_quietly';
      return reply.redirect(withDone('/console/people?sort=-made', code), 303);
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'import_over') throw thrown;
      return reply.redirect(withDone('/console/people', 'import_was_done'), 303);
    }
  });

  const sendPreview = async (request: FastifyRequest<ById>, reply: FastifyReply, preview: Preview) => {
    const { t } = request;
    const of = <Kind extends Outcome['kind']>(kind: Kind) =>
      preview.lines.filter(({ outcome }) => outcome.kind === kind);
    const [fresh, known, wrong] = [of('new'), of('known'), of('wrong')];
    const organisation = await organisations.read(request.scope('people.write'), preview.organisationId);
    return reply.consolePage('console/people/views/import.hbs', {
      title: t('people.import.previewTitle', { organisation: organisation.name }),
      section: 'people',
      counts: { fresh: fresh.length, known: known.length, wrong: wrong.length },
      isWindows1252: request.query.encoding === 'windows-1252',
      ignored: preview.ignored.join(', '),
      shown: SHOWN,
      moreWrong: Math.max(0, wrong.length - SHOWN),
      wrong: wrong.slice(0, SHOWN).map(({ line, outcome }) => ({
        number: line.number,
        name: line.typed.name,
        email: line.typed.email,
        faults:
          outcome.kind === 'wrong' ? outcome.faults.map((fault) => t(`people.import.wrong.${fault}`)) : [],
      })),
      moreFresh: Math.max(0, fresh.length - SHOWN),
      fresh: fresh.slice(0, SHOWN).map(({ line, outcome }) => ({
        number: line.number,
        ...(outcome.kind === 'new' && {
          name: outcome.fields.name,
          email: outcome.fields.email,
          languageName: t(`layout.languageNames.${outcome.fields.language}`),
          roleName: t(`roles.${outcome.fields.role}`),
        }),
      })),
      moreKnown: Math.max(0, known.length - SHOWN),
      known: known
        .slice(0, SHOWN)
        .map(({ line }) => ({ number: line.number, name: line.typed.name, email: line.typed.email })),
      mayConfirm: wrong.length === 0 && fresh.length > 0,
      letters: tickField({
        name: 'letters',
        label: t('people.import.letters', { count: fresh.length }),
        hint: t('people.import.lettersHint'),
        isTicked: true,
      }),
    });
  };
}
