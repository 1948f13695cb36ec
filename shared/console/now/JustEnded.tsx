import { useConsole } from '../app/context';
import { callHref } from '../app/route';
import { calledName, callerName } from '../calls/callTexts';
import { endedOf, startedAtOf } from '../calls/mergeCalls';
import { outcomeText } from '../calls/outcomeTexts';
import { Badge } from '../ui/Badge';
import { Text } from '../ui/Text';
import { atSecond } from '../ui/times';

const SHOWN = 6;

/** The calls that ended last. */
export function JustEnded() {
  const calls = useConsole((state) => state.calls);
  const ended = endedOf(calls).slice(0, SHOWN);
  if (ended.length === 0) return null;
  return (
    <section class="panel ended" aria-labelledby="just-ended">
      <header>
        <h2 id="just-ended">Just ended</h2>
        <a href="#/history">History</a>
      </header>
      <ul>
        {ended.map((call) => {
          const { tone, sign, words } = outcomeText(call);
          return (
            <li key={call.invitationId}>
              <div>
                <a class="name" href={callHref(call.invitationId)}>
                  <Text>{callerName(call)}</Text>
                </a>
                <small>
                  for <Text>{calledName(call)}</Text>
                </small>
              </div>
              <time>{atSecond(startedAtOf(call))}</time>
              <Badge tone={tone} sign={sign}>
                {words}
              </Badge>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
