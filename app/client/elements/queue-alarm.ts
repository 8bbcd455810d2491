import type { VisitView } from '../../clinic/staff-view.ts';
import { nameOf } from '../../clinic/visit-words.ts';
import {
  type QueuePreferences,
  readQueuePreferences,
  writeQueuePreferences,
} from '../clinic/queue-preferences.ts';
import type { QueueState } from '../clinic/queue-state.ts';
import { ring } from '../meeting/chime.ts';
import { part } from './parts.ts';
import { type TextKey, t } from './texts.ts';

/** Tells of who comes, by sound, in the page's title, and, for who wants it, by the system. */
export class QueueAlarm {
  readonly #root: HTMLElement;
  readonly #siteName: string;
  readonly #say: (sentence: string) => void;
  #preferences = readQueuePreferences();

  /** @param say writes a sentence into the page, for everybody. */
  constructor(root: HTMLElement, siteName: string, say: (sentence: string) => void) {
    this.#root = root;
    this.#siteName = siteName;
    this.#say = say;
  }

  connect(state: QueueState): void {
    const sound = part(this.#root, 'sound', HTMLInputElement);
    sound.checked = this.#preferences.sounds;
    sound.onchange = () => {
      this.#keep({ ...this.#preferences, sounds: sound.checked });
      if (sound.checked) ring();
    };
    const notify = part(this.#root, 'notify', HTMLInputElement);
    notify.checked = this.#isNotifying;
    notify.onchange = () => void this.#chooseNotifications(notify);
    const areaName = ({ areaId }: VisitView) => state.area(areaId)?.name ?? '';
    state.on('came', (visit, isBack) => {
      // What the system shows may stand on a locked screen or on a wall: nobody's name is in it.
      this.#tell(t('queue.cameNotice', { area: areaName(visit) }), visit.id);
      const name = nameOf(visit, (key, values) => t(`queue.${key}` as TextKey, values));
      this.#say(t(isBack ? 'queue.cameBack' : 'queue.came', { name, area: areaName(visit) }));
    });
    state.on('late', (visit) => {
      const sentence = t('queue.lateNotice', { area: areaName(visit) });
      this.#tell(sentence, visit.id);
      this.#say(sentence);
    });
    const showTitle = () => {
      document.title = t('title.queue', { count: state.waitingIn(null), site: this.#siteName });
    };
    state.on('changed', showTitle);
    showTitle();
  }

  get #isNotifying(): boolean {
    return (
      this.#preferences.notifications && 'Notification' in window && Notification.permission === 'granted'
    );
  }

  #tell(sentence: string, tag: string): void {
    if (this.#preferences.sounds) ring();
    if (!this.#isNotifying || document.visibilityState === 'visible') return;
    try {
      const notification = new Notification(sentence, { tag });
      notification.onclick = () => {
        window.focus();
        notification.close();
      };
    } catch {
      // Chrome on Android takes them from service workers only; sound and title are there.
    }
  }

  async #chooseNotifications(box: HTMLInputElement): Promise<void> {
    const isAllowed =
      box.checked && 'Notification' in window && (await Notification.requestPermission()) === 'granted';
    if (box.checked && !isAllowed) this.#say(t('queue.notifyDenied'));
    box.checked = isAllowed;
    this.#keep({ ...this.#preferences, notifications: isAllowed });
  }

  #keep(preferences: QueuePreferences): void {
    this.#preferences = preferences;
    writeQueuePreferences(preferences);
  }
}
