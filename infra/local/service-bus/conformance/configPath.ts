import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The entities that the checks use, as Microsoft's emulator takes them. The compiled program stands in dist/, the
 * file only in the source folder.
 */
export function configPath(): string {
  const beside = join(__dirname, 'Config.json');
  return existsSync(beside)
    ? beside
    : join(__dirname, '../../../../../infra/local/service-bus/conformance/Config.json');
}
