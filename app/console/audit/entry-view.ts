import type { FastifyRequest } from 'fastify';
import type { StoredEntry } from '../../audit/entries.ts';
import type { Database } from '../../database/open.ts';
import { account } from '../../identity/data-categories.ts';
import { type DataCategory, sees } from '../../inventory/data-category.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { type Role, roles } from '../../kernel/roles.ts';
import { invitedGuests, roomNames } from '../../rooms/data-categories.ts';
import { type NamedKind, type NamedRow, namedRows } from './store.ts';

/** An entry as the page draws it. */
export interface EntryView {
  readonly number: number;
  readonly at: number;
  readonly who: string;
  /** Everything of this person; null for who is none. */
  readonly whoHref: string | null;
  readonly action: string;
  readonly object: { readonly text: string; readonly href: string | null; readonly history: string } | null;
  readonly details: readonly string[];
}

const namedKinds = ['person', 'room', 'organisation', 'invitation', 'letter'] as const;

/** Other things that entries name: they have no page of their own, or not for long. */
const otherKinds = ['session', 'meeting', 'appointment', 'slot', 'calendar_feed', 'service_token'] as const;

/** Details that have a word of their own; what is not in the list is shown as it is written. */
const namedDetails = [
  'byLetter',
  'columns',
  'fields',
  'filters',
  'for',
  'format',
  'from',
  'hours',
  'invitation',
  'known',
  'letters',
  'made',
  'minutes',
  'participants',
  'purpose',
  'role',
  'room',
  'rows',
  'searched',
  'sessions',
  'to',
  'way',
  'whole',
] as const;

/** Puts entries into the words of the one who reads them, with the names that things have now and the reader may see. */
export async function viewEntries(
  database: Database,
  request: FastifyRequest,
  entries: readonly StoredEntry[],
): Promise<readonly EntryView[]> {
  const { t, signedIn: reader } = request;
  const ids = (kind: NamedKind) =>
    entries.flatMap((entry) => (entry.object_kind === kind && entry.object_id ? [entry.object_id] : []));
  const actors = entries.flatMap(({ actor_id }) => actor_id ?? []);
  const named = Object.fromEntries(
    await Promise.all(
      namedKinds.map(async (kind) => {
        const wanted = kind === 'person' ? [...ids(kind), ...actors] : ids(kind);
        return [kind, await namedRows(database, reader, kind, [...new Set(wanted)])] as const;
      }),
    ),
  ) as Record<NamedKind, ReadonlyMap<string, NamedRow>>;
  return entries.map((entry) => ({
    number: entry.number,
    at: entry.at,
    who: whoIn(entry, named.person, reader.role, t),
    whoHref: entry.actor_id && `/console/audit?who=${encodeURIComponent(entry.actor_id)}`,
    action: t(`audit.actions.${entry.action.replaceAll('.', '_')}`),
    object: objectIn(entry, named, reader.role, t),
    details: detailsIn(entry.details, t),
  }));
}

function whoIn(
  { actor_kind, actor_id }: StoredEntry,
  people: ReadonlyMap<string, NamedRow>,
  role: Role,
  t: Translate,
): string {
  if (actor_kind === 'guest') return t('audit.who.guest');
  if (actor_kind === 'command') return t('audit.who.command');
  if (actor_kind === 'system') return t('audit.who.system');
  const person = actor_id === null ? undefined : people.get(actor_id);
  if (person === undefined) return t('audit.who.gone');
  return person.isReached && sees(role, account) ? (person.name ?? '') : t('audit.who.elsewhere');
}

/** Names that say something about people are for those who see that category. */
const categories: Readonly<Record<NamedKind, DataCategory | null>> = {
  person: account,
  room: roomNames,
  invitation: invitedGuests,
  organisation: null,
  letter: null,
};

function objectIn(
  { object_kind, object_id }: StoredEntry,
  named: Readonly<Record<NamedKind, ReadonlyMap<string, NamedRow>>>,
  role: Role,
  t: Translate,
): EntryView['object'] {
  if (object_kind === null || object_id === null) return null;
  const history = `/console/audit?object=${encodeURIComponent(object_id)}`;
  const kind = namedKinds.find((each) => each === object_kind);
  if (kind === undefined) {
    const isOther = otherKinds.some((each) => each === object_kind);
    return { text: isOther ? t(`audit.objects.${object_kind}`) : object_kind, href: null, history };
  }
  const row = named[kind].get(object_id);
  const word = t(`audit.objects.${kind}`);
  if (row === undefined) return { text: t('audit.gone', { what: word }), href: null, history };
  const category = categories[kind];
  const mayName = row.isReached && (category === null || sees(role, category));
  const text = mayName && row.name !== null ? t('audit.named', { what: word, name: row.name }) : word;
  return { text, href: row.isReached ? row.path : null, history };
}

function detailsIn(written: string, t: Translate): string[] {
  const details: Readonly<Record<string, unknown>> = Object(JSON.parse(written));
  return Object.entries(details).flatMap(([name, value]) => {
    if (value === null || (Array.isArray(value) && value.length === 0)) return [];
    const isNamed = namedDetails.some((each) => each === name);
    return t('audit.detail', { name: isNamed ? t(`audit.details.${name}`) : name, value: inWords(value, t) });
  });
}

function inWords(value: unknown, t: Translate): string {
  if (typeof value === 'boolean') return value ? t('audit.yes') : t('audit.no');
  if (Array.isArray(value)) return value.join(', ');
  return roles.some((role) => role === value) ? t(`roles.${value}`) : String(value);
}
