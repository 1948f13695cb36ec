import type { InvitationReference } from './invitationId';

/**
 * Where a resource lives, as host-relative path and query: the key under which a linked resource is fetched and found
 * again, however its href was written. The origin is dropped (requests go to the application's own), doubled slashes
 * are collapsed and a doubly escaped `\u0026` is undone; case is kept. Undefined for what cannot be fetched: `data:`
 * URIs, other schemes, relative references.
 */
export function resourcePath(href: string): string | undefined {
  // Nearly all are paths that need none of it.
  if (href.startsWith('/') && !/\/\/|[\\#]/.test(href)) return href;
  const relative = href.replace(/^https?:\/\/[^/?#]*/i, '').replace(/\\+u0026/gi, '&');
  if (!relative.startsWith('/')) return undefined;
  const [path = '', ...query] = (relative.split('#')[0] ?? '').split('?');
  return [path.replace(/\/{2,}/g, '/'), ...query].join('?');
}

/** The path alone, without the query: what two hrefs of the same thing share. */
export function barePath(href: string): string | undefined {
  const path = resourcePath(href);
  const query = path?.indexOf('?') ?? -1;
  return query === -1 ? path : path?.slice(0, query);
}

const INVITATION_PATH = /\/applications\/([^/]+)\/communication\/([^/]+)\/([^/]+)\/?$/;

/**
 * The parts of an invitation's own address (`…/applications/N/communication/<collection>/<id>`), or undefined when it
 * is no such address. The sender's path is of no help here: on some servers it lacks a segment that its children have.
 */
export function invitationAddress(
  href: string,
): (Pick<InvitationReference, 'applicationId' | 'collection' | 'id'> & { readonly path: string }) | undefined {
  const path = barePath(href);
  const [, applicationId, collection, id] = INVITATION_PATH.exec(path ?? '') ?? [];
  if (path === undefined || applicationId === undefined || collection === undefined || id === undefined)
    return undefined;
  return { applicationId, collection, id, path };
}
