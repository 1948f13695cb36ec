import { useEffect, useState } from 'preact/hooks';

export const views = ['now', 'history', 'subscribers', 'accounts'] as const;
export type View = (typeof views)[number];

export type Route = { readonly view: View } | { readonly view: 'call'; readonly invitationId: string };

/** The view that an address's fragment names; *Now* unless it names one. Pure. */
export function parseRoute(hash: string): Route {
  const [, name = '', id] = /^#\/([a-z]+)(?:\/(.+))?$/.exec(hash) ?? [];
  if (name === 'call' && id !== undefined) return { view: 'call', invitationId: decodeURIComponent(id) };
  return { view: views.find((view) => view === name) ?? 'now' };
}

export const callHref = (invitationId: string): string => `#/call/${encodeURIComponent(invitationId)}`;

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const onChange = (): void => setHash(location.hash);
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return parseRoute(hash);
}
