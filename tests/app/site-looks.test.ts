import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import fastify from 'fastify';
import t from 'tap';
import { accentColours, contrastOf } from '../../app/edge/accent-colours.ts';
import { siteLooks } from '../../app/edge/site-looks.ts';
import { asBrowser, RunningApp } from './running-app.ts';

const folder = await mkdtemp(join(tmpdir(), 'linkello-looks-'));
t.teardown(() => rm(folder, { recursive: true }));
const logo = join(folder, 'logo.svg');
await writeFile(
  logo,
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><path d="M0 0h2v1H0z"/></svg>',
);

const home = async (app: RunningApp, host: string) =>
  (await app.ask('/', { headers: { host, ...asBrowser } })).text;
const addressIn = (page: string, pattern: RegExp) => pattern.exec(page)?.[0] ?? '';

t.test('each host has its own logo, colour and edition', async (t) => {
  const app = await RunningApp.start({
    sites: [
      { host: 'localhost', name: 'Plain' },
      { host: 'med.test', name: 'Clinic', edition: 'med', logo, colour: '#ffd400' },
    ],
  });
  t.teardown(() => app.stop());
  const plain = await home(app, 'localhost');
  t.notMatch(plain, '/site/');
  t.match(plain, 'Linkello Pro');
  const clinic = await home(app, 'med.test');
  t.match(clinic, 'Linkello Med');
  t.match(clinic, '<small class="brand-edition">Med</small>');
  t.notMatch(clinic, ' style=');

  const image = await app.ask(addressIn(clinic, /\/site\/logo\/[0-9a-f]+/));
  t.equal(image.status, 200);
  t.equal(image.headers['content-type'], 'image/svg+xml');
  t.equal(image.headers['content-security-policy'], "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  t.equal(image.headers['x-content-type-options'], 'nosniff');
  const sheet = await app.ask(addressIn(clinic, /\/site\/colours\/[0-9a-f]+\.css/));
  t.match(sheet.headers['content-type'], /^text\/css/);
  t.match(
    sheet.text,
    /^:root\{--lagoon:#[0-9a-f]{6};.*@media \(prefers-color-scheme:dark\)\{:root\{--lagoon:#ffd400/,
  );
  for (const path of ['/site/logo/0', '/site/logo/..%2f..%2fetc%2fpasswd', '/site/colours/x.css']) {
    t.equal((await app.ask(path)).status, 404, path);
  }
});

t.test('a logo that cannot be used starts nothing', async (t) => {
  const wrong = join(folder, 'wrong.svg');
  await writeFile(wrong, '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
  const site = {
    host: 'localhost',
    name: 'x',
    language: 'en',
    edition: 'pro',
    colour: null,
    group: null,
  } as const;
  const app = fastify();
  t.teardown(() => app.close());
  const start = async () => {
    await app.register(siteLooks, { sites: [{ ...site, logo: wrong }] });
  };
  await t.rejects(start, {
    message: /^The logo of a site must be an SVG file without scripts/,
  });
});

t.test('whatever the colour, everything is readable in both schemes (WCAG 2.2, 1.4.3)', async (t) => {
  const hex = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);
  fc.assert(
    fc.property(hex, (colour) => {
      const { light, dark } = accentColours(colour);
      for (const [scheme, grounds] of [
        [light, ['#ffffff', '#f2f6f6', '#e3ebec']],
        [dark, ['#18252b', '#0d161a', '#213139']],
      ] as const) {
        for (const ground of grounds) {
          if (contrastOf(scheme.accent, ground) < 4.5 || contrastOf(scheme.hover, ground) < 4.5) return false;
        }
        if (contrastOf(scheme.hover, scheme.soft) < 4.5) return false;
        if (contrastOf(scheme.onAccent, scheme.accent) < 4.5) return false;
        if (contrastOf(scheme.onAccent, scheme.hover) < 4.5) return false;
      }
      return true;
    }),
    { numRuns: 3000 },
  );
  t.equal(accentColours('#0a6a73').light.accent, '#0a6a73', 'one that is readable stays');
});
