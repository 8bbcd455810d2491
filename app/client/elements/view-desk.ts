import { FloorView, layoutNames } from '../meeting/floor-view.ts';
import { prefer, type RoomPreferences, readPreferences } from '../meeting/room-preferences.ts';
import type { Command } from '../meeting/shortcuts.ts';
import { ControlBar } from './control-bar.ts';
import { FloatingPicture } from './floating-picture.ts';
import { MoreMenu } from './more-menu.ts';
import { part } from './parts.ts';
import { listShortcuts, ShortcutKeys } from './shortcut-keys.ts';
import { t } from './texts.ts';
import { TileFloor } from './tile-floor.ts';

/** How the room looks to one person, and by which keys: what they choose is remembered in this browser. */
export class ViewDesk {
  readonly view = new FloorView();
  readonly floating: FloatingPicture;
  readonly #keys = new ShortcutKeys();
  readonly #room: HTMLElement;
  readonly #say: (sentence: string) => void;
  #preferences = readPreferences();

  /** Called with a key's command that is not about the view. */
  onCommand: (command: Exclude<Command, 'layout' | 'previous-page' | 'next-page'>) => void = () => {};

  /** Called when the preferences are read or changed. */
  onPreferences: (preferences: RoomPreferences) => void = () => {};

  constructor(room: HTMLElement, say: (sentence: string) => void) {
    this.#room = room;
    this.#say = say;
    this.floating = new FloatingPicture(part(room, 'floating', HTMLVideoElement));
  }

  connect(): void {
    const { view } = this;
    const menu = part(this.#room, 'more', MoreMenu);
    menu.onLayout = (layout) => {
      view.layout = layout;
    };
    menu.onHideSelf = (hides) => {
      view.hidesSelf = hides;
    };
    menu.onSounds = (sounds) => this.#prefer({ sounds });
    view.layout = this.#preferences.layout;
    view.hidesSelf = this.#preferences.hidesSelf;
    view.on('chosen', () => this.#prefer({ layout: view.layout, hidesSelf: view.hidesSelf }));
    const shortcutsOn = part(this.#room, 'shortcuts-on', HTMLInputElement);
    shortcutsOn.onchange = () => this.#prefer({ shortcuts: shortcutsOn.checked });
    listShortcuts(part(this.#room, 'shortcuts-list', HTMLElement));
    this.#keys.onCommand = (command) => this.#command(command);
    this.#connectWindows();
    this.#show();
  }

  /** The meeting begins. */
  open(): void {
    this.#keys.start();
  }

  /** The meeting is over. */
  close(): void {
    this.#keys.stop();
    this.floating.close();
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
  }

  /** Opens the window above all others, or closes it. */
  async toggleFloating(): Promise<void> {
    if (this.floating.isOpen) return this.floating.close();
    const track = part(this.#room, 'tile-floor', TileFloor).mainTrack;
    if (!track) return this.#say(t('meeting.nothingToFloat'));
    try {
      await this.floating.open(track);
    } catch {
      this.#say(t('errors.unknown'));
    }
  }

  toggleFullScreen(): void {
    const change = document.fullscreenElement
      ? document.exitFullscreen()
      : document.documentElement.requestFullscreen();
    change.catch(() => this.#say(t('errors.unknown')));
  }

  #connectWindows(): void {
    const bar = part(this.#room, 'more-actions', ControlBar);
    bar.setShown('float', FloatingPicture.isSupported);
    bar.setShown('full-screen', document.fullscreenEnabled === true);
    this.floating.onChange = (isOpen) => bar.setPressed('float', isOpen);
    document.addEventListener('fullscreenchange', () =>
      bar.setPressed('full-screen', document.fullscreenElement !== null),
    );
  }

  #command(command: Command): void {
    if (command === 'previous-page') return this.view.turnPage(-1);
    if (command === 'next-page') return this.view.turnPage(1);
    if (command !== 'layout') return this.onCommand(command);
    const next = layoutNames[(layoutNames.indexOf(this.view.layout) + 1) % layoutNames.length] ?? 'auto';
    this.view.layout = next;
    this.#say(t(`layouts.${next}`));
  }

  #prefer(changed: Partial<RoomPreferences>): void {
    this.#preferences = prefer(changed);
    this.#show();
  }

  #show(): void {
    const { layout, hidesSelf, sounds, shortcuts } = this.#preferences;
    const menu = part(this.#room, 'more', MoreMenu);
    menu.showLayout(layout, hidesSelf);
    menu.showSounds(sounds);
    part(this.#room, 'shortcuts-on', HTMLInputElement).checked = shortcuts;
    this.#keys.isOn = shortcuts;
    this.onPreferences(this.#preferences);
  }
}
