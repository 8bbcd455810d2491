import t from 'tap';
import { roomOf } from '../app/room-row.ts';
import { signedIn } from '../app/signed-in.ts';
import { Appliance } from '../appliance.ts';
import { checkPage } from './page-checks.ts';
import { launchBrowser, ParticipantPage, said } from './participant-page.ts';

const appliance = await Appliance.start();
const browser = await launchBrowser(appliance);
t.teardown(async () => {
  await browser.close();
  await appliance.stop();
});
const owner = await signedIn(appliance, 'member', { name: 'Dr Host' });
await roomOf(appliance.databaseFile, owner, { slug: 'consultation', hasLobby: true, needsHost: true });
const room = 'consultation';

t.test(
  'guests wait for the host, are let in one by one, and everybody goes when the host ends it',
  async (t) => {
    const grace = await ParticipantPage.open(browser, appliance, 'Grace', { room });
    await grace.page.getByRole('textbox', { name: 'Your name' }).fill('Grace');
    await grace.button('Join').click();
    await grace.page.getByRole('heading', { name: 'You are in the waiting room' }).waitFor();
    await said(grace.page, 'The meeting begins when the host is there.').waitFor();
    await checkPage(t, grace.page, 'waiting for the host');

    const host = await ParticipantPage.join(browser, appliance, 'Dr Host', { room, signedIn: owner });
    await said(grace.page, 'The host has been told that you are here').waitFor();
    await said(host.page, 'Grace is waiting to be let in.').waitFor();
    const eve = await ParticipantPage.open(browser, appliance, 'Eve', { room });
    await eve.page.getByRole('textbox', { name: 'Your name' }).fill('Eve');
    await eve.button('Join').click();
    await host.page.getByRole('heading', { name: '2 people are waiting' }).waitFor();
    t.match(await host.page.title(), /^\(2\) consultation/, 'seen from another tab');
    await checkPage(t, host.page, 'a host with people waiting');

    await host.button('Refuse Eve').click();
    await eve.page.getByRole('heading', { name: 'You were not let in' }).waitFor();
    await host.button('Admit Grace').click();
    await grace.button('Leave').waitFor();
    await Promise.all([grace.seesAndHears(1), host.seesAndHears(1)]);
    t.equal(await host.page.getByRole('group', { name: /waiting/ }).count(), 0, 'nobody waits any more');
    t.match(await host.page.title(), /^consultation/);
    t.equal(await grace.button('End for everybody').count(), 0, 'a guest is not offered what hosts do');

    await host.button('Lock').click();
    await said(grace.page, 'The meeting is locked').waitFor();
    await host.page.getByRole('button', { name: 'Lock', pressed: true }).waitFor();
    await host.button('Leave').click();
    await host.page.getByRole('dialog').getByRole('button', { name: 'End for everybody' }).click();
    for (const each of [host, grace]) {
      await each.page.getByRole('heading', { name: 'The meeting is over' }).waitFor();
      t.same(each.faults, []);
    }
    await Promise.all([grace.close(), host.close(), eve.close()]);
  },
);

t.test('who gives up waiting is gone from the list of the host', async (t) => {
  const host = await ParticipantPage.join(browser, appliance, 'Dr Host', { room, signedIn: owner });
  const grace = await ParticipantPage.open(browser, appliance, 'Grace', { room });
  await grace.page.getByRole('textbox', { name: 'Your name' }).fill('Grace');
  await grace.button('Join').click();
  await host.button('Admit Grace').waitFor();
  await grace.button('Stop waiting').click();
  await host.button('Admit Grace').waitFor({ state: 'detached' });
  t.same(host.faults, []);
  await Promise.all([grace.close(), host.close()]);
});
