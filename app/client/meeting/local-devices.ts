import { createNanoEvents } from 'nanoevents';
import { type DeviceFault, deviceFaultOf } from './device-fault.ts';

export type InputKind = 'microphone' | 'camera';

/** A camera or a microphone as the person wants it and as it is. */
export interface LocalInput {
  /** What is wanted. A muted microphone is off and keeps its track; a camera that is off has none. */
  readonly on: boolean;
  /** Null while there is none to be had, or none was asked for. */
  readonly track: MediaStreamTrack | null;
  /** The browser is asking the person, or the device is starting. */
  readonly pending: boolean;
  /** Why the last attempt failed; null after one that worked. */
  readonly fault: DeviceFault | null;
}

/** One choice of a list. The label is empty until the browser allowed a device of that kind. */
export interface DeviceChoice {
  readonly id: string;
  readonly label: string;
}

export type DeviceRole = InputKind | 'speaker';

interface LocalDevicesEvents {
  /** On, off, another track, or a fault. */
  inputChanged: (kind: InputKind) => void;
  /** Something was plugged in or out, chosen, or got its name. */
  choicesChanged: () => void;
  /** A device went away during use. `label` is the one in its place; null: there is none. */
  unplugged: (role: DeviceRole, label: string | null) => void;
}

const deviceKinds = { microphone: 'audioinput', camera: 'videoinput', speaker: 'audiooutput' } as const;
const permissionNames = { microphone: 'microphone', camera: 'camera' } as const;
const inputKinds: readonly InputKind[] = ['microphone', 'camera'];

/** Chromium lists some devices twice: once under this id, Windows' device for calls. */
const COMMUNICATIONS = 'communications';

interface Input extends LocalInput {
  on: boolean;
  track: MediaStreamTrack | null;
  pending: boolean;
  fault: DeviceFault | null;
  /** Empty: whichever the browser thinks best. */
  wantedId: string;
}

/**
 * This computer's camera, microphone and speaker: what the person wants of them, what there is, and why something is
 * not. Its tracks serve the preview and the call alike.
 */
export class LocalDevices {
  readonly #events = createNanoEvents<LocalDevicesEvents>();
  readonly #inputs: Record<InputKind, Input> = {
    microphone: { on: true, track: null, pending: false, fault: null, wantedId: '' },
    camera: { on: true, track: null, pending: false, fault: null, wantedId: '' },
  };
  /** Faults may end without anyone asking again: the person allows it in the browser's settings. */
  readonly #watchedPermissions = new Set<InputKind>();
  readonly #onDeviceChange = () => void this.#refresh();
  #devices: readonly MediaDeviceInfo[] = [];
  #speakerId = '';
  #isStarted = false;
  /** One request to the browser at a time. */
  #work: Promise<void> = Promise.resolve();

  on<Name extends keyof LocalDevicesEvents>(name: Name, listener: LocalDevicesEvents[Name]): () => void {
    return this.#events.on(name, listener);
  }

  get microphone(): LocalInput {
    return this.#inputs.microphone;
  }

  get camera(): LocalInput {
    return this.#inputs.camera;
  }

  /** Empty: the system's default. */
  get speakerId(): string {
    return this.#speakerId;
  }

  /** Asks for both devices in one go, so that the browser asks the person once. */
  start(): Promise<void> {
    this.#isStarted = true;
    navigator.mediaDevices?.addEventListener?.('devicechange', this.#onDeviceChange);
    return this.#sync(inputKinds);
  }

  /** Turns an input on or off. Muting is immediate; a camera that is off is released, and its light goes out. */
  setOn(kind: InputKind, on: boolean): void {
    const input = this.#inputs[kind];
    input.on = on;
    input.fault = null;
    if (kind === 'microphone' && input.track) input.track.enabled = on;
    if (kind === 'camera' && !on) this.#release(input);
    this.#events.emit('inputChanged', kind);
    void this.#sync([kind]);
  }

  /** What can be chosen, the system's default first. */
  choices(role: DeviceRole): DeviceChoice[] {
    return this.#devices
      .filter(
        ({ kind, deviceId }) => kind === deviceKinds[role] && deviceId !== '' && deviceId !== COMMUNICATIONS,
      )
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
  }

  /** The id of what is used or would be used; empty: not known. */
  chosenId(role: DeviceRole): string {
    if (role === 'speaker') return this.#speakerId || (this.choices('speaker')[0]?.id ?? '');
    const { track, wantedId } = this.#inputs[role];
    return track?.getSettings().deviceId ?? wantedId;
  }

  /** Uses another device. An input that is off stays off. */
  choose(role: DeviceRole, id: string): void {
    if (role === 'speaker') {
      this.#speakerId = id;
      this.#events.emit('choicesChanged');
      return;
    }
    this.#inputs[role].wantedId = id;
    void this.#sync([role]);
  }

  /** Lets go of every device; what is on and chosen is remembered for the next {@link start}. */
  release(): void {
    this.#isStarted = false;
    navigator.mediaDevices?.removeEventListener?.('devicechange', this.#onDeviceChange);
    for (const kind of inputKinds) this.#release(this.#inputs[kind]);
  }

  #sync(kinds: readonly InputKind[]): Promise<void> {
    this.#work = this.#work.then(async () => {
      const missing = kinds.filter((kind) => this.#isMissing(kind));
      if (missing.length === 0) return;
      for (const kind of missing) this.#inputs[kind].pending = true;
      for (const kind of missing) this.#events.emit('inputChanged', kind);
      await this.#acquire(missing);
      await this.#refresh();
    });
    return this.#work;
  }

  #isMissing(kind: InputKind): boolean {
    if (!this.#isStarted) return false;
    const { on, track, wantedId } = this.#inputs[kind];
    if (track && wantedId !== '' && track.getSettings().deviceId !== wantedId) return true;
    return on && !track;
  }

  async #acquire(kinds: readonly InputKind[]): Promise<void> {
    let stream: MediaStream;
    try {
      stream = await this.#request(kinds);
    } catch (thrown) {
      await this.#refused(kinds, thrown);
      return;
    }
    for (const kind of kinds) {
      const [track] = kind === 'microphone' ? stream.getAudioTracks() : stream.getVideoTracks();
      if (track) this.#take(kind, track);
      else this.#failed(kind, 'unknown');
    }
  }

  async #request(kinds: readonly InputKind[]): Promise<MediaStream> {
    if (!navigator.mediaDevices?.getUserMedia)
      throw new DOMException('', window.isSecureContext ? 'NotFoundError' : 'InsecureError');
    for (const kind of kinds) {
      // Some systems open a camera once only: the old one goes first.
      if (kind === 'camera') this.#release(this.#inputs.camera);
    }
    return navigator.mediaDevices.getUserMedia({
      audio: kinds.includes('microphone') && this.#microphoneConstraints(),
      video: kinds.includes('camera') && this.#cameraConstraints(),
    });
  }

  async #refused(kinds: readonly InputKind[], thrown: unknown): Promise<void> {
    const fault = window.isSecureContext ? deviceFaultOf(thrown) : 'insecure';
    const [kind, ...others] = kinds;
    if (kind && others.length === 0) {
      const input = this.#inputs[kind];
      if (fault === 'none' && input.wantedId !== '') {
        // The chosen one is gone; any other will do.
        input.wantedId = '';
        return this.#acquire(kinds);
      }
      return this.#failed(kind, fault);
    }
    // One of the two is at fault, and the browser does not say which. Asking again after a refusal would nag.
    for (const each of kinds) {
      const worthTrying = fault === 'denied' ? await isGranted(each) : fault !== 'insecure';
      if (worthTrying) await this.#acquire([each]);
      else this.#failed(each, fault);
    }
  }

  #take(kind: InputKind, track: MediaStreamTrack): void {
    const input = this.#inputs[kind];
    input.pending = false;
    input.fault = null;
    if (!this.#isStarted || (kind === 'camera' && !input.on)) {
      track.stop();
      this.#events.emit('inputChanged', kind);
      return;
    }
    this.#release(input);
    input.track = track;
    input.wantedId = track.getSettings().deviceId ?? '';
    track.contentHint = kind === 'camera' ? 'motion' : 'speech';
    if (kind === 'microphone') track.enabled = input.on;
    track.onended = () => this.#ended(kind, track);
    this.#events.emit('inputChanged', kind);
  }

  #failed(kind: InputKind, fault: DeviceFault): void {
    const input = this.#inputs[kind];
    input.pending = false;
    input.fault = fault;
    // Another one was chosen and cannot be had: what worked goes on.
    if (input.track) input.wantedId = input.track.getSettings().deviceId ?? '';
    else input.on = false;
    if (fault === 'denied') void this.#watchPermission(kind);
    this.#events.emit('inputChanged', kind);
  }

  /** Unplugged, or the permission was withdrawn: stop() does not come here. */
  #ended(kind: InputKind, track: MediaStreamTrack): void {
    const input = this.#inputs[kind];
    if (input.track !== track) return;
    input.track = null;
    input.wantedId = '';
    const wasOn = input.on;
    this.#events.emit('inputChanged', kind);
    void this.#sync([kind]).then(() => {
      if (wasOn && this.#isStarted) this.#events.emit('unplugged', kind, input.track?.label ?? null);
    });
  }

  async #watchPermission(kind: InputKind): Promise<void> {
    if (this.#watchedPermissions.has(kind)) return;
    this.#watchedPermissions.add(kind);
    const status = await permissionOf(kind);
    status?.addEventListener('change', () => {
      if (status.state === 'granted' && this.#inputs[kind].fault === 'denied') this.setOn(kind, true);
    });
  }

  async #refresh(): Promise<void> {
    // A browser that refuses the list has none to offer.
    this.#devices = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
    if (this.#speakerId !== '' && !this.choices('speaker').some(({ id }) => id === this.#speakerId)) {
      this.#speakerId = '';
      this.#events.emit('unplugged', 'speaker', this.choices('speaker')[0]?.label ?? null);
    }
    this.#events.emit('choicesChanged');
  }

  #release(input: Input): void {
    if (!input.track) return;
    input.track.onended = null;
    input.track.stop();
    input.track = null;
  }

  #microphoneConstraints(): MediaTrackConstraints {
    return {
      ...exactly(this.#inputs.microphone.wantedId),
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
    };
  }

  #cameraConstraints(): MediaTrackConstraints {
    const { wantedId } = this.#inputs.camera;
    return {
      ...(wantedId === '' ? { facingMode: 'user' } : exactly(wantedId)),
      width: { ideal: 1280 },
      height: { ideal: 720 },
      frameRate: { ideal: 30, max: 30 },
    };
  }
}

const exactly = (id: string): MediaTrackConstraints => (id === '' ? {} : { deviceId: { exact: id } });

const isGranted = async (kind: InputKind) => (await permissionOf(kind))?.state === 'granted';

/** Undefined where the browser does not tell (Firefox before 131, Safari before 16). */
async function permissionOf(kind: InputKind): Promise<PermissionStatus | undefined> {
  try {
    return await navigator.permissions.query({ name: permissionNames[kind] as PermissionName });
  } catch {
    return undefined;
  }
}
