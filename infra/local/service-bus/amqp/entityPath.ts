const SCHEME_AND_AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;
const QUERY_OR_FRAGMENT = /[?#].*$/s;
const SLASHES_AROUND = /^\/+|\/+$/g;

/** `sb://host:port/Queue/` and `/Queue` are `Queue`; the whole namespace is the empty text. SDKs differ in how they write an address. */
export function entityPath(address: string): string {
  return address.replace(SCHEME_AND_AUTHORITY, '').replace(QUERY_OR_FRAGMENT, '').replace(SLASHES_AROUND, '');
}

/**
 * The path that a shared access signature names, in lower case. Some SDKs leave out the scheme, so what looks like a host
 * (`localhost`, or with a dot or a port) is one.
 */
export function audiencePath(audience: string): string {
  const [first = ''] = audience.split('/');
  const isHost = !SCHEME_AND_AUTHORITY.test(audience) && /^localhost$|[.:]/i.test(first);
  return entityPath(isHost ? `sb://${audience}` : audience).toLowerCase();
}
