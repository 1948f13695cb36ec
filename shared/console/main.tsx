import { render } from 'preact';
import { createKeyStore } from './api/keyStore';
import { createConsole } from './app/createConsole';
import { SharedContext } from './app/context';
import { readPreferences, writePreferences } from './app/preferences';
import { createStore } from './app/store';
import { createFeed } from './feed/oneTab';
import { keepAwake } from './feed/keepAwake';
import { App } from './shell/App';
import './style/index.css';

const preferences = createStore(readPreferences(localStorage));
preferences.subscribe(() => writePreferences(localStorage, preferences.get()));

const shownConsole = createConsole({
  fetch: globalThis.fetch.bind(globalThis),
  keys: createKeyStore(sessionStorage),
  now: () => Date.now(),
  // Without locks outside of secure contexts, whatever their type says.
  createFeed: (ports) => createFeed({ ...ports, locks: navigator.locks }),
  open: (url) => location.assign(url),
});

const element = document.getElementById('console');
if (element !== null) {
  render(
    <SharedContext.Provider value={{ console: shownConsole, preferences }}>
      <App />
    </SharedContext.Provider>,
    element,
  );
  keepAwake(shownConsole, () => preferences.get().sound);
  void shownConsole.begin();
}
