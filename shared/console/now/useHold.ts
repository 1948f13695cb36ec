import { useRef } from 'preact/hooks';

/** A pointer that has rested longer has nothing in mind. */
const HOLD_MS = 3000;

/** Whether a pointer has moved over an element within the last seconds, and the handlers that tell. */
export function useHold() {
  const movedAtMs = useRef(-Infinity);
  const onMove = (): void => {
    movedAtMs.current = performance.now();
  };
  const onLeave = (): void => {
    movedAtMs.current = -Infinity;
  };
  return {
    isHeld: () => performance.now() - movedAtMs.current < HOLD_MS,
    handlers: { onPointerMove: onMove, onPointerDown: onMove, onPointerLeave: onLeave },
  };
}
