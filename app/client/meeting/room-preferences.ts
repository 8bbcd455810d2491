import { type LayoutName, layoutNames } from './floor-view.ts';

/** How somebody wants the room to look and behave, on this browser. */
export interface RoomPreferences {
  readonly layout: LayoutName;
  /** Does not want to see themselves. */
  readonly hidesSelf: boolean;
  /** Hears a sound when somebody waits. */
  readonly sounds: boolean;
  /** The background is blurred, where the machine is fast enough. */
  readonly blur: boolean;
  /** Noise is taken out of the own voice. */
  readonly noise: boolean;
  /** Single keys do something (WCAG 2.2, success criterion 2.1.4: they can be turned off). */
  readonly shortcuts: boolean;
}

/** What holds until somebody chooses. */
const usualPreferences: RoomPreferences = {
  layout: 'auto',
  hidesSelf: false,
  sounds: true,
  blur: false,
  noise: false,
  shortcuts: true,
};

/** Declared in `app/inventory/browser-storage.ts`. */
const KEY = 'room-view';

/** A browser that keeps nothing has them for this page. */
let current: RoomPreferences | undefined;

/** What was chosen here before. */
export function readPreferences(): RoomPreferences {
  current ??= readStored();
  return current;
}

/** Anything that makes no sense is as usual. */
function readStored(): RoomPreferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return usualPreferences;
    const { layout, ...switches } = { ...usualPreferences, ...stored };
    return {
      layout: layoutNames.find((name) => name === layout) ?? usualPreferences.layout,
      hidesSelf: switches.hidesSelf === true,
      sounds: switches.sounds !== false,
      blur: switches.blur === true,
      noise: switches.noise === true,
      shortcuts: switches.shortcuts !== false,
    };
  } catch {
    // A browser that keeps nothing, or somebody else's text.
    return usualPreferences;
  }
}

/** Remembers what was chosen, and nothing when all is as usual; answers what holds now. */
export function prefer(changed: Partial<RoomPreferences>): RoomPreferences {
  const preferences = { ...readPreferences(), ...changed };
  const isUsual = Object.entries(usualPreferences).every(
    ([name, value]) => preferences[name as keyof RoomPreferences] === value,
  );
  try {
    if (isUsual) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // It holds for this meeting, then.
  }
  current = preferences;
  return preferences;
}
