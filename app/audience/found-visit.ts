import { type Static, Type } from 'typebox';
import { Check } from 'typebox/schema';
import type { CollectedRecord } from '../inventory/category-store.ts';

/** A visit as whoever answers a request tells it from others. */
export interface FoundVisit {
  /** Matomo's. */
  readonly number: number;
  /** When its last page was opened, in milliseconds since 1970. */
  readonly endedAt: number;
  readonly browser: string;
  readonly system: string;
  readonly device: string;
  /** The network that is left of the address. */
  readonly network: string;
}

const Text = Type.Union([Type.String(), Type.Null()]);

/** What `PrivacyManager.findDataSubjects` answers; of what is more, nothing is read. */
const Found = Type.Array(
  Type.Object({
    idVisit: Type.Union([Type.String(), Type.Integer()]),
    lastActionDateTime: Type.String(),
    browser: Type.Optional(Text),
    operatingSystem: Type.Optional(Text),
    deviceType: Type.Optional(Text),
    visitIp: Type.Optional(Text),
  }),
);

/** @throws Error when it cannot be read. */
export function readFound(answer: unknown): readonly FoundVisit[] {
  if (!Check(Found, answer)) throw new Error('The visits that Matomo found cannot be read.');
  return answer.map((row) => ({
    number: Number(row.idVisit),
    endedAt: instantOf(row.lastActionDateTime),
    browser: row.browser ?? '',
    system: row.operatingSystem ?? '',
    device: row.deviceType ?? '',
    network: row.visitIp ?? '',
  }));
}

const Row = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()]));
type Row = Static<typeof Row>;

/** What `PrivacyManager.exportDataSubjects` answers: rows by the tables of Matomo's database. Without visits a list. */
const Exported = Type.Union([Type.Record(Type.String(), Type.Array(Row)), Type.Array(Type.Unknown())]);

/**
 * Visits as their visitor reads them, with the pages that each of them opened.
 *
 * @throws Error when it cannot be read.
 */
export function readExported(answer: unknown): readonly CollectedRecord[] {
  if (!Check(Exported, answer)) throw new Error('The visits that Matomo handed out cannot be read.');
  const tables: Readonly<Record<string, readonly Row[]>> = Array.isArray(answer) ? {} : answer;
  const urls = new Map(
    (tables.log_action_log_link_visit_action_idaction_url ?? []).map((row) => [
      String(row.idaction),
      row.name,
    ]),
  );
  return (tables.log_visit ?? []).map((visit) => {
    const pages = (tables.log_link_visit_action ?? [])
      .filter(({ idvisit }) => String(idvisit) === String(visit.idvisit))
      .flatMap(({ idaction_url }) => urls.get(String(idaction_url)) ?? []);
    return {
      number: Number(visit.idvisit),
      startedAt: isoOf(visit.visit_first_action_time),
      endedAt: isoOf(visit.visit_last_action_time),
      pages: pages.join(' '),
      cameFrom: textOf(visit.referer_url),
      device: [
        visit.config_browser_name,
        visit.config_browser_version,
        visit.config_os,
        visit.config_os_version,
      ]
        .map(textOf)
        .filter((part) => part !== '')
        .join(' '),
      language: textOf(visit.location_browser_lang),
      network: textOf(visit.location_ip),
      visitor: textOf(visit.idvisitor),
    };
  });
}

const textOf = (value: Row[string] | undefined) => String(value ?? '');

const isoOf = (value: Row[string] | undefined) => {
  const at = instantOf(textOf(value));
  return Number.isNaN(at) ? null : new Date(at).toISOString();
};

/** Matomo writes `2026-01-31 08:15:00`, in the time zone of its site, which is UTC (analytics/install/accounts.php). */
function instantOf(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`);
}
