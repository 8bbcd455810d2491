import type { FastifyRequest } from 'fastify';
import type { SingleVisits } from '../../audience/single-visits.ts';
import type { Database } from '../../database/open.ts';
import type { Clock } from '../../kernel/clock.ts';
import { reachOf } from '../../kernel/permissions.ts';
import { isWhole, type RequestProof } from '../../privacy/requests/closing.ts';
import { asksForData, type RequestRow } from '../../privacy/requests/request-rows.ts';
import type { Requests } from '../../privacy/requests/requests.ts';
import { namesOf } from '../../privacy/requests/store.ts';
import { standingOf } from './requests-table.ts';
import { concernsVisits } from './visits-page.ts';

export interface RequestViewOptions {
  readonly database: Database;
  readonly requests: Requests;
  readonly clock: Clock;
  /** Seals proofs. */
  readonly key: string;
  /** Null where no visits are counted. */
  readonly singleVisits: SingleVisits | null;
}

const signs = { good: 'ready', warning: 'warning', bad: 'fault', quiet: 'pause' } as const;

/** What the page of one request shows, and what can be done next. */
export async function requestView(
  request: FastifyRequest,
  { database, requests, clock, key, singleVisits }: RequestViewOptions,
  row: RequestRow,
) {
  const { t, actor } = request;
  const { tone, text, days } = standingOf(row, clock());
  const names = await namesOf(database, [row.identity_checked_by, row.erasure_asked_by]);
  const isOpen = row.state === 'open';
  const mayWrite = isOpen && reachOf(request.signedIn.role, 'requests.write') !== null;
  const isChecked = row.identity_checked_at !== null;
  const subject = isOpen ? await requests.subjectOf(row) : null;
  const isErasure = row.kind === 'erasure' && subject !== null;
  const isData = asksForData(row);
  const proof: RequestProof | null = row.proof === null ? null : JSON.parse(row.proof);
  const nameOf = (id: string | null) => (id === null ? null : (names.get(id) ?? t('requests.somebody')));
  return {
    path: `/console/requests/${row.id}`,
    title: t('requests.oneTitle', { number: row.number }),
    state: { tone, sign: signs[tone], text: t(`requests.states.${text}`, { days }) },
    kind: t(`requests.kinds.${row.kind}`),
    means: t(`requests.means.${row.kind}`),
    channel: t(`requests.channels.${row.channel}`),
    receivedAt: row.received_at,
    dueAt: row.due_at,
    isOpen,
    name: row.name,
    email: row.email,
    message: row.message,
    whose: subject === null ? t('requests.nobodyKnown') : t(`requests.subject.${subject.kind}`),
    isChecked,
    checkedAt: row.identity_checked_at,
    checkedBy: nameOf(row.identity_checked_by) ?? t('requests.checkedByItself'),
    extendedAt: row.extended_at,
    extensionReason: row.extension_reason,
    visitsErased: isOpen ? row.visits_erased : 0,
    erasureAskedBy: nameOf(row.erasure_asked_by),
    // What can be done.
    mayCheck: mayWrite && !isChecked,
    mayExtend: mayWrite && row.extended_at === null && clock() <= row.due_at,
    mayRefuse: mayWrite,
    mayAnswer: mayWrite && isChecked && !isErasure,
    mayDownload: mayWrite && isChecked && isData && subject !== null,
    mayErase: mayWrite && isChecked && isErasure,
    mayFindVisits: mayWrite && isChecked && singleVisits !== null && concernsVisits(row),
    isOwnAsking: row.erasure_asked_by !== null && row.erasure_asked_by === actor.id,
    proof: proof && {
      outcome: t(`requests.outcomes.${proof.outcome}`),
      closedAt: row.closed_at,
      counts: Object.entries(proof.counts ?? {}).map(([name, records]) => ({
        title: t(`data.${name}.title`),
        records,
      })),
      certificate: proof.certificate,
      hash: proof.hash,
      isWhole: isWhole(key, proof),
    },
  };
}
