import t from 'tap';
import { openDatabase } from '../../app/database/open.ts';
import { load, send } from '../app/form.ts';
import { RunningApp } from '../app/running-app.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';

const acts = {
  demote: (one: SignedIn, other: SignedIn) =>
    send(app, one, `/console/people/${other.id}/role`, { role: 'member' }),
  block: (one: SignedIn, other: SignedIn) => send(app, one, `/console/people/${other.id}/block`),
  delete: (one: SignedIn, other: SignedIn) => send(app, one, `/console/people/${other.id}/delete`),
};

let app: RunningApp;

for (const [name, act] of Object.entries(acts)) {
  t.test(`two owners ${name} each other at once: one is left`, async (t) => {
    app = await RunningApp.start();
    t.teardown(() => app.stop());
    const [ada, ben] = [await signedIn(app, 'owner'), await signedIn(app, 'owner')];
    const answers = await Promise.all([act(ada, ben), act(ben, ada)]);
    t.equal(answers.filter(({ status }) => status === 303).length, 1, 'one of the two is done');
    const database = await openDatabase(app.databaseFile);
    t.teardown(() => database.destroy());
    t.equal((await database('people').where({ role: 'owner', status: 'active' })).length, 1);
  });
}

t.test('a blocked owner is not one who is left', async (t) => {
  app = await RunningApp.start();
  t.teardown(() => app.stop());
  const [ada, ben, cleo] = [
    await signedIn(app, 'owner'),
    await signedIn(app, 'owner'),
    await signedIn(app, 'administrator'),
  ];
  t.equal((await acts.block(ada, ben)).status, 303);
  t.equal((await acts.delete(ada, ben)).status, 303, 'who cannot sign in can go');
  t.equal((await acts.block(ada, ada)).status, 409);
  t.equal((await acts.block(cleo, ada)).status, 404);
  t.equal((await load(app, ada, '/console/people')).status, 200);
});
