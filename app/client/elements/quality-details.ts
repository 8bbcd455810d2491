import type { QualityReport, StreamQuality } from '../meeting/quality.ts';
import { part } from './parts.ts';
import { figure, t } from './texts.ts';

/** `<quality-details>`: how well somebody is received, in words first and in figures for whoever runs the network. */
export class QualityDetails extends HTMLElement {
  #subject: { readonly id: string; readonly name: string; readonly isYou: boolean } | null = null;

  /** Says of whom; null: of nobody any more. */
  set subject(subject: { readonly id: string; readonly name: string; readonly isYou: boolean } | null) {
    this.#subject = subject;
    if (subject)
      part(this, 'quality-name', HTMLElement).textContent = t('quality.of', { name: subject.name });
  }

  show({ own, of }: QualityReport): void {
    const subject = this.#subject;
    if (!subject) return;
    const { bars, streams } = subject.isYou
      ? { bars: own.bars, streams: own.sent }
      : { bars: of.get(subject.id)?.bars ?? null, streams: of.get(subject.id)?.received ?? [] };
    part(this, 'quality-verdict', HTMLElement).textContent = t(
      bars === null ? 'quality.unknown' : `quality.verdict.${bars}`,
    );
    const facts: [string, string][] = [
      [t('quality.path'), own.path === null ? t('quality.unknown') : t(`quality.paths.${own.path}`)],
      [
        t('quality.roundTrip'),
        own.roundTripMs === null ? t('quality.unknown') : t('quality.ms', { value: figure(own.roundTripMs) }),
      ],
      ...streams.map((stream): [string, string] => [t(`quality.sources.${stream.source}`), wordsOf(stream)]),
    ];
    part(this, 'quality-facts', HTMLElement).replaceChildren(
      ...facts.map(([name, value]) => row(name, value)),
    );
  }
}

function wordsOf(stream: StreamQuality): string {
  const { codec, width, height, framesPerSecond, kbps, lossPercent, layers } = stream;
  return [
    codec,
    width && height ? t('quality.size', { width: figure(width), height: figure(height) }) : '',
    framesPerSecond === null ? '' : t('quality.frames', { value: figure(framesPerSecond) }),
    t('quality.rate', { value: figure(kbps) }),
    lossPercent === null ? '' : t('quality.loss', { value: figure(lossPercent, 1) }),
    layers === null ? '' : t('quality.layers', { count: layers }),
  ]
    .filter(Boolean)
    .join(' · ');
}

function row(name: string, value: string): HTMLElement {
  const line = document.createElement('div');
  const [term, definition] = [document.createElement('dt'), document.createElement('dd')];
  term.textContent = name;
  definition.textContent = value;
  line.append(term, definition);
  return line;
}
