import { useEffect } from 'preact/hooks';
import { useConsole, useNow, useShared } from '../app/context';
import { useTitle } from '../shell/useTitle';
import { number } from '../ui/times';
import { isTroubled, rankOf } from './subscriberState';
import { SubscriberRow } from './SubscriberRow';
import { useRecentAttempts } from './useRecentAttempts';

/** An open view is as fresh as this. */
const AGAIN_MS = 10_000;

/** Every webhook subscription: how it fares, the troubled ones first, and what can be done. */
export function SubscribersView() {
  useTitle('Subscribers');
  const { console } = useShared();
  const nowMs = useNow();
  const subscriptions = useConsole((state) => state.subscriptions);
  const health = useConsole((state) => state.health);
  const attempts = useRecentAttempts();
  useEffect(() => {
    void console.lists.subscriptions();
    const timer = setInterval(() => {
      if (!document.hidden) void console.lists.subscriptions();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [console]);
  if (subscriptions === undefined)
    return <section class="panel empty" aria-busy="true" aria-label="Reading the subscribers" />;
  const troubled = subscriptions.filter((one) => isTroubled(one, health.get(one.id))).length;
  const sorted = subscriptions.toSorted(
    (one, other) => rankOf(one, health.get(one.id)) - rankOf(other, health.get(other.id)),
  );
  return (
    <section class="panel" aria-labelledby="subscribers">
      <header>
        <h1 id="subscribers">
          {number(subscriptions.length)} {subscriptions.length === 1 ? 'subscriber' : 'subscribers'}
          {troubled > 0 && `, ${number(troubled)} in trouble`}
        </h1>
      </header>
      {subscriptions.length === 0 && (
        <p class="nothing">
          Nobody is subscribed. <code>POST /api/webhook-subscriptions</code> subscribes a URL.
        </p>
      )}
      <ul class="rows">
        {sorted.map((subscription) => (
          <SubscriberRow
            key={subscription.id}
            subscription={subscription}
            health={health.get(subscription.id)}
            attempts={attempts.get(subscription.id) ?? []}
            nowMs={nowMs}
          />
        ))}
      </ul>
    </section>
  );
}
