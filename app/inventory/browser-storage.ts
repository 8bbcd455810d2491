/** What the settings say of how long something stays in a browser. */
export interface StorageTerms {
  readonly sessionDays: number;
  readonly linkMinutes: number;
}

/** Something that the appliance stores in browsers. A test holds this list to what the code stores. */
export interface StoredInBrowser {
  readonly kind: 'cookie' | 'localStorage' | 'sessionStorage' | 'indexedDB';
  /** As the browser shows it. */
  readonly name: string;
  /** Its purpose is `browserStorage.<text>` in the locales. */
  readonly text: string;
  /** `needed`: strictly necessary for what its reader asks for, so that no consent is asked (ePrivacy, Article 5(3)). */
  readonly necessity: 'needed' | 'consent';
  /** How long it stays at most; null: until the browser is closed; `kept`: until the person takes it back. */
  readonly lifetime: (
    terms: StorageTerms,
  ) => { readonly days: number } | { readonly minutes: number } | 'kept' | null;
}

/** Everything that is stored in browsers, and nothing else is. */
export const browserStorage: readonly StoredInBrowser[] = [
  {
    kind: 'cookie',
    name: '__Host-session',
    text: 'session',
    necessity: 'needed',
    lifetime: ({ sessionDays }) => ({ days: sessionDays }),
  },
  {
    kind: 'cookie',
    name: '__Host-sign-in',
    text: 'signIn',
    necessity: 'needed',
    lifetime: ({ linkMinutes }) => ({ minutes: linkMinutes }),
  },
  {
    kind: 'cookie',
    name: 'language',
    text: 'language',
    necessity: 'needed',
    lifetime: () => ({ days: 365 }),
  },
  {
    kind: 'cookie',
    name: '__Host-choices',
    text: 'choices',
    necessity: 'needed',
    lifetime: () => ({ days: 182 }),
  },
  {
    kind: 'cookie',
    name: '__Host-choices-way',
    text: 'choicesWay',
    necessity: 'needed',
    lifetime: () => ({ minutes: 2 }),
  },
  {
    kind: 'cookie',
    name: 'MATOMO_SESSID',
    text: 'analytics',
    necessity: 'needed',
    lifetime: () => null,
  },
  {
    kind: 'cookie',
    name: '__Host-visit',
    text: 'visit',
    necessity: 'needed',
    lifetime: () => ({ minutes: 720 }),
  },
  {
    kind: 'localStorage',
    name: 'room-view',
    text: 'roomView',
    necessity: 'needed',
    lifetime: () => 'kept',
  },
  {
    kind: 'localStorage',
    name: 'queue-view',
    text: 'queueView',
    necessity: 'needed',
    lifetime: () => 'kept',
  },
];
