const PATTERN = /^P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** An ISO 8601 duration of days, hours, minutes and (fractions of) seconds in milliseconds; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const parts = PATTERN.exec(text);
  if (parts === null) return undefined;
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part: string | undefined) =>
    part === undefined ? undefined : Number(part),
  );
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
}
