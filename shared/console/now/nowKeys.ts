export type NowKey = 'next' | 'previous' | 'accept' | 'decline';

const keys: Readonly<Record<string, NowKey>> = { j: 'next', k: 'previous', a: 'accept', d: 'decline' };

/** What a key asks for on *Now*; undefined where it is somebody's text, a browser's shortcut, or held down. */
export function keyOf(event: KeyboardEvent): NowKey | undefined {
  return isPlainKey(event) ? keys[event.key.toLowerCase()] : undefined;
}

/** Whether a key was pressed by itself, once, and not into a field. */
export function isPlainKey({ target, ctrlKey, metaKey, altKey, repeat }: KeyboardEvent): boolean {
  const isField =
    target instanceof Element && target.closest('input, textarea, select, dialog, [contenteditable]') !== null;
  return !isField && !ctrlKey && !metaKey && !altKey && !repeat;
}
