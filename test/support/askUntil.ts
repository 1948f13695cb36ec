import { setTimeout as pause } from 'node:timers/promises';

/** The relay answers a caller fifty times a second: asked more often, it would refuse what the test asks next. */
const PAUSE_MS = 40;
/** Shorter than a test's own time-out, so that the failure says what was answered last. */
const GRACE_MS = 150_000;

/**
 * Asks again after each answer until one will do; resolves to that. For what another process does in its own time and
 * tells nobody: that a subscriber has a request does not mean that the delivery is in the log, nor that an event is on
 * the topic that the read model has it. Errors: what asking throws; that none did for two and a half minutes, with the last.
 */
export async function askUntil<Answer>(
  ask: () => Answer | Promise<Answer>,
  willDo: (answer: Answer) => boolean,
): Promise<Answer> {
  const startedMs = performance.now();
  for (;;) {
    const answer = await ask();
    if (willDo(answer)) return answer;
    if (performance.now() - startedMs > GRACE_MS)
      throw new Error(`It has not come about; the last answer: ${JSON.stringify(answer)}`);
    await pause(PAUSE_MS);
  }
}
