import { html, json, type Reply } from '../http/reply';
import { toAccount } from './account';
import type { Tickets } from './tickets';

/** A token request, and what the pool offers at this moment. */
export interface TokenRequest {
  readonly form: URLSearchParams;
  readonly origin: string;
  /** The account's own. */
  readonly password: string;
  /** Those that the pool has switched on. */
  readonly grants: readonly string[];
  readonly lifeSeconds: number;
}

const error = (name: string, more: Readonly<Record<string, string>> = {}): Reply => json(400, { error: name, ...more });

/**
 * Answers a POST to the web ticket service. Only the password grant leads to a ticket; the others answer as a server
 * does to a client that cannot complete them (UCWA 2.0, "Authentication using UCWA").
 */
export function tokenReply(tickets: Tickets, { form, origin, password, grants, lifeSeconds }: TokenRequest): Reply {
  const grant = form.get('grant_type') ?? '';
  const username = form.get('username') ?? '';

  if (grant === '') return error('invalid_request');
  if (grant === 'urn:microsoft.rtc:windows' && grants.includes(grant)) {
    return html(401, '401 - Unauthorized', { 'WWW-Authenticate': ['Negotiate', 'NTLM'] });
  }
  if (grant === 'urn:microsoft.rtc:passive') {
    return error('invalid_grant', { ms_rtc_passiveauthuri: `${origin}/PassiveAuth/PassiveAuth.aspx` });
  }
  if (grant === 'urn:microsoft.rtc:anonmeeting' && grants.includes(grant)) return error('invalid_grant');
  if (grant !== 'password' || !grants.includes(grant)) return error('unsupported_grant_type');
  if (username.trim() === '') return error('invalid_request');
  if (form.get('password') !== password) return error('invalid_grant');

  const ticket = tickets.issue(toAccount(username), origin, lifeSeconds);
  return json(
    200,
    { access_token: ticket.token, expires_in: lifeSeconds, ms_rtc_identityscope: 'local', token_type: 'Bearer' },
    { 'Cache-Control': 'no-store' },
  );
}
