import type { EventPackage, Resource } from '../invitations/resource';

/** Where a package leads on to; which of them is followed is the channel's decision. */
export function onwardLinks(links: Resource['links']): Pick<EventPackage, 'next' | 'resume' | 'resync'> {
  const [next, resume, resync] = [links['next']?.[0], links['resume']?.[0], links['resync']?.[0]];
  return {
    ...(next && { next: next.href }),
    ...(resume && { resume: resume.href }),
    ...(resync && { resync: resync.href }),
  };
}
