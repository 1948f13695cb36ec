import { toLinks, type Hal } from '../http/hal';
import { html, json, resource, type Reply } from '../http/reply';
import type { Route } from '../http/route';
import { PASSWORD, toAccount } from './account';
import { tokenReply } from './tokenReply';
import { xframeRoute } from './xframe';

/** How long a ticket lives on real servers: about eight hours. */
const TICKET_SECONDS = 28_800;

const ROOT = '/autodiscover/autodiscoverservice.svc/root';
const rootHref = (origin: string): string => `${origin}/Autodiscover/AutodiscoverService.svc/root`;
const redirect = (href: string): Reply => discovered({ _links: toLinks({ redirect: href }) });
const discovered = (content: Hal): Reply => resource({ ...content, rel: 'root' });

/** Discovery and the web ticket service (UCWA 2.0, "RootURL" and "Authentication using UCWA"). */
export const signInRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: new RegExp(`^(/|${ROOT}/?)$`, 'i'),
    scope: 'discovery',
    open: true,
    answer(simulator, { origin, query }) {
      const moved = simulator.faults.take('discoveryRedirect', { account: undefined });
      if (moved !== undefined) return redirect(moved.to ?? rootHref(origin));
      const domain = query.get('originalDomain');
      const user = `${rootHref(origin)}/oauth/user${domain === null ? '' : `?originalDomain=${encodeURIComponent(domain)}`}`;
      return discovered({
        _links: toLinks({ self: rootHref(origin), user, xframe: `${origin}/Autodiscover/XFrame/XFrame.html` }),
      });
    },
  },
  {
    method: 'GET',
    path: new RegExp(`^${ROOT}/oauth/user$`, 'i'),
    scope: 'user',
    answer(simulator, { origin, account }) {
      const moved = simulator.faults.take('userRedirect', { account });
      if (moved !== undefined) return redirect(moved.to ?? rootHref(origin));
      const pool = simulator.faults.take('wrongTicketHost', { account });
      const poolOrigin = pool === undefined ? origin : withHost(origin, pool.host);
      return resource({
        _links: {
          ...toLinks({
            self: `${rootHref(origin)}/oauth/user`,
            applications: `${poolOrigin}/ucwa/oauth/v1/applications`,
          }),
        },
        rel: 'user',
      });
    },
  },
  {
    method: 'POST',
    path: /^\/webticket\/oauthtoken$/i,
    scope: 'token',
    open: true,
    ledger: 'tokenRequests',
    answer(simulator, { origin, body, headers }) {
      const { silentHost } = simulator;
      if (silentHost?.hasTokenService === false && silentHost.host === new URL(origin).hostname)
        return html(404, '404 - File or directory not found.');
      if (!(headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded'))
        return json(400, { error: 'invalid_request' });
      const form = new URLSearchParams(body);
      const account = toAccount(form.get('username') ?? '');
      if (simulator.faults.take('credentialsRejected', { account }) !== undefined) form.set('password', '');
      return tokenReply(simulator.tickets, {
        form,
        origin,
        password: simulator.passwords.get(account) ?? PASSWORD,
        grants: simulator.grantsFor(account),
        lifeSeconds: simulator.faults.take('shortTicket', { account })?.seconds ?? TICKET_SECONDS,
      });
    },
  },
  xframeRoute,
];

function withHost(origin: string, host: string): string {
  const url = new URL(origin);
  url.hostname = host;
  return url.origin;
}
