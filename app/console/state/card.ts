import type { FastifyRequest } from 'fastify';
import type { TextParams } from '../../kernel/i18n.ts';
import { signs, type Tone } from '../table.ts';

/**
 * One thing that somebody who looks after the appliance wants to know. Its texts are `state.<name>.heading`,
 * `state.<name>.<code>.found` and, for what is not as it should be, `state.<name>.<code>.cure`.
 */
export interface Finding {
  readonly name: string;
  readonly code: string;
  readonly tone: Tone;
  readonly params?: TextParams;
  /** Where more is to be seen. */
  readonly href?: string;
  /** Parts of it, each with how full it is; `percent` null where nobody knows. */
  readonly gauges?: readonly {
    readonly params: TextParams;
    readonly percent: number | null;
    readonly limit: number;
  }[];
}

/** A finding as the view draws it. */
export function cardOf({ t, language }: FastifyRequest, finding: Finding) {
  const { name, code, tone, params, href = null, gauges = [] } = finding;
  const needsCure = tone === 'warning' || tone === 'bad';
  return {
    name,
    tone,
    sign: signs[tone],
    toneName: t(`state.tones.${tone}`),
    heading: t(`state.${name}.heading`),
    found: t(`state.${name}.${code}.found`, params),
    cure: needsCure ? t(`state.${name}.${code}.cure`, params) : null,
    href,
    gauges: gauges.map(({ params, percent, limit }) => ({
      label: t(`state.${name}.gauge`, params),
      percent: percent ?? 0,
      isKnown: percent !== null,
      limit,
      shown: percent === null ? '–' : `${new Intl.NumberFormat(language).format(percent)} %`,
    })),
  };
}

/** How bad it is; the worst stands first in what people are told to do. */
export const severity: Readonly<Record<Tone, number>> = { bad: 0, warning: 1, good: 2, quiet: 3 };

/** The value of a promise, or null when it takes longer than `deadlineMs` or rejects: no page waits for what hangs. */
export async function inTime<Value>(work: Promise<Value>, deadlineMs: number): Promise<Value | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), deadlineMs);
  try {
    return await Promise.race([work, late.promise]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
