import { useConsole, useNow } from '../app/context';
import type { Route, View } from '../app/route';
import { ringingOf } from '../calls/mergeCalls';
import { missedOf } from '../history/missedCalls';
import { isTroubled } from '../subscribers/subscriberState';
import { Icon, type IconName } from '../ui/Icon';
import { number } from '../ui/times';

interface Count {
  readonly count: number;
  readonly tone: 'bad' | 'soft' | 'warn';
  /** What is counted. */
  readonly words: string;
}

const entries: readonly { readonly view: View; readonly icon: IconName; readonly words: string }[] = [
  { view: 'now', icon: 'phone', words: 'Now' },
  { view: 'history', icon: 'clock', words: 'History' },
  { view: 'subscribers', icon: 'pulse', words: 'Subscribers' },
  { view: 'accounts', icon: 'person', words: 'Accounts' },
];

/** The views, each with what waits there: at the side, on a narrow screen along the lower edge. */
export function Navigation({ view: shown }: { readonly view: Route['view'] }) {
  const counts = useCounts();
  return (
    <nav aria-label="Views">
      <ul>
        {entries.map(({ view, icon, words }) => {
          const isShown = view === shown || (view === 'history' && shown === 'call');
          const { count, tone, words: counted } = counts[view];
          return (
            <li key={view}>
              <a href={`#/${view}`} aria-current={isShown ? 'page' : undefined}>
                <Icon name={icon} />
                <span>{words}</span>
                {count > 0 && (
                  <span class={`count ${tone}`}>
                    {tone === 'warn' && '!'}
                    {number(count)}
                    <span class="hidden"> {counted}</span>
                  </span>
                )}
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

function useCounts(): Readonly<Record<View, Count>> {
  const nowMs = useNow();
  const calls = useConsole((state) => state.calls);
  const settled = useConsole((state) => state.settled);
  const subscriptions = useConsole((state) => state.subscriptions) ?? [];
  const accounts = useConsole((state) => state.accounts) ?? [];
  const health = useConsole((state) => state.health);
  const ringing = ringingOf(calls, nowMs).filter(({ invitationId }) => !settled.has(invitationId)).length;
  return {
    now: { count: ringing, tone: 'bad', words: ringing === 1 ? 'rings' : 'ring' },
    history: { count: missedOf(calls, nowMs).length, tone: 'soft', words: 'missed' },
    subscribers: {
      count: subscriptions.filter((one) => isTroubled(one, health.get(one.id))).length,
      tone: 'warn',
      words: 'in trouble',
    },
    accounts: { count: accounts.filter(({ status }) => status !== 'pass').length, tone: 'warn', words: 'in trouble' },
  };
}
