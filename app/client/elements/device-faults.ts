import type { DeviceRole, InputKind, LocalDevices } from '../meeting/local-devices.ts';
import { t } from './texts.ts';

const kinds: readonly InputKind[] = ['camera', 'microphone'];

/** `<device-faults role="status">`: why a camera or microphone cannot be had, and what to do about it. */
export class DeviceFaults extends HTMLElement {
  #shown = '';
  #stop = () => {};

  connect(devices: LocalDevices): void {
    this.#stop();
    this.#stop = devices.on('inputChanged', () => this.#show(devices));
    this.#show(devices);
  }

  /** Says nothing any more. */
  disconnect(): void {
    this.#stop();
    this.#shown = '';
    this.replaceChildren();
  }

  #show(devices: LocalDevices): void {
    const faults = faultsOf(devices);
    // Written again, it would be read out again.
    const shown = JSON.stringify(faults);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.replaceChildren(...faults.map(({ what, cure }) => faultCard(what, cure)));
  }
}

/** Each fault in one sentence and its cure in another. */
export function faultsOf(devices: LocalDevices): { what: string; cure: string }[] {
  const [camera, microphone] = [devices.camera.fault, devices.microphone.fault];
  const which =
    camera && camera === microphone ? (['both'] as const) : kinds.filter((kind) => devices[kind].fault);
  return which.map((kind) => {
    const fault = devices[kind === 'both' ? 'camera' : kind].fault ?? 'unknown';
    return { what: t(`faults.${fault}.what`, { kind }), cure: t(`faults.${fault}.cure`, { kind }) };
  });
}

/** What is said when a device goes away during use. `label`: the one in its place; null: there is none. */
export function unpluggedSentence(role: DeviceRole, label: string | null): string {
  return label === null ? t('devices.gone', { role }) : t('devices.replaced', { role, label });
}

function faultCard(what: string, cure: string): HTMLElement {
  const card = document.createElement('div');
  card.className = 'fault';
  const title = document.createElement('strong');
  title.textContent = what;
  const text = document.createElement('p');
  text.textContent = cure;
  card.append(title, text);
  return card;
}
