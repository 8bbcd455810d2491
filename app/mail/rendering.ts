import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import type { Translate } from '../kernel/i18n.ts';
import type { Block, Letter } from './letter.ts';

/** Who stands at the foot of every letter. */
export interface Sender {
  /** Who answers for the data; empty where nobody said. */
  readonly controllerName: string;
  readonly supportEmail: string | null;
}

/** A letter as it goes out. */
export interface RenderedLetter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Far beyond what anybody reads of a subject, and below where relays cut. */
const LONGEST_SUBJECT = 200;

/** What ends a line or a header, or turns the reading direction of what follows (UAX #9): never part of a name. */
const NOT_IN_A_LINE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

const template = Handlebars.create().compile(
  readFileSync(new URL('./views/letter.hbs', import.meta.url), 'utf8'),
  { strict: true },
);

/** A text for a header, or for one line of a letter: whatever could end it becomes a blank. */
export function oneLine(text: string, longest: number = Number.POSITIVE_INFINITY): string {
  const line = text.replaceAll(NOT_IN_A_LINE, ' ').replaceAll(/ {2,}/g, ' ').trim();
  return line.length <= longest
    ? line
    : `${Array.from(line.slice(0, longest - 1))
        .join('')
        .trimEnd()}…`;
}

/** Writes a letter as text and as HTML, in its reader's language. */
export function renderLetter(letter: Letter, t: Translate, sender: Sender): RenderedLetter {
  const subject = oneLine(letter.subject, LONGEST_SUBJECT);
  const siteName = oneLine(letter.siteName);
  const foot = [
    sender.controllerName === ''
      ? t('letters.foot.sender', { site: siteName })
      : t('letters.foot.senderOf', { site: siteName, controller: oneLine(sender.controllerName) }),
    t(`letters.reasons.${letter.kind}`),
    ...(sender.supportEmail === null ? [] : [t('letters.foot.support', { email: sender.supportEmail })]),
  ];
  const text = [
    siteName,
    ...letter.blocks.map((block) => asText(block, t)),
    // What stands below is left out of replies (RFC 3676, section 4.3).
    ['-- ', ...foot].join('\n'),
  ].join('\n\n');
  const html = template({
    language: letter.to.language,
    subject,
    siteName,
    orOpen: t('letters.orOpen'),
    blocks: letter.blocks.map(forTemplate),
    foot,
  });
  return { subject, text: `${text}\n`, html };
}

function asText(block: Block, t: Translate): string {
  if (block.kind === 'paragraph') return linesOf(block.text).join('\n');
  if (block.kind === 'action')
    return `${t('letters.label', { label: oneLine(block.label) })}\n${address(block.url)}`;
  if (block.kind === 'code')
    return `${t('letters.label', { label: oneLine(block.label) })}\n${oneLine(block.code)}`;
  return block.rows
    .map(([label, value]) => t('letters.fact', { label: oneLine(label), value: oneLine(value) }))
    .join('\n');
}

function forTemplate(block: Block): Record<string, unknown> {
  const nothing = { paragraph: null, action: null, code: null, facts: null };
  if (block.kind === 'paragraph') return { ...nothing, paragraph: linesOf(block.text) };
  if (block.kind === 'action') return { ...nothing, action: { label: block.label, url: address(block.url) } };
  if (block.kind === 'code') return { ...nothing, code: { label: block.label, code: block.code } };
  return { ...nothing, facts: block.rows.map(([label, value]) => ({ label, value: oneLine(value) })) };
}

function linesOf(text: string): string[] {
  return text.split('\n').map((line) => oneLine(line));
}

/** @throws TypeError for an address that is none of a page of ours: a fault of the program. */
export function address(url: string): string {
  if (URL.parse(url)?.protocol !== 'https:') throw new TypeError('A letter leads to a page over HTTPS only.');
  return url;
}
