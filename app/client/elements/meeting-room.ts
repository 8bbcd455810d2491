import type { LocalDevices } from '../meeting/local-devices.ts';
import { sendLocalSources } from '../meeting/local-sources.ts';
import type { Meeting } from '../meeting/meeting.ts';
import type { RemoteParticipant } from '../meeting/meeting-events.ts';
import { ScreenShare } from '../meeting/screen-share.ts';
import { soundsOf } from '../meeting/tile.ts';
import { tellOf } from './call-notices.ts';
import { ChatPanel } from './chat-panel.ts';
import { type Control, ControlBar } from './control-bar.ts';
import { copyAddress } from './copy-address.ts';
import { DeviceFaults, unpluggedSentence } from './device-faults.ts';
import { DevicePicker } from './device-picker.ts';
import { faultSentence } from './fault-sentence.ts';
import { LevelBar } from './level-bar.ts';
import { LobbyDesk } from './lobby-desk.ts';
import { MoreMenu } from './more-menu.ts';
import { NoticeBoard } from './notice-board.ts';
import { OwnInputs } from './own-inputs.ts';
import { part } from './parts.ts';
import { PeopleDesk } from './people-desk.ts';
import { PeoplePanel } from './people-panel.ts';
import { ReactionBar } from './reaction-bar.ts';
import { ReceptionDesk } from './reception-desk.ts';
import { connectSheet } from './sheet.ts';
import { SidePanel } from './side-panel.ts';
import { SoundOutput } from './sound-output.ts';
import { t } from './texts.ts';
import { TileFloor } from './tile-floor.ts';
import { ViewDesk } from './view-desk.ts';
import { WaitingList } from './waiting-list.ts';

/** `<meeting-room>`: a meeting while one is in it. */
export class MeetingRoom extends HTMLElement {
  #devices: LocalDevices | undefined;
  #desks:
    | {
        readonly inputs: OwnInputs;
        readonly lobby: LobbyDesk;
        readonly people: PeopleDesk;
        readonly reception: ReceptionDesk;
        readonly view: ViewDesk;
      }
    | undefined;
  #meeting: Meeting | undefined;
  #ownName = '';
  #isHeard = false;
  #stops: readonly (() => void)[] = [];

  /** Called when the person presses Leave. */
  onLeave: () => void = () => {};

  /** Called with how many wait to be let in, when that changed. */
  onWaiting: (count: number) => void = () => {};

  connect(devices: LocalDevices): void {
    this.#devices = devices;
    const say = (sentence: string) => this.#notices.say(sentence);
    const view = new ViewDesk(this, say);
    const inputs = new OwnInputs(devices, say);
    const lobby = new LobbyDesk(part(this, 'waiting', WaitingList), say);
    const people = new PeopleDesk(this, devices, view.view, say);
    const reception = new ReceptionDesk(this, view.view, view.floating);
    people.onQuality = (id) => reception.openDetails(id);
    this.#desks = { inputs, lobby, people, reception, view };
    lobby.onChange = (waiting) => {
      this.#showInvitation();
      this.onWaiting(waiting);
    };
    part(this, 'picker', DevicePicker).connect(devices);
    for (const name of ['controls', 'links', 'invite', 'quick-actions', 'more-actions'])
      part(this, name, ControlBar).onControl = (control) => this.#pressed(control);
    for (const bar of [this.#bar, this.#quick]) bar.setShown('screen', ScreenShare.isSupported);
    part(this, 'more', MoreMenu).connect();
    this.#floor.connect(view.view);
    view.onCommand = (command) => this.#pressed(command);
    view.onPreferences = ({ sounds }) => {
      lobby.hasSound = sounds;
    };
    view.connect();
    this.#connectPanel();
    this.#connectSheets();
    const sound = part(this, 'sound', SoundOutput);
    sound.onBlocked = (blocked) => {
      part(this, 'sound-blocked', HTMLElement).hidden = !blocked;
    };
    part(this, 'turn-sound-on', HTMLButtonElement).onclick = () => sound.unblock();
    part(this, 'stop-sharing', HTMLButtonElement).onclick = () => inputs.screen.stop();
  }

  /** Shows this meeting from now on. */
  open(meeting: Meeting, name: string): void {
    const [devices, desks] = [this.#devices, this.#desks];
    if (!devices || !desks) return;
    this.hidden = false;
    this.#meeting = meeting;
    desks.inputs.meeting = meeting;
    this.#ownName = name;
    this.#isHeard = false;
    this.#showSelf();
    for (const participant of meeting.participants) this.#show(participant);
    this.#stops = [
      tellOf(meeting, (sentence) => this.#say(sentence)),
      meeting.on('participantJoined', (participant) => this.#show(participant)),
      meeting.on('participantChanged', (participant) => this.#show(participant)),
      meeting.on('participantLeft', (participant) => this.#remove(participant)),
      meeting.on('speakingChanged', (speaking) => {
        this.#isHeard = speaking;
        this.#showSelf();
      }),
      meeting.on('stateChanged', (state) => {
        part(this, 'reconnecting', HTMLElement).hidden = state !== 'reconnecting';
      }),
      meeting.on('lockChanged', (locked) => {
        if (this.#showLock(locked)) this.#say(t(locked ? 'meeting.locked' : 'meeting.unlocked'));
      }),
      meeting.on('sourceStopped', (source, by) => desks.inputs.stopped(source, by)),
      meeting.chat.on('changed', () => this.#showUnread(meeting)),
      meeting.moderation.on('changed', () => this.#links.setShown('lock', meeting.moderation.may('lock'))),
      devices.on('inputChanged', () => this.#showSelf()),
      devices.on('choicesChanged', () => this.#showSelf()),
      devices.on('unplugged', (role, label) => this.#say(unpluggedSentence(role, label))),
      devices.on('interrupted', (kind) => this.#say(t('devices.interrupted', { kind }))),
      devices.on('effectFailed', (name, _fault, cameraOff) =>
        this.#say(t(`effects.off.${name}`, { cameraOff: cameraOff ? 'yes' : 'no' })),
      ),
      desks.inputs.screen.on('changed', () => this.#showSelf()),
      sendLocalSources(meeting, devices, desks.inputs.screen),
    ];
    part(this, 'chat', ChatPanel).open(meeting);
    desks.people.open(meeting);
    desks.lobby.open(meeting);
    desks.reception.open(meeting);
    desks.view.open();
    this.#links.setShown('lock', meeting.moderation.may('lock'));
    this.#showLock(meeting.isLocked);
    this.#showUnread(meeting);
    this.#showCount();
    part(this, 'heading', HTMLElement).focus();
  }

  /** The meeting is over, or was left. */
  close(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#meeting = undefined;
    if (this.#desks) {
      this.#desks.inputs.meeting = undefined;
      this.#desks.people.close();
      this.#desks.lobby.close();
      this.#desks.reception.close();
      this.#desks.view.close();
    }
    part(this, 'panel', SidePanel).close();
    part(this, 'chat', ChatPanel).close();
    for (const dialog of this.querySelectorAll('dialog')) dialog.close();
    part(this, 'sound', SoundOutput).silence();
    this.#notices.clear();
    this.#floor.clear();
    for (const notice of ['reconnecting', 'sound-blocked', 'sharing'])
      part(this, notice, HTMLElement).hidden = true;
    this.hidden = true;
  }

  #connectPanel(): void {
    const panel = part(this, 'panel', SidePanel);
    panel.connect();
    panel.onChange = (name) => {
      for (const each of ['chat', 'people'] as const) this.#bar.setExpanded(each, name === each);
      if (this.#meeting) this.#meeting.chat.isOpen = name === 'chat';
      if (name === 'people') part(this, 'people', PeoplePanel).show();
      if (name === 'chat') part(this, 'chat', ChatPanel).begin();
    };
    part(this, 'chat', ChatPanel).connect();
  }

  #connectSheets(): void {
    const reactions = part(this, 'reactions', ReactionBar);
    reactions.connect();
    reactions.onReaction = (reaction) => {
      this.#dialog('reaction-sheet').close();
      this.#do(this.#meeting?.reactions.react(reaction));
    };
    connectSheet(this.#dialog('reaction-sheet'), null);
    connectSheet(this.#dialog('more-sheet'), part(this, 'more-close', HTMLButtonElement));
    connectSheet(this.#dialog('shortcuts-dialog'), part(this, 'shortcuts-close', HTMLButtonElement));
    connectSheet(this.#dialog('dialog'), part(this, 'dialog-close', HTMLButtonElement), () => {
      part(this, 'level', LevelBar).track = null;
      part(this, 'faults', DeviceFaults).disconnect();
    });
    connectSheet(this.#dialog('end-dialog'), part(this, 'end-cancel', HTMLButtonElement));
    part(this, 'leave-only', HTMLButtonElement).onclick = () => this.onLeave();
    part(this, 'end-confirm', HTMLButtonElement).onclick = () => this.#do(this.#meeting?.endForAll());
  }

  get #bar(): ControlBar {
    return part(this, 'controls', ControlBar);
  }

  /** What the bar has no room for on a phone. */
  get #quick(): ControlBar {
    return part(this, 'quick-actions', ControlBar);
  }

  get #more(): ControlBar {
    return part(this, 'more-actions', ControlBar);
  }

  get #links(): ControlBar {
    return part(this, 'links', ControlBar);
  }

  get #floor(): TileFloor {
    return part(this, 'tile-floor', TileFloor);
  }

  get #notices(): NoticeBoard {
    return part(this, 'notices', NoticeBoard);
  }

  #dialog(name: string): HTMLDialogElement {
    return part(this, name, HTMLDialogElement);
  }

  #say(sentence: string): void {
    this.#notices.say(sentence);
  }

  /** What the server may refuse. */
  #do(act: Promise<void> | undefined): void {
    act?.catch((fault: Error) => this.#say(faultSentence(fault)));
  }

  #pressed(control: Control): void {
    // The menu that it was chosen in has done its work.
    if (control !== 'more') this.#dialog('more-sheet').close();
    const [meeting, desks] = [this.#meeting, this.#desks];
    switch (control) {
      case 'microphone':
      case 'camera':
        return desks?.inputs.toggle(control);
      case 'screen':
        return void desks?.inputs.toggleScreen();
      case 'flip':
        return desks?.inputs.flipCamera();
      case 'hand':
        return this.#do(meeting?.hands.setRaised(!meeting.hands.isRaised));
      case 'react':
        if (meeting?.moderation.mayUse('reactions')) return this.#dialog('reaction-sheet').showModal();
        return this.#say(t('forbidden.reactions'));
      case 'chat':
      case 'people':
        return part(this, 'panel', SidePanel).toggle(control);
      case 'more':
        return this.#dialog('more-sheet').showModal();
      case 'devices':
        return this.#openDevices();
      case 'float':
        return void desks?.view.toggleFloating();
      case 'full-screen':
        return desks?.view.toggleFullScreen();
      case 'shortcuts':
        return this.#dialog('shortcuts-dialog').showModal();
      case 'copy':
        return void copyAddress(this.dataset.address ?? '', (sentence) => this.#say(sentence));
      case 'lock':
        return this.#do(meeting?.setLocked(!meeting.isLocked));
      case 'leave':
        return this.#leaveOrEnd();
    }
  }

  /** A host who leaves others behind is asked whether they go on without one. */
  #leaveOrEnd(): void {
    const meeting = this.#meeting;
    const leavesOthers = meeting?.isHost && meeting.participants.length + meeting.waiting.length > 0;
    if (leavesOthers) this.#dialog('end-dialog').showModal();
    else this.onLeave();
  }

  #openDevices(): void {
    const devices = this.#devices;
    if (!devices) return;
    this.#dialog('dialog').showModal();
    part(this, 'faults', DeviceFaults).connect(devices);
    part(this, 'level', LevelBar).track = devices.microphone.track;
  }

  #show(participant: RemoteParticipant): void {
    const { name } = participant;
    const change = this.#floor.show(participant);
    if (change === 'screenStarted') this.#say(t('meeting.screenStarted', { name }));
    if (change === 'screenStopped') this.#say(t('meeting.screenStopped', { name }));
    part(this, 'sound', SoundOutput).play(participant.id, soundsOf(participant));
    this.#showCount();
  }

  #remove({ id }: RemoteParticipant): void {
    this.#floor.dismiss(id);
    part(this, 'sound', SoundOutput).play(id, []);
    this.#showCount();
  }

  #showSelf(): void {
    const [devices, screen] = [this.#devices, this.#desks?.inputs.screen];
    if (!devices || !screen || this.hidden) return;
    const { microphone, camera } = devices;
    const microphoneOn = microphone.on && microphone.track !== null;
    this.#floor.showSelf({
      name: this.#ownName,
      isYou: true,
      camera: camera.on ? camera.track : null,
      microphoneOn,
      speaking: this.#isHeard && microphoneOn,
      connected: true,
      starved: false,
    });
    this.#floor.tileOf('you')?.classList.toggle('is-back', devices.facing === 'back');
    this.#bar.setPressed('microphone', microphone.on, microphone.fault !== null);
    this.#bar.setPressed('camera', camera.on, camera.fault !== null);
    const sharing = screen.video !== null;
    for (const bar of [this.#bar, this.#quick]) bar.setPressed('screen', sharing);
    this.#more.setShown('flip', camera.on && devices.choices('camera').length > 1);
    part(this, 'sharing', HTMLElement).hidden = !sharing;
    part(this, 'sound', SoundOutput).speakerId = devices.speakerId;
    if (this.#dialog('dialog').open) part(this, 'level', LevelBar).track = microphone.track;
  }

  /** Answers whether it was otherwise before. */
  #showLock(locked: boolean): boolean {
    const changed = this.#links.isPressed('lock') !== locked;
    this.#links.setPressed('lock', locked);
    return changed;
  }

  #showUnread({ chat }: Meeting): void {
    const badge = part(this, 'unread', HTMLElement);
    badge.textContent = t('chat.unread', { count: chat.unread });
    badge.hidden = chat.unread === 0;
  }

  #showCount(): void {
    const count = (this.#meeting?.participants.length ?? 0) + 1;
    part(this, 'count', HTMLElement).textContent = t('meeting.count', { count });
    this.#showInvitation();
  }

  /** To whoever is alone, unless somebody is waiting to come in. */
  #showInvitation(): void {
    const meeting = this.#meeting;
    const isAlone = meeting?.participants.length === 0 && meeting.waiting.length === 0;
    part(this, 'invitation', HTMLElement).hidden = !isAlone;
  }
}
