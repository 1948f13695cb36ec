import { rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { readJson, writePrivateJson } from './privateFile';

/**
 * Where everything of the running stack is. A stand-in that a setting has replaced
 * is left out, but for a connection string of Service Bus that was given.
 */
export const stackFactsSchema = z.object({
  functionsUrl: z.string(),
  functionsKey: z.string(),
  ucwaUrl: z.string().optional(),
  serviceBusConnection: z.string().optional(),
  storageConnection: z.string().optional(),
  receiverUrl: z.string(),
  /** The page that shows the calls. */
  consoleUrl: z.string(),
  /** Process ids: `start` and each of its parts. */
  pids: z.record(z.string(), z.number()),
});
export type StackFacts = z.infer<typeof stackFactsSchema>;

/** The folder for all that the local stack keeps: addresses, keys, stored tables. */
export function stackFolder(workingFolder: string): string {
  return path.join(workingFolder, '.local');
}

function stackFile(workingFolder: string): string {
  return path.join(stackFolder(workingFolder), 'stack.json');
}

/** The stack that runs in this folder; undefined where none does, even if one that was killed has left its file. */
export async function readRunningStack(workingFolder: string): Promise<StackFacts | undefined> {
  const facts = await readJson(stackFile(workingFolder), stackFactsSchema);
  return facts !== undefined && isAlive(facts.pids['start']) ? facts : undefined;
}

/** Tells others where everything is; mode 0600, for it holds keys. */
export async function writeStackFile(workingFolder: string, facts: StackFacts): Promise<void> {
  await writePrivateJson(stackFile(workingFolder), facts);
}

/** Removes what writeStackFile has written, and nobody else's. */
export async function removeStackFile(workingFolder: string, facts: StackFacts): Promise<void> {
  const current = await readJson(stackFile(workingFolder), stackFactsSchema);
  if (current?.pids['start'] === facts.pids['start']) await rm(stackFile(workingFolder), { force: true });
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined || pid === process.pid) return false; // a number given out anew, as happens in containers
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
