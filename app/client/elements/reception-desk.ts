import type { FloorView } from '../meeting/floor-view.ts';
import type { Meeting } from '../meeting/meeting.ts';
import type { FloatingPicture } from './floating-picture.ts';
import { MoreMenu } from './more-menu.ts';
import { part } from './parts.ts';
import { PeoplePanel } from './people-panel.ts';
import { QualityDetails } from './quality-details.ts';
import { connectSheet } from './sheet.ts';
import { t } from './texts.ts';
import { type SeenTile, TileFloor } from './tile-floor.ts';

/** A picture in a window of its own is about this large, in CSS pixels; the browser does not tell. */
const FLOATING = { width: 480, height: 270 } as const;

/** What is received: which pictures in which size, how good it is, and what is said when it is not. */
export class ReceptionDesk {
  readonly #room: HTMLElement;
  readonly #view: FloorView;
  readonly #floating: FloatingPicture;
  #meeting: Meeting | undefined;
  #seen: readonly SeenTile[] = [];
  #stops: readonly (() => void)[] = [];

  constructor(room: HTMLElement, view: FloorView, floating: FloatingPicture) {
    this.#room = room;
    this.#view = view;
    this.#floating = floating;
    const floor = part(room, 'tile-floor', TileFloor);
    floor.onSeen = (seen) => {
      this.#seen = seen;
      this.watch();
      floating.follow(floor.mainTrack);
    };
    floor.onQuality = (id) => this.openDetails(id);
    part(room, 'save-data', HTMLButtonElement).onclick = () => this.#meeting?.setReception('saver');
    part(room, 'more', MoreMenu).onReception = (reception) => this.#meeting?.setReception(reception);
    connectSheet(this.#dialog, part(room, 'quality-close', HTMLButtonElement), () => {
      this.#details.subject = null;
    });
    document.addEventListener('visibilitychange', () => this.watch());
  }

  open(meeting: Meeting): void {
    this.#meeting = meeting;
    this.#stops = [
      meeting.on('networkChanged', () => this.#showNetwork(meeting)),
      meeting.on('receptionChanged', () => this.#showReception(meeting)),
      meeting.quality.on('changed', () => this.#showQuality(meeting)),
    ];
    this.#showReception(meeting);
    this.watch();
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#meeting = undefined;
    this.#seen = [];
    part(this.#room, 'weak', HTMLElement).hidden = true;
  }

  /** Tells the meeting what is looked at: nothing in a window that nobody sees, unless a picture floats above it. */
  watch(): void {
    const pictures = document.hidden ? this.#floatingOnly() : this.#seen;
    this.#meeting?.watch(
      pictures.flatMap(({ key, width, height }) => {
        const [kind, participantId = ''] = key.split(' ');
        if (kind === 'you') return [];
        const source = kind === 'screen' ? ('screen' as const) : ('camera' as const);
        return [{ participantId, source, width, height }];
      }),
    );
  }

  /** How well somebody is received, in words and figures. */
  openDetails(participantId: string): void {
    const meeting = this.#meeting;
    if (!meeting) return;
    const isYou = participantId === meeting.you?.id;
    const participant = meeting.participants.find(({ id }) => id === participantId);
    const name = isYou ? meeting.you?.name : participant?.name;
    if (name === undefined) return;
    this.#details.subject = { id: participantId, name, isYou };
    this.#details.show(meeting.quality.report);
    this.#dialog.showModal();
  }

  #floatingOnly(): Pick<SeenTile, 'key' | 'width' | 'height'>[] {
    return this.#floating.isOpen ? [{ key: this.#view.main, ...FLOATING }] : [];
  }

  get #details(): QualityDetails {
    return part(this.#room, 'quality-details', QualityDetails);
  }

  get #dialog(): HTMLDialogElement {
    return part(this.#room, 'quality-dialog', HTMLDialogElement);
  }

  #showNetwork({ network, reception }: Meeting): void {
    const { receiving, sending } = network;
    const weak = receiving === 'weak' ? (sending === 'weak' ? 'both' : 'receiving') : 'sending';
    const isWeak = receiving === 'weak' || sending === 'weak';
    part(this.#room, 'weak', HTMLElement).hidden = !isWeak;
    if (isWeak) part(this.#room, 'weak-text', HTMLElement).textContent = t(`weak.${weak}`);
    part(this.#room, 'save-data', HTMLElement).hidden = reception !== 'full' || receiving !== 'weak';
  }

  #showReception(meeting: Meeting): void {
    part(this.#room, 'more', MoreMenu).showReception(meeting.reception);
    part(this.#room, 'tile-floor', TileFloor).withoutPictures = meeting.reception === 'sound';
    this.#showNetwork(meeting);
  }

  #showQuality({ quality }: Meeting): void {
    const bars = new Map<string, number>();
    for (const [id, each] of quality.report.of) if (each.bars !== null) bars.set(id, each.bars);
    part(this.#room, 'tile-floor', TileFloor).bars = bars;
    part(this.#room, 'people', PeoplePanel).bars = bars;
    this.#details.show(quality.report);
  }
}
