import { invalidParameter, type Reply } from '../http/reply';

/** The optional query of a P-GET: seconds, but for `priority` (UCWA 2.0, "events"). */
export interface PollSettings {
  readonly timeout: number;
  readonly priority: number;
}

export const defaultPollSettings: PollSettings = { timeout: 180, priority: 0 };

const limits = {
  low: [5, 1800],
  medium: [5, 1800],
  timeout: [180, 1800],
  priority: [0, Number.MAX_SAFE_INTEGER],
} as const;

/**
 * The settings that hold from this poll on: what the query gives, else what was remembered. A value that is no number
 * or out of its limits is refused. `low` and `medium` are checked and have no effect: the simulator never delays.
 */
export function pollSettings(
  query: URLSearchParams,
  remembered: PollSettings,
): PollSettings | { readonly refusal: Reply } {
  for (const [name, [least, most]] of Object.entries(limits)) {
    const value = query.get(name);
    if (value !== null && !(/^\d+$/.test(value) && Number(value) >= least && Number(value) <= most)) {
      return { refusal: invalidParameter(name, 'Invalid') };
    }
  }
  return {
    timeout: Number(query.get('timeout') ?? remembered.timeout),
    priority: Number(query.get('priority') ?? remembered.priority),
  };
}
