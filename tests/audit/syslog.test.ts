import fc from 'fast-check';
import t from 'tap';
import { auditActions } from '../../app/audit/actions.ts';
import type { StoredEntry } from '../../app/audit/entries.ts';
import { jsonLine } from '../../app/audit/json-line.ts';
import { octetCounted, syslogMessage } from '../../app/audit/syslog.ts';

const entry: StoredEntry = {
  number: 12,
  at: Date.UTC(2026, 5, 30, 12, 0, 0, 7),
  action: 'room.viewed',
  actor_kind: 'person',
  actor_id: 'aaaaaaaaaaaaaaaaaaaaaaaa',
  organisation_id: null,
  object_kind: 'room',
  object_id: 'bbbbbbbbbbbbbbbbbbbbbbbb',
  details: '{}',
  request_id: '0123456789ab',
  previous_hash: '0'.repeat(64),
  hash: '1'.repeat(64),
};

/** RFC 5424, section 6, as far as we write it: header, one element of structured data, a message in ASCII. */
const FORM =
  /^<(?<priority>\d{1,3})>1 (?<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (?<host>[\x21-\x7e]{1,255}) linkello - (?<id>[\x21-\x7e]{1,32}) \[audit@32473(?<params>(?: [\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]{1,32}="(?:[^"\\\]]|\\["\\\]])*")*)\] (?<text>.*)$/su;

/** What a reader of syslog gets from it. */
function read(message: string) {
  const groups = FORM.exec(message)?.groups;
  if (!groups) throw new Error(`this is not RFC 5424: ${message}`);
  const params = [...(groups.params ?? '').matchAll(/ ([^=]+)="((?:[^"\\\]]|\\["\\\]])*)"/gsu)];
  return {
    priority: groups.priority,
    id: groups.id,
    params: Object.fromEntries(
      params.map(([, name, value = '']) => [name, value.replaceAll(/\\(["\\\]])/g, '$1')]),
    ),
  };
}

t.test('an entry as a message of syslog', async (t) => {
  t.equal(
    syslogMessage(entry, 'meet.hospital.example'),
    `<110>1 2026-06-30T12:00:00.007Z meet.hospital.example linkello - room.viewed [audit@32473 number="12" actor="person" actorId="aaaaaaaaaaaaaaaaaaaaaaaa" object="room" objectId="bbbbbbbbbbbbbbbbbbbbbbbb" details="{}" requestId="0123456789ab" previousHash="${'0'.repeat(64)}" hash="${'1'.repeat(64)}"] person aaaaaaaaaaaaaaaaaaaaaaaa room.viewed room bbbbbbbbbbbbbbbbbbbbbbbb`,
  );
});

t.test(
  'priority: facility 13, a look is informational, a change a notice, a refusal a warning',
  async (t) => {
    const priority = (action: string) => read(syslogMessage({ ...entry, action }, 'h')).priority;
    t.equal(priority('audit.viewed'), '110');
    t.equal(priority('people.exported'), '109');
    t.equal(priority('sign_in.code_refused'), '108');
  },
);

t.test('every action fits where it is written', async (t) => {
  for (const action of auditActions) t.match(read(syslogMessage({ ...entry, action }, 'h')), { id: action });
});

t.test('whatever is in an entry, its message can be read and says the same', async (t) => {
  const text = fc.string({ unit: 'binary', maxLength: 40 });
  fc.assert(
    fc.property(text, text, text, fc.string(), (objectId, requestId, value, host) => {
      const details = JSON.stringify({ value });
      const message = syslogMessage({ ...entry, object_id: objectId, request_id: requestId, details }, host);
      const plain = (written: string) => written.replaceAll(/\p{Cc}/gu, ' ');
      t.strictSame(read(message).params, {
        ...read(syslogMessage(entry, host)).params,
        objectId: plain(objectId),
        requestId: plain(requestId),
        details: plain(details),
      });
      t.notMatch(message.split('] ')[0], /\p{Cc}/u);
    }),
    { numRuns: 300 },
  );
});

t.test('lengths are counted in octets', async (t) => {
  t.equal(octetCounted('é1'), '3 é1');
});

t.test('a line of JSON is one line', async (t) => {
  const line = jsonLine({ ...entry, object_id: 'a\nb\u2028c', details: '{"fields":["name"],"count":2}' });
  t.equal(line.split('\n').length, 2);
  t.match(JSON.parse(line), { object: { id: 'a\nb\u2028c' }, details: { fields: ['name'], count: 2 } });
});
