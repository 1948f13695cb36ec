import { usePreferences, useShared } from '../app/context';

/** Which keys there are, and the switch that turns them off. */
export function KeysHint() {
  const { preferences } = useShared();
  const { keys } = usePreferences();
  return (
    <p class="keys">
      {keys ? (
        <>
          <kbd>J</kbd> <kbd>K</kbd> select · <kbd>A</kbd> send to the phone · <kbd>D</kbd> <kbd>D</kbd> decline ·{' '}
          <kbd>/</kbd> search{' '}
        </>
      ) : (
        'Keys are off. '
      )}
      <button type="button" class="link" onClick={() => preferences.set({ keys: !keys })}>
        {keys ? 'Turn keys off' : 'Turn keys on'}
      </button>
    </p>
  );
}
