import { kinds } from '../../invitations/kinds';
import type { Filters } from '../../webhooks/subscriptions/matchesFilter';

/** A moment of a call that starts a flow: how a maker reads it, and which events it is. */
export interface CallTrigger {
  readonly summary: string;
  readonly description: string;
  readonly filters: Pick<Filters, 'types' | 'direction' | 'outcomeResults'>;
}

const events = (event: 'started' | 'completed') => {
  const [first, ...others] = Object.values(kinds).map(({ rel }) => `ucwa.${rel}.${event}`);
  return [first ?? '', ...others] satisfies [string, ...string[]];
};

/** The triggers of the connector, by the last segment of their paths; all of them are one subscription with fixed filters. */
export const callTriggers = {
  ringing: {
    summary: 'When a call rings',
    description: 'Starts the flow while an incoming call rings. A call rings for about half a minute.',
    filters: { types: events('started'), direction: 'incoming' },
  },
  ended: {
    summary: 'When a call ends',
    description:
      'Starts the flow when a call, incoming or outgoing, stops ringing: Answered and Missed say how. It does ' +
      'not tell when people hang up.',
    filters: { types: events('completed') },
  },
  missed: {
    summary: 'When a call is missed',
    description: 'Starts the flow when an incoming call stops ringing and nobody took it.',
    filters: { types: events('completed'), direction: 'incoming', outcomeResults: ['missed'] },
  },
} as const satisfies Record<string, CallTrigger>;

export type CallTriggerName = keyof typeof callTriggers;

export function isCallTrigger(name: string): name is CallTriggerName {
  return Object.hasOwn(callTriggers, name);
}
