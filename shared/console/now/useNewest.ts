import { useCallback, useRef } from 'preact/hooks';

/** The function as it was given last, under an identity that stays: what it is handed to is not drawn again because of it. */
export function useNewest<Args extends unknown[]>(newest: (...args: Args) => void): (...args: Args) => void {
  const held = useRef(newest);
  held.current = newest;
  return useCallback((...args: Args) => held.current(...args), []);
}
