import { Cron } from 'croner';

/** When a timer is due. */
export interface TimerSchedule {
  /** The first occurrence strictly after `afterMs`, both in milliseconds since the epoch (UTC). */
  next(afterMs: number): number;
}

const PLAIN_FIELD = /^[\d*,/-]+$/;
const MONTH_FIELD = /^(?:[\d*,/-]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)+$/i;
const WEEKDAY_FIELD = /^(?:[0-6*,/-]|sun|mon|tue|wed|thu|fri|sat)+$/i;

/**
 * Reads an NCRONTAB expression, `{second} {minute} {hour} {day} {month} {day-of-week}`, in UTC; with five fields the
 * second is 0. Day of month and day of week must both match, and days of the week are 0 to 6. What other dialects have
 * beyond that (`L`, `W`, `#`, `?`, `@daily`) is refused, because Azure refuses it (NCRONTAB, "Timer trigger for Azure Functions").
 *
 * @throws Error that names the expression, also when it can never be due.
 */
export function parseTimerSchedule(expression: string): TimerSchedule {
  const fields = expression.trim().split(/\s+/);
  const month = fields.at(-2) ?? '';
  const weekday = fields.at(-1) ?? '';
  const plain = fields.slice(0, -2);
  if (
    fields.length < 5 ||
    fields.length > 6 ||
    !plain.every((field) => PLAIN_FIELD.test(field)) ||
    !MONTH_FIELD.test(month) ||
    !WEEKDAY_FIELD.test(weekday)
  ) {
    throw new Error(`"${expression}" is not an NCRONTAB expression.`);
  }

  const cron = parse(expression, fields);
  const next = (afterMs: number): number => {
    const date = cron.nextRun(new Date(afterMs));
    if (date === null) throw new Error(`"${expression}" is never due.`);
    return date.getTime();
  };
  // 30 February and the like: better told when the function is indexed than when its timer waits for ever.
  next(0);
  return { next };
}

function parse(expression: string, fields: readonly string[]): Cron {
  try {
    // `paused` and no callback: it only computes. `sloppyRanges` reads 5/15 as NCRONTAB does, from 5 on every 15.
    return new Cron(fields.join(' '), {
      timezone: 'UTC',
      domAndDow: true,
      mode: '5-or-6-parts',
      sloppyRanges: true,
      paused: true,
    });
  } catch (cause) {
    throw new Error(`"${expression}" is not an NCRONTAB expression.`, { cause });
  }
}
