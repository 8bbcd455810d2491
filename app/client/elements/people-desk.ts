import type { Reaction } from '../../meetings/messages.ts';
import type { FloorView } from '../meeting/floor-view.ts';
import type { LocalDevices } from '../meeting/local-devices.ts';
import type { Meeting } from '../meeting/meeting.ts';
import { ControlBar } from './control-bar.ts';
import { part } from './parts.ts';
import { PeoplePanel } from './people-panel.ts';
import { PersonMenu } from './person-menu.ts';
import { reactionSign } from './reaction-bar.ts';
import { connectSheet } from './sheet.ts';
import { t } from './texts.ts';
import { TileFloor } from './tile-floor.ts';

/** How long a reaction is seen, in milliseconds. */
const REACTION_MS = 4_000;

/** More at once on one tile would hide the face. */
const MOST_REACTIONS = 3;

/** The people of a meeting besides their pictures: the list of them, what can be done with one, hands and reactions. */
export class PeopleDesk {
  readonly #room: HTMLElement;
  readonly #view: FloorView;
  readonly #say: (sentence: string) => void;
  #meeting: Meeting | undefined;
  #stops: readonly (() => void)[] = [];

  /** Called when the person wants to know how well somebody is received. */
  onQuality: (participantId: string) => void = () => {};

  constructor(room: HTMLElement, devices: LocalDevices, view: FloorView, say: (sentence: string) => void) {
    this.#room = room;
    this.#view = view;
    this.#say = say;
    const panel = part(room, 'people', PeoplePanel);
    panel.connect(devices);
    panel.onPerson = (id) => this.#openMenu(id);
    panel.onFault = say;
    const sheet = part(room, 'person-sheet', HTMLDialogElement);
    connectSheet(sheet, part(room, 'person-close', HTMLButtonElement));
    const menu = part(room, 'person', PersonMenu);
    menu.onDone = () => sheet.close();
    menu.onFault = say;
    menu.onPin = (id) => view.togglePin(`person ${id}`);
    menu.onQuality = (id) => this.onQuality(id);
  }

  open(meeting: Meeting): void {
    this.#meeting = meeting;
    this.#stops = [
      meeting.hands.on('changed', () => this.#showHands(meeting)),
      meeting.on('participantJoined', () => this.#showHands(meeting)),
      meeting.reactions.on('reacted', (id, reaction) => this.#showReaction(meeting, id, reaction)),
    ];
    part(this.#room, 'people', PeoplePanel).open(meeting);
    this.#showHands(meeting);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#meeting = undefined;
    part(this.#room, 'people', PeoplePanel).close();
  }

  #openMenu(participantId: string): void {
    const meeting = this.#meeting;
    if (!meeting) return;
    const participant = meeting.participants.find(({ id }) => id === participantId);
    // Gone, while the person pressed.
    if (!participant && participantId !== meeting.you?.id) return;
    const isPinned = this.#view.pinned === `person ${participantId}`;
    part(this.#room, 'person', PersonMenu).show(meeting, participant, isPinned);
    part(this.#room, 'person-sheet', HTMLDialogElement).showModal();
  }

  #showHands({ hands, participants, you }: Meeting): void {
    const floor = part(this.#room, 'tile-floor', TileFloor);
    for (const { id } of participants) floor.tileOf(id)?.showHand(hands.placeOf(id));
    if (you) floor.tileOf('you')?.showHand(hands.placeOf(you.id));
    for (const bar of ['controls', 'quick-actions'])
      part(this.#room, bar, ControlBar).setPressed('hand', hands.isRaised);
    const badge = part(this.#room, 'hands', HTMLElement);
    badge.textContent = t('people.hands', { count: hands.handIds.length });
    badge.hidden = hands.handIds.length === 0;
  }

  #showReaction(meeting: Meeting, participantId: string, reaction: Reaction): void {
    const isYou = participantId === meeting.you?.id;
    const name = meeting.participants.find(({ id }) => id === participantId)?.name;
    const floor = part(this.#room, 'tile-floor', TileFloor);
    const place = floor.tileOf(isYou ? 'you' : participantId);
    if (!isYou && name !== undefined && (place === undefined || place.hidden))
      this.#say(t('meeting.reacted', { name, reaction: t(`reactions.${reaction}`) }));
    if (!place) return;
    const sign = reactionSign(reaction);
    const signs = part(place, 'tile-reactions', HTMLElement);
    signs.append(sign);
    while (signs.childElementCount > MOST_REACTIONS) signs.firstElementChild?.remove();
    setTimeout(() => sign.remove(), REACTION_MS);
  }
}
