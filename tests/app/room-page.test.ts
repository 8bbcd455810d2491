import t from 'tap';
import { Check } from 'typebox/value';
import { Agent, request } from 'undici';
import fr from '../../app/locales/fr.json' with { type: 'json' };
import { RouterRtpCapabilities } from '../../media/contract.ts';
import { Appliance } from '../appliance.ts';
import { asBrowser } from './running-app.ts';

t.test('a room’s page carries what its script needs', async (t) => {
  const appliance = await Appliance.start({ sites: [{ host: 'localhost', name: '</script><b>&' }] });
  t.teardown(() => appliance.stop());
  const dispatcher = new Agent({ connect: { ca: await appliance.authority() } });
  t.teardown(() => dispatcher.close());
  const { statusCode, body } = await request(appliance.url('/r/weekly-review?lang=fr'), {
    dispatcher,
    headers: asBrowser,
  });
  const text = await body.text();
  t.equal(statusCode, 200);
  const json = /<script type="application\/json" id="page-data">(.*?)<\/script>/s.exec(text)?.[1] ?? '';
  t.notMatch(json, /[<>&]/);
  const data = JSON.parse(json);
  t.match(data, { slug: 'weekly-review', siteName: '</script><b>&', language: 'fr', texts: fr.client });
  t.ok(Check(RouterRtpCapabilities, data.routerRtpCapabilities));
  t.match(data.routerRtpCapabilities.codecs, [{ mimeType: 'audio/opus' }]);
  t.match(text, /<script type="module" src="\/assets\/room-[0-9A-Z]{8}\.js"><\/script>/);
  t.match(text, '<noscript>');

  const ready = await request(appliance.url('/health/ready'), { dispatcher });
  t.equal(ready.statusCode, 200);
  await ready.body.dump();
});
