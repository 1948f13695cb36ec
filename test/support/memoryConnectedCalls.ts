import type { ConnectedCall, ConnectedCalls } from '../../shared/invitations/calls/connectedCalls';

/** Connected calls kept in memory, as the table keeps them over all processes. */
export function createMemoryConnectedCalls(): ConnectedCalls & { readonly rows: Map<string, ConnectedCall> } {
  const rows = new Map<string, ConnectedCall>();
  const keyOf = (account: string, conversation: string): string => `${account.toLowerCase()} ${conversation}`;
  return {
    rows,
    insert(account, conversation, call) {
      const key = keyOf(account, conversation);
      const standing = rows.get(key) ?? call;
      rows.set(key, standing);
      return Promise.resolve(standing);
    },
    read: (account, conversation) => Promise.resolve(rows.get(keyOf(account, conversation))),
    remove: (account, conversation) => Promise.resolve(void rows.delete(keyOf(account, conversation))),
  };
}
