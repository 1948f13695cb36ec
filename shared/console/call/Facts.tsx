import type { CallDetail } from '../api/answers';
import { calledName, callerDetails, callerName, importanceText, routeTexts, subjectText } from '../calls/callTexts';
import { Text } from '../ui/Text';
import { atSecond } from '../ui/times';

const kindTexts: Readonly<Record<string, string>> = {
  audioVideo: 'Audio or video call',
  phoneAudio: 'Call on the user’s phone',
  onlineMeeting: 'Conference call',
};

/** What is known of a call, beside its timeline. */
export function Facts({ call }: { readonly call: CallDetail }) {
  const subject = subjectText(call);
  const facts: readonly (readonly [string, readonly string[]])[] = [
    ['Caller', [callerName(call), ...callerDetails(call)]],
    ['For', [calledName(call)]],
    ['Way', routeTexts(call)],
    ['Subject', subject === '' ? [] : [subject]],
    ['Importance', [importanceText(call) ?? 'Normal']],
    ['Kind', [kindTexts[call.invitation.kind] ?? call.invitation.kind]],
    ['Rings until', call.state === 'ended' || call.expiresAt === undefined ? [] : [atSecond(call.expiresAt)]],
    ['Invitation', [call.invitationId]],
  ];
  return (
    <section class="panel facts-panel" aria-labelledby="facts">
      <header>
        <h2 id="facts">Facts</h2>
      </header>
      <dl>
        {facts
          .filter(([, texts]) => texts.length > 0)
          .map(([name, texts]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd class={name === 'Invitation' ? 'mono' : undefined}>
                {texts.map((text) => (
                  <span key={text}>
                    <Text>{text}</Text>
                  </span>
                ))}
              </dd>
            </div>
          ))}
      </dl>
    </section>
  );
}
