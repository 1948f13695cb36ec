import { RelayError } from '../../errors/relayError';
import { parseRepresentation } from './representation';
import type { Resource } from '../../invitations/resource';
import { resourceFromJson } from './resourceFromJson';
import { resourceFromXml } from './resourceFromXml';
import { Unreadable } from './unreadable';

/**
 * A resource's body, JSON or XML by its Content-Type, as one model: the same resource in either representation is the
 * same value. Pure. Error: `responseUnreadable`.
 */
export function parseResource(text: string, contentType: string): Resource {
  try {
    const body = parseRepresentation(text, contentType);
    return body.form === 'json' ? resourceFromJson(body.value) : resourceFromXml(body.root);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new RelayError(
      'responseUnreadable',
      `Skype for Business answered something that cannot be read: ${error.problem}`,
    );
  }
}
