const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A moment as a person writes it: `90m`, `2h`, `3d` before now; `08:30`, the last time that it was this time of day here; or a
 * date with its time (`2026-11-30T08:30`, in this machine's zone unless it names one). Undefined for anything else. Pure.
 */
export function parseTime(text: string, nowMs: number): number | undefined {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (unit !== undefined) return nowMs - Number(amount) * (UNITS_MS[unit] ?? 0);
  const [, hours, minutes, seconds = '0'] = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text) ?? [];
  if (hours !== undefined) {
    const at = new Date(nowMs);
    at.setHours(Number(hours), Number(minutes), Number(seconds), 0);
    if (at.getTime() > nowMs) at.setDate(at.getDate() - 1);
    return at.getTime();
  }
  if (!/^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?$/.test(text)) return undefined;
  const parsed = Date.parse(text.includes('T') ? text : `${text}T00:00`);
  return Number.isNaN(parsed) ? undefined : parsed;
}
