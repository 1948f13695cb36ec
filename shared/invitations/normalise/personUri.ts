import { barePath } from '../resourcePath';

const PERSON_PATH = /\/(?:people|participants)\/([^/]+)$/;

/**
 * The URI that stands in a contact's or participant's href (`…/people/alex@fabrikam.com`, `…/participants/tel:+44…`),
 * or undefined where the server numbers its people (`…/people/282`). Seen on real servers; the documentation shows numbers.
 */
export function personUriOf(href: string): string | undefined {
  const segment = decoded(PERSON_PATH.exec(barePath(href) ?? '')?.[1] ?? '');
  if (/^(sips?|tel):./i.test(segment)) return segment;
  if (/^[^@]+@[^@]+$/.test(segment)) return `sip:${segment}`;
  return /^\+\d/.test(segment) ? `tel:${segment}` : undefined;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
