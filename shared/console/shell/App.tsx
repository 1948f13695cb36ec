import { useEffect } from 'preact/hooks';
import { useConsole, usePreferences } from '../app/context';
import { useRoute, type Route } from '../app/route';
import { AccountsView } from '../accounts/AccountsView';
import { CallView } from '../call/CallView';
import { HistoryView } from '../history/HistoryView';
import { NowView } from '../now/NowView';
import { SignIn } from '../signIn/SignIn';
import { SubscribersView } from '../subscribers/SubscribersView';
import { Bar } from './Bar';
import { ConnectionNotice } from './ConnectionNotice';
import { LiveRegion } from './LiveRegion';
import { Navigation } from './Navigation';
import { Toast } from './Toast';
import { useRingSound } from './useRingSound';
import { useSearchKey } from './useSearchKey';

/** The whole page: bar, navigation, the view that the address names; before all of it the sign-in, where it is needed. */
export function App() {
  const route = useRoute();
  const { theme } = usePreferences();
  const mustSignIn = useConsole((state) => state.mustSignIn);
  const session = useConsole((state) => state.session);
  const hasCalls = useConsole((state) => state.hasCalls);
  const problem = useConsole((state) => state.signInProblem);
  useRingSound();
  useSearchKey();
  useEffect(() => {
    if (theme === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);

  if (session === undefined) return <p class="starting">{problem ?? ''}</p>;
  // What was shown before a key expired stays, under the question for another.
  const isBare = mustSignIn && !hasCalls;
  return (
    <>
      {!isBare && (
        <div class="frame" inert={mustSignIn}>
          <a class="skip" href="#main">
            Skip to the view
          </a>
          <Bar />
          <Navigation view={route.view} />
          <main id="main" tabIndex={-1}>
            <ConnectionNotice />
            <ViewOf route={route} />
          </main>
        </div>
      )}
      {mustSignIn && <SignIn isOver={!isBare} />}
      <LiveRegion />
      <Toast />
    </>
  );
}

function ViewOf({ route }: { readonly route: Route }) {
  switch (route.view) {
    case 'history':
      return <HistoryView />;
    case 'call':
      return <CallView key={route.invitationId} invitationId={route.invitationId} />;
    case 'subscribers':
      return <SubscribersView />;
    case 'accounts':
      return <AccountsView />;
    case 'now':
      return <NowView />;
  }
}
