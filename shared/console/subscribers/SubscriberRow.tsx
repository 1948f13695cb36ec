import { useState } from 'preact/hooks';
import { useRole, useShared } from '../app/context';
import type { HealthCheck, Subscription, TestResult } from '../api/answers';
import { errorText } from '../api/createApi';
import { Badge } from '../ui/Badge';
import { Text } from '../ui/Text';
import { duration } from '../ui/times';
import { Bars } from './Bars';
import { LastAttempts } from './LastAttempts';
import { Recover } from './Recover';
import type { RecentAttempt } from './recentAttempts';
import { subscriberState } from './subscriberState';

export interface SubscriberRowProps {
  readonly subscription: Subscription;
  readonly health: HealthCheck | undefined;
  readonly attempts: readonly RecentAttempt[];
  readonly nowMs: number;
}

type Panel = 'attempts' | 'recover';

/** One subscriber: how it is and why, its last attempts, and the buttons for it. */
export function SubscriberRow({ subscription, health, attempts, nowMs }: SubscriberRowProps) {
  const { tone, sign, words, reason } = subscriberState(subscription, health, nowMs);
  const [panel, setPanel] = useState<Panel | undefined>(undefined);
  const [result, setResult] = useState<string | undefined>(undefined);
  const name = subscription.description ?? subscription.url;
  const toggle = (wanted: Panel) => (): void => setPanel(panel === wanted ? undefined : wanted);
  return (
    <li>
      <div class="title">
        <h2>
          <Text>{name}</Text>
        </h2>
        <small class="mono">
          <Text>{shownUrl(subscription.url)}</Text>
        </small>
      </div>
      <p class="how">
        <Badge tone={tone} sign={sign}>
          {words}
        </Badge>
        <Bars attempts={attempts} />
      </p>
      <div class="actions">
        <Buttons subscription={subscription} name={name} onResult={setResult} />
        <button type="button" class="small" aria-expanded={panel === 'attempts'} onClick={toggle('attempts')}>
          Attempts<span class="hidden"> of {name}</span>
        </button>
        <button type="button" class="small" aria-expanded={panel === 'recover'} onClick={toggle('recover')}>
          Recover…<span class="hidden"> {name}</span>
        </button>
      </div>
      {reason !== undefined && <p class="reason">{reason}</p>}
      <p class="result" role="status">
        {result}
      </p>
      {panel === 'attempts' && <LastAttempts subscriptionId={subscription.id} />}
      {panel === 'recover' && (
        <Recover subscription={subscription} health={health} onDone={() => setPanel(undefined)} />
      )}
    </li>
  );
}

/** What the relay keeps to itself of an address is an ellipsis. */
function shownUrl(url: string): string {
  return url.replace(/REDACTED$/, '…');
}

interface ButtonsProps {
  readonly subscription: Subscription;
  readonly name: string;
  readonly onResult: (words: string) => void;
}

function Buttons({ subscription: { id, state }, name, onResult }: ButtonsProps) {
  const { console } = useShared();
  const mayManage = useRole('Subscriptions.Manage');
  const [isBusy, setBusy] = useState(false);
  if (!mayManage) return null;
  const path = `/webhook-subscriptions/${encodeURIComponent(id)}`;
  const run = (work: () => Promise<string>) => (): void => {
    if (isBusy) return;
    setBusy(true);
    work()
      .then(onResult, (error: unknown) => onResult(errorText(error)))
      .finally(() => setBusy(false));
  };
  const test = async (): Promise<string> => {
    onResult('Testing …');
    const { body } = await console.api.send<TestResult>('POST', `${path}/test`);
    const status = body.status === undefined ? '' : `, ${String(body.status)}`;
    return body.delivered
      ? `The test was delivered in ${duration(body.durationMs)}${status}.`
      : `The test was not delivered: ${body.reason ?? 'no reason is known'}.`;
  };
  const change = async (): Promise<string> => {
    const next = state === 'active' ? 'paused' : 'active';
    await console.api.send('PATCH', path, { state: next });
    await console.lists.subscriptions();
    return next === 'paused' ? 'Paused: nothing is sent to it.' : 'Resumed.';
  };
  return (
    <>
      <button type="button" class="small" aria-disabled={isBusy || undefined} onClick={run(test)}>
        Test<span class="hidden"> {name}</span>
      </button>
      <button type="button" class="small" aria-disabled={isBusy || undefined} onClick={run(change)}>
        {state === 'active' ? 'Pause' : 'Resume'}
        <span class="hidden"> {name}</span>
      </button>
    </>
  );
}
