import t from 'tap';
import { Ward } from './ward.ts';

const ward = await Ward.open();
t.teardown(() => ward.close());

const TIMES = 100;

t.test(
  'two clinicians take the same patient at the same instant, a hundred times: always one of them',
  async (t) => {
    const area = await ward.area({ name: 'Emergency' });
    const both = [
      await ward.colleague('Dr Ada', [area.id, 'clinician']),
      await ward.colleague('Dr Bob', [area.id, 'clinician']),
    ] as const;
    const won = [0, 0];
    for (let time = 0; time < TIMES; time += 1) {
      await ward.arrived(area.slug, `Patient ${time}`);
      const id = await both[0].idOf(`Patient ${time}`);
      const answers = await Promise.all(both.map((each) => each.act(`/clinic/visits/${id}/take`)));
      const winners = answers.filter(({ status }) => status === 200);
      const losers = answers.filter(({ status }) => status === 409);
      if (winners.length !== 1 || losers.length !== 1)
        t.fail(`time ${time}: ${answers.map(({ status }) => status).join(' and ')}`);
      if (losers[0]?.said.code !== 'visit_taken') t.fail(`time ${time}: ${JSON.stringify(losers[0]?.said)}`);
      const winner = answers[0]?.status === 200 ? 0 : 1;
      won[winner] = (won[winner] ?? 0) + 1;
      const visit = await ward.database('visits').where({ id }).first();
      if (visit.taken_by !== both[winner].id) t.fail(`time ${time}: it is noted for the other one`);
      if (visit.state !== 'called') t.fail(`time ${time}: ${visit.state}`);
      await both[winner].act(`/clinic/visits/${id}/end`);
    }
    t.equal((won[0] ?? 0) + (won[1] ?? 0), TIMES, `${won[0]} and ${won[1]}`);
    t.same(await ward.database('rooms').where({ is_hidden: 1 }), [], 'no room of a loser is left');
  },
);

t.test('who was too slow is told so, and finds the room of nobody', async (t) => {
  const area = await ward.area({ name: 'Radiology' });
  const ada = await ward.colleague('Dr Ada', [area.id, 'clinician']);
  const bob = await ward.colleague('Dr Bob', [area.id, 'clinician']);
  await ward.arrived(area.slug, 'Rita Rose');
  const id = await ada.idOf('Rita Rose');
  t.equal((await ada.act(`/clinic/visits/${id}/take`)).status, 200);
  const late = await bob.act(`/clinic/visits/${id}/take`);
  t.equal(late.status, 409);
  t.match(late.said.title, /colleague/);
  t.equal((await bob.load(`/clinic/visits/${id}/enter`)).status, 404);
});

t.test('a patient who left a moment before is not taken', async (t) => {
  const area = await ward.area({ name: 'Surgery' });
  const ada = await ward.colleague('Dr Ada', [area.id, 'clinician']);
  const patient = await ward.arrived(area.slug, 'Nora North');
  const id = await ada.idOf('Nora North');
  await patient.send(`/w/${area.slug}/leave`);
  const answer = await ada.act(`/clinic/visits/${id}/take`);
  t.equal(answer.status, 409);
  t.equal(answer.said.code, 'visit_over');
});
