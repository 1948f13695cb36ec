import { Text } from '../ui/Text';
import { offset } from '../ui/times';
import type { Step } from './timelineSteps';

/** Step by step, each with its time after the beginning. */
export function TimelineList({
  steps,
  startedAtMs,
}: {
  readonly steps: readonly Step[];
  readonly startedAtMs: number;
}) {
  return (
    <ol class="timeline">
      {steps.map(({ id, atMs, tone, sign, title, text, subscribers }) => (
        <li key={id}>
          <time>{offset(startedAtMs, atMs)}</time>
          <span class={`dot ${tone}`} aria-hidden="true">
            {sign}
          </span>
          <div>
            <h2>
              <Text>{title}</Text>
            </h2>
            {text !== undefined && (
              <p class="soft">
                <Text>{text}</Text>
              </p>
            )}
            {subscribers !== undefined && (
              <ul>
                {subscribers.map((line) => (
                  <li key={line.id}>
                    <span class={`badge ${line.tone}`}>
                      <Text>{line.name}</Text>
                    </span>{' '}
                    <Text>{line.text}</Text>
                  </li>
                ))}
              </ul>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
