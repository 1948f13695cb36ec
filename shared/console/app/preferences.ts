/** What a person has chosen for this browser. */
export interface Preferences {
  readonly theme: 'auto' | 'light' | 'dark';
  /** Whether a call is heard, and shown as a notification while the page is hidden. */
  readonly sound: boolean;
  /** Whether single keys do something (WCAG 2.1.4, Character Key Shortcuts: they can be turned off). */
  readonly keys: boolean;
}

const NAME = 'ucwa-relay.preferences';
const initial: Preferences = { theme: 'auto', sound: false, keys: true };

/** What is kept, as far as it can be read. */
export function readPreferences(storage: Storage): Preferences {
  try {
    return { ...initial, ...(JSON.parse(storage.getItem(NAME) ?? '{}') as Partial<Preferences>) };
  } catch {
    return initial;
  }
}

export function writePreferences(storage: Storage, preferences: Preferences): void {
  storage.setItem(NAME, JSON.stringify(preferences));
}
