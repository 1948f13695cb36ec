import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';

const problemsSchema = z.array(
  z.object({ ruleId: z.string(), severity: z.string(), message: z.string(), at: z.string().optional() }),
);

/** What Redocly's recommended rules find wrong with an OpenAPI document, its examples included. */
export async function lintOpenApi(document: unknown): Promise<z.infer<typeof problemsSchema>> {
  const output = await new Promise<string>((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [join(__dirname, 'openApiLinter.mjs')],
      { env: { ...process.env, NODE_OPTIONS: '' } },
      (error, stdout) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`The linter failed: ${error.message}`, { cause: error }));
      },
    );
    child.stdin?.end(JSON.stringify(document));
  });
  return problemsSchema.parse(JSON.parse(output));
}
