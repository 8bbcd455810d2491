import { createNanoEvents } from 'nanoevents';
import { cameraConstraints, microphoneConstraints } from './device-constraints.ts';
import { type DeviceFault, deviceFaultOf } from './device-fault.ts';
import { DeviceList } from './device-list.ts';
import { isGranted, permissionOf } from './device-permission.ts';
import { EffectError, type EffectFault, type EffectName, type MakeEffect } from './effects/effect.ts';
import { type EffectStatus, EffectSwitch } from './effects/effect-switch.ts';
import type { DeviceChoice, DeviceRole, InputKind, LocalInput } from './local-input.ts';

export type { DeviceRole, InputKind, LocalInput };

interface LocalDevicesEvents {
  /** On, off, another track, or a fault. */
  inputChanged: (kind: InputKind) => void;
  /** Something was plugged in or out, chosen, or got its name. */
  choicesChanged: () => void;
  /** A device went away during use. `label` is the one in its place; null: there is none. */
  unplugged: (role: DeviceRole, label: string | null) => void;
  /** Something else took an input for a while, a phone call perhaps; `inputChanged` follows when it is back. */
  interrupted: (kind: InputKind) => void;
  /** An effect was switched, by the person or by itself. */
  effectChanged: (name: EffectName) => void;
  /** An effect could not be had or did not keep up, and is off. `cameraOff`: so is the camera, to show nothing unblurred. */
  effectFailed: (name: EffectName, fault: EffectFault, cameraOff: boolean) => void;
}

/** Which input an effect works on. */
const inputOf = { blur: 'camera', noise: 'microphone' } as const satisfies Record<EffectName, InputKind>;
const effectOf = { camera: 'blur', microphone: 'noise' } as const satisfies Record<InputKind, EffectName>;

const inputKinds: readonly InputKind[] = ['microphone', 'camera'];

interface Input extends LocalInput {
  on: boolean;
  track: MediaStreamTrack | null;
  pending: boolean;
  fault: DeviceFault | null;
  interrupted: boolean;
  label: string;
  /** As it comes from the device, before any effect. */
  source: MediaStreamTrack | null;
  /** The browser finds no device that does all that was asked: it is asked for any. */
  isModest: boolean;
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
    microphone: newInput(),
    camera: newInput(),
  };
  readonly #effects: Record<EffectName, EffectSwitch>;
  readonly #list = new DeviceList();
  /** Faults may end without anyone asking again: the person allows it in the browser's settings. */
  readonly #watchedPermissions = new Set<InputKind>();
  readonly #onDeviceChange = () => void this.#refresh();
  #isStarted = false;
  /** One request to the browser at a time. */
  #work: Promise<void> = Promise.resolve();

  /** @param effects - what this page can do to sound and picture; what is missing counts as unsupported. */
  constructor(effects: Partial<Record<EffectName, MakeEffect>> = {}) {
    const made = (name: EffectName) =>
      new EffectSwitch(effects[name], (fault) => this.#effectEnded(name, fault));
    this.#effects = { blur: made('blur'), noise: made('noise') };
  }

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
    return this.#list.speakerId;
  }

  /** An effect as it is wanted and as it is. */
  effect(name: EffectName): EffectStatus {
    return this.#effects[name].status;
  }

  /**
   * Switches an effect. With an input that is off it waits for it. While a blur is being started, the picture is still
   * the one that was there; a camera that starts with it gives none before.
   */
  setEffect(name: EffectName, on: boolean): void {
    const effect = this.#effects[name];
    effect.wanted = on;
    effect.expect();
    this.#events.emit('effectChanged', name);
    this.#work = this.#work.then(() => this.#dress(inputOf[name]));
  }

  /** Which way the camera looks, where it says so: phones do. */
  get facing(): 'front' | 'back' | null {
    const facing = this.#inputs.camera.source?.getSettings().facingMode;
    return facing === 'environment' ? 'back' : facing === 'user' ? 'front' : null;
  }

  /** Takes the other camera of a phone. Does nothing where there is none. */
  turnCamera(): void {
    const { camera } = this.#inputs;
    if (!camera.on) return;
    const other = this.#list.otherCamera(this.chosenId('camera'), this.facing);
    if (other) this.choose('camera', other.id);
  }

  /**
   * The person is back at the page: after a phone call, or from another program. What ended meanwhile, or is still held,
   * is asked for anew.
   */
  comeBack(): void {
    if (!this.#isStarted) return;
    for (const kind of inputKinds) {
      const input = this.#inputs[kind];
      if (!input.on || !input.source) continue;
      if (input.source.readyState === 'live' && !input.source.muted) continue;
      this.#release(input);
      this.#events.emit('inputChanged', kind);
    }
    void this.#sync(inputKinds);
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
    if (kind === 'microphone') for (const track of tracksOf(input)) track.enabled = on;
    if (kind === 'camera' && !on) this.#release(input);
    this.#events.emit('inputChanged', kind);
    void this.#sync([kind]);
  }

  /** What can be chosen, the system's default first. */
  choices(role: DeviceRole): DeviceChoice[] {
    return this.#list.choices(role);
  }

  /** The id of what is used or would be used; empty: not known. */
  chosenId(role: DeviceRole): string {
    if (role === 'speaker') return this.#list.speakerId || (this.choices('speaker')[0]?.id ?? '');
    const { source, wantedId } = this.#inputs[role];
    return source?.getSettings().deviceId ?? wantedId;
  }

  /** Uses another device. An input that is off stays off. */
  choose(role: DeviceRole, id: string): void {
    if (role === 'speaker') {
      this.#list.speakerId = id;
      this.#events.emit('choicesChanged');
      return;
    }
    this.#inputs[role].wantedId = id;
    this.#inputs[role].isModest = false;
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
    const { on, source, wantedId } = this.#inputs[kind];
    if (source && wantedId !== '' && source.getSettings().deviceId !== wantedId) return true;
    return on && !source;
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
      if (track) await this.#take(kind, track);
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
      audio: kinds.includes('microphone') && microphoneConstraints(this.#inputs.microphone),
      video: kinds.includes('camera') && cameraConstraints(this.#inputs.camera),
    });
  }

  async #refused(kinds: readonly InputKind[], thrown: unknown): Promise<void> {
    const fault = window.isSecureContext ? deviceFaultOf(thrown) : 'insecure';
    const [kind, ...others] = kinds;
    if (kind && others.length === 0) {
      const input = this.#inputs[kind];
      if ((fault === 'none' || fault === 'unsuitable') && input.wantedId !== '') {
        // The chosen one is gone; any other will do.
        input.wantedId = '';
        return this.#acquire(kinds);
      }
      if (fault === 'unsuitable' && !input.isModest) {
        input.isModest = true;
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

  async #take(kind: InputKind, source: MediaStreamTrack): Promise<void> {
    const input = this.#inputs[kind];
    input.fault = null;
    if (!this.#isStarted || (kind === 'camera' && !input.on)) {
      source.stop();
      input.pending = false;
      this.#events.emit('inputChanged', kind);
      return;
    }
    this.#release(input);
    input.source = source;
    input.label = source.label;
    input.wantedId = source.getSettings().deviceId ?? '';
    input.interrupted = source.muted;
    source.contentHint = kind === 'camera' ? 'motion' : 'speech';
    if (kind === 'microphone') source.enabled = input.on;
    source.onended = () => this.#ended(kind, source);
    source.onmute = source.onunmute = () => this.#interrupted(kind, source);
    this.#effects[effectOf[kind]].expect();
    await this.#dress(kind);
    input.pending = false;
    this.#events.emit('inputChanged', kind);
  }

  /** Puts the effect on what comes from the device, or takes it off. */
  async #dress(kind: InputKind): Promise<void> {
    const input = this.#inputs[kind];
    const name = effectOf[kind];
    const { source } = input;
    if (!source) {
      this.#effects[name].undress();
      this.#effects[name].settle();
      this.#events.emit('effectChanged', name);
      return;
    }
    let fault: EffectFault | null = null;
    let track: MediaStreamTrack | null = null;
    try {
      track = await this.#effects[name].dress(source);
    } catch (thrown) {
      fault = thrown instanceof EffectError ? thrown.fault : 'failed';
      track = source;
    }
    // Let go of, or exchanged, while the effect was being made.
    if (input.source !== source) return;
    // Nobody has seen it without the blur so far, and nobody shall unasked.
    const hides = fault !== null && name === 'blur' && input.track === null;
    input.track = hides ? null : track;
    if (kind === 'microphone' && input.track) input.track.enabled = input.on;
    this.#events.emit('effectChanged', name);
    if (hides) this.setOn('camera', false);
    else this.#events.emit('inputChanged', kind);
    if (fault) this.#events.emit('effectFailed', name, fault, hides);
  }

  /** An effect ended during use: what it gave is over. */
  #effectEnded(name: EffectName, fault: EffectFault): void {
    const kind = inputOf[name];
    const input = this.#inputs[kind];
    const hides = name === 'blur' && input.on;
    this.#events.emit('effectChanged', name);
    if (hides) this.setOn('camera', false);
    else {
      input.track = input.source;
      this.#events.emit('inputChanged', kind);
    }
    this.#events.emit('effectFailed', name, fault, hides);
  }

  #interrupted(kind: InputKind, source: MediaStreamTrack): void {
    const input = this.#inputs[kind];
    if (input.source !== source || input.interrupted === source.muted) return;
    input.interrupted = source.muted;
    this.#events.emit('inputChanged', kind);
    if (source.muted && input.on) this.#events.emit('interrupted', kind);
  }

  #failed(kind: InputKind, fault: DeviceFault): void {
    const input = this.#inputs[kind];
    input.pending = false;
    input.fault = fault;
    // Another one was chosen and cannot be had: what worked goes on.
    if (input.source) input.wantedId = input.source.getSettings().deviceId ?? '';
    else input.on = false;
    if (fault === 'denied') void this.#watchPermission(kind);
    this.#events.emit('inputChanged', kind);
  }

  /** Unplugged, or the permission was withdrawn: stop() does not come here. */
  #ended(kind: InputKind, source: MediaStreamTrack): void {
    const input = this.#inputs[kind];
    if (input.source !== source) return;
    this.#release(input);
    input.wantedId = '';
    const wasOn = input.on;
    this.#events.emit('inputChanged', kind);
    void this.#sync([kind]).then(() => {
      if (wasOn && this.#isStarted) this.#events.emit('unplugged', kind, input.source?.label ?? null);
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
    if (await this.#list.read())
      this.#events.emit('unplugged', 'speaker', this.choices('speaker')[0]?.label ?? null);
    this.#events.emit('choicesChanged');
  }

  #release(input: Input): void {
    const { source } = input;
    this.#effects[effectOf[input === this.#inputs.camera ? 'camera' : 'microphone']].undress();
    input.source = null;
    input.track = null;
    input.label = '';
    input.interrupted = false;
    if (!source) return;
    source.onended = source.onmute = source.onunmute = null;
    source.stop();
  }
}

const newInput = (): Input => ({
  on: true,
  track: null,
  pending: false,
  fault: null,
  interrupted: false,
  label: '',
  source: null,
  isModest: false,
  wantedId: '',
});

const tracksOf = ({ source, track }: Input) => new Set([source, track].filter((each) => each !== null));
