import { useEffect, useState } from 'preact/hooks';
import { useNow, useShared } from '../app/context';
import { callHref } from '../app/route';
import type { Delivery } from '../api/answers';
import { errorText } from '../api/createApi';
import { Text } from '../ui/Text';
import { atSecond, duration, isSameDay, onDayAtSecond } from '../ui/times';

const SHOWN = 10;
/** There is no news of single attempts: an open list is read again. */
const AGAIN_MS = 5000;

/** The deliveries that were not made at the first attempt, the newest first. */
export function LastAttempts({ subscriptionId }: { readonly subscriptionId: string }) {
  const { console } = useShared();
  const nowMs = useNow();
  const [deliveries, setDeliveries] = useState<readonly Delivery[] | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  useEffect(() => {
    const read = (): void => {
      const path = `/webhook-subscriptions/${encodeURIComponent(subscriptionId)}/deliveries?limit=${String(SHOWN)}`;
      console.api.get<{ deliveries: readonly Delivery[] }>(path).then(
        (answer) => {
          // The relay's order is that of the events; a later attempt of an older one is news all the same.
          setDeliveries(answer.deliveries.toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at)));
          setProblem(undefined);
        },
        (error: unknown) => setProblem(errorText(error)),
      );
    };
    read();
    const timer = setInterval(() => document.hidden || read(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [subscriptionId, console]);
  if (problem !== undefined) return <p class="problem">{problem}</p>;
  if (deliveries === undefined) return <p class="soft">Reading …</p>;
  if (deliveries.length === 0) return <p class="soft">Everything was delivered at the first attempt.</p>;
  return (
    <ul class="attempts">
      {deliveries.map((delivery) => (
        <li key={`${delivery.deliveryId} ${delivery.at}`}>
          <time>{isSameDay(delivery.at, nowMs) ? atSecond(delivery.at) : onDayAtSecond(delivery.at)}</time>
          <a href={callHref(delivery.subject)}>{delivery.type.replace(/^ucwa\./, '')}</a>
          <span>
            <Text>{deliveryText(delivery)}</Text>
          </span>
        </li>
      ))}
    </ul>
  );
}

function deliveryText({ attempt, attempted, outcome, status, reason, nextAt, durationMs }: Delivery): string {
  const why = reason ?? (status === undefined ? undefined : String(status));
  const end = nextAt === undefined ? outcome : `${outcome}, again at ${atSecond(nextAt)}`;
  const parts = [`attempt ${String(attempt)}`, why, attempted ? `after ${duration(durationMs)}` : undefined];
  return `${parts.filter((part) => part !== undefined).join(', ')}: ${end}`;
}
