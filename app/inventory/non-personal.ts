/** Columns of the database that say nothing about anybody. */
export interface NonPersonal {
  /** Why that is so. */
  readonly reason: string;
  /** `table.column`; `table.*` for all of a table. */
  readonly columns: readonly string[];
}

/**
 * Every column is in a category of personal data or here, never in both: `tests/privacy/schema.test.ts` opens the real
 * schema and holds it to that.
 */
export const nonPersonal: readonly NonPersonal[] = [
  {
    reason: 'Random numbers that name a row and lead nowhere else.',
    columns: [
      'sessions.id',
      'sign_ins.id',
      'imports.id',
      'appointment_imports.id',
      'calendar_feeds.id',
      'service_tokens.id',
      'live_meetings.id',
      'consents.id',
      'contacts.id',
      'subscriptions.id',
      'requests.id',
      'legal_holds.id',
      'call_facts.id',
      'visits.id',
      'visit_messages.id',
      'visit_guests.id',
    ],
  },
  {
    reason: 'Hashes of random tokens and codes; nothing about a person follows from them.',
    columns: [
      'sessions.token_hash',
      'sign_ins.browser_hash',
      'sign_ins.token_hash',
      'sign_ins.code_hash',
      'request_proofs.token_hash',
      'request_proofs.code_hash',
      'service_tokens.token_hash',
      'visits.token_hash',
    ],
  },
  {
    reason: 'How far a way to sign in has come: kinds, counts and ends that are the same for everybody.',
    columns: [
      'sign_ins.purpose',
      'sign_ins.wrong_codes',
      'sign_ins.wrong_codes_elsewhere',
      'sign_ins.expires_at',
      'request_proofs.id',
      'request_proofs.wrong_codes',
      'request_proofs.expires_at',
    ],
  },
  {
    reason: 'How the sending of a letter goes on; who it is for stands elsewhere in its row.',
    columns: [
      'letters.sensitive',
      'letters.state',
      'letters.attempts',
      'letters.first_attempt_at',
      'letters.next_attempt_at',
      'letters.last_fault',
      'letters.expires_at',
      'letters.site_name',
      'letters_words.letter_id',
    ],
  },
  {
    reason: 'Which warnings about the appliance itself were written to its owners.',
    columns: ['told_alarms.*'],
  },
  {
    reason: 'Rules of a room: who may enter and when; whose room it is stands elsewhere in its row.',
    columns: [
      'rooms.kind',
      'rooms.access',
      'rooms.has_lobby',
      'rooms.needs_host',
      'rooms.time_zone',
      'rooms.opening_hours',
      'rooms.max_participants',
      'rooms.expires_at',
      'rooms.version',
      'rooms.is_hidden',
      'rooms_words.room_id',
    ],
  },
  {
    reason: 'How often something was changed, and how far the letters about it have come.',
    columns: [
      'invitations.sequence',
      'invitations.link_generation',
      'appointments.sequence',
      'appointments.link_generation',
      'appointments.version',
      'appointments.told_at',
      'appointments.reminded',
      'slots.version',
      'slots.created_at',
      'slots.changed_at',
    ],
  },
  {
    reason: 'Doors of departments, the same for everybody: hours, questions, texts, and how many came today.',
    columns: ['areas.*'],
  },
  {
    reason: 'A count of how often a visit went on from one state to the next.',
    columns: ['visits.version'],
  },
  {
    reason: 'What chains the audit log and the certificates: consecutive numbers and hashes.',
    columns: [
      'audit.number',
      'audit.previous_hash',
      'audit.hash',
      'audit_head.*',
      'retention_runs.previous_hash',
      'retention_runs.hash',
      'retention_head.*',
    ],
  },
  {
    reason: 'Certificates and counts of what was erased, by category; they name nobody.',
    columns: [
      'retention_runs.number',
      'retention_runs.at',
      'retention_runs.cut_off_at',
      'retention_runs.cause',
      'retention_runs.counts',
      'retention_runs.failed',
      'retention_open.*',
      'retention_counts.*',
    ],
  },
  {
    reason: 'Marks of erasures: keyed hashes of random numbers that are gone, so that they can be repeated.',
    columns: ['erasures.*'],
  },
  {
    reason: 'That a job of the appliance ran, and how it went.',
    columns: ['jobs.*', 'schema_steps.*'],
  },
  {
    reason: 'Departments that want names in calendars; it names none.',
    columns: ['calendar_feed_names.area_id'],
  },
  {
    reason: 'Texts that the controller published, the same for everybody.',
    columns: [
      'consent_texts.*',
      'newsletters.id',
      'newsletters.made_at',
      'newsletters.host',
      'newsletters.subject_en',
      'newsletters.text_en',
      'newsletters.subject_fr',
      'newsletters.text_fr',
      'newsletters.letters',
      'newsletters.done_at',
    ],
  },
  {
    reason: 'What is left of a closed request: number, dates and outcome, without who asked.',
    columns: [
      'requests.number',
      'requests.due_at',
      'requests.state',
      'requests.extended_at',
      'requests.reminded_days',
      'requests.visits_erased',
      'requests.closed_at',
      'requests.proof',
    ],
  },
];
