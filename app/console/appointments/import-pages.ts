import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MOST_LINES } from '../../clinic/appointments/imports/appointment-file.ts';
import type {
  AppointmentPreview,
  Importer,
  LineOutcome,
} from '../../clinic/appointments/imports/appointment-imports.ts';
import { areasWithin } from '../../clinic/appointments/store.ts';
import { areaField, fileField } from '../../edge/form-fields.ts';
import { LARGEST_BYTES } from '../../identity/imports/people-imports.ts';
import { AppError } from '../../kernel/errors.ts';
import { shortMoment } from '../../rooms/moment.ts';
import { withDone } from '../flash.ts';
import { sendFormPage } from '../form-page.ts';
import { readUpload, uploadLimits } from '../people/import-upload.ts';
import { areaChoice } from './appointment-form.ts';
import {
  type AppointmentConsoleOptions,
  appointmentsPath,
  makerOf,
  reachOf,
  using,
} from './asked-appointment.ts';

type ById = { Params: { importId: string }; Querystring: { encoding?: unknown } };

const path = `${appointmentsPath}/import`;

/** Import of appointments: upload, preview, confirmation. Not an `fp` plugin: multipart bodies are for these routes alone. */
export async function importPages(
  app: FastifyInstance,
  { database, clinic }: AppointmentConsoleOptions,
): Promise<void> {
  await app.register(multipart, { limits: uploadLimits });

  const importerOf = (request: FastifyRequest): Importer => ({
    ...makerOf(request, clinic),
    personId: request.signedIn.id,
  });

  const sendUpload = async (request: FastifyRequest, reply: FastifyReply, pasted: string, error?: string) => {
    const { t } = request;
    const areas = await areasWithin(database, reachOf(request, 'appointments.write'));
    if (areas.length === 0) return reply.redirect(appointmentsPath, 303);
    return sendFormPage(reply, {
      title: t('appointments.import.title'),
      section: 'appointments',
      back: { href: appointmentsPath, text: t('appointments.title') },
      words: [
        t('appointments.import.text'),
        t('appointments.import.columns'),
        t('appointments.import.nothingYet'),
      ],
      hasFile: true,
      fields: [
        areaChoice(request, areas),
        fileField({
          name: 'file',
          label: t('appointments.import.file'),
          hint: t('appointments.import.fileHint', {
            lines: MOST_LINES,
            megabytes: LARGEST_BYTES / 1_000_000,
          }),
          accept: '.csv,.tsv,.txt,text/csv,text/plain',
          ...(error !== undefined && { error }),
        }),
        areaField({
          name: 'pasted',
          label: t('appointments.import.pasted'),
          hint: t('appointments.import.example'),
          value: pasted.length > 100_000 ? '' : pasted,
          maxLength: LARGEST_BYTES,
          rows: 8,
        }),
      ],
      submit: t('appointments.import.look'),
    });
  };

  app.get(path, using, async (request, reply) => sendUpload(request, reply, ''));

  app.post(path, using, async (request, reply) => {
    const { t } = request;
    if (!request.isMultipart()) throw new AppError('invalid_input');
    const upload = await readUpload(request);
    if (upload === null) return sendUpload(request, reply, '', t('appointments.import.fault.too_large'));
    const kept = await clinic.imports.keep(importerOf(request), {
      areaId: upload.area ?? '',
      content: upload.text,
      language: request.site.language,
    });
    if ('fault' in kept) {
      const { fault } = kept;
      const line = fault.kind === 'unreadable' ? fault.line : 0;
      const sentence = t(`appointments.import.fault.${fault.kind}`, { line, lines: MOST_LINES });
      return sendUpload(request, reply, upload.pasted, sentence);
    }
    return reply.redirect(`${path}/${kept.id}?encoding=${upload.encoding}`, 303);
  });

  app.get<ById>(`${path}/:importId`, using, async (request, reply) => {
    const { importId } = request.params;
    const preview = await clinic.imports.preview(importerOf(request), importId, request.site.language);
    return sendPreview(request, reply, preview);
  });

  app.post<ById>(`${path}/:importId`, using, async (request, reply) => {
    try {
      const { importId } = request.params;
      const done = await clinic.imports.confirm(importerOf(request), importId, request.site.language);
      if (typeof done !== 'number') return sendPreview(request, reply.code(409), done);
      return reply.redirect(withDone(appointmentsPath, 'appointments_imported'), 303);
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'import_over') throw thrown;
      return reply.redirect(withDone(appointmentsPath, 'import_was_done'), 303);
    }
  });
}

function sendPreview(request: FastifyRequest<ById>, reply: FastifyReply, preview: AppointmentPreview) {
  const { t, language } = request;
  const { timeZone } = preview.area;
  const of = <Kind extends LineOutcome['kind']>(kind: Kind) =>
    preview.lines.filter(({ outcome }) => outcome.kind === kind);
  const [fresh, known, wrong] = [of('new'), of('known'), of('wrong')];
  const shown = ({ line }: AppointmentPreview['lines'][number]) => ({
    number: line.number,
    name: line.typed.name,
    email: line.typed.email,
    starts: line.typed.starts.replace('T', ' '),
  });
  return reply.consolePage('console/appointments/views/import.hbs', {
    title: t('appointments.import.previewTitle', { area: preview.area.name }),
    section: 'appointments',
    path,
    counts: { fresh: fresh.length, known: known.length, wrong: wrong.length },
    isWindows1252: request.query.encoding === 'windows-1252',
    ignored: preview.ignored.join(', '),
    wrong: wrong.map((each) => ({
      ...shown(each),
      faults:
        each.outcome.kind === 'wrong'
          ? each.outcome.faults.map((fault) =>
              fault === 'repeated'
                ? t('appointments.import.repeated')
                : t(`appointments.faults.${fault}`, { most: 0 }),
            )
          : [],
    })),
    fresh: fresh.map((each) => ({
      ...shown(each),
      ...(each.outcome.kind === 'new' && {
        starts: shortMoment(each.outcome.fields.startsAt, timeZone, language),
        email: each.outcome.fields.email ?? '–',
      }),
      clinician:
        (each.outcome.kind === 'new' ? each.outcome.clinicianName : null) ?? t('appointments.anybody'),
    })),
    known: known.map(shown),
    mayConfirm: wrong.length === 0 && fresh.length > 0,
  });
}
