import type { LocalProcess } from './localProcess';

/** The parts of one stack, from the moment each is started. */
export interface Parts {
  add<Ready>(part: LocalProcess<Ready>): LocalProcess<Ready>;
  /** Ends one part, which is not of the stack any more. */
  remove(part: LocalProcess): Promise<void>;
  /** Resolves with what to tell a person when a part ends that was not asked to. */
  readonly broken: Promise<string>;
  /** Ends all: the one added last, which leans on the others, first. */
  stop(): Promise<void>;
  /** Ends all at once, by force. */
  kill(): Promise<void>;
  pids(): Record<string, number>;
}

/** A stack without parts yet. */
export function createParts(): Parts {
  const parts: LocalProcess[] = [];
  let stopping = false;
  let reportBroken: (what: string) => void;
  const broken = new Promise<string>((resolve) => {
    reportBroken = resolve;
  });
  return {
    broken,
    add: (part) => {
      parts.push(part);
      void part.ended.then((how) => {
        if (!stopping && parts.includes(part))
          reportBroken([`${part.name} ${how}. The last it wrote:`, part.lastLines() || '  (nothing)'].join('\n'));
      });
      return part;
    },
    remove: async (part) => {
      parts.splice(parts.indexOf(part), 1);
      await part.stop();
    },
    stop: async () => {
      stopping = true;
      const last = parts.at(-1);
      await last?.stop();
      await Promise.all(parts.map((part) => part.stop()));
    },
    kill: async () => {
      stopping = true;
      await Promise.all(parts.map((part) => part.kill()));
    },
    pids: () => Object.fromEntries(parts.map((part) => [part.id, part.pid])),
  };
}
