import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withCopyOfBicepFiles, type BicepCompiler } from './bicepCompiler';

/** A resource that a deployment would make, with every expression worked out that needs no running Azure. */
export interface PredictedResource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** What main.bicep would deploy with these parameters: the compiler itself works it out (`bicep snapshot`). */
export function predictDeployment(
  bicep: BicepCompiler,
  parameters: Readonly<Record<string, unknown>> = {},
): readonly PredictedResource[] {
  const given = Object.entries({ environmentName: 'test', location: 'westeurope', ...parameters });
  return withCopyOfBicepFiles((folder) => {
    const lines = given.map(
      ([name, value]) => `param ${name} = json('${JSON.stringify(value).replaceAll("'", "\\'")}')`,
    );
    writeFileSync(join(folder, 'test.bicepparam'), ["using 'main.bicep'", ...lines, ''].join('\n'));
    const id = '7a3d7d0e-6d0f-4c59-9d3c-0b1f0a1c2d3e';
    const { diagnostics } = bicep(
      ['snapshot', 'test.bicepparam', '--subscription-id', id, '--tenant-id', id, '--location', 'westeurope'],
      folder,
    );
    if (diagnostics.length > 0) throw new Error(diagnostics.join('\n'));
    const snapshot = JSON.parse(readFileSync(join(folder, 'test.snapshot.json'), 'utf8')) as {
      predictedResources: PredictedResource[];
    };
    return snapshot.predictedResources;
  });
}
