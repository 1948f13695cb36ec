import { useConsole, useShared } from '../app/context';
import { RingTestCall } from '../now/RingTestCall';

const FAULTS: readonly (readonly [words: string, fault: object])[] = [
  ['Fail 3 polls', { kind: 'status', status: 503, times: 3 }],
  ['Expire the ticket', { kind: 'tokenExpired' }],
  ['Lose the application', { kind: 'applicationDropped' }],
  ['Cut the pool off for 30 s', { kind: 'poolUnreachable', seconds: 30, times: 3 }],
];

/** What the simulator can be asked to do; in the local stack only. */
export function Simulator() {
  const { console } = useShared();
  const control = useConsole(({ session }) => session?.localControl);
  if (control === undefined) return null;
  const arm = async (words: string, fault: object): Promise<void> => {
    const response = await fetch(`${control}/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    }).catch(() => undefined);
    if (response?.ok === true) console.notify({ tone: 'ok', text: `Set: ${words.toLowerCase()}.` });
    else console.notify({ tone: 'bad', text: 'The simulator did not take the fault.' });
  };
  return (
    <section class="panel simulator" aria-labelledby="simulator">
      <header>
        <h2 id="simulator">Simulator on this machine</h2>
      </header>
      <div class="actions">
        <RingTestCall />
        {FAULTS.map(([words, fault]) => (
          <button key={words} type="button" onClick={() => void arm(words, fault)}>
            {words}
          </button>
        ))}
      </div>
    </section>
  );
}
