/** How somebody wants to be told of who comes, on this browser. */
export interface QueuePreferences {
  readonly sounds: boolean;
  /** By the system, also while another window is in front. */
  readonly notifications: boolean;
}

const usual: QueuePreferences = { sounds: true, notifications: false };

/** Declared in `app/inventory/browser-storage.ts`. */
const KEY = 'queue-view';

/** What was chosen here before; anything that makes no sense is as usual. */
export function readQueuePreferences(): QueuePreferences {
  try {
    const { sounds, notifications } = Object(JSON.parse(localStorage.getItem(KEY) ?? '{}')) as Record<
      string,
      unknown
    >;
    return { sounds: sounds !== false, notifications: notifications === true };
  } catch {
    // A browser that keeps nothing, or somebody else's text.
    return usual;
  }
}

/** Remembers what was chosen, and nothing when all is as usual. */
export function writeQueuePreferences(preferences: QueuePreferences): void {
  const { sounds, notifications } = preferences;
  try {
    if (sounds === usual.sounds && notifications === usual.notifications) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // It holds for this page, then.
  }
}
