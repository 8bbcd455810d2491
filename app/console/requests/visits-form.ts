import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { VisitTrace } from '../../audience/single-visits.ts';
import { choiceField, type Field, textField } from '../../edge/form-fields.ts';
import { MINUTE_MS } from '../../kernel/clock.ts';
import { dayOf, startOfDay } from '../day.ts';
import type { Faults, Typed } from './request-path.ts';

/** `HH:MM` of a day. */
const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;
/** A visit that was ticked, by its number. */
const TICK = /^visit-([1-9]\d{0,14})$/;
const LONGEST_ADDRESS = 45;

/** What is typed to search, and goes along with what was ticked. */
export const typedNames = ['host', 'day', 'from', 'until', 'address'] as const;

/** The form by which visits are looked for: what their visitor says of them. */
export class VisitsForm {
  readonly #hosts: readonly string[];

  /** @param hosts of the sites. */
  constructor(hosts: readonly string[]) {
    this.#hosts = hosts;
  }

  /** The site that was chosen; the first one where there is nothing to choose. */
  hostOf({ host }: Typed): string {
    return this.#hosts.find((each) => each === host) ?? this.#hosts[0] ?? '';
  }

  fields({ t }: FastifyRequest, now: number, typed: Typed, faults: Faults): readonly Field[] {
    const site = choiceField({
      name: 'host',
      label: t('requests.visits.site'),
      value: typed.host ?? '',
      options: this.#hosts.map((host) => ({ value: host, label: host })),
    });
    return [
      ...(this.#hosts.length > 1 ? [site] : []),
      textField({
        name: 'day',
        label: t('requests.visits.day'),
        type: 'date',
        max: dayOf(now),
        value: typed.day ?? '',
        error: faults.day,
        isRequired: true,
      }),
      ...(['from', 'until'] as const).map((name) =>
        textField({
          name,
          label: t(`requests.visits.${name}`),
          type: 'time',
          value: typed[name] ?? { from: '00:00', until: '23:59' }[name],
          error: faults[name],
          isRequired: true,
        }),
      ),
      textField({
        name: 'address',
        label: t('requests.visits.address'),
        hint: t('requests.visits.addressHint'),
        maxLength: LONGEST_ADDRESS,
        value: typed.address ?? '',
        error: faults.address,
      }),
    ];
  }

  /** What was typed; or what is wrong with it, by field. */
  read(
    { t, language }: FastifyRequest,
    now: number,
    typed: Typed,
  ): { readonly trace: VisitTrace } | { readonly faults: Faults } {
    const day = startOfDay(typed.day ?? '');
    const from = minutesOf(typed.from ?? '');
    const until = minutesOf(typed.until ?? '');
    const address = (typed.address ?? '').trim();
    const faults = {
      ...((day === null || day > now) && { day: t('requests.visits.wrong.day') }),
      ...(from === null && { from: t('requests.visits.wrong.time') }),
      ...((until === null || (from !== null && until < from)) && { until: t('requests.visits.wrong.until') }),
      ...(address !== '' && isIP(address) === 0 && { address: t('requests.visits.wrong.address') }),
    };
    if (Object.keys(faults).length > 0 || day === null || from === null || until === null) return { faults };
    return {
      trace: {
        host: this.hostOf(typed),
        from: day + from * MINUTE_MS,
        // The minute is part of it.
        until: day + (until + 1) * MINUTE_MS - 1,
        address: address === '' ? null : address,
        language,
      },
    };
  }

  /** Numbers of the visits that were ticked. */
  ticked(typed: Typed): readonly number[] {
    return Object.keys(typed)
      .flatMap((name) => TICK.exec(name)?.[1] ?? [])
      .map(Number);
  }
}

function minutesOf(text: string): number | null {
  const [, hours, minutes] = TIME.exec(text) ?? [];
  return hours === undefined ? null : Number(hours) * 60 + Number(minutes);
}
