import { lengthOf } from '../../attestations/document.ts';
import { type KeptAttestation, listAttestations } from '../../attestations/store.ts';
import type { Database } from '../../database/open.ts';
import type { Table } from '../table.ts';

/** Attestations of meetings, the latest first. */
export function attestationsTable(database: Database): Table<KeptAttestation> {
  return {
    name: 'attestations',
    caption: (t) => t('attestations.title'),
    columns: [
      {
        name: 'number',
        heading: (t) => t('attestations.number'),
        cell: ({ id }, t) => ({
          text: t('attestations.document.get', { number: id }),
          href: `/console/attestations/${id}.pdf`,
        }),
      },
      {
        name: 'ended',
        heading: (t) => t('attestations.ended'),
        cell: ({ endedAt }) => ({ at: endedAt }),
        sort: { column: 'attestations.ended_at', value: ({ endedAt }) => endedAt },
      },
      {
        name: 'person',
        heading: (t) => t('attestations.roomOf'),
        cell: ({ personName }) => ({ text: personName ?? '–' }),
      },
      {
        name: 'together',
        heading: (t) => t('attestations.together'),
        cell: ({ togetherSeconds }, t) => ({ text: lengthOf(t, togetherSeconds) }),
      },
      {
        name: 'people',
        heading: (t) => t('attestations.people'),
        cell: ({ people }) => ({ text: String(people) }),
      },
      {
        name: 'drops',
        heading: (t) => t('attestations.drops'),
        cell: ({ drops }) => ({ text: String(drops) }),
      },
    ],
    defaultSort: '-ended',
    list: (request, query) => listAttestations(database, request.scope('attestations.read'), query),
    empty: (t) => ({
      heading: t('attestations.empty.heading'),
      text: t('attestations.empty.text'),
      action: null,
    }),
  };
}
