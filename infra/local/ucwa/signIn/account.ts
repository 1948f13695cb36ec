/** The account of the local stack, meant wherever a control request names none. */
export const DEFAULT_ACCOUNT = 'sip:reception@contoso.com';

/** The simulator takes any user name with this password, unless the account was given one of its own. */
export const PASSWORD = 'password';

/**
 * The SIP URI of a user name as the password grant takes it: UPN, SIP address, or `DOMAIN\user` (which becomes
 * `sip:user@domain.com`: the simulator has no directory to look in). Case does not matter.
 */
export function toAccount(username: string): string {
  const name = username.trim().toLowerCase();
  const [domain, user] = name.split('\\');
  if (domain !== undefined && user !== undefined) return `sip:${user}@${domain}.com`;
  return name.startsWith('sip:') ? name : `sip:${name}`;
}
