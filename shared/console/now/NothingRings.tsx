import { useConsole, useNow } from '../app/context';
import { callHref } from '../app/route';
import { accountName, callerName } from '../calls/callTexts';
import { endedOf, startedAtOf } from '../calls/mergeCalls';
import { outcomeText } from '../calls/outcomeTexts';
import { Icon } from '../ui/Icon';
import { Text } from '../ui/Text';
import { since } from '../ui/times';
import { RingTestCall } from './RingTestCall';

/** That no call rings, who listens, and what the last call was. */
export function NothingRings() {
  const calls = useConsole((state) => state.calls);
  const hasCalls = useConsole((state) => state.hasCalls);
  const nowMs = useNow();
  const [last] = endedOf(calls);
  if (!hasCalls) return <section class="panel empty" aria-busy="true" aria-label="Reading the calls" />;
  return (
    <section class="panel empty">
      <Icon name="phone" size={40} />
      <h1>No call is ringing</h1>
      <Listening />
      {last !== undefined && (
        <p>
          The last call was <Text>{callerName(last)}</Text>, {outcomeText(last).words.toLowerCase()}, at{' '}
          {since(startedAtOf(last), nowMs)}.
        </p>
      )}
      <div class="actions">
        {last !== undefined && (
          <a class="button" href={callHref(last.invitationId)}>
            See what became of it
          </a>
        )}
        <RingTestCall />
      </div>
    </section>
  );
}

/** Names of more would be a list, which *Accounts* is. */
const MOST_NAMES = 3;

function Listening() {
  const accounts = useConsole((state) => state.accounts);
  const nowMs = useNow();
  if (accounts === undefined) return null;
  const connected = accounts.filter(({ state }) => state === 'connected');
  if (connected.length === 0)
    return (
      <p>
        No account is listening. <a href="#/accounts">Accounts</a> says why.
      </p>
    );
  const names = connected.slice(0, MOST_NAMES).map(({ sipUri }) => accountName(sipUri));
  const rest = connected.length - names.length;
  const all = new Intl.ListFormat('en').format(rest > 0 ? [...names, `${String(rest)} more`] : names);
  const sinceMs = Math.max(...connected.map(({ connectedSince }) => Date.parse(connectedSince ?? '') || 0));
  return (
    <p>
      {all} {connected.length === 1 ? 'is' : 'are'} listening{sinceMs > 0 && ` since ${since(sinceMs, nowMs)}`}.
    </p>
  );
}
