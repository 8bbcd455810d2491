import t, { type Test } from 'tap';
import { categories } from '../../app/categories.ts';
import { createTranslate } from '../../app/kernel/i18n.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };
import { asBrowser, RunningApp } from '../app/running-app.ts';
import { signedIn } from '../app/signed-in.ts';

const texts = { en: createTranslate('en', en), fr: createTranslate('fr', fr) } as const;

const controller = {
  trial: false,
  name: 'CHU <b>d’Évry</b>',
  address: '1 rue de la Paix, 91000 Évry',
  support_email: 'help@hospital.example',
  dpo_email: 'dpo@hospital.example',
  dpo_address: 'DPO, 1 rue de la Paix, 91000 Évry',
};

async function notices(t: Test, settings: Record<string, unknown>) {
  const app = await RunningApp.start({
    sites: [{ host: 'localhost', name: 'Ville', language: 'fr' }],
    ...settings,
  });
  t.teardown(() => app.stop());
  const read = async (language: 'en' | 'fr') => {
    const { status, text } = await app.ask(`/privacy?lang=${language}`, { headers: asBrowser });
    t.equal(status, 200);
    return text;
  };
  return { app, en: await read('en'), fr: await read('fr') };
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('=', '&#x3D;');

t.test(
  'the notice names the controller, the officer and the authority, and every category of data',
  async (t) => {
    const { en, fr } = await notices(t, { controller });
    for (const [language, page] of [
      ['en', en],
      ['fr', fr],
    ] as const) {
      const say = texts[language];
      t.match(page, 'CHU &lt;b&gt;d’Évry&lt;/b&gt;', 'what the settings say is text and no markup');
      for (const value of [
        controller.address,
        controller.support_email,
        controller.dpo_email,
        controller.dpo_address,
      ])
        t.match(page, value, value);
      t.match(page, 'CNIL');
      t.notMatch(page, say('notice.trial'));
      for (const { name } of categories) {
        const isShown = name !== 'visits';
        t.equal(page.includes(`id="data-${name}"`), isShown, `${language} ${name}`);
        if (isShown) t.match(page, escaped(say(`data.${name}.title`)));
      }
      for (const right of [
        'access',
        'rectification',
        'erasure',
        'restriction',
        'portability',
        'objection',
        'withdrawal',
      ])
        t.match(page, say(`notice.rights.${right}.text`), right);
      t.match(page, say('notice.recipients.noProcessors'));
      t.match(page, say('notice.place.noTransfers'));
      t.match(page, say('notice.measurement.off'));
      t.notMatch(page, say('notice.recipients.relay'), 'no mail relay is set');
    }
  },
);

t.test('its times are those of the settings, in words that fit the number', async (t) => {
  const { en, fr } = await notices(t, {
    controller,
    privacy: { service_days: 7, relationship_days: 100, log_addresses: 'off' },
    sign_in: { session_days: 1, session_idle_hours: 12 },
  });
  t.match(en, 'and 7 days after its end at most');
  t.match(fr, 'puis 7 jours au plus après la fin de l’abonnement');
  t.match(en, '100 days at most after');
  t.match(en, 'A browser that is signed in: 1 day at most');
  t.match(fr, '1 jour au plus');
  t.match(en, 'It is not logged.');
  t.match(fr, 'Elle n’est pas journalisée.');
  t.notMatch(en, '30 days after its end');
});

t.test('a trial says so, and a name that is missing as well', async (t) => {
  const { en, fr } = await notices(t, {});
  t.match(en, texts.en('notice.trial'));
  t.match(fr, texts.fr('notice.trial'));
  t.match(en, texts.en('notice.who.unnamed'));
  t.match(fr, texts.fr('notice.who.noDpo'));
});

t.test('processors and transfers are told as they are', async (t) => {
  const processors = [
    { name: 'Hosting <SAS>', task: 'rents us the machine', country: 'France' },
    { name: 'Far Away Inc.', task: 'stores backups', country: 'Ruritania', transfer: 'standard clauses' },
  ];
  const { en, fr } = await notices(t, {
    controller: { ...controller, processors, authority: 'APD, rue de la Presse 35, 1000 Bruxelles' },
    mail: { host: 'smtp.hospital.example', from_address: 'meet@hospital.example' },
  });
  for (const page of [en, fr]) {
    t.match(page, 'Hosting &lt;SAS&gt;');
    t.match(page, 'Far Away Inc.');
    t.match(page, 'standard clauses');
    t.match(page, 'APD, rue de la Presse 35, 1000 Bruxelles');
    t.notMatch(page, 'CNIL');
  }
  t.match(en, texts.en('notice.recipients.relay'));
  t.match(fr, texts.fr('notice.place.transfers'));
});

t.test('its contents lead to its parts, and every page leads to it', async (t) => {
  const { app, en } = await notices(t, { controller });
  const ids = new Set([...en.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  const links = [...en.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  t.ok(links.length >= 10);
  for (const link of links) t.ok(ids.has(link), String(link));
  const { headers } = await signedIn(app, 'owner');
  for (const path of ['/', '/nothing', '/sign-in', '/r/some-room', '/trust', '/privacy']) {
    const { text } = await app.ask(path, { headers: asBrowser });
    t.match(text, /<footer.*href="\/privacy"/s, path);
  }
  for (const path of ['/console', '/console/people', '/account']) {
    const { text } = await app.ask(path, { headers: { ...asBrowser, ...headers } });
    t.match(text, /<footer.*href="\/privacy"/s, path);
  }
});
