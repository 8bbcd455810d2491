import { SignallingError } from '../meeting/signalling.ts';
import { t } from './texts.ts';

/** Faults that this side finds by itself, so that no server put them into the reader's language. */
const ownCodes = ['disconnected', 'deadline_exceeded', 'invalid_reply'] as const;

/** A fault as a sentence for the person. */
export function faultSentence(fault: unknown): string {
  if (!(fault instanceof SignallingError)) return t('errors.unknown');
  const own = ownCodes.find((code) => code === fault.code);
  return own ? t(`errors.${own}`) : fault.message;
}
