import { duration } from '../ui/times';
import { attemptsText, p95, type RecentAttempt } from './recentAttempts';

/** A bar for each of the last events: high where it was delivered at once; with the same in words. */
export function Bars({ attempts }: { readonly attempts: readonly RecentAttempt[] }) {
  if (attempts.length === 0) return <span class="soft">nothing sent lately</span>;
  const within = p95(attempts);
  return (
    <span class="bars">
      <span class="hidden">{attemptsText(attempts)}</span>
      <svg width={attempts.length * 7} height="20" aria-hidden="true">
        {attempts.map(({ outcome, atMs }, index) => (
          <rect
            key={`${String(atMs)} ${String(index)}`}
            class={outcome}
            x={index * 7}
            width="5"
            y={outcome === 'late' ? 8 : 0}
            height={outcome === 'late' ? 12 : 20}
            rx="1"
          />
        ))}
      </svg>
      {within !== undefined && <small>p95 {duration(within)}</small>}
    </span>
  );
}
