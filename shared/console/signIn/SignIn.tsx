import { useEffect, useRef } from 'preact/hooks';
import type { TargetedSubmitEvent } from 'preact';
import { useConsole, useShared } from '../app/context';

/** Asks for the functions key, or leads to the sign-in of the organisation. @param isOver whether it lies over what was shown before. */
export function SignIn({ isOver }: { readonly isOver: boolean }) {
  const session = useConsole((state) => state.session);
  const problem = useConsole((state) => state.signInProblem);
  const Frame = isOver ? 'div' : 'main';
  return (
    <Frame class={isOver ? 'sign over' : 'sign'}>
      <section
        class="panel"
        aria-labelledby="sign-in"
        {...(isOver ? { role: 'dialog', 'aria-modal': 'true' as const } : {})}
      >
        <header>
          <h1 id="sign-in">Sign in</h1>
        </header>
        {session?.signIn === 'entra' ? (
          <div class="body">
            {problem !== undefined && <Problem text={problem} />}
            {session.signInUrl !== undefined && (
              <a class="button filled" href={session.signInUrl}>
                Sign in with your organisation
              </a>
            )}
          </div>
        ) : (
          <KeyForm isLocal={session?.local === true} problem={problem} />
        )}
      </section>
    </Frame>
  );
}

function KeyForm({ isLocal, problem }: { readonly isLocal: boolean; readonly problem: string | undefined }) {
  const { console } = useShared();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), [problem]);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const key = field.current?.value.trim() ?? '';
    if (key !== '') void console.enterKey(key);
  };
  return (
    <form class="body" onSubmit={submit}>
      <label for="key">Functions key</label>
      <input
        ref={field}
        id="key"
        type="password"
        autocomplete="off"
        spellcheck={false}
        required
        aria-describedby="key-help"
      />
      <p id="key-help" class="soft">
        It stays in this tab only, and is never part of an address.
        {isLocal ? (
          <>
            {' '}
            <code>npm start</code> keeps it in <code>.local/stack.json</code>.
          </>
        ) : (
          ' The administrator of the relay has it.'
        )}
      </p>
      {problem !== undefined && <Problem text={problem} />}
      <button type="submit" class="filled">
        Sign in
      </button>
    </form>
  );
}

function Problem({ text }: { readonly text: string }) {
  return (
    <p class="notice bad" role="alert">
      {text}
    </p>
  );
}
