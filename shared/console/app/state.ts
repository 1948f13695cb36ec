import type { Account, HealthCheck, Session, Subscription } from '../api/answers';
import type { Calls } from '../calls/mergeCalls';
import type { Connection } from '../feed/askStream';

/** That somebody has sent a command to a call that rang. */
export interface Settled {
  readonly command: string;
  /** "you", or as whoText says it. */
  readonly who: string;
  readonly at: string;
}

/** How a command of this page stands. */
export type Sending =
  { readonly state: 'sending'; readonly command: string } | { readonly state: 'failed'; readonly why: string };

/** A sentence at the lower edge that goes away by itself. */
export interface Notice {
  readonly text: string;
  readonly tone: 'ok' | 'bad';
}

/** Everything that the views show. */
export interface ConsoleState {
  /** Undefined until the relay has answered for the first time. */
  readonly session: Session | undefined;
  /** Whether somebody has to sign in before anything (more) is shown. */
  readonly mustSignIn: boolean;
  /** Why the last try did not do. */
  readonly signInProblem: string | undefined;
  readonly connection: Connection;
  readonly calls: Calls;
  /** Whether the lists have been read once. */
  readonly hasCalls: boolean;
  /** By invitation id. */
  readonly settled: ReadonlyMap<string, Settled>;
  readonly sending: ReadonlyMap<string, Sending>;
  readonly accounts: readonly Account[] | undefined;
  readonly subscriptions: readonly Subscription[] | undefined;
  /** Of subscribers, by subscription id. */
  readonly health: ReadonlyMap<string, HealthCheck>;
  /** Counts what an open view has to read again: the id of the call, subscription or account that changed. */
  readonly changed: { readonly what: string; readonly count: number };
  readonly notice: Notice | undefined;
}

export const initialState: ConsoleState = {
  session: undefined,
  mustSignIn: false,
  signInProblem: undefined,
  connection: { state: 'starting' },
  calls: new Map(),
  hasCalls: false,
  settled: new Map(),
  sending: new Map(),
  accounts: undefined,
  subscriptions: undefined,
  health: new Map(),
  changed: { what: '', count: 0 },
  notice: undefined,
};
