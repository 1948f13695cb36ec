import { useConsole, usePreferences, useShared } from '../app/context';
import type { Preferences } from '../app/preferences';
import { Icon, type IconName } from '../ui/Icon';
import { Text } from '../ui/Text';

/** The bar on top: product, how live the page is, sound, theme, who has signed in. */
export function Bar() {
  const session = useConsole((state) => state.session);
  return (
    <header class="top">
      <a class="product" href="#/now">
        <span class="logo">
          <Icon name="phone" />
        </span>
        ucwa-relay
      </a>
      {session?.local === true && <span class="where">this machine</span>}
      <Live />
      <Sound />
      <Theme />
      <Person />
    </header>
  );
}

function Live() {
  const { state } = useConsole(({ connection }) => connection);
  const words = { starting: 'Connecting', live: 'Live', stopped: 'Stopped', notLive: 'Not live' }[state];
  return <span class={`state ${state}`}>{words}</span>;
}

function Sound() {
  const { preferences } = useShared();
  const { sound } = usePreferences();
  const change = (): void => {
    preferences.set({ sound: !sound });
    if (!sound && 'Notification' in globalThis && Notification.permission === 'default')
      void Notification.requestPermission();
  };
  return (
    <button
      type="button"
      class="plain"
      aria-pressed={sound}
      aria-label="Sound and notifications"
      title={sound ? 'Sound is on' : 'Sound is off'}
      onClick={change}
    >
      <Icon name={sound ? 'sound' : 'soundOff'} />
    </button>
  );
}

const themes: Readonly<Record<Preferences['theme'], { readonly icon: IconName; readonly next: Preferences['theme'] }>> =
  {
    auto: { icon: 'auto', next: 'dark' },
    dark: { icon: 'moon', next: 'light' },
    light: { icon: 'sun', next: 'auto' },
  };

function Theme() {
  const { preferences } = useShared();
  const { theme } = usePreferences();
  const { icon, next } = themes[theme];
  return (
    <button
      type="button"
      class="plain"
      aria-label={`Colours: ${theme}`}
      title={`Colours: ${theme}`}
      onClick={() => preferences.set({ theme: next })}
    >
      <Icon name={icon} />
    </button>
  );
}

function Person() {
  const { console } = useShared();
  const session = useConsole((state) => state.session);
  const name = session?.person?.name;
  return (
    <span class="person">
      {name !== undefined && (
        <span>
          <Text>{name}</Text>
        </span>
      )}
      <button type="button" class="plain" aria-label="Sign out" title="Sign out" onClick={() => void console.signOut()}>
        <Icon name="leave" />
      </button>
    </span>
  );
}
