import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Console } from './createConsole';
import type { Preferences } from './preferences';
import { useStore, type Store } from './store';
import type { ConsoleState } from './state';

/** What every view is given. */
export interface Shared {
  readonly console: Console;
  readonly preferences: Store<Preferences>;
}

export const SharedContext = createContext<Shared | undefined>(undefined);

export function useShared(): Shared {
  const shared = useContext(SharedContext);
  if (shared === undefined) throw new Error('There is no SharedContext around this.');
  return shared;
}

/** A part of the state. */
export function useConsole<Part>(select: (state: ConsoleState) => Part): Part {
  return useStore(useShared().console.store, select);
}

export function usePreferences(): Preferences {
  return useStore(useShared().preferences, (preferences) => preferences);
}

/**
 * The server's time, in milliseconds since the epoch; anew as each of its seconds begins, for all who ask at the same time, so that
 * the page is laid out once a second.
 */
export function useNow(): number {
  const { console } = useShared();
  const [, redraw] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const waitForNextSecond = (): void => {
      timer = setTimeout(
        () => {
          redraw((count) => count + 1);
          waitForNextSecond();
        },
        1000 - (console.now() % 1000),
      );
    };
    waitForNextSecond();
    return () => clearTimeout(timer);
  }, [console]);
  return console.now();
}

/** Whether the person may do that: the relay refuses it otherwise. A key has every role. */
export function useRole(role: string): boolean {
  return useConsole(({ session }) => session?.signIn !== 'entra' || session.person?.roles.includes(role) === true);
}
