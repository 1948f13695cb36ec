import { systemClock as clock } from '../../../shared/clock';
import { createNameResolver } from '../../../shared/webhooks/sender/nameResolver';
import { createSender, type SenderOptions } from '../../../shared/webhooks/sender/sender';

/** Sends one request to each URL, one after the other, and prints the results: run inside a network namespace. */
async function main(): Promise<void> {
  const { urls, options } = JSON.parse(process.argv[2] ?? '') as {
    readonly urls: readonly string[];
    readonly options: Omit<SenderOptions, 'clock' | 'names'>;
  };
  const sender = createSender({ clock, names: createNameResolver({ clock }), ...options });
  const results: unknown[] = [];
  for (const url of urls)
    results.push(await sender.send({ method: 'POST', url, headers: {}, body: Buffer.from('{}'), timeoutMs: 5000 }));
  sender.close();
  process.stdout.write(JSON.stringify(results));
}

void main();
