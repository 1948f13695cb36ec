import { firstOf, type EventPackage, type Resource } from '../invitations/resource';

/** Where a package leads on to; which of them is followed is the channel's decision. */
export function onwardLinks(links: Resource['links']): Pick<EventPackage, 'next' | 'resume' | 'resync'> {
  const [next, resume, resync] = [firstOf(links, 'next'), firstOf(links, 'resume'), firstOf(links, 'resync')];
  return {
    ...(next && { next: next.href }),
    ...(resume && { resume: resume.href }),
    ...(resync && { resync: resync.href }),
  };
}
