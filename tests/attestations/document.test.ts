import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { attestationPdf } from '../../app/attestations/document.ts';
import type { KeptAttestation } from '../../app/attestations/store.ts';
import { createTranslate } from '../../app/kernel/i18n.ts';
import type { Language } from '../../app/kernel/languages.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };

const minute = 60_000;
const startedAt = new Date(2026, 2, 9, 14, 0, 5).getTime();

function attestation(people: number): KeptAttestation {
  return {
    id: 'a1b2c3d4e5f6a1b2c3d4e5f6',
    organisationId: 'organisation',
    organisationName: 'Klinika Świętego Łazarza',
    personId: 'person',
    personName: 'Dr Zoë Šťastná',
    edition: 'med',
    startedAt,
    endedAt: startedAt + 31 * minute,
    togetherSeconds: 28 * 60 + 12,
    people,
    drops: 3,
    stays: Array.from({ length: people }, (_, index) => ({
      joinedAt: startedAt + index * 1000,
      leftAt: startedAt + 30 * minute,
      connectedSeconds: 1795,
      drops: index,
      path: index === 0 ? ('relay' as const) : ('udp' as const),
      isEncrypted: true,
      kbps: 1480,
      lossPercent: 0.4,
      roundTripMs: 38,
    })),
    seal: 'f'.repeat(64),
  };
}

async function pdf(t: Tap, language: Language, people = 2) {
  const document = await attestationPdf(attestation(people), {
    t: createTranslate(language, language === 'en' ? en : fr),
    language,
    siteName: 'Visio',
    controllerName: 'Centre hospitalier',
    issuedAt: startedAt + 86_400_000,
  });
  const file = join(t.testdir({}), 'attestation.pdf');
  await writeFile(file, document);
  const run = async (program: string, ...args: readonly string[]) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'exit');
    const [out, fault] = await Promise.all([text(child.stdout), text(child.stderr)]);
    await ended;
    return `${out}${fault}`;
  };
  return {
    text: await run('pdftotext', '-layout', file, '-'),
    about: await run('pdfinfo', file),
    structure: () => run('pdfinfo', '-struct-text', file),
  };
}
type Tap = Pick<typeof t, 'testdir'>;

t.test('it says what was measured, in the reader’s language and with every letter', async (t) => {
  const english = await pdf(t, 'en');
  t.match(english.text, /Technical attestation of a meeting/);
  for (const said of [
    'Klinika Świętego Łazarza',
    'Dr Zoë Šťastná',
    'a1b2c3d4e5f6a1b2c3d4e5f6',
    '9 Mar 2026, 14:00:05',
    '9 Mar 2026, 14:31:05',
    '28 min',
    'relay',
    '1,480',
    'Visio · Centre hospitalier',
    'f'.repeat(64),
  ])
    t.ok(english.text.replaceAll(/\s+/g, ' ').includes(said), said);
  const french = await pdf(t, 'fr');
  t.match(french.text, /Attestation technique de réunion/);
  t.match(french.text, /relais/);
});

t.test('it can be archived, and read aloud', async (t) => {
  const { about, structure: read } = await pdf(t, 'fr');
  const structure = await read();
  t.match(about, /Title: +Attestation technique de réunion/);
  t.match(about, /Tagged: +yes/);
  t.match(about, /JavaScript: +no/);
  t.match(about, /Page size: +595.\d+ x 841.\d+ pts \(A4\)/);
  t.match(about, /Pages: +1\n/);
  t.match(structure, /^ *H1[\s\S]*Table[\s\S]*TH[\s\S]*TD/m);
  // pdfkit says the colour of borders in a way that readers pass over.
  t.notMatch(`${about}${structure}`, /Syntax (Error|Warning)(?!: Attribute BorderColor)/);
});

t.test('many connections go on over pages', async (t) => {
  const { about, text } = await pdf(t, 'en', 50);
  t.match(about, /Pages: +[2-4]\n/);
  t.equal(text.match(/^[\f ]*\d\d:\d\d:\d\d /gm)?.length, 50);
});
