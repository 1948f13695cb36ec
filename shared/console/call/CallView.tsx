import { useNow, useShared } from '../app/context';
import { callerName } from '../calls/callTexts';
import { startedAtOf, isRinging } from '../calls/mergeCalls';
import { outcomeText } from '../calls/outcomeTexts';
import { useTitle } from '../shell/useTitle';
import { Badge } from '../ui/Badge';
import { Text } from '../ui/Text';
import { duration, onDayAtSecond } from '../ui/times';
import { CallCommands } from './CallCommands';
import { Facts } from './Facts';
import { toSteps } from './timelineSteps';
import { TimelineList } from './TimelineList';
import { useCall, type KnownCall } from './useCall';

/** One call: what happened to it and why, and what is known of it. */
export function CallView({ invitationId }: { readonly invitationId: string }) {
  const { call, problem } = useCall(invitationId);
  useTitle(call === undefined ? 'Call' : callerName(call.detail));
  return (
    <>
      <p class="back">
        <a href="#/history">← History</a>
      </p>
      {problem !== undefined && (
        <p class="notice bad" role="alert">
          {problem}
        </p>
      )}
      {call === undefined ? problem === undefined && <p class="soft">Reading …</p> : <Story call={call} />}
    </>
  );
}

function Story({ call }: { readonly call: KnownCall }) {
  const { detail, timeline } = call;
  const nowMs = useNow();
  const steps = toSteps(timeline, detail);
  return (
    <div class="story">
      <section class="panel" aria-labelledby="story">
        <header>
          <div>
            <h1 id="story">
              <Text>{callerName(detail)}</Text>
            </h1>
            <p class="what">
              <State call={call} nowMs={nowMs} /> <time class="soft">{onDayAtSecond(startedAtOf(detail))}</time>
            </p>
          </div>
          <Copies call={call} />
        </header>
        <CallCommands detail={detail} />
        <TimelineList steps={steps} startedAtMs={Date.parse(timeline.startedAt)} />
      </section>
      <Facts call={detail} />
      <details class="panel json">
        <summary>The last event as it was sent (JSON)</summary>
        <pre tabIndex={0}>{JSON.stringify(detail.invitation, undefined, 2)}</pre>
      </details>
    </div>
  );
}

function State({ call: { detail, timeline }, nowMs }: { readonly call: KnownCall; readonly nowMs: number }) {
  if (isRinging(detail, nowMs))
    return (
      <Badge tone="link" sign="☎">
        Rings
      </Badge>
    );
  const { tone, sign, words } = outcomeText(detail);
  const ended = timeline.events.findLast(({ type }) => type?.endsWith('.completed') === true)?.receivedAt;
  return (
    <Badge tone={tone} sign={sign}>
      {words}
      {ended !== undefined && ` after ${duration(Date.parse(ended) - Date.parse(timeline.startedAt))}`}
    </Badge>
  );
}

function Copies({ call: { detail, timeline } }: { readonly call: KnownCall }) {
  const { console } = useShared();
  const copy = (what: string, text: string): void => {
    // Absent outside of secure contexts, whatever its type says.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    const written = clipboard === undefined ? Promise.reject(new Error('no clipboard')) : clipboard.writeText(text);
    written.then(
      () => console.notify({ tone: 'ok', text: `${what} copied.` }),
      () => console.notify({ tone: 'bad', text: 'The browser does not let this page copy.' }),
    );
  };
  return (
    <div class="actions">
      <button
        type="button"
        class="small"
        onClick={() => copy('JSON', JSON.stringify({ ...detail, timeline }, undefined, 2))}
      >
        Copy as JSON
      </button>
      <button type="button" class="small" onClick={() => copy('Link', location.href)}>
        Copy link
      </button>
    </div>
  );
}
