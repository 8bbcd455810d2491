import t from 'tap';
import type { AreaRole } from '../../app/clinic/area.ts';
import { allowedTo } from '../../app/clinic/area-permissions.ts';
import type { AreaView, VisitView } from '../../app/clinic/staff-view.ts';
import { inOrder, type StaffAct, visitWords } from '../../app/clinic/visit-words.ts';

const MINUTE_MS = 60_000;
const now = 100 * MINUTE_MS;
const me = { id: 'me', name: 'Dr Me' };
const tongue = {
  say: (key: string, values: object = {}) => [key, ...Object.values(values)].join(' '),
  clock: (at: number, timeZone = 'own') => `${at / MINUTE_MS} ${timeZone}`,
  language: 'en',
};

const visit: VisitView = {
  id: 'a',
  areaId: 'cardiology',
  version: 1,
  state: 'waiting',
  outcome: null,
  number: 7,
  name: 'Paul Petit',
  birthDate: null,
  caseNumber: null,
  reason: null,
  callBackBy: null,
  callBack: null,
  language: 'en',
  expectedAt: null,
  hasAppointment: false,
  arrivedAt: 90 * MINUTE_MS,
  queueAt: 90 * MINUTE_MS,
  stateAt: 90 * MINUTE_MS,
  lostAt: null,
  meantFor: null,
  takenBy: null,
  note: null,
  noteBy: null,
  guests: [],
  messages: [],
};

const areaOf = (role: AreaRole): AreaView => ({
  id: 'cardiology',
  slug: 'cardiology',
  name: 'Cardiology',
  role,
  may: allowedTo(role),
  isOpen: true,
  opensAt: null,
  suspendedAt: null,
  tooLongMinutes: 20,
  timeZone: 'Europe/Paris',
  colleagues: [],
  interpreters: [],
});

const wordsOf = (changes: Partial<VisitView>, role: AreaRole | null = 'clinician') =>
  visitWords({ ...visit, ...changes }, { areas: role === null ? [] : [areaOf(role)], me }, now, tongue);

t.test('somebody waits too long from the minute on that the area says', async (t) => {
  t.equal(wordsOf({ queueAt: now - 20 * MINUTE_MS + 1 }).isLate, false);
  t.equal(wordsOf({ queueAt: now - 20 * MINUTE_MS }).isLate, true);
  t.equal(wordsOf({ queueAt: 0, state: 'called', takenBy: me }).isLate, false, 'not once they are called');
  t.equal(wordsOf({ queueAt: 0 }, null).isLate, false, 'nor for who does not see the queue');
});

t.test('since when somebody waits, by the clocks of the area', async (t) => {
  const wait = (changes: Partial<VisitView>, area?: null) => {
    const { state, waited } = wordsOf(changes, area);
    return [state, waited];
  };
  const [came, due, back] = [70 * MINUTE_MS, 80 * MINUTE_MS, 90 * MINUTE_MS];
  t.same(wait({ arrivedAt: came, queueAt: came }), ['waiting 70 Europe/Paris', 'waited 30']);
  t.same(wait({ arrivedAt: came, queueAt: came }, null), ['waiting 70 own', 'waited 30']);
  const early = { arrivedAt: came, expectedAt: due, queueAt: due };
  t.same(wait(early), ['waiting 70 Europe/Paris', 'waited 30'], 'since they came, before their time');
  t.equal(wordsOf(early).isLate, true, 'and too long from their time on');
  t.equal(wordsOf({ ...early, expectedAt: due + 1, queueAt: due + 1 }).isLate, false);
  t.same(wait({ arrivedAt: came, queueAt: back }), ['waiting 90 Europe/Paris', 'waited 10'], 'who was away');
});

t.test('everybody is offered what their role and the state of the visit allow, and no more', async (t) => {
  const offered = (changes: Partial<VisitView>, role: AreaRole | null) =>
    Object.entries(wordsOf(changes, role).may)
      .filter(([, may]) => may)
      .map(([act]) => act as StaffAct);
  t.same(offered({}, 'clinician'), ['take', 'message', 'handOver', 'end']);
  t.same(offered({}, 'secretary'), ['message', 'handOver', 'end']);
  t.same(offered({}, 'interpreter'), []);
  const called: Partial<VisitView> = { state: 'called', takenBy: me };
  t.same(offered(called, 'clinician'), ['enter', 'message', 'handOver', 'bringIn', 'putBack', 'end']);
  const others: Partial<VisitView> = { state: 'in_call', takenBy: { id: 'other', name: 'Dr Other' } };
  t.notOk(offered(others, 'clinician').includes('enter'), 'another’s call is not to be walked into');
  const guest = { id: 'g', kind: 'interpreter', name: me.name, personId: me.id } as const;
  for (const role of ['interpreter', 'clinician', null] as const)
    t.ok(
      offered({ ...others, guests: [guest] }, role).includes('enter'),
      `brought in as ${role ?? 'a stranger'}`,
    );
  const lost: Partial<VisitView> = { state: 'left', outcome: 'lost', lostAt: 1, callBackBy: 'letter' };
  t.same(offered(lost, 'secretary'), ['callBack', 'end']);
  t.same(offered({ ...lost, callBackBy: null }, 'secretary'), ['end']);
  t.same(offered({ state: 'ended' }, 'manager'), []);
});

t.test('the longest wait is first; of those who left the last one', async (t) => {
  const early = { ...visit, id: 'b', queueAt: 1 };
  t.same([visit, early].sort(inOrder), [early, visit]);
  const [left, later] = [
    { ...visit, state: 'left' as const },
    { ...early, state: 'left' as const, stateAt: now },
  ];
  t.same([left, later].sort(inOrder), [later, left]);
  t.ok(inOrder({ ...visit, id: 'a' }, { ...visit, id: 'b' }) < 0, 'those of one instant keep their order');
});

t.test('who gave no name has a number, and another language is told', async (t) => {
  t.equal(wordsOf({ name: null }).name, 'patient 7');
  t.same(wordsOf({}).facts, []);
  t.same(wordsOf({ language: 'fr', birthDate: '1950-01-02' }).facts, ['born 2 Jan 1950', 'language fr']);
});
