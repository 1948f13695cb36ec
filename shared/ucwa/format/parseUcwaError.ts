import { reasonFromXml } from './packageFromXml';
import { toReason } from './packageFromJson';
import { formOf, parseRepresentation } from './representation';
import type { Reason } from '../../invitations/resource';
import { Unreadable } from './unreadable';

/**
 * UCWA's error body (`code`, `subcode`, `message`), unknown codes verbatim. Undefined for anything that is not
 * declared JSON or XML (IIS and proxies answer HTML) or has no `code`. Pure; never throws.
 */
export function parseUcwaError(text: string, contentType: string): Reason | undefined {
  const form = formOf(contentType);
  if (form !== 'json' && form !== 'xml') return undefined;
  try {
    const body = parseRepresentation(text, contentType);
    const reason =
      body.form === 'json' ? toReason(body.value) : body.root.name === 'reason' ? reasonFromXml(body.root) : undefined;
    return reason?.code === undefined ? undefined : reason;
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}
