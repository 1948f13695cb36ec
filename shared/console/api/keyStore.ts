const NAME = 'ucwa-relay.key';

/** The functions key of this tab: it survives a reload, and neither a new tab nor the end of this one. Never in an address. */
export interface KeyStore {
  get(): string | undefined;
  set(key: string): void;
  remove(): void;
}

export function createKeyStore(storage: Storage): KeyStore {
  return {
    get: () => storage.getItem(NAME) ?? undefined,
    set: (key) => storage.setItem(NAME, key),
    remove: () => storage.removeItem(NAME),
  };
}
