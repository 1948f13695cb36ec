import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { errorLine } from '../hostLog';

/**
 * A JSON file of the app, checked against `schema`; a file that is not there counts as `{}`.
 *
 * @throws Error that names the file and what is wrong with it, never a value of a setting.
 */
export function readJsonFile<T>(appDirectory: string, name: string, schema: z.ZodType<T>): T {
  let text: string;
  try {
    text = readFileSync(join(appDirectory, name), 'utf8');
  } catch {
    return schema.parse({});
  }
  let json: unknown;
  try {
    // Editors on Windows like to put a byte order mark in front.
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new Error(`${name} is not JSON: ${errorLine(cause)}`, { cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`${name} is not valid: ${problems.join('; ')}`);
}
