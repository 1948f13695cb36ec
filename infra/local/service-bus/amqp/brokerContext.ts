import type { Namespace } from '../broker/namespace';
import type { BrokerEnvironment } from '../broker/environment';

/** What every connection needs of the broker. */
export interface BrokerContext {
  readonly namespace: Namespace;
  readonly env: BrokerEnvironment;
  /** The key that shared access signatures are made with. */
  readonly key: string;
  readonly log: (line: string) => void;
}

/** Calls `done` when all that was written to the store before is safe: at once when there is no store. */
export function whenCommitted(
  { env: { store } }: BrokerContext,
  done: () => void,
  failed: (error: unknown) => void,
): void {
  if (store === undefined) done();
  else store.committed().then(done, failed);
}
