/** SIGINT counts as a second one only after this: npm passes on the very Ctrl-C that the terminal has sent already. */
const SECOND_AFTER_MS = 400;

export interface StopSignals {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP, or when the parent process closes its channel. */
  readonly stop: AbortSignal;
  /** Aborted by a second SIGINT or SIGTERM: everything ends at once. */
  readonly now: AbortSignal;
  /** Takes the listeners away, so that the process can end. */
  dispose(): void;
}

/** How a command line of the local stack is told to end. */
export function listenForStop(): StopSignals {
  const stop = new AbortController();
  const now = new AbortController();
  let firstAtMs = 0;
  const onSignal = (): void => {
    if (!stop.signal.aborted) {
      firstAtMs = Date.now();
      stop.abort();
    } else if (Date.now() - firstAtMs >= SECOND_AFTER_MS) {
      now.abort();
    }
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  const onDisconnect = (): void => stop.abort();
  process.on('disconnect', onDisconnect);
  const parent = watchParent(() => stop.abort());
  return {
    stop: stop.signal,
    now: now.signal,
    dispose: () => {
      for (const signal of signals) process.off(signal, onSignal);
      process.off('disconnect', onDisconnect);
      clearInterval(parent);
      if (process.connected) process.disconnect();
    },
  };
}

/** Resolves when the signal is aborted, or at once when it is already. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** `npm start` runs a shell which runs us; a SIGTERM to npm ends that shell, which tells us nothing. */
function watchParent(onGone: () => void): NodeJS.Timeout | undefined {
  if (process.env['npm_lifecycle_event'] === undefined) return undefined;
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, 500).unref();
}
