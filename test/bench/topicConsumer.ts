import { ServiceBusClient } from '@azure/service-bus';
import { sharedNowMs } from './harness';

/** A consumer of the topic, in this process, with the genuine SDK. */
export interface TopicConsumer {
  /** Resolves with when the ring of that subject was here; rejects when it has not come within ten seconds. */
  arrival(subject: string): Promise<number>;
  close(): Promise<void>;
}

const GRACE_MS = 10_000;

export function consumeTopic(connectionString: string): TopicConsumer {
  const client = new ServiceBusClient(connectionString);
  const arrivedAtMs = new Map<string, number>();
  const waiting = new Map<string, (atMs: number) => void>();
  client.createReceiver('invitation-events', 'all', { receiveMode: 'receiveAndDelete' }).subscribe({
    processMessage({ body }) {
      const atMs = sharedNowMs();
      const subject = /"subject":"(bench-\d+)"/.exec(JSON.stringify(body))?.[1] ?? '';
      arrivedAtMs.set(subject, atMs);
      waiting.get(subject)?.(atMs);
      return Promise.resolve();
    },
    processError: () => Promise.resolve(), // The bus goes away before this does; a ring that does not come is missed below.
  });
  return {
    arrival: (subject) =>
      new Promise((resolve, reject) => {
        const arrived = arrivedAtMs.get(subject);
        if (arrived !== undefined) {
          resolve(arrived);
          return;
        }
        const timer = setTimeout(() => reject(new Error(`The ring ${subject} has not come.`)), GRACE_MS);
        waiting.set(subject, (atMs) => {
          clearTimeout(timer);
          waiting.delete(subject);
          resolve(atMs);
        });
      }),
    close: () => client.close(),
  };
}
