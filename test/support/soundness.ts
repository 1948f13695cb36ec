import { invitationDataSchema } from '../../shared/invitations/invitationData';
import type { NormalisedPackage } from '../../shared/invitations/normalise/normalise';
import { parsePackage, recoverPackage } from '../../shared/ucwa/format/parsePackage';
import type { MutatedBody } from './mutatedPackage';
import { normaliseServed, servedAt } from './normalising';

/**
 * What is wrong with the outcome of a package, whatever the package was; undefined when it is sound: every event as the
 * schema promises, every unreadable part with its reason and its text, no id twice.
 */
export function unsoundnessOf({ events, unreadable }: NormalisedPackage): string | undefined {
  const ids = [...events, ...unreadable].map(({ id }) => id);
  if (new Set(ids).size !== ids.length) return `an id is there twice: ${ids.join(', ')}`;
  for (const id of ids) if (!/^[A-Za-z0-9_-]{43}$/.test(id)) return `an id that is none: ${id}`;
  for (const { data } of events) {
    const { error } = invitationDataSchema.safeParse(data);
    if (error !== undefined) return `an event that is not as promised: ${error.message}`;
  }
  for (const { reason, raw } of unreadable) {
    if (reason === '' || typeof raw !== 'string') return 'an unreadable part without its reason or its text';
  }
  return undefined;
}

const nothingServed = servedAt({});

/**
 * A P-GET's body through the parser and the normaliser, as the poller takes it: what is wrong with the outcome.
 * Throws what they throw, which must be nothing.
 */
export function unsoundnessOfBody({ text, contentType }: MutatedBody): string | undefined {
  const parsed = parsePackage(text, contentType);
  return unsoundnessOf(
    normaliseServed('problem' in parsed ? recoverPackage(text, parsed.problem) : parsed.package, nothingServed),
  );
}
