import { linkOf, type EventPackage, type Resource } from '../invitations/resource';

/** Where a package leads on to; which of them is followed is the channel's decision. */
export function onwardLinks(links: Resource['links']): Pick<EventPackage, 'next' | 'resume' | 'resync'> {
  const found = (['next', 'resume', 'resync'] as const).flatMap((rel) => {
    const link = linkOf({ rel: '', properties: {}, links, embedded: {} }, rel);
    return link === undefined ? [] : [[rel, link.href] as const];
  });
  return Object.fromEntries(found);
}
