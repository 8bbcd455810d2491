import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { EffectiveConfig, EffectiveSetting } from '../../../config/effective.ts';
import { sortName } from '../../kernel/search-words.ts';

export interface SettingsPageOptions {
  readonly settings: EffectiveConfig;
  /** The file as people on the server know it. */
  readonly file: string;
}

const LONGEST_SEARCH = 200;

/** The settings that are in force, with where each comes from. They are changed in the file alone. */
export const settingsPage = fp<SettingsPageOptions>(
  async (app, { settings, file }) => {
    app.get<{ Querystring: { q?: unknown } }>(
      '/console/settings',
      { config: { access: 'settings.read' } },
      async (request, reply) => {
        const { q } = request.query;
        const typed = typeof q === 'string' ? q.trim().slice(0, LONGEST_SEARCH) : '';
        const words = sortName(typed).split(' ').filter(Boolean);
        const { settings: all, faults } = await settings.read();
        const found = all.filter((setting) => words.every((word) => textOf(setting).includes(word)));
        await app.audit.record(request.actor, { action: 'settings.viewed' });
        return reply.consolePage('console/settings/views/settings.hbs', {
          title: request.t('settings.title'),
          section: 'settings',
          file,
          typed,
          faults: faults.map(({ line, path, message }) => ({ line, path, message })),
          isChanged: all.some((setting) => setting.isChanged),
          hasRows: found.length > 0,
          groups: [...Map.groupBy(found, ({ path }) => /^\w+/.exec(path)?.[0] ?? '')].map(([name, rows]) => ({
            name,
            rows: rows.map((setting) => rowOf(request, setting)),
          })),
        });
      },
    );
  },
  { name: 'settings-page', dependencies: ['console-frame'] },
);

function textOf({ path, description, value }: EffectiveSetting): string {
  return sortName(`${path} ${description} ${value ?? ''}`);
}

function rowOf({ t }: FastifyRequest, setting: EffectiveSetting) {
  const { path, value, source, line, isChanged, description, wanted, automatic, parts } = setting;
  return {
    path,
    id: `setting-${path.replaceAll(/[^\w]+/g, '-')}`,
    hasValue: value !== null && value !== '',
    value: String(value ?? ''),
    source:
      source === 'file' && line !== null ? t('settings.line', { line }) : t(`settings.sources.${source}`),
    automatic: source === 'automatic' ? (automatic ?? '') : '',
    isChanged,
    description,
    wanted,
    restarts: parts.map((part) => t(`settings.parts.${part}`)).join(', '),
  };
}
