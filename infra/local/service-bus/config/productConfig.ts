import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface EntityConfig {
  readonly Name: string;
  readonly Properties: Record<string, unknown>;
}

/** As in Config.json of Microsoft's emulator; for programs that change an entity before they start a bus with it. */
export interface ProductConfig {
  readonly UserConfig: {
    readonly Namespaces: [
      { readonly Queues: EntityConfig[]; readonly Topics: [EntityConfig & { Subscriptions: EntityConfig[] }] },
    ];
  };
}

/**
 * The product's entities: Config.json, which Microsoft's emulator takes as it is, and on top of it what this bus has as in
 * Azure but the emulator would refuse (Config.overlay.json).
 * @throws Error for an entity of the overlay that Config.json has not.
 */
export function readProductConfig(): ProductConfig {
  return layer(readJson('Config.json'), readJson('Config.overlay.json')) as ProductConfig;
}

/** `base` with the values of `overlay`: objects by key, lists by the `Name` of their items. */
function layer(base: unknown, overlay: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(overlay)) {
    for (const { Name } of overlay as EntityConfig[])
      if (!(base as EntityConfig[]).some((item) => item.Name === Name))
        throw new Error(`Config.overlay.json: ${Name} is not in Config.json.`);
    return (base as EntityConfig[]).map((item) =>
      layer(
        item,
        (overlay as EntityConfig[]).find(({ Name }) => Name === item.Name),
      ),
    );
  }
  if (isObject(base) && isObject(overlay))
    return {
      ...base,
      ...Object.fromEntries(Object.entries(overlay).map(([key, value]) => [key, layer(base[key], value)])),
    };
  return overlay ?? base;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The compiled program stands in dist/, the file only in the source folder. */
function readJson(name: string): unknown {
  const beside = join(__dirname, '..', name);
  const file = existsSync(beside) ? beside : join(__dirname, '../../../../../infra/local/service-bus', name);
  return JSON.parse(readFileSync(file, 'utf8'));
}
