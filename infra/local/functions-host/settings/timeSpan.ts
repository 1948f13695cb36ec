const TIME_SPAN = /^(?:(\d+)\.)?(\d{1,2}):([0-5]?\d):([0-5]?\d)(?:\.(\d{1,7}))?$/;

/** A .NET TimeSpan as host.json writes it, `[d.]hh:mm:ss[.fffffff]`, in milliseconds; undefined for anything else. */
export function parseTimeSpan(text: string): number | undefined {
  const [, days = '0', hours, minutes, seconds, fraction = '0'] = TIME_SPAN.exec(text) ?? [];
  if (hours === undefined || minutes === undefined || seconds === undefined || Number(hours) > 23) return undefined;
  const wholeSeconds = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return wholeSeconds * 1000 + Math.trunc(Number(`0.${fraction}`) * 1000);
}
