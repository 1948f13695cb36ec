/** Times and numbers in the browser's language; undefined is that. */
const clockTime = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const shortTime = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
const twoDigits = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });

type Time = number | string;

const toDate = (time: Time): Date => new Date(time);

/** 12:00:06 */
export const atSecond = (time: Time): string => clockTime.format(toDate(time));
/** 12:00 */
export const atMinute = (time: Time): string => shortTime.format(toDate(time));
/** Sun, 29 Nov */
export const onDay = (time: Time): string => day.format(toDate(time));
/** Sun, 29 Nov, 12:00:06 */
export const onDayAtSecond = (time: Time): string => `${onDay(time)}, ${atSecond(time)}`;
/** A number without fraction. */
export const number = (value: number): string => whole.format(value);

/** "+0.09 s" after the beginning. */
export function offset(fromMs: number, toMs: number): string {
  const seconds = (toMs - fromMs) / 1000;
  return `${seconds > 0 ? '+' : ''}${twoDigits.format(seconds)} s`;
}

/** "41 ms", "5.0 s", "3 min". */
export function duration(ms: number): string {
  if (ms < 1000) return `${whole.format(ms)} ms`;
  if (ms < 60_000) return `${oneDigit.format(ms / 1000)} s`;
  return ms < 3_600_000 ? `${whole.format(ms / 60_000)} min` : `${oneDigit.format(ms / 3_600_000)} h`;
}

/** The time alone where it is of today, else with its day. */
export function since(time: Time, nowMs: number): string {
  return isSameDay(time, nowMs) ? atMinute(time) : `${onDay(time)}, ${atMinute(time)}`;
}

/** In the browser's own time zone. */
export function isSameDay(one: Time, other: Time): boolean {
  return toDate(one).toDateString() === toDate(other).toDateString();
}
