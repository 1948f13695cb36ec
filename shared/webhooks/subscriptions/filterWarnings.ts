import { knownImportances, knownStates } from '../../invitations/invitationData';
import { kindNames, kinds, type Kind } from '../../invitations/kinds';
import { subscriberEventNames } from '../delivery/subscriberEvents';
import { matchesType, type Filters } from './matchesFilter';

const invitationTypes = kindNames.flatMap((kind) =>
  ['started', 'updated', 'completed'].map((event) => ({
    kind,
    isEnd: event === 'completed',
    type: `ucwa.${kinds[kind].rel}.${event}`,
  })),
);
/** The events that are about something else than the ringing of an invitation. */
const otherTypes = [
  'ucwa.call.connected',
  'ucwa.call.ended',
  'ucwa.call.context',
  'ucwa.channel.gap',
  'ucwa.command.settled',
  ...subscriberEventNames.map((name) => `ucwa.subscription.${name}`),
];
const allTypes = [...invitationTypes.map(({ type }) => type), ...otherTypes];

/**
 * Sentences about filters that can never match, or of which a part cannot: values that are unknown or in another case,
 * accounts that the relay does not have, and fields that contradict each other. Pure.
 * @param accounts SIP addresses of the relay's accounts.
 */
export function filterWarnings(filters: Filters, accounts: readonly string[]): readonly string[] {
  return [
    ...unknownTypes(filters.types ?? []),
    ...unknownValues('kinds', filters.kinds, kindNames),
    ...unknownValues('states', filters.states, knownStates),
    ...unknownValues('importance', filters.importance, knownImportances),
    ...unknownValues('accounts', filters.accounts, accounts),
    ...contradictions(filters),
  ];
}

function unknownTypes(patterns: readonly string[]): readonly string[] {
  return patterns
    .filter((pattern) => !allTypes.some((type) => matchesType(type, pattern)))
    .map((pattern) => {
      const inOtherCase = allTypes.find((type) => matchesType(type.toLowerCase(), pattern.toLowerCase()));
      const hint = inOtherCase === undefined ? '' : `; case matters: ${inOtherCase} is one`;
      const star = /\*./.test(pattern) ? '; a * stands for the rest at the end only' : '';
      return `types: no event has the type ${pattern}${hint}${star}`;
    });
}

/** UCWA may have values that the relay does not know, so this is a warning and no refusal. */
function unknownValues(
  field: string,
  values: readonly string[] | undefined,
  known: readonly string[],
): readonly string[] {
  const names = new Set(known.map((name) => name.toLowerCase()));
  const list = field === 'accounts' ? 'it is no account of this relay' : `known are ${known.join(', ')}`;
  return (values ?? [])
    .filter((value) => !names.has(value.toLowerCase()))
    .map((value) => `${field}: ${value} has never been seen; ${list}`);
}

/** Each combination of type and kind that the filters let through; none means that no invitation can match. */
function contradictions({ types, kinds: wantedKinds, outcomeResults }: Filters): readonly string[] {
  const named = invitationTypes.filter(({ type }) => types?.some((pattern) => matchesType(type, pattern)) ?? true);
  if (named.length === 0) return [];
  const isWanted = (kind: Kind): boolean =>
    wantedKinds === undefined || wantedKinds.some((wanted) => wanted.toLowerCase() === kind.toLowerCase());
  const ofKind = named.filter(({ kind }) => isWanted(kind));
  if (ofKind.length === 0)
    return types === undefined ? [] : ['types and kinds contradict each other: no invitation event has both'];
  if (outcomeResults !== undefined && !ofKind.some(({ isEnd }) => isEnd))
    return ['types and outcomeResults contradict each other: only completed events have a result'];
  return [];
}
