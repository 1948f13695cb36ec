import { useConsole } from '../app/context';

/** The answer to something that was pressed. */
export function Toast() {
  const notice = useConsole((state) => state.notice);
  return (
    <div class="toast" role="status">
      {notice !== undefined && <p class={notice.tone}>{notice.text}</p>}
    </div>
  );
}
