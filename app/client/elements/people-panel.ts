import { ruleNames } from '../../meetings/rules.ts';
import { avatarToneOf, initialsOf } from '../meeting/avatar.ts';
import type { LocalDevices } from '../meeting/local-devices.ts';
import type { Meeting } from '../meeting/meeting.ts';
import type { RemoteParticipant } from '../meeting/meeting-events.ts';
import { sharedScreenOf, tileOf } from '../meeting/tile.ts';
import { faultSentence } from './fault-sentence.ts';
import { fromTemplate, part } from './parts.ts';
import { t } from './texts.ts';

/** What a row says of somebody. */
interface Row {
  readonly id: string;
  readonly name: string;
  readonly role: RemoteParticipant['role'];
  readonly isYou: boolean;
  readonly microphoneOn: boolean;
  readonly cameraOn: boolean;
  readonly sharesScreen: boolean;
  readonly speaking: boolean;
  readonly connected: boolean;
  /** 1 for the first who asks to speak; null for a hand that is down. */
  readonly hand: number | null;
}

/** `<people-panel>`: who takes part, raised hands first, in their order; for hosts, what everybody may do. */
export class PeoplePanel extends HTMLElement {
  readonly #rows = new Map<string, HTMLElement>();
  #meeting: Meeting | undefined;
  #devices: LocalDevices | undefined;
  #stops: readonly (() => void)[] = [];
  #bars: ReadonlyMap<string, number> = new Map();

  /** Called when the person wants to do something with somebody. */
  onPerson: (participantId: string) => void = () => {};

  /** Called with what did not work. */
  onFault: (sentence: string) => void = () => {};

  connect(devices: LocalDevices): void {
    this.#devices = devices;
    part(this, 'mute-all', HTMLButtonElement).onclick = () =>
      this.#try(this.#meeting?.moderation.stopAll('microphone'));
    part(this, 'lower-all', HTMLButtonElement).onclick = () =>
      this.#try(this.#meeting?.moderation.lowerAllHands());
    part(this, 'rules', HTMLElement).replaceChildren(
      ...ruleNames.map((rule) => {
        const label = document.createElement('label');
        label.className = 'switch';
        const tick = document.createElement('input');
        tick.type = 'checkbox';
        tick.dataset.rule = rule;
        tick.onchange = () => this.#try(this.#meeting?.moderation.setRule(rule, tick.checked));
        const text = document.createElement('span');
        text.textContent = t(`rules.${rule}`);
        label.append(tick, text);
        return label;
      }),
    );
  }

  open(meeting: Meeting): void {
    this.#meeting = meeting;
    const show = () => this.show();
    this.#stops = [
      meeting.on('participantJoined', show),
      meeting.on('participantChanged', show),
      meeting.on('participantLeft', show),
      meeting.on('speakingChanged', show),
      meeting.hands.on('changed', show),
      meeting.moderation.on('changed', show),
      this.#devices?.on('inputChanged', show) ?? (() => {}),
    ];
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#meeting = undefined;
    this.#rows.clear();
    part(this, 'people-list', HTMLElement).replaceChildren();
  }

  /** How well each is received: 0 to 4 by participant. */
  set bars(bars: ReadonlyMap<string, number>) {
    this.#bars = bars;
    for (const [id, row] of this.#rows) showBars(part(row, 'bars', HTMLElement), bars.get(id));
  }

  /** Draws the rows anew, when somebody looks. */
  show(): void {
    const meeting = this.#meeting;
    if (!meeting || this.hidden) return;
    this.#showHostTools(meeting);
    const rows = rowsOf(meeting, this.#devices);
    const ids = new Set(rows.map(({ id }) => id));
    for (const [id, element] of this.#rows) {
      if (ids.has(id)) continue;
      element.remove();
      this.#rows.delete(id);
    }
    const list = part(this, 'people-list', HTMLElement);
    for (const [index, row] of rows.entries()) {
      const element = this.#rowOf(row);
      // One that stands right is left alone: the keyboard may be on it.
      if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
    }
  }

  #showHostTools({ moderation, hands }: Meeting): void {
    part(this, 'host-tools', HTMLElement).hidden = !moderation.may('set_rules');
    part(this, 'lower-all', HTMLElement).hidden = hands.handIds.length === 0;
    for (const tick of this.querySelectorAll<HTMLInputElement>('[data-rule]')) {
      const rule = ruleNames.find((name) => name === tick.dataset.rule);
      if (rule) tick.checked = moderation.rules[rule];
    }
  }

  #rowOf(row: Row): HTMLElement {
    const known = this.#rows.get(row.id);
    const element = known ?? fromTemplate('person-row', HTMLElement);
    if (!known) {
      this.#rows.set(row.id, element);
      part(element, 'open-person', HTMLButtonElement).onclick = () => this.onPerson(row.id);
    }
    showRow(element, row);
    showBars(part(element, 'bars', HTMLElement), row.isYou ? undefined : this.#bars.get(row.id));
    return element;
  }

  #try(act: Promise<void> | undefined): void {
    act?.catch((fault: Error) => {
      this.onFault(faultSentence(fault));
      this.show();
    });
  }
}

/** Hands in their order, then oneself, then the others in the order of arrival. */
function rowsOf(meeting: Meeting, devices: LocalDevices | undefined): Row[] {
  const { you } = meeting.moderation;
  const rows: Row[] = meeting.participants.map((participant) => {
    const { camera, microphoneOn, speaking } = tileOf(participant);
    const { id, name, role, connected } = participant;
    const hand = meeting.hands.placeOf(id);
    const sharesScreen = sharedScreenOf(participant) !== undefined;
    return {
      id,
      name,
      role,
      isYou: false,
      microphoneOn,
      cameraOn: camera !== null,
      sharesScreen,
      speaking,
      connected,
      hand,
    };
  });
  if (you && devices) {
    rows.unshift({
      id: you.id,
      name: you.name,
      role: you.role,
      isYou: true,
      microphoneOn: devices.microphone.on && devices.microphone.track !== null,
      cameraOn: devices.camera.on && devices.camera.track !== null,
      sharesScreen: meeting.local.has('screen'),
      speaking: false,
      connected: true,
      hand: meeting.hands.placeOf(you.id),
    });
  }
  const last = rows.length + 1;
  return rows.sort((one, other) => (one.hand ?? last) - (other.hand ?? last));
}

function showRow(element: HTMLElement, row: Row): void {
  const { name, role, isYou, connected, hand } = row;
  const initials = part(element, 'initials', HTMLElement);
  initials.textContent = initialsOf(name);
  initials.dataset.tone = String(avatarToneOf(name));
  part(element, 'name', HTMLElement).textContent = isYou ? t('tile.you', { name }) : name;
  const note = connected ? (role === 'participant' ? '' : t(`people.${role}`)) : t('tile.reconnecting');
  part(element, 'note', HTMLElement).textContent = note;
  const handSign = part(element, 'hand', HTMLElement);
  handSign.hidden = hand === null;
  part(element, 'hand-place', HTMLElement).textContent = hand === null ? '' : String(hand);
  for (const [sign, isShown] of [
    ['screen', row.sharesScreen],
    ['camera', !row.cameraOn],
    ['microphone', !row.microphoneOn],
    ['speaking', row.speaking],
  ] as const)
    element.querySelector(`[data-sign="${sign}"]`)?.toggleAttribute('hidden', !isShown);
  const states = [
    hand === null ? '' : t('people.hand', { place: hand }),
    row.sharesScreen ? t('people.sharing') : '',
    row.microphoneOn ? '' : t('tile.microphoneOff'),
    row.cameraOn ? '' : t('tile.cameraOff'),
  ];
  const label = [isYou ? t('tile.you', { name }) : name, note, ...states].filter(Boolean).join(', ');
  element.setAttribute('aria-label', label);
  part(element, 'open-person', HTMLButtonElement).setAttribute('aria-label', t('people.open', { name }));
}

/** Draws how well somebody is received; undefined: not known. */
function showBars(element: HTMLElement, bars: number | undefined): void {
  element.hidden = bars === undefined;
  element.dataset.bars = String(bars ?? 0);
}
