import type { Meeting } from '../meeting/meeting.ts';
import { faultSentence } from './fault-sentence.ts';
import { t } from './texts.ts';

/** Longer pieces of a message are cut off in a notice. */
const PREVIEW = 80;

/** Arrivals within this time are told in one sentence, in milliseconds: a class that comes in is no list of names. */
const TOGETHER_MS = 1_500;

/**
 * Says what happens in a meeting, and no more than that.
 *
 * @returns stops it.
 */
export function tellOf(meeting: Meeting, say: (sentence: string) => void): () => void {
  const came = gathered((names) => say(t('meeting.joinedTogether', several(names))), say, 'meeting.joined');
  const went = gathered((names) => say(t('meeting.leftTogether', several(names))), say, 'meeting.left');
  const nameOf = (id: string) =>
    meeting.participants.find((participant) => participant.id === id)?.name ?? '';
  const stops = [
    meeting.on('participantJoined', ({ name }) => came(name)),
    meeting.on('participantLeft', ({ name }) => went(name)),
    meeting.on('fault', (fault) => say(faultSentence(fault))),
    meeting.hands.on('raised', (ids) => {
      for (const id of ids) say(t('meeting.handRaised', { name: nameOf(id) }));
    }),
    meeting.hands.on('lowered', () => say(t('meeting.handLowered'))),
    meeting.chat.on('said', (message) => {
      if (meeting.chat.isOwn(message) || meeting.chat.isOpen) return;
      const { name, text } = message;
      const preview = text.length > PREVIEW ? `${text.slice(0, PREVIEW)}…` : text;
      say(t('meeting.said', { name, text: preview }));
    }),
    meeting.files.on('offered', (file) => {
      if (!meeting.files.isOwn(file) && nameOf(file.participantId) !== '')
        say(t('meeting.fileOffered', { name: nameOf(file.participantId), file: file.name }));
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

const several = (names: readonly string[]) => ({ name: names[0] ?? '', count: names.length - 1 });

/** The first is told at once, so that nobody waits for it; those right after it together. */
function gathered(
  tellMany: (names: readonly string[]) => void,
  say: (sentence: string) => void,
  one: 'meeting.joined' | 'meeting.left',
): (name: string) => void {
  let waiting: string[] | null = null;
  return (name) => {
    if (waiting) {
      waiting.push(name);
      return;
    }
    waiting = [];
    say(t(one, { name }));
    setTimeout(() => {
      const names = waiting ?? [];
      waiting = null;
      if (names.length === 1) say(t(one, { name: names[0] ?? '' }));
      else if (names.length > 1) tellMany(names);
    }, TOGETHER_MS);
  };
}
