import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { packageApp } from './packageApp';

const USAGE = `Usage: npm run package [-- --out FOLDER]

Bundles the function app into the folder that is published to Azure.

  --out FOLDER   where to (default: package, in the project); its content is replaced
  --help         this text`;

/** Compiled to dist/infra/package. */
const PROJECT = join(__dirname, '../../..');

async function main(): Promise<void> {
  let options;
  try {
    options = parseArgs({
      options: {
        out: { type: 'string', default: join(PROJECT, 'package') },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const { folder, codeBytes, packages } = await packageApp(PROJECT, resolve(options.out));
  console.log(
    `${folder}: ${Math.ceil(codeBytes / 1024)} KiB of code, of which ${packages.length} packages are a part.`,
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
