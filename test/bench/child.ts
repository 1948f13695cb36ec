import { fork } from 'node:child_process';
import path from 'node:path';
import { projectFolder } from '../../infra/local/start/projectFolder';

/** What a process of a bench can be asked to do, by name; arguments and results go through JSON. */
type Methods = Readonly<Record<string, (argument: never) => unknown>>;

/** A process of the bench's own, and its side of the conversation. */
export interface Child<Answers extends Methods> {
  /** Rejects with what the method threw, or when the process ends first. */
  call<Name extends keyof Answers & string>(
    name: Name,
    ...argument: Parameters<Answers[Name]>
  ): Promise<Awaited<ReturnType<Answers[Name]>>>;
  /** Closes the channel, which the process takes for the end; resolves when it is gone. */
  stop(): Promise<void>;
}

type Reply = { readonly id: number } & ({ readonly result: unknown } | { readonly error: string });

/**
 * Starts a file of this folder. Node's own options (`node --cpu-prof …`) are handed on to it. What it logs as information
 * goes nowhere, as on a host whose log is not being watched; its warnings and errors come through.
 */
export function startChild<Answers extends Methods>(
  file: string,
  options: { readonly execArgv?: readonly string[] } = {},
): Child<Answers> {
  const execArgv = [
    '-r',
    path.join(projectFolder, 'test', 'runTypeScript.cjs'),
    ...process.execArgv.filter((each) => each.startsWith('--cpu-prof')),
    ...(options.execArgv ?? []),
  ];
  const child = fork(path.join(__dirname, file), { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const waiting = new Map<number, (reply: Reply) => void>();
  let calls = 0;
  child.on('message', (reply: Reply) => {
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void ended.then(() => {
    for (const [id, settle] of waiting) settle({ id, error: `${file} has ended.` });
  });
  return {
    call: (name, ...[argument]) =>
      new Promise((resolve, reject) => {
        const id = ++calls;
        waiting.set(id, (reply) =>
          'error' in reply
            ? reject(new Error(reply.error))
            : resolve(reply.result as Awaited<ReturnType<Answers[typeof name]>>),
        );
        child.send({ id, name, argument });
      }),
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** The other side: answers calls until the channel closes, then closes what was opened and exits. */
export function answer(methods: Methods, close: () => Promise<void> = () => Promise.resolve()): void {
  // Of use to a person who reads a stack; each error made would pay for it.
  process.setSourceMapsEnabled(false);
  process.on(
    'message',
    ({ id, name, argument }: { readonly id: number; readonly name: string; readonly argument: never }) => {
      const carryOut = async (): Promise<unknown> => await methods[name]?.(argument);
      void carryOut().then(
        (result) => process.send?.({ id, result } satisfies Reply),
        (error: unknown) =>
          process.send?.({
            id,
            error: error instanceof Error ? (error.stack ?? error.message) : String(error),
          } satisfies Reply),
      );
    },
  );
  process.once('disconnect', () => void close().finally(() => process.exit()));
}

/** What a process has used since it started. */
export interface Usage {
  readonly cpuMs: number;
  readonly residentBytes: number;
  /** JavaScript's heap and what it holds outside; of living things only, where the process was started with `--expose-gc`. */
  readonly heapBytes: number;
}

/** A method for `answer`: the processor time alone, which costs nothing to ask for. */
export function cpu(): Pick<Usage, 'cpuMs'> {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000 };
}

/** A method for `answer`. */
export function usage(): Usage {
  // Twice: what the first finds to be finalised is let go by the second.
  for (let round = 0; round < 2; round += 1) globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { ...cpu(), residentBytes: rss, heapBytes: heapUsed + external };
}
