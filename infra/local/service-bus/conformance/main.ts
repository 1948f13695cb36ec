// npm run conformance: whether a Service Bus behaves as the local one claims to, and as Azure does.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startServiceBus } from '../startServiceBus';
import { configPath } from './configPath';
import { createEntities, removeEntities } from './createEntities';
import { checkGroups, runConformance, type CheckResult } from './runConformance';

const USAGE = `Usage: npm run conformance -- [--connection STRING [--create] [--remove]]

  --connection STRING  of a namespace of Azure (Standard or Premium), or of Microsoft's emulator
                       (default: a local bus, started for this)
  --create             make the entities first: queues and a topic whose names begin with conformance-
  --remove             delete them afterwards, with all that is in them

Microsoft's emulator makes its entities of ${configPath()}.
The entities are emptied. It takes about half a minute; the exit code is 1 when a check fails.
`;

interface Arguments {
  readonly connection?: string | undefined;
  readonly create: boolean;
  readonly remove: boolean;
}

async function main({ connection, create, remove }: Arguments): Promise<number> {
  const bus =
    connection === undefined
      ? await startServiceBus({ config: JSON.parse(readFileSync(configPath(), 'utf8')) })
      : undefined;
  const connectionString = connection ?? bus?.connectionString ?? '';
  try {
    if (create) await createEntities(connectionString);
    const results = await runConformance(connectionString, print);
    const passed = results.filter(({ failure }) => failure === undefined).length;
    console.log(`${passed} of ${results.length} behaviours shown`);
    return results.some(({ failure }) => failure !== undefined) ? 1 : 0;
  } finally {
    if (remove) await removeEntities(connectionString);
    await bus?.close();
  }
}

const GROUP_WIDTH = Math.max(...checkGroups.map(({ name }) => name.length));

function print({ group, title, failure, tookMs }: CheckResult): void {
  const outcome = failure === undefined ? 'ok    ' : 'FAILED';
  console.log(`${outcome}  ${group.padEnd(GROUP_WIDTH)}  ${String(tookMs).padStart(6)} ms  ${title}`);
  if (failure !== undefined) console.log(`${''.padEnd(GROUP_WIDTH + 10)}${failure}`);
}

/** The command line. Exits with 2 when it is not understood. */
function readArguments(): Arguments {
  try {
    const { values } = parseArgs({
      options: {
        connection: { type: 'string' },
        create: { type: 'boolean', default: false },
        remove: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      process.exit(0);
    }
    if (values.connection === undefined && (values.create || values.remove))
      throw new Error('--create and --remove are for a --connection.');
    return values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

main(readArguments()).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
