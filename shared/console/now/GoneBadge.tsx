import type { CallItem } from '../api/answers';
import { useConsole } from '../app/context';
import { outcomeText } from '../calls/outcomeTexts';
import { doneWord } from '../calls/whoText';
import { Badge } from '../ui/Badge';
import { Text } from '../ui/Text';
import { atSecond } from '../ui/times';

/** What became of a call that does not ring any more: who was first and when, where that is known, else how it ended. */
export function GoneBadge({ call }: { readonly call: CallItem }) {
  const settled = useConsole((state) => state.settled.get(call.invitationId));
  if (settled !== undefined)
    return (
      <p class="became">
        <Badge tone={settled.command === 'decline' ? 'warn' : 'ok'} sign={settled.command === 'decline' ? '✕' : '✓'}>
          {doneWord(settled.command)} by <Text>{settled.who}</Text> at {atSecond(settled.at)}
        </Badge>
      </p>
    );
  if (call.state === 'active')
    return (
      <p class="became">
        <Badge tone="soft" sign="–">
          Rang out
        </Badge>
      </p>
    );
  const { tone, sign, words, detail } = outcomeText(call);
  return (
    <p class="became">
      <Badge tone={tone} sign={sign}>
        {words}
        {detail !== undefined && <Text>{`, ${detail}`}</Text>}
      </Badge>
    </p>
  );
}
