import type { ClaimStore, HeldClaim } from '../../shared/invitations/commands/claim';

/** Claims in memory, by the same rules as the table (held to them by the contract suite). */
export function createMemoryClaims(): ClaimStore {
  const rows = new Map<string, HeldClaim>();
  let version = 0;
  const keyOf = (invitationId: string, subject: string): string => `${invitationId} ${subject}`;
  const put = (key: string, claim: HeldClaim['claim']): string => {
    const etag = String(++version);
    rows.set(key, { claim, etag });
    return etag;
  };
  return {
    insert: (invitationId, subject, claim) => {
      const held = rows.get(keyOf(invitationId, subject));
      return Promise.resolve(held === undefined ? { etag: put(keyOf(invitationId, subject), claim) } : { held });
    },
    read: (invitationId, subject) => Promise.resolve(rows.get(keyOf(invitationId, subject))),
    replace: (invitationId, subject, claim, etag) => {
      const key = keyOf(invitationId, subject);
      return Promise.resolve(rows.get(key)?.etag === etag ? put(key, claim) : undefined);
    },
    release: (invitationId, subject, etag) => {
      const key = keyOf(invitationId, subject);
      if (rows.get(key)?.etag === etag) rows.delete(key);
      return Promise.resolve();
    },
  };
}
