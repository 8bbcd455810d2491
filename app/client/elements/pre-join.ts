import type { WaitingFor } from '../../meetings/messages.ts';
import { avatarToneOf, initialsOf } from '../meeting/avatar.ts';
import type { LocalDevices } from '../meeting/local-devices.ts';
import { ConnectionTestPanel } from './connection-test.ts';
import { ControlBar } from './control-bar.ts';
import { DeviceFaults } from './device-faults.ts';
import { DevicePicker } from './device-picker.ts';
import { LevelBar } from './level-bar.ts';
import { part } from './parts.ts';
import { showTrack } from './playing.ts';
import { t } from './texts.ts';

/** `<pre-join>`: the page before the meeting, with a look into the mirror and a name to give. */
export class PreJoin extends HTMLElement {
  #isJoining = false;

  /** Called with the name when the form is sent. A failure comes back through {@link showError}. */
  onJoin: (name: string) => void = () => {};

  /** Called when the person no longer wants to wait. */
  onGiveUp: () => void = () => {};

  connect(devices: LocalDevices): void {
    part(this, 'give-up', HTMLButtonElement).onclick = () => this.onGiveUp();
    part(this, 'picker', DevicePicker).connect(devices);
    part(this, 'connection-test', ConnectionTestPanel).connect();
    part(this, 'faults', DeviceFaults).connect(devices);
    const controls = part(this, 'controls', ControlBar);
    controls.onControl = (control) => {
      if (control === 'microphone' || control === 'camera') devices.setOn(control, !devices[control].on);
    };
    this.#name.addEventListener('input', () => {
      this.#showError('');
      this.#showPicture(devices);
    });
    part(this, 'form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    // Pressed before this ran, the browser would have sent the form itself, and loaded the page anew.
    part(this, 'join', HTMLButtonElement).disabled = false;
    const show = () => {
      for (const kind of ['microphone', 'camera'] as const)
        controls.setPressed(kind, devices[kind].on, devices[kind].fault !== null);
      if (!this.hidden) part(this, 'level', LevelBar).track = devices.microphone.track;
      this.#showPicture(devices);
    };
    devices.on('inputChanged', show);
    show();
  }

  /** Comes (again) to the front. */
  open(devices: LocalDevices): void {
    this.hidden = false;
    this.#setJoining(false);
    this.#setWaiting(false);
    part(this, 'level', LevelBar).track = devices.microphone.track;
    this.#showPicture(devices);
    // On a phone it would open the keyboard over the picture.
    if (window.matchMedia('(pointer: fine)').matches) this.#name.focus();
  }

  close(): void {
    this.hidden = true;
    part(this, 'level', LevelBar).track = null;
    showTrack(part(this, 'video', HTMLVideoElement), null);
  }

  /** Shows that the person has to wait, and for what: picture and devices stay, to be looked after meanwhile. */
  showWaiting(waitingFor: WaitingFor): void {
    const isNew = part(this, 'wait', HTMLElement).hidden;
    this.#setWaiting(true);
    part(this, 'wait-text', HTMLElement).textContent = t(`wait.${waitingFor}`);
    if (isNew) part(this, 'wait-heading', HTMLElement).focus();
  }

  /** Says why joining failed; the form can be sent again. */
  showError(sentence: string): void {
    this.#setJoining(false);
    this.#setWaiting(false);
    this.#showError(sentence);
  }

  get #name(): HTMLInputElement {
    return part(this, 'name', HTMLInputElement);
  }

  #submit(): void {
    if (this.#isJoining) return;
    const name = this.#name.value.trim();
    if (name === '') {
      this.#showError(t('join.nameMissing'));
      this.#name.setAttribute('aria-invalid', 'true');
      this.#name.focus();
      return;
    }
    this.#showError('');
    this.#setJoining(true);
    this.onJoin(name);
  }

  #setWaiting(waiting: boolean): void {
    part(this, 'wait', HTMLElement).hidden = !waiting;
    part(this, 'form', HTMLFormElement).hidden = waiting;
  }

  #setJoining(joining: boolean): void {
    this.#isJoining = joining;
    // Not `disabled`: that would take the keyboard's place on the page away.
    const join = part(this, 'join', HTMLButtonElement);
    join.classList.toggle('is-busy', joining);
    join.setAttribute('aria-disabled', String(joining));
  }

  #showError(sentence: string): void {
    this.#name.removeAttribute('aria-invalid');
    const error = part(this, 'error', HTMLElement);
    error.textContent = sentence;
    error.hidden = sentence === '';
  }

  #showPicture(devices: LocalDevices): void {
    const { camera, microphone } = devices;
    const picture = camera.on && camera.track !== null;
    if (!this.hidden) showTrack(part(this, 'video', HTMLVideoElement), camera.track);
    part(this, 'mirror', HTMLElement).dataset.picture = picture ? 'on' : 'off';
    const name = this.#name.value.trim();
    const initials = part(this, 'initials', HTMLElement);
    initials.textContent = initialsOf(name);
    initials.dataset.tone = String(avatarToneOf(name));
    const note = part(this, 'note', HTMLElement);
    note.textContent = picture ? '' : noteOf(camera.pending || microphone.pending);
    note.hidden = picture;
  }
}

const noteOf = (pending: boolean) => (pending ? t('join.starting') : t('join.cameraOff'));
