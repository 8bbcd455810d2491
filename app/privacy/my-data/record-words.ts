import { auditActions } from '../../audit/actions.ts';
import type { CollectedRecord } from '../../inventory/category-store.ts';
import type { Translate } from '../../kernel/i18n.ts';
import { type Language, languages } from '../../kernel/languages.ts';
import { roles } from '../../kernel/roles.ts';
import { shownInstant } from '../../kernel/shown-instant.ts';
import { letterKinds } from '../../mail/letter-kinds.ts';
import { requestChannels, requestKinds } from '../requests/request-rows.ts';

/** One field of a record, in words. */
export interface Fact {
  readonly label: string;
  readonly text: string;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** A record as its subject reads it; what is empty is left out. Programs get the record itself. */
export function recordWords(
  { t, language }: { readonly t: Translate; readonly language: Language },
  category: string,
  record: CollectedRecord,
): readonly Fact[] {
  return Object.entries(record).flatMap(([field, value]) =>
    value === null || value === ''
      ? []
      : [{ label: t(`myData.fields.${field}`), text: valueWords(t, language, category, field, value) }],
  );
}

function valueWords(
  t: Translate,
  language: Language,
  category: string,
  field: string,
  value: string | number | boolean,
): string {
  if (typeof value === 'boolean') return t(`myData.${value ? 'yes' : 'no'}`);
  if (typeof value === 'number') return String(value);
  if (INSTANT.test(value)) return shownInstant(Date.parse(value), language);
  const has = (known: readonly string[]) => known.includes(value);
  if (field === 'role' && has(roles)) return t(`roles.${value}`);
  if (field === 'language' && has(languages)) return t(`layout.languageNames.${value}`);
  if (field === 'action' && has(auditActions)) return t(`audit.actions.${value.replaceAll('.', '_')}`);
  if (category === 'letters' && field === 'kind' && has(letterKinds)) return t(`letters.kinds.${value}`);
  if (category === 'letters' && field === 'state') return t(`letters.states.${value}`);
  if (category === 'requests' && field === 'kind' && has(requestKinds)) return t(`requests.kinds.${value}`);
  if (category === 'requests' && field === 'channel' && has(requestChannels))
    return t(`requests.channels.${value}`);
  if (category === 'rooms' && field === 'kind') return t(`rooms.kinds.${value}`);
  if (category === 'rooms' && field === 'access') return t(`rooms.accesses.${value}`);
  if (category === 'appointments' && field === 'state') return t(`appointments.states.${value}`);
  if (category === 'appointments' && field === 'reply') return t(`appointments.replies.${value}`);
  if (category === 'account' && field === 'status') return t(`people.${value}`);
  return value;
}
