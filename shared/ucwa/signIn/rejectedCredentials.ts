/** That a password is being tried, or was rejected. */
export interface PasswordTry {
  readonly state: 'trying' | 'rejected';
  /** Of the password. */
  readonly fingerprint: string;
  /** Since when, in milliseconds since the epoch. */
  readonly atMs: number;
}

/** What stands of an account's password; the etag is that of its row. */
export interface StandingTry extends PasswordTry {
  readonly etag: string;
}

/** Where all processes agree on who tries a password, and remember one that was rejected, so that no account is locked out. */
export interface RejectedCredentials {
  /** Enters the try where nothing stands, and answers undefined; else answers what stands. Of many at once one enters. */
  claim(sipUri: string, mine: PasswordTry): Promise<StandingTry | undefined>;
  /** Puts the try in the place of that row; false when another did so first. */
  replace(sipUri: string, mine: PasswordTry, etag: string): Promise<boolean>;
  record(sipUri: string, rejection: Pick<PasswordTry, 'fingerprint' | 'atMs'>): Promise<void>;
  clear(sipUri: string): Promise<void>;
}
