import { useLayoutEffect } from 'preact/hooks';
import { usePreferences } from '../app/context';
import { keyOf, type NowKey } from './nowKeys';

/** Hears the keys of *Now*, unless they are turned off. */
export function useNowKeys(press: (key: NowKey) => void): void {
  const { keys } = usePreferences();
  // Not after the paint: a second key may come before that, and must not be meant for the call that was selected before.
  useLayoutEffect(() => {
    if (!keys) return undefined;
    const onKeyDown = (event: KeyboardEvent): void => {
      const key = keyOf(event);
      if (key === undefined) return;
      event.preventDefault();
      press(key);
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  });
}
