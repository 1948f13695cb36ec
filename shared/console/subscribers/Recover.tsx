import { useEffect, useState } from 'preact/hooks';
import { useShared } from '../app/context';
import { randomKey } from '../app/sendCommand';
import type { HealthCheck, Recovered, Subscription } from '../api/answers';
import { errorText } from '../api/createApi';
import { number } from '../ui/times';

const HOURS: readonly (readonly [hours: number, words: string])[] = [
  [1, 'the last hour'],
  [24, 'the last 24 hours'],
  [24 * 7, 'the last 7 days'],
];

export interface RecoverProps {
  readonly subscription: Subscription;
  readonly health: HealthCheck | undefined;
  readonly onDone: () => void;
}

/** Sends again what a subscriber has missed: counts first, and asks. */
export function Recover({ subscription: { id }, health, onDone }: RecoverProps) {
  const { console } = useShared();
  const [hours, setHours] = useState(initialHours(health, console.now()));
  const [count, setCount] = useState<Recovered | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const path = `/webhook-subscriptions/${encodeURIComponent(id)}/recover`;
  const since = (): string => new Date(console.now() - hours * 3_600_000).toISOString();
  useEffect(() => {
    setCount(undefined);
    console.api.send<Recovered>('POST', path, { since: since(), dryRun: true }).then(
      ({ body }) => setCount(body),
      (error: unknown) => setProblem(errorText(error)),
    );
  }, [hours, path, console]);
  const recover = async (): Promise<void> => {
    try {
      const { body } = await console.api.send<Recovered>(
        'POST',
        path,
        { since: since() },
        { 'idempotency-key': randomKey() },
      );
      console.notify({ tone: 'ok', text: `${number(body.queued)} are sent again now.` });
      onDone();
    } catch (error) {
      setProblem(errorText(error));
    }
  };
  return (
    <div class="recover">
      <label>
        What it missed in
        <select value={String(hours)} onChange={({ currentTarget }) => setHours(Number(currentTarget.value))}>
          {HOURS.map(([each, words]) => (
            <option key={each} value={String(each)}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <p role="status">{problem ?? (count === undefined ? 'Counting …' : countText(count))}</p>
      <button
        type="button"
        class="filled small"
        disabled={count === undefined || count.queued === 0}
        onClick={() => void recover()}
      >
        Send {count === undefined ? '' : number(count.queued)} again
      </button>
      <button type="button" class="small" onClick={onDone}>
        Close
      </button>
    </div>
  );
}

function initialHours(health: HealthCheck | undefined, nowMs: number): number {
  const failingMs = health?.failingSince === undefined ? 0 : nowMs - Date.parse(health.failingSince);
  return (HOURS.find(([hours]) => failingMs < hours * 3_600_000) ?? [24])[0];
}

function countText({ queued, waiting, expired, superseded }: Recovered): string {
  const parts = [
    `${number(queued)} would be sent again`,
    ...(waiting > 0 ? [`${number(waiting)} are still being tried`] : []),
    ...(expired > 0 ? [`${number(expired)} rings are over`] : []),
    ...(superseded > 0 ? [`for ${number(superseded)} a newer one stands`] : []),
  ];
  return `${parts.join('; ')}.`;
}
