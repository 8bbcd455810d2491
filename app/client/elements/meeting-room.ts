import type { DeviceRole, LocalDevices } from '../meeting/local-devices.ts';
import { sendLocalSources } from '../meeting/local-sources.ts';
import type { Meeting } from '../meeting/meeting.ts';
import type { RemoteParticipant } from '../meeting/meeting-events.ts';
import { ScreenShare } from '../meeting/screen-share.ts';
import { sharedScreenOf, soundsOf, tileOf } from '../meeting/tile.ts';
import { type Control, ControlBar } from './control-bar.ts';
import { DeviceFaults, faultsOf } from './device-faults.ts';
import { DevicePicker } from './device-picker.ts';
import { faultSentence } from './fault-sentence.ts';
import { LevelBar } from './level-bar.ts';
import { NoticeBoard } from './notice-board.ts';
import { ParticipantTile } from './participant-tile.ts';
import { fromTemplate, part } from './parts.ts';
import { ScreenTile } from './screen-tile.ts';
import { SoundOutput } from './sound-output.ts';
import { t } from './texts.ts';
import { TileGrid } from './tile-grid.ts';
import { WaitingList } from './waiting-list.ts';

/** `<meeting-room>`: a meeting while one is in it. */
export class MeetingRoom extends HTMLElement {
  readonly #tiles = new Map<string, ParticipantTile>();
  readonly #screens = new Map<string, ScreenTile>();
  readonly #screenShare = new ScreenShare();
  #devices: LocalDevices | undefined;
  #meeting: Meeting | undefined;
  #ownTile: ParticipantTile | undefined;
  #ownName = '';
  #isHeard = false;
  #stops: readonly (() => void)[] = [];

  /** Called when the person presses Leave. */
  onLeave: () => void = () => {};

  connect(devices: LocalDevices): void {
    this.#devices = devices;
    part(this, 'picker', DevicePicker).connect(devices);
    for (const bar of [this.#bar, this.#links, part(this, 'invite', ControlBar)])
      bar.onControl = (control) => this.#pressed(control);
    this.#bar.setShown('screen', ScreenShare.isSupported);
    this.#connectHost();
    part(this, 'stop-sharing', HTMLButtonElement).onclick = () => this.#screenShare.stop();
    const sound = part(this, 'sound', SoundOutput);
    sound.onBlocked = (blocked) => {
      part(this, 'sound-blocked', HTMLElement).hidden = !blocked;
    };
    part(this, 'turn-sound-on', HTMLButtonElement).onclick = () => sound.unblock();
    const dialog = this.#dialog;
    dialog.onclose = () => {
      part(this, 'level', LevelBar).track = null;
      part(this, 'faults', DeviceFaults).disconnect();
    };
    // A press beside the dialog's content closes it, as everywhere.
    dialog.onclick = (event) => event.target === dialog && dialog.close();
    part(this, 'dialog-close', HTMLButtonElement).onclick = () => dialog.close();
  }

  /** Shows this meeting from now on. */
  open(meeting: Meeting, name: string): void {
    const devices = this.#devices;
    if (!devices) return;
    this.hidden = false;
    this.#meeting = meeting;
    this.#ownName = name;
    this.#isHeard = false;
    this.#ownTile = fromTemplate('participant-tile', ParticipantTile);
    this.#links.setShown('lock', meeting.isHost);
    this.#showLock(meeting.isLocked);
    this.#showWaiting(meeting);
    this.#people.append(this.#ownTile);
    for (const participant of meeting.participants) this.#show(participant);
    this.#stops = [
      meeting.on('participantJoined', (participant) => {
        this.#show(participant);
        this.#say(t('meeting.joined', { name: participant.name }));
      }),
      meeting.on('participantChanged', (participant) => this.#show(participant)),
      meeting.on('participantLeft', (participant) => {
        this.#remove(participant);
        this.#say(t('meeting.left', { name: participant.name }));
      }),
      meeting.on('speakingChanged', (speaking) => {
        this.#isHeard = speaking;
        this.#showSelf();
      }),
      meeting.on('stateChanged', (state) => {
        part(this, 'reconnecting', HTMLElement).hidden = state !== 'reconnecting';
      }),
      meeting.on('waitingChanged', () => this.#showWaiting(meeting)),
      meeting.on('lockChanged', (locked) => {
        if (this.#showLock(locked)) this.#say(t(locked ? 'meeting.locked' : 'meeting.unlocked'));
      }),
      meeting.on('fault', (fault) => this.#say(faultSentence(fault))),
      devices.on('inputChanged', () => this.#showSelf()),
      devices.on('choicesChanged', () => this.#showSelf()),
      devices.on('unplugged', (role, label) => this.#say(unpluggedSentence(role, label))),
      this.#screenShare.on('changed', () => this.#showSelf()),
      sendLocalSources(meeting, devices, this.#screenShare),
    ];
    this.#showSelf();
    this.#showCount();
    part(this, 'heading', HTMLElement).focus();
  }

  /** The meeting is over, or was left. */
  close(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#meeting = undefined;
    this.#screenShare.stop();
    this.#dialog.close();
    this.#endDialog.close();
    part(this, 'sound', SoundOutput).silence();
    this.#notices.clear();
    this.#tiles.clear();
    this.#screens.clear();
    this.#people.replaceChildren();
    part(this, 'screens', TileGrid).replaceChildren();
    this.#makeRoomForScreens();
    for (const notice of ['reconnecting', 'sound-blocked', 'sharing'])
      part(this, notice, HTMLElement).hidden = true;
    this.hidden = true;
  }

  get #bar(): ControlBar {
    return part(this, 'controls', ControlBar);
  }

  get #links(): ControlBar {
    return part(this, 'links', ControlBar);
  }

  get #endDialog(): HTMLDialogElement {
    return part(this, 'end-dialog', HTMLDialogElement);
  }

  get #people(): TileGrid {
    return part(this, 'people', TileGrid);
  }

  get #notices(): NoticeBoard {
    return part(this, 'notices', NoticeBoard);
  }

  get #dialog(): HTMLDialogElement {
    return part(this, 'dialog', HTMLDialogElement);
  }

  #say(sentence: string): void {
    this.#notices.say(sentence);
  }

  #pressed(control: Control): void {
    switch (control) {
      case 'microphone':
      case 'camera':
        return this.#toggle(control);
      case 'screen':
        return void this.#toggleScreen();
      case 'devices':
        return this.#openDevices();
      case 'copy':
        return void this.#copyAddress();
      case 'lock':
        return this.#asHost((meeting) => meeting.setLocked(!meeting.isLocked));
      case 'leave':
        return this.#leaveOrEnd();
    }
  }

  #connectHost(): void {
    const list = part(this, 'waiting', WaitingList);
    list.connect();
    list.onAnswer = (ids, answer) => this.#asHost((meeting) => meeting.answerKnock(ids, answer));
    part(this, 'leave-only', HTMLButtonElement).onclick = () => this.onLeave();
    part(this, 'end-cancel', HTMLButtonElement).onclick = () => this.#endDialog.close();
    part(this, 'end-confirm', HTMLButtonElement).onclick = () =>
      this.#asHost((meeting) => meeting.endForAll());
  }

  /** A host who leaves others behind is asked whether they go on without one. */
  #leaveOrEnd(): void {
    const meeting = this.#meeting;
    const leavesOthers = meeting?.isHost && meeting.participants.length + meeting.waiting.length > 0;
    if (leavesOthers) this.#endDialog.showModal();
    else this.onLeave();
  }

  /** What only hosts do; the server looks whether one is. */
  #asHost(act: (meeting: Meeting) => Promise<void>): void {
    if (this.#meeting) act(this.#meeting).catch((fault: Error) => this.#say(faultSentence(fault)));
  }

  #showWaiting({ waiting }: Meeting): void {
    this.#showInvitation();
    for (const { name } of part(this, 'waiting', WaitingList).show(waiting))
      this.#say(t('waiting.came', { name }));
  }

  /** Answers whether it was otherwise before. */
  #showLock(locked: boolean): boolean {
    const changed = this.#links.isPressed('lock') !== locked;
    this.#links.setPressed('lock', locked);
    return changed;
  }

  #openDevices(): void {
    const devices = this.#devices;
    if (!devices) return;
    this.#dialog.showModal();
    part(this, 'faults', DeviceFaults).connect(devices);
    part(this, 'level', LevelBar).track = devices.microphone.track;
  }

  #toggle(kind: 'microphone' | 'camera'): void {
    const devices = this.#devices;
    if (!devices) return;
    devices.setOn(kind, !devices[kind].on);
    if (!devices[kind].on) return;
    const stop = devices.on('inputChanged', (changed) => {
      if (changed !== kind || devices[kind].pending) return;
      stop();
      if (devices[kind].fault) for (const { what, cure } of faultsOf(devices)) this.#say(`${what} ${cure}`);
    });
    // It had a track already: nothing more will be said of it.
    if (devices[kind].track) stop();
  }

  async #toggleScreen(): Promise<void> {
    if (this.#screenShare.video) return this.#screenShare.stop();
    try {
      await this.#screenShare.start();
    } catch {
      this.#say(t('meeting.screenRefused'));
      return;
    }
    // Left while the browser was still asking.
    if (!this.#meeting) this.#screenShare.stop();
  }

  async #copyAddress(): Promise<void> {
    // Not the page's own: it may be somebody's personal link.
    const address = `${location.origin}${this.dataset.address}`;
    try {
      await navigator.clipboard.writeText(address);
      this.#say(t('meeting.copied'));
    } catch {
      this.#say(t('meeting.copyByHand', { address }));
    }
  }

  #show(participant: RemoteParticipant): void {
    let tile = this.#tiles.get(participant.id);
    if (!tile) {
      tile = fromTemplate('participant-tile', ParticipantTile);
      this.#tiles.set(participant.id, tile);
      // In the order of arrival, and oneself last.
      this.#people.insertBefore(tile, this.#ownTile ?? null);
      this.#showCount();
    }
    tile.show(tileOf(participant));
    part(this, 'sound', SoundOutput).play(participant.id, soundsOf(participant));
    this.#showScreen(participant);
  }

  #showScreen(participant: RemoteParticipant): void {
    const shared = sharedScreenOf(participant);
    let tile = this.#screens.get(participant.id);
    if (!shared) {
      tile?.remove();
      if (this.#screens.delete(participant.id))
        this.#say(t('meeting.screenStopped', { name: participant.name }));
    } else {
      if (!tile) {
        tile = fromTemplate('screen-tile', ScreenTile);
        this.#screens.set(participant.id, tile);
        part(this, 'screens', TileGrid).append(tile);
        this.#say(t('meeting.screenStarted', { name: participant.name }));
      }
      tile.show(shared);
    }
    this.#makeRoomForScreens();
  }

  #makeRoomForScreens(): void {
    part(this, 'screens', TileGrid).hidden = this.#screens.size === 0;
    part(this, 'floor', HTMLElement).classList.toggle('has-screen', this.#screens.size > 0);
  }

  #remove({ id }: RemoteParticipant): void {
    this.#tiles.get(id)?.remove();
    this.#tiles.delete(id);
    this.#screens.get(id)?.remove();
    this.#screens.delete(id);
    this.#makeRoomForScreens();
    part(this, 'sound', SoundOutput).play(id, []);
    this.#showCount();
  }

  #showSelf(): void {
    const devices = this.#devices;
    if (!devices) return;
    const { microphone, camera } = devices;
    const microphoneOn = microphone.on && microphone.track !== null;
    this.#ownTile?.show({
      name: this.#ownName,
      isYou: true,
      camera: camera.on ? camera.track : null,
      microphoneOn,
      speaking: this.#isHeard && microphoneOn,
      connected: true,
      starved: false,
    });
    this.#bar.setPressed('microphone', microphone.on, microphone.fault !== null);
    this.#bar.setPressed('camera', camera.on, camera.fault !== null);
    const sharing = this.#screenShare.video !== null;
    this.#bar.setPressed('screen', sharing);
    part(this, 'sharing', HTMLElement).hidden = !sharing;
    part(this, 'sound', SoundOutput).speakerId = devices.speakerId;
    if (this.#dialog.open) part(this, 'level', LevelBar).track = microphone.track;
  }

  #showCount(): void {
    const others = this.#tiles.size;
    part(this, 'count', HTMLElement).textContent = t('meeting.count', { count: others + 1 });
    this.#showInvitation();
  }

  /** To whoever is alone, unless somebody is waiting to come in. */
  #showInvitation(): void {
    const isAlone = this.#tiles.size === 0 && this.#meeting?.waiting.length === 0;
    part(this, 'invitation', HTMLElement).hidden = !isAlone;
  }
}

function unpluggedSentence(role: DeviceRole, label: string | null): string {
  return label === null ? t('devices.gone', { role }) : t('devices.replaced', { role, label });
}
