const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Milliseconds as an ISO 8601 duration: the opposite of parseDuration. */
export function formatDuration(ms: number): string {
  const part = (value: number, unit: string): string => (value === 0 ? '' : `${value}${unit}`);
  const days = part(Math.floor(ms / DAY_MS), 'D');
  const time = [
    part(Math.floor((ms % DAY_MS) / HOUR_MS), 'H'),
    part(Math.floor((ms % HOUR_MS) / MINUTE_MS), 'M'),
    part((ms % MINUTE_MS) / 1000, 'S'),
  ].join('');
  if (days === '' && time === '') return 'PT0S';
  return `P${days}${time === '' ? '' : `T${time}`}`;
}
