/** One change of an account, as it is kept: who changed what and when, never a value. */
export interface AccountAuditEntry {
  readonly id: string;
  readonly atMs: number;
  /** SIP URI. */
  readonly account: string;
  readonly action: 'added' | 'changed' | 'removed';
  /** Names of the fields that were given or changed. */
  readonly fields: readonly string[];
  readonly caller: string;
  readonly authentication: 'key' | 'token';
}

export interface AccountAudit {
  /** Inserts one row; rows are never changed. Errors: `storageUnavailable`. */
  record(entry: AccountAuditEntry): Promise<void>;
}
