import { useLayoutEffect, useState } from 'preact/hooks';

/** One value that changes as a whole, and what hears of it. */
export interface Store<State> {
  get(): State;
  /** Replaces the parts that are given. */
  set(change: Partial<State>): void;
  /** @returns what ends it. */
  subscribe(listener: () => void): () => void;
}

export function createStore<State extends object>(initial: State): Store<State> {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set: (change) => {
      state = { ...state, ...change };
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** A part of the store; the component is drawn again when that part is another one. */
export function useStore<State, Part>(store: Store<State>, select: (state: State) => Part): Part {
  const [, redraw] = useState(0);
  const part = select(store.get());
  useLayoutEffect(() => {
    let shown = part;
    return store.subscribe(() => {
      const next = select(store.get());
      if (Object.is(next, shown)) return;
      shown = next;
      redraw((count) => count + 1);
    });
  });
  return part;
}
