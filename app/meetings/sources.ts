import { AppError } from '../kernel/errors.ts';
import type { MediaClient } from './media-client.ts';
import type { Meeting } from './meeting.ts';
import type { RequestData, Source } from './messages.ts';
import type { Participant } from './participant.ts';
import { peerOf } from './peers.ts';
import { mayUse } from './rules.ts';
import type { Stay } from './stay.ts';

/** Which rule a source is under. The sound of a screen goes with it. */
const ruleOf = (source: Source) => (source === 'screenAudio' ? 'screen' : source);

/** What participants send: microphones, cameras and screens, as far as the rules of their meeting let them. */
export class Sources {
  readonly #media: Pick<MediaClient, 'call'>;

  constructor(media: Pick<MediaClient, 'call'>) {
    this.#media = media;
  }

  /** @throws AppError `forbidden_by_host`, and what the SFU says. */
  async produce(
    { meeting, participant }: Stay,
    data: RequestData<'produce'>,
  ): Promise<{ producerId: string }> {
    const { source, paused } = data;
    // A muted microphone harms nobody, and unmuting it is asked for anew.
    const mayStart = () =>
      (paused && source === 'microphone') || mayUse(participant, ruleOf(source), meeting.rules);
    if (!mayStart()) throw new AppError('forbidden_by_host');
    const { producerId, consumers } = await this.#media.call('produce', {
      ...peerOf(meeting, participant),
      ...data,
    });
    participant.producers.set(producerId, { source, paused });
    meeting.tally.sent(source);
    for (const { peerId, consumer } of consumers) {
      meeting.participants.get(peerId)?.notify('consumerAdded', { consumer });
    }
    // Forbidden while the SFU was at it.
    if (!mayStart()) await this.stop(meeting, participant, ruleOf(source), null);
    return { producerId };
  }

  /** @throws AppError `forbidden_by_host`, and what the SFU says. */
  async setPaused({ meeting, participant }: Stay, producerId: string, paused: boolean): Promise<void> {
    const producing = participant.producers.get(producerId);
    const mayResume = () =>
      paused || !producing || mayUse(participant, ruleOf(producing.source), meeting.rules);
    if (!mayResume()) throw new AppError('forbidden_by_host');
    await this.#media.call(paused ? 'pauseProducer' : 'resumeProducer', {
      ...peerOf(meeting, participant),
      producerId,
    });
    if (producing) producing.paused = paused;
    meeting.notify('producerPausedChanged', { producerId, paused }, participant);
    // Forbidden while the SFU was at it.
    if (producing && !mayResume()) await this.stop(meeting, participant, ruleOf(producing.source), null);
  }

  /**
   * Mutes a microphone, or ends a camera or a screen with its sound, and tells everybody. There is no way to start one.
   *
   * @param byId who does it; null for a rule.
   * @returns whether there was anything to stop.
   */
  async stop(
    meeting: Meeting,
    participant: Participant,
    source: 'microphone' | 'camera' | 'screen',
    byId: string | null,
  ): Promise<boolean> {
    const going = [...participant.producers].filter(
      ([, producing]) =>
        ruleOf(producing.source) === source && !(producing.paused && source === 'microphone'),
    );
    for (const [producerId, producing] of going) {
      const peerProducer = { ...peerOf(meeting, participant), producerId };
      try {
        if (source === 'microphone') await this.#media.call('pauseProducer', peerProducer);
        else await this.#media.call('closeProducer', peerProducer);
      } catch (fault) {
        // Its owner stopped it, or left, at the same moment.
        if (!(fault instanceof AppError && fault.code === 'not_found')) throw fault;
      }
      if (source === 'microphone') {
        producing.paused = true;
        meeting.notify('producerPausedChanged', { producerId, paused: true }, participant);
      } else {
        participant.producers.delete(producerId);
        meeting.notify('producerClosed', { producerId }, participant);
      }
      participant.notify('sourceStopped', { source: producing.source, byId });
    }
    return going.length > 0;
  }

  /** Its owner stops sending it. */
  async close({ meeting, participant }: Stay, producerId: string): Promise<void> {
    await this.#media.call('closeProducer', { ...peerOf(meeting, participant), producerId });
    participant.producers.delete(producerId);
    meeting.notify('producerClosed', { producerId }, participant);
  }
}
