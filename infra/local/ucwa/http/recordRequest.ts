import type { Occasion } from '../faults/faultBox';
import type { UcwaSimulator } from '../ucwaSimulator';
import type { Exchange } from './exchange';
import type { Reply } from './reply';
import type { Found } from './route';

/** Enters a request in the list of the ledger that its route names, with what it is answered. A password is never kept. */
export function recordRequest(
  { ledger }: UcwaSimulator,
  exchange: Exchange,
  { route, params }: Found,
  { account = '' }: Occasion,
  { status }: Reply,
  action = route.action ?? params['action'] ?? '',
): void {
  const { method, path, body, origin } = exchange;
  if (route.ledger === 'tokenRequests') {
    const form = new URLSearchParams(body);
    const username = form.get('username');
    ledger.addTokenRequest({
      ...(username !== null && { username }),
      grant: form.get('grant_type') ?? '',
      host: new URL(origin).host,
      status,
    });
  } else if (route.ledger !== undefined) {
    const query = Object.fromEntries(exchange.query);
    const request = {
      account,
      method,
      href: path,
      action,
      status,
      ...(body !== '' && { body }),
      ...(Object.keys(query).length > 0 && { query }),
    };
    if (route.ledger === 'commands') ledger.addCommand(request);
    else ledger.addLifecycle(request);
  }
}
