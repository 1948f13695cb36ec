import type { Clock } from '../clock';

/** UCWA wants to hear of the user at least every four minutes; the jitter keeps a thousand accounts apart. */
const LEAST_MS = 180_000;
const SPREAD_MS = 50_000;

/** Calls `report` every three to four minutes until `signal` aborts. `report` never rejects. */
export async function keepActive({ clock, random }: { readonly clock: Clock; readonly random: () => number }, report: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(LEAST_MS + random() * SPREAD_MS, signal);
    if (signal.aborted) return;
    await report();
  }
}
