import { useEffect } from 'preact/hooks';
import { usePreferences } from '../app/context';
import { isPlainKey } from '../now/nowKeys';

/** The field of *History*, which `/` leads to. */
export const SEARCH_ID = 'search';

/** The key `/` opens *History* with its search. */
export function useSearchKey(): void {
  const { keys } = usePreferences();
  useEffect(() => {
    if (!keys) return undefined;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== '/' || !isPlainKey(event)) return;
      event.preventDefault();
      location.hash = '#/history';
      // The view is drawn when the address has changed.
      setTimeout(() => document.getElementById(SEARCH_ID)?.focus());
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [keys]);
}
