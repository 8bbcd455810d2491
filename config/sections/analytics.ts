import { Type } from 'typebox';
import { section } from '../setting-kinds.ts';

export const AnalyticsSettings = section(
  'Audience statistics in a Matomo of our own; the app tells it which pages were opened, and not by whom.',
  {
    enabled: Type.Boolean({
      default: true,
      description: 'Whether Matomo runs. In containers only: ./scripts/start never runs it.',
    }),
    keep_days: Type.Integer({
      minimum: 30,
      maximum: 759,
      default: 365,
      unit: 'days',
      description:
        'How long Matomo keeps single visits; reports go after as many months. The CNIL allows no more than 25 months.',
    }),
    waiting_hits: Type.Integer({
      minimum: 100,
      maximum: 1_000_000,
      default: 20_000,
      unit: 'opened pages',
      description:
        'How many opened pages the app keeps in memory while Matomo does not answer; beyond that the oldest are dropped. A thousand take about half a megabyte.',
    }),
  },
);
