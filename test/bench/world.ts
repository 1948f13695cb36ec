import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { readyMessage, startLocalProcess } from '../../infra/local/start/localProcess';
import { projectFolder, standInScript } from '../../infra/local/start/projectFolder';

/** The local Service Bus in a process of its own. */
export interface Bus {
  readonly connectionString: string;
  close(): Promise<void>;
}

const readySchema = z.object({ connectionString: z.string() });

/** @param config as its `--config` */
export async function startBus(config: unknown): Promise<Bus> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ucwa-relay-bench-'));
  const file = path.join(folder, 'Config.json');
  await writeFile(file, JSON.stringify(config));
  const bus = startLocalProcess({ id: 'bus', name: 'Service Bus', nodeArguments: [standInScript('service-bus'), '--config', file, '--port', '0', '--quiet'], recogniseReady: readyMessage(readySchema) });
  const { connectionString } = await bus.ready;
  return {
    connectionString,
    async close() {
      await bus.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A namespace with these queues. */
export function queuesConfig(...names: readonly string[]): unknown {
  return { UserConfig: { Namespaces: [{ Name: 'bench', Queues: names.map((Name) => ({ Name, Properties: {} })) }], Logging: { Type: 'Console' } } };
}

const configSchema = z.looseObject({
  UserConfig: z.looseObject({ Namespaces: z.array(z.looseObject({ Topics: z.array(z.looseObject({ Subscriptions: z.array(z.looseObject({ Name: z.string() })) })) })) }),
});

/**
 * The product's entities with one subscription, `all`: what others cost is the bus's own, which in Azure is not on the
 * machine that relays.
 */
export async function productConfig(): Promise<unknown> {
  const text = await readFile(path.join(projectFolder, 'infra', 'local', 'service-bus', 'Config.json'), 'utf8');
  const config = configSchema.parse(JSON.parse(text));
  for (const { Topics } of config.UserConfig.Namespaces) for (const topic of Topics) topic.Subscriptions = topic.Subscriptions.filter(({ Name }) => Name === 'all');
  return config;
}
