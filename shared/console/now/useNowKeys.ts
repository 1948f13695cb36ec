import { useEffect } from 'preact/hooks';
import { usePreferences } from '../app/context';
import { keyOf, type NowKey } from './nowKeys';

/** Hears the keys of *Now*, unless they are turned off. */
export function useNowKeys(press: (key: NowKey) => void): void {
  const { keys } = usePreferences();
  useEffect(() => {
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
