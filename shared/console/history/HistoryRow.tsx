import type { CallItem } from '../api/answers';
import { callHref } from '../app/route';
import { calledName, callerDetails, callerName } from '../calls/callTexts';
import { startedAtOf } from '../calls/mergeCalls';
import { outcomeText } from '../calls/outcomeTexts';
import { Badge } from '../ui/Badge';
import { Text } from '../ui/Text';
import { atSecond } from '../ui/times';
import { CallBack } from './CallBack';

/** A call that is over. @param isWaiting whether somebody should call back. */
export function HistoryRow({ call, isWaiting }: { readonly call: CallItem; readonly isWaiting: boolean }) {
  const { tone, sign, words, detail } = outcomeText(call);
  const [address] = callerDetails(call);
  return (
    <tr>
      <td>
        <a class="name" href={callHref(call.invitationId)}>
          <Text>{callerName(call)}</Text>
        </a>
        {address !== undefined && (
          <small>
            <Text>{address}</Text>
          </small>
        )}
      </td>
      <td>
        <time>{atSecond(startedAtOf(call))}</time>
      </td>
      <td>
        <Text>{calledName(call)}</Text>
      </td>
      <td>
        <Badge tone={tone} sign={sign}>
          {words}
        </Badge>{' '}
        {detail !== undefined && (
          <small>
            <Text>{detail}</Text>
          </small>
        )}
      </td>
      <td>{isWaiting && <CallBack call={call} />}</td>
    </tr>
  );
}
