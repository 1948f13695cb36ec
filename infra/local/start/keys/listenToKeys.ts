import type { ReadStream } from 'node:tty';
import { demoCalls } from '../demoCalls';
import { printHealth } from '../print/printHealth';
import { printLine } from '../print/printLine';
import type { TopicView } from '../print/showTopic';
import type { Terminal } from '../print/terminal';
import { openConsole } from './openConsole';
import { createRelayApi } from './relayApi';
import type { Simulator } from '../simulator';
import type { StackFacts } from '../stackFile';

/** What each key does. */
interface KeyActions {
  /** Rings a call. */
  readonly r: () => Promise<void>;
  /** Declines the call that rings. */
  readonly d: () => Promise<void>;
  /** Opens the console. */
  readonly o: () => Promise<void>;
  /** Shows health. */
  readonly h: () => Promise<void>;
}

const isAction = (key: string): key is keyof KeyActions => /^[rdoh]$/.test(key);

/** What the keys do, for the screen. */
export const KEYS = 'r rings a call, d declines it, o opens the console, h shows health, q quits';

const CTRL_C = '\u0003';

/**
 * Reads single keys from a terminal until the function that it returns is called; `q` and Ctrl-C send this process a SIGINT, as a
 * terminal in its usual mode does. An action that fails is given to `onProblem`.
 */
function readKeys(input: ReadStream, actions: KeyActions, onProblem: (text: string) => void): () => void {
  const onKey = (pressed: Buffer): void => {
    for (const key of pressed.toString('utf8').toLowerCase()) {
      if (key === 'q' || key === CTRL_C) process.kill(process.pid, 'SIGINT');
      else if (isAction(key))
        actions[key]().catch((error: unknown) => onProblem(error instanceof Error ? error.message : String(error)));
    }
  };
  input.setRawMode(true).on('data', onKey);
  return () => void input.off('data', onKey).setRawMode(false).unref();
}

/** Lets the person at the screen ring, decline and ask for health by single keys, until the function is called that it returns. */
export function listenToKeys(
  keyboard: ReadStream,
  {
    terminal,
    simulator,
    facts,
    topic,
  }: {
    readonly terminal: Terminal;
    readonly simulator: Simulator;
    readonly facts: StackFacts;
    readonly topic: TopicView | undefined;
  },
): () => void {
  const relay = createRelayApi(facts);
  let rung = 0;
  const actions: KeyActions = {
    r: async () => {
      const { scenario: _scenario, ...call } = demoCalls[rung % demoCalls.length] ?? { from: 'sip:alice@contoso.com' };
      rung += 1;
      await simulator.call(call);
    },
    d: async () => {
      const id = topic?.newestRinging();
      if (id === undefined) throw new Error('no call rings that could be declined');
      await relay.decline(id);
    },
    o: () => openConsole(facts, terminal),
    h: async () => printHealth(terminal, await relay.health()),
  };
  return readKeys(keyboard, actions, (text) => printLine(terminal, { atMs: Date.now(), label: 'problem', text }));
}
