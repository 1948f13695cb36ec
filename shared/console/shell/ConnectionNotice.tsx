import { useConsole, useNow, useShared } from '../app/context';
import { atSecond, number } from '../ui/times';

/** That the page is not live, since when, and when it is tried again; nothing while it is. */
export function ConnectionNotice() {
  const { console } = useShared();
  const connection = useConsole((state) => state.connection);
  useNow();
  if (connection.state !== 'notLive') return null;
  const leftMs = Math.max(0, connection.retryAtMs - Date.now());
  return (
    <div class="notice warn">
      <p>
        Not live since {atSecond(connection.sinceMs)}. What rings here may be out of date; the buttons still work and
        ask first.{' '}
        <span class="steady">Trying again {leftMs > 0 ? `in ${number(Math.ceil(leftMs / 1000))} s` : 'now'}.</span>
      </p>
      <button type="button" onClick={() => console.feed.wake()}>
        Try now
      </button>
    </div>
  );
}
