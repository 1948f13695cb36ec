import { useConsole, useShared } from '../app/context';

const CALLERS = [
  {
    from: 'sip:alice@fabrikam.com',
    name: 'Alice Example',
    subject: 'Delivery at gate 4, driver waits',
    importance: 'Urgent',
  },
  { from: '+442079460102', name: 'Bob Hart', subject: 'Invoice 4711' },
  { from: 'sip:grace@fabrikam.com', name: 'Grace Hopper' },
];

/** Rings a call of the simulator; there in the local stack only. */
export function RingTestCall() {
  const { console } = useShared();
  const control = useConsole(({ session }) => session?.localControl);
  if (control === undefined) return null;
  const ring = async (): Promise<void> => {
    const call = CALLERS[Math.floor(Math.random() * CALLERS.length)];
    const response = await fetch(`${control}/calls`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(call),
    }).catch(() => undefined);
    if (response?.ok !== true) console.notify({ tone: 'bad', text: 'The simulator did not take the call.' });
  };
  return (
    <button type="button" onClick={() => void ring()}>
      Ring a test call
    </button>
  );
}
