import { knownDirections, knownImportances, knownStates } from '../invitationData';

const names = (known: readonly string[]): ReadonlyMap<string, string> =>
  new Map(known.map((name) => [name.toLowerCase(), name]));

const states = names(knownStates);
const directions = names(knownDirections);
const importances = names(knownImportances);
const sourceNetworks = names(['sameEnterprise', 'federated', 'publicCloud', 'everyone', 'unknown']);
const roles = names(['attendee', 'leader', 'unknown']);

const read =
  (known: ReadonlyMap<string, string>) =>
  (value: string | undefined): string | undefined =>
    value === undefined ? undefined : (known.get(value.toLowerCase()) ?? value);

/**
 * UCWA's enumeration values (`SameEnterprise`) in the events' spelling (`sameEnterprise`). A value that is not known is
 * carried as it came.
 */
export const toEventSpelling = {
  state: read(states),
  direction: read(directions),
  importance: read(importances),
  sourceNetwork: read(sourceNetworks),
  role: read(roles),
} as const;
