import type { TargetedSubmitEvent } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { useShared } from '../app/context';
import { errorText } from '../api/createApi';

/** Sets the password of an account in the table: it is tried at once. */
export function NewPassword({ sipUri, name }: { readonly sipUri: string; readonly name: string }) {
  const { console } = useShared();
  const [isOpen, setOpen] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const password = field.current?.value ?? '';
    if (password === '') return;
    try {
      await console.api.send('PATCH', `/accounts/${encodeURIComponent(sipUri)}`, { password });
      setOpen(false);
      console.notify({ tone: 'ok', text: `The new password of ${name} is tried now.` });
      await console.lists.accounts();
    } catch (error) {
      console.notify({ tone: 'bad', text: errorText(error) });
    }
  };
  if (!isOpen)
    return (
      <button type="button" class="filled small" onClick={() => setOpen(true)}>
        New password…<span class="hidden"> for {name}</span>
      </button>
    );
  return (
    <form class="password" onSubmit={(event) => void submit(event)}>
      <input ref={field} type="password" autocomplete="new-password" aria-label={`New password of ${name}`} required />
      <button type="submit" class="filled small">
        Set
      </button>
    </form>
  );
}
