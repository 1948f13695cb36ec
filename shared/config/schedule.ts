interface FieldRule {
  readonly low: number;
  readonly high: number;
  /** Names of the values from `low` on. */
  readonly names?: readonly string[];
}

const fields: readonly FieldRule[] = [
  { low: 0, high: 59 },
  { low: 0, high: 59 },
  { low: 0, high: 23 },
  { low: 1, high: 31 },
  { low: 1, high: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { low: 0, high: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

/**
 * Whether a timer can follow this expression: NCRONTAB, `{second} {minute} {hour} {day} {month} {day-of-week}`, the second
 * may be left out. The host does not index a function whose schedule it cannot read, and says so in its own log only. Pure.
 * Source: Azure Functions, "Timer trigger", NCRONTAB expressions.
 */
export function isSchedule(expression: string): boolean {
  const parts = expression.trim().split(/\s+/);
  const rules = parts.length === 5 ? fields.slice(1) : fields;
  return (
    parts.length === rules.length &&
    rules.every((rule, index) => (parts[index] ?? '').split(',').every((item) => isItem(item, rule)))
  );
}

/** `*`, a value or a range, each with a step or without. */
function isItem(item: string, { low, high, names = [] }: FieldRule): boolean {
  const [, from, to, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(item) ?? [];
  if (from === undefined || (step !== undefined && Number(step) === 0)) return false;
  if (from === '*') return to === undefined;
  const valueOf = (text: string): number => {
    const named = names.indexOf(text.toLowerCase());
    return named >= 0 ? low + named : /^\d+$/.test(text) ? Number(text) : NaN;
  };
  const [first, last] = [valueOf(from), valueOf(to ?? from)];
  return first >= low && first <= last && last <= high;
}
