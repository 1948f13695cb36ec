/** Commands of the documents that no test runs, and why. */
const NOT_RUN: readonly (readonly [command: RegExp, reason: string])[] = [
  [/^npm ci && npm test$/, 'it is what runs this'],
  [/^npm ci && npm run build$/, 'it has been run, or this would not run'],
  [/\b(az|azd|func)\b/, 'it needs Azure'],
];

/** Why a command of the documents is not run; undefined where it is. */
export function reasonNotToRun(command: string): string | undefined {
  return NOT_RUN.find(([pattern]) => pattern.test(command))?.[1];
}
