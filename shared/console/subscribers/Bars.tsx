import { duration } from '../ui/times';
import { attemptsText, p95, SHOWN_ATTEMPTS, type RecentAttempt } from './recentAttempts';

/** Pixels from one bar to the next. */
const PITCH = 6;

/** A bar for each of the last events: high where it was delivered at once; with the same in words. */
export function Bars({ attempts }: { readonly attempts: readonly RecentAttempt[] }) {
  if (attempts.length === 0) return <span class="soft">nothing sent lately</span>;
  const within = p95(attempts);
  return (
    <span class="bars">
      <span class="hidden">{attemptsText(attempts)}</span>
      <svg width={SHOWN_ATTEMPTS * PITCH} height="20" aria-hidden="true">
        {attempts.map(({ outcome, atMs }, index) => (
          <rect
            key={`${String(atMs)} ${String(index)}`}
            class={outcome}
            x={(SHOWN_ATTEMPTS - attempts.length + index) * PITCH}
            width="4"
            y={outcome === 'late' ? 8 : 0}
            height={outcome === 'late' ? 12 : 20}
            rx="1"
          />
        ))}
      </svg>
      <small class="p95">{within !== undefined && `p95 ${duration(within)}`}</small>
    </span>
  );
}
