import type { RuleName } from '../../meetings/messages.ts';
import { ruleNames } from '../../meetings/rules.ts';
import type { Meeting } from '../meeting/meeting.ts';
import type { RemoteParticipant } from '../meeting/meeting-events.ts';
import { sharedScreenOf, tileOf } from '../meeting/tile.ts';
import { faultSentence } from './fault-sentence.ts';
import { part } from './parts.ts';
import { t } from './texts.ts';

/** One line of the menu. */
interface Entry {
  readonly text: string;
  readonly act: () => Promise<void> | void;
  /** Not to be pressed by accident. */
  readonly isGrave?: boolean;
  /** Given for one that is on or off. */
  readonly isOn?: boolean;
}

/** `<person-menu>`: what can be done with one participant; for hosts, what they may allow and stop. */
export class PersonMenu extends HTMLElement {
  /** Called when the person wants them large, or no longer. */
  onPin: (participantId: string) => void = () => {};
  /** Called when the person wants to know how well they are received. */
  onQuality: (participantId: string) => void = () => {};
  /** Called when something was chosen. */
  onDone: () => void = () => {};
  /** Called with what did not work. */
  onFault: (sentence: string) => void = () => {};

  /** Shows what can be done with this participant; undefined: oneself. */
  show(meeting: Meeting, participant: RemoteParticipant | undefined, isPinned: boolean): void {
    const { you } = meeting.moderation;
    const name = participant?.name ?? you?.name ?? '';
    part(this, 'person-name', HTMLElement).textContent = name;
    const entries = participant
      ? this.#entriesOf(meeting, participant, isPinned)
      : [{ text: t('person.quality'), act: () => this.onQuality(you?.id ?? '') }];
    const buttons = entries.map((entry) => this.#button(entry));
    const mayRule = participant?.role !== 'cohost' && participant !== undefined;
    if (mayRule && meeting.moderation.mayTo('set_exception', participant))
      buttons.splice(2, 0, this.#rules(meeting, participant));
    part(this, 'person-actions', HTMLElement).replaceChildren(...buttons);
  }

  /** Six switches would hide the rest: they open when somebody wants them. */
  #rules(meeting: Meeting, participant: RemoteParticipant): HTMLElement {
    const details = document.createElement('details');
    details.className = 'rules';
    const summary = document.createElement('summary');
    summary.textContent = t('person.rules', { name: participant.name });
    details.append(
      summary,
      ...ruleNames.map((rule) => this.#button(this.#ruleEntry(meeting, participant, rule))),
    );
    return details;
  }

  #entriesOf(meeting: Meeting, participant: RemoteParticipant, isPinned: boolean): Entry[] {
    const { moderation, hands } = meeting;
    const { id, name } = participant;
    const { camera, microphoneOn } = tileOf(participant);
    const entries: (Entry | false)[] = [
      { text: t(isPinned ? 'person.unpin' : 'person.pin'), act: () => this.onPin(id) },
      { text: t('person.quality'), act: () => this.onQuality(id) },
    ];
    if (moderation.mayTo('stop_source', participant))
      entries.push(
        microphoneOn && { text: t('person.mute'), act: () => moderation.stop('microphone', id) },
        camera !== null && { text: t('person.stopCamera'), act: () => moderation.stop('camera', id) },
        sharedScreenOf(participant) !== undefined && {
          text: t('person.stopScreen'),
          act: () => moderation.stop('screen', id),
        },
      );
    if (moderation.mayTo('lower_hands', participant))
      entries.push(
        hands.placeOf(id) !== null && { text: t('person.lowerHand'), act: () => moderation.lowerHand(id) },
      );
    if (moderation.mayTo('set_cohost', participant)) {
      const cohost = participant.role !== 'cohost';
      entries.push({
        text: t(cohost ? 'person.makeCohost' : 'person.endCohost'),
        act: () => moderation.setCohost(id, cohost),
      });
    }
    if (moderation.mayTo('hand_over', participant))
      entries.push({ text: t('person.handOver'), act: () => moderation.handOver(id), isGrave: true });
    if (moderation.mayTo('remove', participant))
      entries.push({ text: t('person.remove', { name }), act: () => moderation.remove(id), isGrave: true });
    return entries.filter((entry) => entry !== false);
  }

  #ruleEntry({ moderation }: Meeting, participant: RemoteParticipant, rule: RuleName): Entry {
    const isOn = moderation.mayOtherUse(participant, rule);
    // As for all, where that is what is wanted: then it follows what is decided for all later.
    const wanted = moderation.rules[rule] === !isOn ? null : !isOn;
    return {
      text: t(`rules.${rule}`),
      isOn,
      act: () => moderation.setException(participant.id, rule, wanted),
    };
  }

  #button({ text, act, isGrave = false, isOn }: Entry): HTMLElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'menu-item';
    button.classList.toggle('is-grave', isGrave);
    button.classList.toggle('is-switch', isOn !== undefined);
    if (isOn !== undefined) {
      button.setAttribute('role', 'switch');
      button.setAttribute('aria-checked', String(isOn));
    }
    const words = document.createElement('span');
    words.textContent = text;
    button.append(words);
    let isSure = !isGrave;
    button.onclick = () => {
      if (!isSure) {
        isSure = true;
        words.textContent = t('person.sure', { action: text });
        return;
      }
      Promise.resolve(act()).catch((fault: Error) => this.onFault(faultSentence(fault)));
      this.onDone();
    };
    return button;
  }
}
