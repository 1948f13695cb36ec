import type { StartedCalls } from '../../shared/invitations/commands/startedCalls';

/** Started calls kept in memory, as the table keeps them over all processes. */
export function createMemoryStartedCalls(): StartedCalls {
  const invitations = new Map<string, string>();
  const operations = new Map<string, string>();
  return {
    record(operationId, invitationId) {
      if (!invitations.has(operationId)) invitations.set(operationId, invitationId);
      return Promise.resolve();
    },
    find: (operationId) => Promise.resolve(invitations.get(operationId)),
    addAlias: (invitationId, operationId) => Promise.resolve(void operations.set(invitationId, operationId)),
    canonicalId: (invitationId) => Promise.resolve(invitations.get(operations.get(invitationId) ?? '') ?? invitationId),
  };
}
