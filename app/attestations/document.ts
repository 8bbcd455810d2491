import { fileURLToPath } from 'node:url';
import PdfDocument from 'pdfkit';
import type { Translate } from '../kernel/i18n.ts';
import type { Language } from '../kernel/languages.ts';
import { shownExactly } from '../kernel/shown-instant.ts';
import type { AttestedStay } from './attestation.ts';
import type { KeptAttestation } from './store.ts';

/** Letters of all of Europe; the fonts that every PDF reader has know those of its west. */
// By their paths everywhere: a font that is known by two names is read anew for each text.
const font = (name: string) => fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`));
const PLAIN = font('DejaVuSans');
const BOLD = font('DejaVuSans-Bold');

const INK = '#1a1a1a';
const QUIET = '#4a4a4a';
const MARGIN = 56;

export interface DocumentOptions {
  readonly t: Translate;
  readonly language: Language;
  /** What the site calls itself. */
  readonly siteName: string;
  /** Who answers for the data; empty where it is not said. */
  readonly controllerName: string;
  readonly issuedAt: number;
}

/** An attestation as a document to keep: PDF/A-2 with its structure, so that it can be read aloud. A4. */
export async function attestationPdf(
  attestation: KeptAttestation,
  options: DocumentOptions,
): Promise<Buffer> {
  const { t, language, siteName, controllerName, issuedAt } = options;
  const title = t('attestations.document.title');
  const pdf = new PdfDocument({
    size: 'A4',
    margin: MARGIN,
    pdfVersion: '1.7',
    subset: 'PDF/A-2a',
    tagged: true,
    lang: language,
    displayTitle: true,
    font: PLAIN,
    info: { Title: title, Author: siteName, Creator: 'Linkello', CreationDate: new Date(issuedAt) },
  });
  const parts: Buffer[] = [];
  pdf.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise<void>((resolve, reject) => {
    pdf.once('end', resolve);
    pdf.once('error', reject);
  });

  const document = pdf.struct('Document');
  pdf.addStructure(document);
  const write = (tag: string, style: { bold?: boolean; size: number; colour?: string }, text: string) => {
    document.add(
      pdf.struct(tag, {}, () => {
        pdf.font(style.bold ? BOLD : PLAIN, style.size).fillColor(style.colour ?? INK);
        pdf.text(text, { lineGap: 2 });
      }),
    );
    pdf.moveDown(0.4);
  };

  write('P', { size: 9, colour: QUIET }, [siteName, controllerName].filter(Boolean).join(' · '));
  write('H1', { bold: true, size: 18 }, title);
  write('P', { size: 10 }, t('attestations.document.lead'));
  const table = (widths: readonly number[], data: readonly (readonly string[])[], hasHead: boolean) => {
    const section = pdf.struct('Sect');
    document.add(section);
    pdf.table({
      // Not in the types that the package comes with.
      ...({ structParent: section } as object),
      columnStyles: [...widths],
      defaultStyle: {
        border: { top: 0, left: 0, right: 0, bottom: 0.5 },
        padding: 4,
      },
      data: data.map((cells, row) =>
        cells.map((text, column) => ({
          text,
          type: (hasHead ? row === 0 : column === 0) ? ('TH' as const) : ('TD' as const),
          font: { src: (hasHead ? row === 0 : column === 0) ? BOLD : PLAIN, size: hasHead ? 7.5 : 9.5 },
          textColor: INK,
        })),
      ),
    });
    section.end();
    pdf.moveDown(1);
  };
  table([190, 293], factsOf(attestation, options), false);
  if (attestation.stays.length > 0) {
    write('H2', { bold: true, size: 13 }, t('attestations.document.connections'));
    table([68, 68, 55, 55, 60, 62, 58, 57], connectionsOf(attestation.stays, options), true);
  }
  write('P', { size: 8.5, colour: QUIET }, t('attestations.document.meaning'));
  write('P', { size: 8.5, colour: QUIET }, t('attestations.document.seal', { seal: attestation.seal }));
  document.end();
  pdf.end();
  await ended;
  return Buffer.concat(parts);
}

function factsOf(
  attestation: KeptAttestation,
  { t, language, issuedAt }: DocumentOptions,
): [string, string][] {
  const { stays, personName } = attestation;
  const known = stays.flatMap(({ isEncrypted }) => isEncrypted ?? []);
  return [
    [t('attestations.number'), attestation.id],
    [t('attestations.organisation'), attestation.organisationName],
    ...(personName === null ? [] : [[t('attestations.roomOf'), personName] as [string, string]]),
    [t('attestations.edition'), t(`layout.editions.${attestation.edition}`)],
    [t('attestations.started'), shownExactly(attestation.startedAt, language)],
    [t('attestations.ended'), shownExactly(attestation.endedAt, language)],
    [t('attestations.together'), lengthOf(t, attestation.togetherSeconds)],
    [t('attestations.people'), String(attestation.people)],
    [t('attestations.drops'), String(attestation.drops)],
    [
      t('attestations.encrypted'),
      known.length === 0
        ? t('attestations.unknown')
        : t(`attestations.answers.${known.every(Boolean) ? 'yes' : 'no'}`),
    ],
    [t('attestations.zone'), new Intl.DateTimeFormat(language).resolvedOptions().timeZone],
    [t('attestations.issued'), shownExactly(issuedAt, language)],
  ];
}

function connectionsOf(stays: readonly AttestedStay[], { t, language }: DocumentOptions): string[][] {
  const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const shown = (value: number | null) => (value === null ? '–' : number.format(value));
  const names = ['from', 'to', 'connected', 'drops', 'way', 'kbps', 'loss', 'roundTrip'] as const;
  return [
    names.map((name) => t(`attestations.connection.${name}`)),
    ...stays.map((stay) => [
      clock.format(stay.joinedAt),
      clock.format(stay.leftAt),
      lengthOf(t, stay.connectedSeconds),
      String(stay.drops),
      stay.path === null ? '–' : t(`attestations.ways.${stay.path}`),
      shown(stay.kbps),
      shown(stay.lossPercent),
      shown(stay.roundTripMs),
    ]),
  ];
}

/** Whole minutes, and seconds below one. */
export function lengthOf(t: Translate, seconds: number): string {
  return seconds < 60
    ? t('attestations.seconds', { count: seconds })
    : t('attestations.minutes', { count: Math.floor(seconds / 60) });
}
