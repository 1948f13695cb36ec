/** How far a long work is, on stderr: a bar that is written over on a terminal, else a line for each tenth. */
export interface ProgressBar {
  advance(): void;
  /** Removes the bar from a terminal. */
  end(): void;
}

const WIDTH = 30;
const EVERY_MS = 100;

/** @param what stands before the numbers: `imported`. */
export function createProgressBar(
  total: number,
  what: string,
  output: NodeJS.WriteStream = process.stderr,
): ProgressBar {
  let done = 0;
  let shownAtMs = -Infinity;
  let tenths = 0;
  return {
    advance() {
      done += 1;
      if (output.isTTY) {
        if (done < total && performance.now() - shownAtMs < EVERY_MS) return;
        shownAtMs = performance.now();
        const filled = Math.round((WIDTH * done) / total);
        output.write(`\r\u001B[2K[${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}] ${done} of ${total} ${what}`);
      } else if (Math.floor((10 * done) / total) > tenths) {
        tenths = Math.floor((10 * done) / total);
        output.write(`${done} of ${total} ${what}\n`);
      }
    },
    end() {
      if (output.isTTY) output.write('\r\u001B[2K');
    },
  };
}
