/**
 * `npm run engine-size`: what the webhook engine executes, by V8's precise coverage, and how long it is. One `started` goes from
 * the body of its message to the POST of two subscribers, on real tables and sockets; one of them fails, and its retry follows.
 * Exit code 1 when the engine, or everything of webhooks and their storage, is larger than it may be.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { parseEventMessage } from '../../shared/invitations/events/parseEventMessage';
import { toEventArrival } from '../../shared/messaging/messageMetadata';
import { toServiceBusMessage } from '../../shared/messaging/toServiceBusMessage';
import { startSubscriber } from '../support/subscriberServer';
import { startTestTables } from '../support/testTables';
import { callEvent } from '../support/webhookEvents';
import { createWebhookProcess } from '../support/webhookProcesses';

const MAX_FILES = 35;
const MAX_ENGINE_LINES = 1_300;
const MAX_LINES = 3_400;

const project = join(__dirname, '../..');
/** What webhooks need of the storage, beside `shared/webhooks` itself. */
const storageOfWebhooks = /^shared\/storage\/(calls\/|subscription|subscriberHealth|rateSlots)/;

/** Runs the work; resolves to the files in `shared/` of which a function was executed meanwhile, with their executed lines. */
async function executedLines(work: () => Promise<void>): Promise<ReadonlyMap<string, number>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  await session.post('Profiler.takePreciseCoverage'); // Sets the counts back to zero.
  await work();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  await session.post('Debugger.enable');
  const lines = new Map<string, number>();
  for (const { scriptId, url, functions } of result) {
    const path = url.startsWith('file:') ? fileURLToPath(url) : url;
    const file = relative(project, path).split(sep).join('/');
    if (!file.startsWith('shared/') || !functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0)) continue;
    const { scriptSource } = await session.post('Debugger.getScriptSource', { scriptId });
    const own = functions.filter(({ ranges: [range] }) => !isExportGetter(scriptSource, range));
    if (own.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0)) lines.set(file, countLines(scriptSource, own));
  }
  session.disconnect();
  return lines;
}

/** CommonJS output has a function that returns each exported name; reading a constant executes no code of its file. */
function isExportGetter(code: string, range: Profiler.CoverageRange | undefined): boolean {
  return /^(get\s+|function\s*)?\w*\s*\(\)\s*\{\s*return \w+;\s*\}$/.test(
    code.slice(range?.startOffset, range?.endOffset),
  );
}

/** Lines of the source that belong to an executed function: its docstrings, types and imports are not executed. */
function countLines(code: string, functions: readonly Profiler.FunctionCoverage[]): number {
  const map = new TraceMap(Buffer.from(code.slice(code.lastIndexOf(',') + 1), 'base64').toString('utf8'));
  const starts = [...code.matchAll(/^/gm)].map(({ index }) => index);
  const lineAt = (offset: number): number => {
    const line = starts.findLastIndex((start) => start <= offset);
    return originalPositionFor(map, { line: line + 1, column: offset - (starts[line] ?? 0) }).line ?? 0;
  };
  const executed = new Set<number>();
  // Outer functions first, so that an inner one that was not called is left out.
  for (const { startOffset, endOffset, count } of functions.flatMap(({ ranges }) => ranges))
    for (let line = lineAt(startOffset); line <= lineAt(endOffset - 1); line += 1)
      if (count > 0) executed.add(line);
      else executed.delete(line);
  return executed.size;
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(project, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function linesOf(file: string): number {
  return readFileSync(join(project, file), 'utf8').split('\n').length - 1;
}

function print(title: string, executed: ReadonlyMap<string, number>, files: readonly string[]): number {
  const lines = files.reduce((sum, file) => sum + (executed.get(file) ?? 0), 0);
  console.log(`\n${title}: ${files.length} files, ${lines} lines executed`);
  for (const file of files)
    console.log(`${String(executed.get(file)).padStart(5)} of ${String(linesOf(file)).padStart(3)}  ${file}`);
  return lines;
}

async function main(): Promise<number> {
  const storage = await startTestTables();
  const process = createWebhookProcess(storage.tables);
  const servers = await Promise.all([
    startSubscriber(),
    startSubscriber((_, count) => ({ status: count < 2 ? 500 : 204 })),
  ]);
  for (const { url } of servers) await process.subscribe(url);
  const deliver = async (call: number): Promise<void> => {
    const { body } = toServiceBusMessage(callEvent('started', { call }));
    const event = parseEventMessage(JSON.parse(body.toString('utf8')));
    await process.webhooks.deliverEvent(event, toEventArrival({ deliveryCount: 1 }));
    await process.handleUntil(Infinity);
  };
  const executed = await executedLines(() => deliver(1));
  const posts = servers.map(({ requests }) => requests.length);
  process.webhooks.close();
  await Promise.all(servers.map((server) => server.close()));
  await storage.close();
  if (posts.join() !== '1,2') throw new Error(`The subscribers got ${posts.join()} POSTs, not 1 and 2.`);

  const all = [
    ...filesBelow('shared/webhooks'),
    ...filesBelow('shared/storage').filter((file) => storageOfWebhooks.test(file)),
  ];
  const total = all.reduce((sum, file) => sum + linesOf(file), 0);
  const files = [...executed.keys()].sort();
  const engine = files.filter((file) => all.includes(file));
  const engineLines = print('Webhooks and their storage', executed, engine);
  print(
    'The rest of the program',
    executed,
    files.filter((file) => !all.includes(file)),
  );
  console.log(`\nwebhooks and their storage: ${all.length} files, ${total} lines (at most ${MAX_LINES})`);
  console.log(
    `engine: ${engine.length} files (at most ${MAX_FILES}), ${engineLines} lines (at most ${MAX_ENGINE_LINES})`,
  );
  return total <= MAX_LINES && engine.length <= MAX_FILES && engineLines <= MAX_ENGINE_LINES ? 0 : 1;
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
