import type { HoldView } from './hold-view.ts';

/** A text below `client.hold` of the locales, in the reader's language. */
export type Say = (key: string, values?: Readonly<Record<string, string | number>>) => string;

/** What a patient's page says, by server and browser alike: the browser writes it anew whenever the queue moves. */
export interface HoldWords {
  readonly heading: string;
  readonly sentence: string;
  /** Place or time to wait; null where neither is told. */
  readonly place: string | null;
  readonly number: string | null;
  readonly remark: string | null;
  /** Whether it is their turn, and the button is there. */
  readonly canEnter: boolean;
  readonly canLeave: boolean;
  readonly canReturn: boolean;
  /** Whether what staff wrote still matters. */
  readonly hasMessages: boolean;
}

export function holdWords(hold: HoldView, say: Say): HoldWords {
  const { state, place, waitMinutes } = hold;
  const isWaiting = state === 'waiting';
  return {
    heading: say(`headings.${state}`),
    sentence: say(`sentences.${sentenceOf(hold)}`),
    place: isWaiting ? placeOf(place, waitMinutes, say) : null,
    number: hold.number === null || state === 'ended' ? null : say('number', { number: hold.number }),
    remark: isWaiting && !hold.isOpen ? say('closedMeanwhile') : null,
    canEnter: hold.enterPath !== null,
    canLeave: isWaiting,
    canReturn: state === 'left' && hold.isOpen,
    hasMessages: hold.messages.length > 0 && state !== 'ended',
  };
}

function sentenceOf({ state, outcome, isHandedOver, isOpen }: HoldView): string {
  if (state === 'waiting' && isHandedOver) return 'handedOver';
  if (state === 'left') {
    if (!isOpen) return 'not_seen';
    return outcome === 'lost' ? 'lost' : 'left';
  }
  if (state === 'ended') return outcome === 'seen' ? 'ended' : 'not_seen';
  return state;
}

function placeOf(place: number | null, waitMinutes: number | null, say: Say): string | null {
  if (place !== null) return say('place', { place });
  return waitMinutes === null ? null : say('wait', { minutes: waitMinutes });
}
