import { useEffect, useRef, useState } from 'preact/hooks';
import { useConsole, useShared } from '../app/context';
import { announcement } from './announcement';

/** A screen reader is not spoken to more often. */
const EVERY_MS = 5000;

/** What a screen reader says as it happens: calls that begin to ring, and whether the page is live. */
export function LiveRegion() {
  const { console } = useShared();
  const calls = useConsole((state) => state.calls);
  const settled = useConsole((state) => state.settled);
  const connection = useConsole((state) => state.connection.state);
  const [words, setWords] = useState('');
  const said = useRef({ ids: new Set<string>(), connection, atMs: -Infinity });
  const [due, setDue] = useState(0);
  useEffect(() => {
    const waitMs = said.current.atMs + EVERY_MS - performance.now();
    if (waitMs > 0) {
      const timer = setTimeout(() => setDue((count) => count + 1), waitMs);
      return () => clearTimeout(timer);
    }
    const next = announcement({ calls, settled, connection, nowMs: console.now() }, said.current);
    said.current = { ...next.said, atMs: next.words === '' ? said.current.atMs : performance.now() };
    if (next.words !== '') setWords(next.words);
    return undefined;
  }, [calls, settled, connection, due, console]);
  return (
    <p class="hidden" role="status" aria-live="polite">
      {words}
    </p>
  );
}
