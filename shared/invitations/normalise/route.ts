import type { InvitationData, Route } from '../invitationData';

/** What a row looks at: every member that is there must hold. */
export interface RouteCondition {
  /** One of these people is named. */
  readonly anyOf?: readonly ('transferredBy' | 'forwardedBy' | 'onBehalfOf' | 'delegator')[];
  /** `to` is the account itself. */
  readonly toAccount?: true;
}

export interface RouteRow {
  readonly when: RouteCondition;
  readonly route: Route;
  readonly means: string;
}

/**
 * The one table of how an incoming call came to the account: rows are tried from the top, the first that holds counts.
 * Team calls and response groups have no row: no public payload shows one, and the states TeamRing and Forwarded speak of
 * outgoing calls (UCWA 2.0, "InvitationState").
 */
export const routeTable: readonly RouteRow[] = [
  {
    when: { anyOf: ['transferredBy'] },
    route: 'transferred',
    means: 'Somebody transferred the call to this account.',
  },
  {
    when: { anyOf: ['forwardedBy'] },
    route: 'forwarded',
    means: 'Somebody forwarded the call before it came to this account.',
  },
  {
    when: { anyOf: ['onBehalfOf', 'delegator'] },
    route: 'delegate',
    means: 'A delegate is involved: the call is made or received on behalf of somebody else.',
  },
  { when: { toAccount: true }, route: 'direct', means: 'The caller called this account.' },
  {
    when: {},
    route: 'unknown',
    means:
      'The call was for somebody else, or Skype for Business does not say for whom, and no link tells why it came here.',
  },
];

/** What an invitation shows of its way. */
export type Way = Pick<InvitationData, 'direction' | 'transferredBy' | 'forwardedBy' | 'onBehalfOf' | 'delegator'> & {
  /** Whether `to` is the account itself. */
  readonly toAccount: boolean;
};

/** How an invitation came to the account, by the route table; undefined for outgoing ones. Pure. */
export function routeOf(way: Way): Route | undefined {
  if (way.direction === 'outgoing') return undefined;
  return routeTable.find(
    ({ when }) =>
      (when.anyOf === undefined || when.anyOf.some((name) => way[name] !== undefined)) &&
      (when.toAccount === undefined || way.toAccount),
  )?.route;
}
